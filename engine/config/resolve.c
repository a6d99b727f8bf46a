/* resolve: from a traversal to the object it names. */
#include "config/decode.h"
#include "config/reference.h"

#include <stdlib.h>

/* Looking for near names in a large module takes time, and nobody reads the hundredth suggestion. */
enum { NEAR_ERRORS = 50 };

struct resolve {
    const struct config_module *module;
    const struct traversal *t;
    struct config_ref *out;
    struct diags *diags; /* or NULL */
};

/* The root and the first `steps` steps. */
static struct span head_span(const struct traversal *t, size_t steps)
{
    struct span span = t->root.span;
    for (size_t i = 0; i < steps && i < t->n_steps; i++)
        span = span_join(span, t->steps[i].span);
    return span;
}

static const char *near(struct resolve *r, const struct map *map, struct str name)
{
    if (r->diags->n_errors > NEAR_ERRORS)
        return "";
    return words_near(r->diags->arena, map_near(map, name));
}

/* The name in step i, or NULL where there is none. */
static const struct str *name_at(const struct traversal *t, size_t i)
{
    return i < t->n_steps && t->steps[i].kind == STEP_ATTR ? &t->steps[i].text : NULL;
}

static bool found(struct resolve *r, enum config_ref_kind kind, size_t used)
{
    r->out->kind = kind;
    r->out->used = used;
    r->out->traversal = r->t;
    if (used < r->t->n_steps && r->t->steps[used].kind == STEP_INDEX)
        r->out->key = &r->t->steps[used];
    return true;
}

/* The index in step i, where a name was wanted; else the beginning of the reference. */
static struct span no_name_span(const struct traversal *t, size_t i)
{
    return i < t->n_steps && t->steps[i].kind == STEP_INDEX ? t->steps[i].span : head_span(t, 1);
}

/* var, local and the like without a name in step i. */
static bool bare_root(struct resolve *r, size_t i, const char *form)
{
    if (r->diags)
        diag_error(r->diags, no_name_span(r->t, i), _("Invalid reference"),
                   _("\"%.*s\" must be followed by a dot and a name: %s."), STR_ARG(r->t->root.text), form);
    return false;
}

static bool undeclared_variable(struct resolve *r, struct str name)
{
    if (r->diags)
        diag_error(r->diags, head_span(r->t, 1), _("Reference to undeclared variable"),
                   _("There is no variable \"%.*s\" in %s.%s It can be declared with: variable \"%.*s\" {}."),
                   STR_ARG(name), words_module(r->diags->arena, r->module), near(r, &r->module->variables, name),
                   STR_ARG(name));
    return false;
}

static bool resolve_variable(struct resolve *r)
{
    const struct str *name = name_at(r->t, 0);
    if (!name)
        return bare_root(r, 0, "var.NAME");
    r->out->variable = map_get(&r->module->variables, *name);
    return r->out->variable ? found(r, REF_VARIABLE, 1) : undeclared_variable(r, *name);
}

static bool resolve_local(struct resolve *r)
{
    const struct str *name = name_at(r->t, 0);
    if (!name)
        return bare_root(r, 0, "local.NAME");
    r->out->local = map_get(&r->module->locals, *name);
    if (r->out->local)
        return found(r, REF_LOCAL, 1);
    if (r->diags)
        diag_error(r->diags, head_span(r->t, 1), _("Reference to undeclared local value"),
                   _("There is no local value \"%.*s\" in %s.%s"), STR_ARG(*name),
                   words_module(r->diags->arena, r->module), near(r, &r->module->locals, *name));
    return false;
}

/* The step behind the call and its instance key: the name of an output. */
static bool resolve_output(struct resolve *r)
{
    const struct config_call *call = r->out->call;
    size_t at = r->out->used + (r->out->key != NULL);
    const struct str *name = name_at(r->t, at);
    if (!name || !call->module)
        return true;
    r->out->output = map_get(&call->module->outputs, *name);
    if (r->out->output)
        return true;
    if (r->diags)
        diag_error(r->diags, r->t->steps[at].span, _("Unsupported attribute"),
                   _("There is no output \"%.*s\" in %s.%s"), STR_ARG(*name),
                   words_module(r->diags->arena, call->module), near(r, &call->module->outputs, *name));
    return false;
}

