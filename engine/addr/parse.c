#include "addr/addr.h"
#include "base/gettext.h"
#include "syntax/parse.h"

#include <stdlib.h>

/* One step of an address: a name, or a key in brackets. */
struct part {
    struct key key; /* KEY_NONE: a name */
    struct str name;
    struct span span;
};

enum { PARTS_MAX = 512 };

struct parts {
    struct part v[PARTS_MAX];
    size_t n, at;
};

static bool parts_add(struct parts *parts, struct part part)
{
    if (parts->n == PARTS_MAX)
        return false;
    parts->v[parts->n++] = part;
    return true;
}

/* -- text in its plain form: what this program itself prints, keys with escapes apart -- */

static bool plain_byte(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bool plain_name(struct str text, size_t *at, struct parts *parts)
{
    size_t from = *at;
    while (*at < text.n && plain_byte((unsigned char)text.p[*at]))
        ++*at;
    unsigned char first = from < text.n ? (unsigned char)text.p[from] : '-';
    if (*at == from || first == '-' || (first >= '0' && first <= '9'))
        return false;
    return parts_add(parts, (struct part){.name = str_sub(text, from, *at)});
}

static bool plain_string(struct str text, size_t *at, struct parts *parts)
{
    size_t from = ++*at;
    for (; *at < text.n && text.p[*at] != '"'; ++*at) {
        unsigned char c = (unsigned char)text.p[*at];
        if (c < 0x20 || c >= 0x7f || c == '\\' || c == '$' || c == '%')
            return false;
    }
    struct key key = {.kind = KEY_STRING, .name = str_sub(text, from, *at)};
    ++*at;
    return parts_add(parts, (struct part){.key = key});
}

static bool plain_index(struct str text, size_t *at, struct parts *parts)
{
    int64_t index = 0;
    size_t from = *at;
    for (; *at < text.n && text.p[*at] >= '0' && text.p[*at] <= '9' && *at - from < 18; ++*at)
        index = index * 10 + (text.p[*at] - '0');
    return *at > from && parts_add(parts, (struct part){.key = {.kind = KEY_INT, .index = index}});
}

static bool plain_key(struct str text, size_t *at, struct parts *parts)
{
    ++*at;
    bool quoted = *at < text.n && text.p[*at] == '"';
    if (!(quoted ? plain_string(text, at, parts) : plain_index(text, at, parts)))
        return false;
    return *at < text.n && text.p[(*at)++] == ']';
}

static bool plain_parse(struct str text, struct parts *parts)
{
    size_t at = 0;
    if (!plain_name(text, &at, parts))
        return false;
    while (at < text.n) {
        char c = text.p[at];
        if (c == '[' && !plain_key(text, &at, parts))
            return false;
        if (c == '.' && (++at, !plain_name(text, &at, parts)))
            return false;
        if (c != '[' && c != '.')
            return false;
    }
    return true;
}

/* -- traversals: any form, with spans -- */

static bool key_of_step(const struct step *step, struct key *key, struct diags *diags)
{
    if (step->key->kind == EXPR_STRING) {
        *key = (struct key){.kind = KEY_STRING, .name = step->text};
        return true;
    }
    struct str digits = step->text;
    bool whole = step->key->kind == EXPR_NUMBER && digits.n && digits.n < 19;
    int64_t index = 0;
    for (size_t i = 0; whole && i < digits.n; i++) {
        whole = digits.p[i] >= '0' && digits.p[i] <= '9';
        index = index * 10 + (digits.p[i] - '0');
    }
    *key = (struct key){.kind = KEY_INT, .index = index};
    if (!whole)
        diag_error(diags, step->key_span, _("Invalid address"),
                   _("An instance key is a whole number (from count) or a quoted string (from for_each)."));
    return whole;
}

static bool traversal_parts(const struct traversal *traversal, struct parts *parts, struct diags *diags)
{
    parts_add(parts, (struct part){.name = traversal->root.text, .span = traversal->root.span});
    for (size_t i = 0; i < traversal->n_steps; i++) {
        const struct step *step = &traversal->steps[i];
        struct part part = {.name = step->text, .span = step->key_span};
        if (step->kind == STEP_INDEX && !key_of_step(step, &part.key, diags))
            return false;
        if (!parts_add(parts, part)) {
            diag_error(diags, step->span, _("Invalid address"), _("This address has too many parts."));
            return false;
        }
    }
    return true;
}

/* -- parts to a target -- */

static struct key take_key(struct parts *parts)
{
    if (parts->at < parts->n && parts->v[parts->at].key.kind)
        return parts->v[parts->at++].key;
    return (struct key){0};
}

static bool take_name(struct parts *parts, struct str *name)
{
    if (parts->at == parts->n || parts->v[parts->at].key.kind)
        return false;
    *name = parts->v[parts->at++].name;
    return true;
}

static const struct module_inst *take_modules(struct addrs *addrs, const struct module_inst *module,
                                              struct parts *parts, const char **why)
{
    struct str word, name;
    while (parts->at < parts->n && !parts->v[parts->at].key.kind && str_is(parts->v[parts->at].name, "module")) {
        take_name(parts, &word);
        if (!take_name(parts, &name)) {
            *why = N_("\"module\" must be followed by the name of a module: module.NAME");
            return NULL;
        }
        module = addr_module(addrs, module, name, take_key(parts));
    }
    return module;
}

static const struct addr *take_resource(struct addrs *addrs, const struct module_inst *module, struct parts *parts,
                                        const char **why)
{
    struct str type = {0}, name;
    bool ok = take_name(parts, &type);
    enum addr_mode mode = ok && str_is(type, "data") ? ADDR_DATA : ADDR_MANAGED;
    if (ok && (mode == ADDR_DATA || str_is(type, "resource")))
        ok = take_name(parts, &type);
    if (!ok || !take_name(parts, &name)) {
        *why = mode == ADDR_DATA
                   ? N_("The address of a data source has the form data.TYPE.NAME or data.TYPE.NAME[KEY].")
                   : N_("The address of a resource has the form TYPE.NAME or TYPE.NAME[KEY].");
        return NULL;
    }
    return addr_resource(addrs, module, mode, type, name, take_key(parts));
}

static bool parts_target(struct addrs *addrs, const struct module_inst *module, struct parts *parts, struct target *out,
                         const char **why)
{
    bool named = parts->n && str_is(parts->v[0].name, "module");
    module = take_modules(addrs, module, parts, why);
    if (!module)
        return false;
    *out = (struct target){.module = module};
    if (named && parts->at == parts->n)
        return true;
    const struct addr *addr = take_resource(addrs, module, parts, why);
    if (!addr)
        return false;
    *out = (struct target){.addr = addr, .whole = !addr->key.kind};
    if (parts->at < parts->n)
        *why = N_("The address goes on where it should end: name the resource itself, not one of its attributes.");
    return parts->at == parts->n;
}

static void report(struct diags *diags, struct span whole, const struct parts *parts, const char *why)
{
    struct span at = parts->at < parts->n ? parts->v[parts->at].span : whole;
    diag_error(diags, at, _("Invalid address"), "%s", _(why));
}

bool addr_of_traversal(struct addrs *addrs, const struct module_inst *module, const struct traversal *traversal,
                       struct target *out, struct diags *diags)
{
    struct parts *parts = heap_alloc(sizeof *parts);
    parts->n = parts->at = 0;
    const char *why = NULL;
    bool ok = traversal_parts(traversal, parts, diags);
    if (ok && !parts_target(addrs, module, parts, out, &why)) {
        report(diags, traversal->span, parts, why);
        ok = false;
    }
    free(parts);
    return ok;
}

static bool parse_fast(struct addrs *addrs, struct str text, struct target *out)
{
    struct parts parts;
    parts.n = parts.at = 0;
    const char *why;
    return plain_parse(text, &parts) && parts_target(addrs, addr_root(addrs), &parts, out, &why);
}

static bool parse_slow(struct addrs *addrs, struct sources *sources, struct str text, struct target *out,
                       struct diags *diags)
{
    ARENA_AUTO arena = arena_new();
    uint32_t file = sources_add(sources, STR("address"), text);
    const struct traversal *traversal = parse_traversal(arena, diags, sources, file);
    return traversal && addr_of_traversal(addrs, addr_root(addrs), traversal, out, diags);
}

bool addr_parse_target(struct addrs *addrs, struct sources *sources, struct str text, struct target *out,
                       struct diags *diags)
{
    return parse_fast(addrs, text, out) || parse_slow(addrs, sources, text, out, diags);
}

const struct addr *addr_parse(struct addrs *addrs, struct sources *sources, struct str text, struct diags *diags)
{
    const struct addr *known = addr_find(addrs, text);
    if (known)
        return known;
    struct target target;
    if (!addr_parse_target(addrs, sources, text, &target, diags))
        return NULL;
    if (!target.addr) {
        uint32_t file = sources_add(sources, STR("address"), text);
        diag_error(diags, (struct span){file, 0, (uint32_t)text.n}, _("Invalid address"),
                   _("This names a module; the address of one resource is needed, such as %.*s.TYPE.NAME."),
                   STR_ARG(text));
    }
    return target.addr;
}

/* Whether `module` matches the pattern `named` or lies inside it; a key left out in the pattern stands for all. */
static bool module_covers(const struct module_inst *named, const struct module_inst *module, bool inside)
{
    size_t depth_named = 0, depth = 0;
    for (const struct module_inst *m = named; m->parent; m = m->parent)
        depth_named++;
    for (const struct module_inst *m = module; m->parent; m = m->parent)
        depth++;
    if (depth < depth_named || (!inside && depth != depth_named))
        return false;
    for (; depth > depth_named; depth--)
        module = module->parent;
    for (; named->parent && named != module; named = named->parent, module = module->parent)
        if (!str_eq(named->name, module->name) || (named->key.kind && !key_eq(named->key, module->key)))
            return false;
    return true;
}

bool target_covers(const struct target *target, const struct addr *addr)
{
    if (!target->addr)
        return module_covers(target->module, addr->module, true);
    const struct addr *named = target->addr;
    return named->mode == addr->mode && str_eq(named->type, addr->type) && str_eq(named->name, addr->name) &&
           (target->whole || key_eq(named->key, addr->key)) && module_covers(named->module, addr->module, false);
}
