/* The reading half of file.h. */
#include "plan/file.h"

#include "base/gettext.h"
#include "base/hex.h"
#include "base/strbuf.h"
#include "value/json.h"

/* One reading. The first thing that does not fit ends it. */
struct reading {
    struct arena *scratch; /* of the JSON tree */
    struct plan_file *file;
    struct plan *plan;
    struct addrs *addrs;
    struct sources *sources;
    plan_schema_of *schema_of;
    void *ctx;
    const struct plan_sealer *sealer;
    struct strbuf where; /* of the value at hand, as in encode.c */
    const char *wrong;   /* what did not fit */
};

static bool fail(struct reading *r, const char *what)
{
    if (!r->wrong)
        r->wrong = what;
    return false;
}

/* -- members of JSON objects -- */

static struct value member(struct value object, const char *name)
{
    return value_is_set(object) && object.type->kind == TYPE_OBJECT ? value_attr(object, str_c(name))
                                                                    : (struct value){0};
}

static bool get_text(struct reading *r, struct value object, const char *name, struct str *out)
{
    struct value v = member(object, name);
    if (!value_exists(v))
        return true;
    if (!value_is_set(v) || v.type != type_string)
        return fail(r, name);
    *out = arena_str(r->plan->arena, v.u.string);
    return true;
}

static bool get_number(struct reading *r, struct value object, const char *name, uint64_t max, uint64_t *out)
{
    struct value v = member(object, name);
    int64_t n;
    if (!value_is_set(v) || v.type != type_number || !number_to_int64(value_as_number(v), &n) || n < 0 ||
        (uint64_t)n > max)
        return fail(r, name);
    *out = (uint64_t)n;
    return true;
}

static bool get_flag(struct reading *r, struct value object, const char *name, bool *out)
{
    uint64_t n;
    if (!get_number(r, object, name, 1, &n))
        return false;
    *out = n;
    return true;
}

static bool get_hex(struct reading *r, struct value object, const char *name, struct blob *out)
{
    struct str text = {0};
    if (!get_text(r, object, name, &text) || text.n % 2)
        return fail(r, name);
    unsigned char *bytes = arena_alloc(r->plan->arena, text.n / 2 + 1);
    for (size_t i = 0; i < text.n; i += 2) {
        int high = hex_digit(text.p[i]), low = hex_digit(text.p[i + 1]);
        if (high < 0 || low < 0)
            return fail(r, name);
        bytes[i / 2] = (unsigned char)(high * 16 + low);
    }
    *out = text.n ? (struct blob){bytes, text.n / 2} : (struct blob){0};
    return true;
}

/* -- values -- */

static bool node(struct reading *r, struct value json, const struct type *type, struct value *out);

static bool primitive(struct reading *r, struct value json, const struct type *type, struct value *out)
{
    if (json.type != type)
        return fail(r, "value");
    *out = value_copy(r->plan->arena, json);
    return true;
}

static bool sequence(struct reading *r, struct value json, const struct type *type, struct value *out)
{
    if (json.type->kind != TYPE_TUPLE || (type->kind == TYPE_TUPLE && type->n != json.n))
        return fail(r, "value");
    struct value *items = ARENA_ARRAY(r->plan->arena, struct value, json.n);
    size_t before = r->where.n;
    for (size_t i = 0; i < json.n; i++) {
        r->where.n = before;
        strbuf_printf(&r->where, "/%zu", i);
        if (!node(r, json.u.items[i], type->kind == TYPE_TUPLE ? type->items[i] : type->elem, &items[i]))
            return false;
    }
    r->where.n = before;
    if (type->kind == TYPE_TUPLE)
        *out = value_tuple(items, json.n);
    else
        *out = type->kind == TYPE_SET ? value_set(r->plan->arena, type->elem, items, json.n)
                                      : value_list(type->elem, items, json.n);
    return true;
}