static bool resolve_call(struct resolve *r)
{
    const struct str *name = name_at(r->t, 0);
    if (!name)
        return bare_root(r, 0, "module.NAME");
    r->out->call = map_get(&r->module->calls, *name);
    if (r->out->call)
        return found(r, REF_CALL, 1) && resolve_output(r);
    if (r->diags)
        diag_error(r->diags, head_span(r->t, 1), _("Reference to undeclared module"),
                   _("There is no module call \"%.*s\" in %s.%s"), STR_ARG(*name),
                   words_module(r->diags->arena, r->module), near(r, &r->module->calls, *name));
    return false;
}

/* -- resources -- */

enum { KEY_ROOM = 256 };

static const struct config_resource *find_resource(const struct config_module *module, bool data, struct str type,
                                                   struct str name)
{
    char room[KEY_ROOM];
    size_t n = (data ? 5 : 0) + type.n + 1 + name.n;
    char *key = n <= sizeof room ? room : heap_alloc(n), *at = key;
    if (data)
        at = mempcpy(at, "data.", 5);
    at = mempcpy(at, type.p, type.n);
    *at++ = '.';
    memcpy(at, name.p, name.n);
    const struct config_resource *found = map_get(&module->resources, str_from(key, n));
    if (key != room)
        free(key);
    return found;
}

/* " Did you mean data.a.b?" where the other mode has such an object, else near names. */
static const char *other_resource(struct resolve *r, bool data, struct str type, struct str name)
{
    struct arena *arena = r->diags->arena;
    if (find_resource(r->module, !data, type, name))
        return arena_printf(arena, _(" Did you mean %s%.*s.%.*s?"), data ? "" : "data.", STR_ARG(type), STR_ARG(name))
            .p;
    return near(r, &r->module->resources,
                arena_printf(arena, "%s%.*s.%.*s", data ? "data." : "", STR_ARG(type), STR_ARG(name)));
}

/* `first`: the step that names the type, or SIZE_MAX where the root does (then first + 1 is step 0). */
static bool resolve_resource(struct resolve *r, bool data, size_t first)
{
    const struct traversal *t = r->t;
    const struct str *type = first == SIZE_MAX ? &t->root.text : name_at(t, first);
    const struct str *name = name_at(t, first + 1);
    if (!type || !name)
        return bare_root(r, first + 1, data ? "data.TYPE.NAME" : "resource.TYPE.NAME");
    r->out->resource = find_resource(r->module, data, *type, *name);
    if (r->out->resource)
        return found(r, REF_RESOURCE, first + 2);
    if (r->diags)
        diag_error(r->diags, head_span(t, first + 2),
                   data ? _("Reference to undeclared data source") : _("Reference to undeclared resource"),
                   _("There is no %s \"%.*s\" \"%.*s\" in %s.%s"), data ? "data" : "resource", STR_ARG(*type),
                   STR_ARG(*name), words_module(r->diags->arena, r->module), other_resource(r, data, *type, *name));
    return false;
}

/* -- names that stand for themselves -- */

static bool resolve_word(struct resolve *r, enum config_ref_kind kind, const char *const *names)
{
    const struct str *name = name_at(r->t, 0);
    if (name && names_have(names, *name)) {
        r->out->name = *name;
        return found(r, kind, 1);
    }
    if (r->diags)
        diag_error(r->diags, no_name_span(r->t, 0), _("Invalid reference"),
                   _("\"%.*s\" has these attributes only: %s.%s"), STR_ARG(r->t->root.text),
                   words_list(r->diags->arena, names),
                   name ? words_near(r->diags->arena, words_nearest(names, *name)) : "");
    return false;
}