static bool keyed(struct reading *r, struct value json, const struct type *type, struct value *out)
{
    struct value inner = member(json, "o");
    if (!value_is_set(inner) || inner.type->kind != TYPE_OBJECT ||
        (type->kind == TYPE_OBJECT && inner.type->n != type->n))
        return fail(r, "value");
    size_t n = inner.type->n;
    struct value *items = ARENA_ARRAY(r->plan->arena, struct value, n);
    struct str *names = ARENA_ARRAY(r->plan->arena, struct str, n);
    size_t before = r->where.n;
    for (size_t i = 0; i < n; i++) {
        if (type->kind == TYPE_OBJECT && !str_eq(type->names[i], inner.type->names[i]))
            return fail(r, "value");
        names[i] = arena_str(r->plan->arena, inner.type->names[i]);
        r->where.n = before;
        strbuf_addc(&r->where, '/');
        json_write_string(&r->where, names[i], JSON_COMPACT);
        if (!node(r, inner.u.items[i], type->kind == TYPE_OBJECT ? type->items[i] : type->elem, &items[i]))
            return false;
    }
    r->where.n = before;
    *out = type->kind == TYPE_OBJECT ? value_object_of(type, items)
                                     : value_map(r->plan->arena, type->elem, names, items, n);
    return true;
}

static void place(struct reading *r, const char *list, struct str name, struct str more, const char *member)
{
    r->where.n = 0;
    strbuf_printf(&r->where, "plan %s\n%.*s\n%.*s\n%s\n", list, STR_ARG(name), STR_ARG(more), member);
}

static bool open_seal(struct reading *r, struct value sealed, struct arena *arena, struct str *plain)
{
    if (!value_is_set(sealed) || sealed.type != type_string || !r->sealer ||
        !r->sealer->open(r->sealer->ctx, arena, strbuf_str(&r->where), sealed.u.string, plain))
        return fail(r, _("a secret was changed, or its seal is of another place or key"));
    return true;
}

/* Inside of a seal there are no others. */
static bool unsealed(struct reading *r, struct value sealed, const struct type *type, struct value *out)
{
    ARENA_AUTO scratch = arena_new();
    struct str plain;
    struct value json;
    struct json_error error;
    arena_wipe_on_free(scratch);
    return open_seal(r, sealed, scratch, &plain) && (json_read(scratch, plain, &json, &error) || fail(r, "value")) &&
           node(r, json, type, out);
}

static bool marked(struct reading *r, struct value json, const struct type *type, struct value *out)
{
    uint64_t marks;
    struct value sealed = member(json, "s");
    if (!get_number(r, json, "m", UINT16_MAX, &marks) ||
        !(value_exists(sealed) ? unsealed(r, sealed, type, out) : node(r, member(json, "v"), type, out)))
        return false;
    *out = value_mark(*out, (uint16_t)marks);
    return true;
}

static bool node(struct reading *r, struct value json, const struct type *type, struct value *out)
{
    if (!value_exists(json))
        return fail(r, "value");
    if (value_is_null(json)) {
        *out = value_null(type);
        return true;
    }
    if (value_exists(member(json, "m")))
        return marked(r, json, type, out);
    if (value_exists(member(json, "u"))) {
        *out = value_unknown(type);
        return true;
    }
    if (type_is_primitive(type))
        return primitive(r, json, type, out);
    if (type->kind == TYPE_DYNAMIC)
        return fail(r, "value");
    return type_is_keyed(type) ? keyed(r, json, type, out) : sequence(r, json, type, out);
}

/* Bytes in hexadecimal, or sealed. */
static bool get_private(struct reading *r, struct value object, const struct change *c, const char *name,
                        struct blob *out)
{
    struct str plain;
    struct value sealed = member(object, arena_printf(r->scratch, "sealed_%s", name).p);
    if (!value_exists(sealed))
        return get_hex(r, object, name, out);
    place(r, "changes", c->addr->text, c->deposed, name);
    if (!open_seal(r, sealed, r->plan->arena, &plain))
        return false;
    *out = (struct blob){plain.p, plain.n};
    return true;
}

static bool get_value(struct reading *r, struct value object, const char *list, struct str of, struct str more,
                      const char *name, struct value *out)
{
    place(r, list, of, more, name);
    struct value v = member(object, name);
    if (!value_exists(v))
        return true;
    STRBUF_AUTO text = STRBUF_INIT(STRBUF_MAX);
    struct value type_json = member(v, "type");
    if (!value_exists(type_json))
        return fail(r, name);
    json_write(&text, type_json, JSON_COMPACT);
    const struct type *type = type_json_read(strbuf_str(&text));
    return type ? node(r, member(v, "value"), type, out) : fail(r, name);
}

/* -- parts of the plan -- */

static bool get_addr(struct reading *r, struct value object, const char *name, const struct addr **out)
{
    struct str text = {0};
    struct diags unheard = DIAGS_INIT(r->scratch);
    if (!get_text(r, object, name, &text))
        return false;
    if (text.n && !(*out = addr_parse(r->addrs, r->sources, text, &unheard)))
        return fail(r, name);
    return true;
}

static bool get_paths(struct reading *r, struct value object, struct paths *out)
{
    struct value list = member(object, "replace_because");
    for (size_t i = 0; value_is_set(list) && list.type->kind == TYPE_TUPLE && i < list.n; i++) {
        struct value steps = list.u.items[i];
        struct path path = {0};
        for (size_t k = 0; value_is_set(steps) && steps.type->kind == TYPE_TUPLE && k < steps.n; k++)
            if (value_is_set(steps.u.items[k]) && steps.u.items[k].type == type_string)
                path = path_attr(r->plan->arena, path, arena_str(r->plan->arena, steps.u.items[k].u.string));
        struct path_marks place = {path, 0};
        vec_push(r->plan->arena, &out->list, place);
    }
    return true;
}

static bool get_risks(struct reading *r, struct value object, struct change *c)
{
    struct value list = member(object, "risks");
    for (size_t i = 0; value_is_set(list) && list.type->kind == TYPE_TUPLE && i < list.n; i++) {
        struct risk risk = {0};
        uint64_t level;
        if (!get_number(r, list.u.items[i], "level", RISK_DANGER, &level) ||
            !get_text(r, list.u.items[i], "text", &risk.text))
            return false;
        risk.level = (enum risk_level)level;
        vec_push(r->plan->arena, &c->risks, risk);
    }
    return true;
}

static bool get_change_value(struct reading *r, struct value json, const struct change *c, const char *name,
                             struct value *out)
{
    return get_value(r, json, "changes", c->addr->text, c->deposed, name, out);
}

static bool read_change(struct reading *r, struct value json, struct change *c)
{
    uint64_t action, reason;
    if (!get_addr(r, json, "address", &c->addr) || !c->addr || !get_addr(r, json, "moved_from", &c->moved_from) ||
        !get_text(r, json, "deposed", &c->deposed) || !get_text(r, json, "import_id", &c->import_id) ||
        !get_number(r, json, "action", ACTION_FORGET, &action) ||
        !get_number(r, json, "reason", REASON_READ_CHECK_NESTED, &reason) ||
        !get_text(r, json, "provider", &c->provider) || !get_text(r, json, "lane", &c->lane) ||
        !get_text(r, json, "place", &c->place) || !get_change_value(r, json, c, "before", &c->before) ||
        !get_change_value(r, json, c, "after", &c->after) || !get_paths(r, json, &c->replace_because) ||
        !get_risks(r, json, c) || !get_private(r, json, c, "private_before", &c->private_before) ||
        !get_private(r, json, c, "private_planned", &c->private_planned))
        return fail(r, "changes");
    c->action = (enum action)action;
    c->reason = (enum reason)reason;
    c->schema = r->schema_of(r->ctx, c->addr->mode, c->addr->type);
    return c->schema ? true : fail(r, _("a type that no provider offers"));
}