static const char *const each_names[] = {"key", "value", NULL};
static const char *const count_names[] = {"index", NULL};
static const char *const path_names[] = {"module", "root", "cwd", NULL};
static const char *const detour_names[] = {"env", "version", NULL};
static const char *const roots[] = {"var", "local", "module", "data", "each", "count", "self", "path", "detour", NULL};

/* " Did you mean var.size?": where the name lacks its prefix. */
static const char *missing_prefix(struct resolve *r)
{
    struct str name = r->t->root.text;
    struct arena *arena = r->diags->arena;
    const char *prefix = map_find(&r->module->variables, name) ? "var"
                         : map_find(&r->module->locals, name)  ? "local"
                         : map_find(&r->module->calls, name)   ? "module"
                                                               : NULL;
    return prefix ? arena_printf(arena, _(" Did you mean %s.%.*s?"), prefix, STR_ARG(name)).p
                  : words_near(arena, words_nearest(roots, name));
}

static bool unknown_root(struct resolve *r)
{
    struct str name = r->t->root.text;
    bool indexed = r->t->n_steps && r->t->steps[0].kind == STEP_INDEX;
    if (!r->diags)
        return false;
    if (str_is(name, "terraform"))
        diag_error(r->diags, r->t->root.span, _("Invalid reference"),
                   _("There is no object \"terraform\" here; detour.env is the environment, and detour.version the "
                     "version of detour."));
    else
        diag_error(
            r->diags, indexed ? r->t->steps[0].span : r->t->root.span, _("Invalid reference"),
            _("There is no \"%.*s\".%s A resource is named by its type and name (TYPE.NAME), and text is written "
              "in quotes."),
            STR_ARG(name), missing_prefix(r));
    return false;
}

/* TYPE.NAME: no word of the language. */
static bool resolve_other(struct resolve *r)
{
    const struct str *name = name_at(r->t, 0);
    if (!name || str_is(r->t->root.text, "terraform"))
        return unknown_root(r);
    r->out->resource = find_resource(r->module, false, r->t->root.text, *name);
    if (r->out->resource) /* by far the most frequent kind, so not looked up twice */
        return found(r, REF_RESOURCE, 1);
    struct str root = r->t->root.text;
    bool word = map_find(&r->module->variables, root) || map_find(&r->module->locals, root) ||
                map_find(&r->module->calls, root) || words_nearest(roots, root).n;
    return word ? unknown_root(r) : resolve_resource(r, false, SIZE_MAX);
}

bool config_ref_resolve(const struct config_module *module, const struct traversal *traversal, struct config_ref *out,
                        struct diags *diags)
{
    struct resolve r = {module, traversal, out, diags};
    struct str root = traversal->root.text;
    *out = (struct config_ref){0};
    if (str_is(root, "var"))
        return resolve_variable(&r);
    if (str_is(root, "local"))
        return resolve_local(&r);
    if (str_is(root, "module"))
        return resolve_call(&r);
    if (str_is(root, "data"))
        return resolve_resource(&r, true, 0);
    if (str_is(root, "resource"))
        return resolve_resource(&r, false, 0);
    if (str_is(root, "each"))
        return resolve_word(&r, REF_EACH, each_names);
    if (str_is(root, "count"))
        return resolve_word(&r, REF_COUNT, count_names);
    if (str_is(root, "path"))
        return resolve_word(&r, REF_PATH, path_names);
    if (str_is(root, "detour"))
        return resolve_word(&r, REF_DETOUR, detour_names);
    return str_is(root, "self") ? found(&r, REF_SELF, 0) : resolve_other(&r);
}

struct path config_ref_path(struct arena *arena, const struct config_ref *ref)
{
    struct path path = {0};
    for (size_t i = ref->used + (ref->key != NULL); i < ref->traversal->n_steps; i++) {
        const struct step *step = &ref->traversal->steps[i];
        if (step->kind == STEP_ATTR)
            path = path_attr(arena, path, step->text);
        else if (step->key->kind == EXPR_STRING)
            path = path_index(arena, path, value_string(step->text));
        else
            break;
    }
    return path;
}