static bool read_output(struct reading *r, struct value json, struct plan_output *o)
{
    uint64_t action;
    if (!get_text(r, json, "name", &o->name) || !get_text(r, json, "description", &o->description) ||
        !get_number(r, json, "action", ACTION_FORGET, &action) || !get_flag(r, json, "sensitive", &o->sensitive) ||
        !get_value(r, json, "outputs", o->name, STR(""), "before", &o->before) ||
        !get_value(r, json, "outputs", o->name, STR(""), "after", &o->after))
        return false;
    o->action = (enum action)action;
    return true;
}

static bool read_variable(struct reading *r, struct value json, struct plan_variable *v)
{
    return get_text(r, json, "name", &v->name) && get_flag(r, json, "sensitive", &v->sensitive) &&
           get_flag(r, json, "ephemeral", &v->ephemeral) &&
           get_value(r, json, "variables", v->name, STR(""), "value", &v->value);
}

static bool read_check(struct reading *r, struct value json, struct plan_check *c)
{
    uint64_t kind, status;
    if (!get_number(r, json, "kind", CHECK_BLOCK, &kind) || !get_number(r, json, "status", CHECK_ERROR, &status) ||
        !get_text(r, json, "object", &c->object) || !get_text(r, json, "instance", &c->instance) ||
        !get_addr(r, json, "address", &c->addr))
        return false;
    c->kind = (enum check_kind)kind;
    c->status = (enum check_status)status;
    struct value list = member(json, "problems");
    for (size_t i = 0; value_is_set(list) && list.type->kind == TYPE_TUPLE && i < list.n; i++)
        if (value_is_set(list.u.items[i]) && list.u.items[i].type == type_string)
            vec_push(r->plan->arena, &c->problems, arena_str(r->plan->arena, list.u.items[i].u.string));
    return true;
}

static bool read_read(struct reading *r, struct value json, struct plan_read *out)
{
    if (!get_addr(r, json, "address", &out->addr) || !out->addr || !get_text(r, json, "provider", &out->provider) ||
        !get_value(r, json, "reads", out->addr->text, STR(""), "value", &out->value))
        return fail(r, "reads");
    out->schema = r->schema_of(r->ctx, out->addr->mode, out->addr->type);
    return out->schema ? true : fail(r, _("a type that no provider offers"));
}

static bool read_target(struct reading *r, struct value json, struct str *out)
{
    if (!value_is_set(json) || json.type != type_string)
        return fail(r, "targets");
    *out = arena_str(r->plan->arena, json.u.string);
    return true;
}

static bool read_source(struct reading *r, struct value json, struct plan_source *out)
{
    return get_text(r, json, "path", &out->path) && get_text(r, json, "text", &out->text);
}

#define LIST(name, vec, T, one)                                                                                        \
    do {                                                                                                               \
        struct value list = member(root, name);                                                                        \
        if (!value_is_set(list) || list.type->kind != TYPE_TUPLE)                                                      \
            return fail(r, name);                                                                                      \
        for (size_t i = 0; i < list.n; i++) {                                                                          \
            T item = {0};                                                                                              \
            if (!one(r, list.u.items[i], &item))                                                                       \
                return fail(r, name);                                                                                  \
            vec_push(r->plan->arena, &(vec), item);                                                                    \
        }                                                                                                              \
    } while (0)

static bool read_lists(struct reading *r, struct value root)
{
    struct plan *plan = r->plan;
    LIST("targets", plan->targets, struct str, read_target);
    LIST("replaces", plan->replaces, struct str, read_target);
    LIST("changes", plan->changes, struct change, read_change);
    LIST("drift", plan->drift, struct change, read_change);
    LIST("outputs", plan->outputs, struct plan_output, read_output);
    LIST("variables", plan->variables, struct plan_variable, read_variable);
    LIST("checks", plan->checks, struct plan_check, read_check);
    LIST("reads", plan->reads, struct plan_read, read_read);
    return true;
}

/* What says how the rest is opened. */
static bool read_key(struct reading *r, struct value root, struct diags *diags, bool *refused)
{
    LIST("sources", r->file->sources, struct plan_source, read_source);
    bool keyed;
    struct str key = {0};
    if (!get_text(r, root, "secrets", &r->file->secrets) || !get_flag(r, root, "keyed", &keyed))
        return false;
    *refused = r->sealer && !r->sealer->begin(r->sealer->ctx, r->file, &key, diags);
    if (keyed)
        r->plan->digest_key = arena_str(r->plan->arena, key);
    return !*refused;
}

static bool read_head(struct reading *r, struct value root)
{
    struct plan *plan = r->plan;
    uint64_t mode;
    if (!get_text(r, root, "program", &r->file->program) || !get_number(r, root, "mode", PLAN_REFRESH_ONLY, &mode) ||
        !get_text(r, root, "lineage", &plan->lineage) || !get_number(r, root, "serial", INT64_MAX, &plan->serial) ||
        !get_text(r, root, "timestamp", &plan->timestamp) || !get_flag(r, root, "errored", &plan->errored) ||
        !get_flag(r, root, "complete", &plan->complete) || !get_flag(r, root, "state_moved", &plan->state_moved))
        return false;
    plan->mode = (enum plan_mode)mode;
    return true;
}

static bool same_digest(struct reading *r, struct value root)
{
    struct str said = {0};
    return get_text(r, root, "digest", &said) && str_eq(said, digest_hex(r->scratch, r->plan->digest));
}

/* -- the whole -- */

static bool refuse(struct diags *diags, enum diag_code code, struct str name, struct str what)
{
    diag_error(diags, (struct span){0}, _("Not a usable plan"), "%.*s: %.*s", STR_ARG(name), STR_ARG(what))->code =
        code;
    return false;
}

static bool check_format(struct value root, struct str name, struct diags *diags)
{
    struct value format = member(root, "format"), version = member(root, "version");
    int64_t n;
    if (!value_is_set(format) || format.type != type_string || !str_is(format.u.string, "detour-plan") ||
        !value_is_set(version) || version.type != type_number || !number_to_int64(value_as_number(version), &n))
        return refuse(diags, DIAG_PLAIN, name, str_c(_("this is no plan that detour has written")));
    if (n == PLAN_FILE_VERSION)
        return true;
    return refuse(diags, DIAG_PLAIN, name,
                  str_c(n > PLAN_FILE_VERSION ? _("it was written by a newer detour; apply it with that version")
                                              : _("it was written by an older detour; make a new plan")));
}

bool plan_file_read(struct addrs *addrs, struct sources *sources, struct str name, struct str text,
                    plan_schema_of *schema_of, void *ctx, const struct plan_sealer *sealer, struct plan_file *out,
                    struct diags *diags)
{
    ARENA_AUTO scratch = arena_new();
    struct value root;
    struct json_error error;
    *out = (struct plan_file){0};
    if (!json_read(scratch, text, &root, &error))
        return refuse(diags, DIAG_PLAIN, name, str_c(_("this is no plan that detour has written")));
    if (!check_format(root, name, diags))
        return false;
    out->plan = plan_new(PLAN_NORMAL);
    struct reading r = {.scratch = scratch,
                        .file = out,
                        .plan = out->plan,
                        .addrs = addrs,
                        .sources = sources,
                        .schema_of = schema_of,
                        .ctx = ctx,
                        .sealer = sealer,
                        .where = STRBUF_INIT(STRBUF_MAX)};
    bool refused = false;
    bool read = read_head(&r, root) && read_key(&r, root, diags, &refused) && read_lists(&r, root);
    strbuf_free(&r.where);
    if (refused) {
        /* told already */
    } else if (!read) {
        refuse(diags, DIAG_PLAIN, name, arena_printf(scratch, _("the file is damaged (%s)"), r.wrong ? r.wrong : "?"));
    } else {
        bool complete = out->plan->complete;
        plan_seal(out->plan);
        out->plan->complete = complete;
        if (same_digest(&r, root))
            return true;
        refuse(diags, DIAG_DIGEST_MISMATCH, name,
               str_c(_("what is in the file is not what its digest says: it was changed after it was written")));
    }
    plan_free(out->plan);
    out->plan = NULL;
    return false;
}
