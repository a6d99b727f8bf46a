#include "plan/contract.h"

#include "base/gettext.h"
#include "value/print.h"
#include "value/walk.h"

enum { BRIEF = 80 };

struct checking {
    struct arena *arena;
    struct breaches *out;
};

static void breach(struct checking *check, struct path path, struct str text)
{
    struct breach b = {path, text};
    vec_push(check->arena, &check->out->list, b);
}

static struct str brief(struct checking *check, struct value v, bool secret)
{
    return secret ? STR("(sensitive value)") : value_brief(check->arena, v, BRIEF);
}

static struct value attr_of(struct value object, struct str name)
{
    return value_is_set(object) ? value_attr(object, name) : (struct value){0};
}

/* -- planned against the configuration -- */

static void planned_object(struct checking *check, const struct schema *schema, struct path path, struct value prior,
                           struct value config, struct value planned);

static void planned_attr(struct checking *check, const struct schema_attr *attr, struct path path, struct value prior,
                         struct value config, struct value planned)
{
    bool secret = (attr->flags & SCHEMA_SENSITIVE) != 0;
    if (value_is_null(config)) {
        if (!(attr->flags & SCHEMA_COMPUTED) && !value_is_null(planned))
            breach(check, path,
                   arena_printf(check->arena, _("is planned as %.*s, but the configuration does not set it"),
                                STR_ARG(brief(check, planned, secret))));
        return;
    }
    if (value_same(planned, config))
        return;
    if (value_exists(prior) && !value_is_null(prior) && value_same(planned, prior))
        return;
    breach(check, path,
           arena_printf(check->arena, _("is planned as %.*s, but the configuration says %.*s"),
                        STR_ARG(brief(check, planned, secret)), STR_ARG(brief(check, config, secret))));
}

static struct value element(struct value collection, size_t i)
{
    if (!value_is_set(collection) || i >= collection.n)
        return (struct value){0};
    return collection.type->kind == TYPE_MAP ? collection.u.map.items[i] : collection.u.items[i];
}

static struct value index_of(struct value collection, size_t i)
{
    return collection.type->kind == TYPE_MAP ? value_string(collection.u.map.keys[i]) : value_int((int64_t)i);
}

static void planned_nested(struct checking *check, const struct schema_nested *nested, struct path path,
                           struct value prior, struct value config, struct value planned)
{
    if (!value_is_set(config) || config.type->kind == TYPE_OBJECT) {
        planned_object(check, nested->schema, path, prior, config, planned);
        return;
    }
    if (!value_is_known(planned) || planned.type->kind == TYPE_SET)
        return; /* elements of sets have no identity to compare by */
    if (planned.n != config.n) {
        breach(check, path,
               arena_printf(check->arena, _("has %zu blocks in the plan, but %zu in the configuration"),
                            (size_t)planned.n, (size_t)config.n));
        return;
    }
    for (size_t i = 0; i < config.n; i++)
        planned_object(check, nested->schema, path_index(check->arena, path, index_of(config, i)), element(prior, i),
                       element(config, i), element(planned, i));
}

static void planned_object(struct checking *check, const struct schema *schema, struct path path, struct value prior,
                           struct value config, struct value planned)
{
    if (!value_is_known(config))
        return;
    if (value_is_null(config) || !value_is_set(planned)) {
        if (value_is_null(config) != value_is_null(planned))
            breach(check, path, STR("is there in only one of the plan and the configuration"));
        return;
    }
    for (size_t i = 0; i < config.type->n; i++) {
        struct str name = config.type->names[i];
        struct value c = config.u.items[i], p = attr_of(planned, name), was = attr_of(prior, name);
        if (!value_exists(p))
            continue;
        const struct schema_attr *attr = schema_attr(schema, name);
        const struct schema_nested *nested = attr ? NULL : schema_nested(schema, name);
        if (attr && (value_is_null(c) ? value_is_null(p) || (attr->flags & SCHEMA_COMPUTED) : value_same(p, c)))
            continue; /* the common case, before a path is made */
        struct path at = path_attr(check->arena, path, name);
        if (attr)
            planned_attr(check, attr, at, was, c, p);
        else if (nested)
            planned_nested(check, nested, at, was, c, p);
    }
}

void contract_planned(struct arena *arena, const struct schema *schema, struct value prior, struct value config,
                      struct value planned, struct breaches *out)
{
    struct checking check = {arena, out};
    planned_object(&check, schema, (struct path){0}, prior, config, planned);
}

/* -- actual against planned -- */

static bool same_known(struct arena *arena, struct path path, struct value planned, struct value actual,
                       struct path *where);

static bool same_items(struct arena *arena, struct path path, struct value planned, struct value actual,
                       struct path *where)
{
    if (planned.n != actual.n) {
        *where = path;
        return false;
    }
    for (size_t i = 0; i < planned.n; i++)
        if (!same_known(arena, path_index(arena, path, value_int((int64_t)i)), planned.u.items[i], actual.u.items[i],
                        where))
            return false;
    return true;
}

static bool same_map(struct arena *arena, struct path path, struct value planned, struct value actual,
                     struct path *where)
{
    *where = path;
    if (planned.n != actual.n)
        return false;
    for (size_t i = 0; i < planned.n; i++) {
        struct path at = path_index(arena, path, value_string(planned.u.map.keys[i]));
        if (!str_eq(planned.u.map.keys[i], actual.u.map.keys[i])) {
            *where = at;
            return false;
        }
        if (!same_known(arena, at, planned.u.map.items[i], actual.u.map.items[i], where))
            return false;
    }
    return true;
}

static bool same_object(struct arena *arena, struct path path, struct value planned, struct value actual,
                        struct path *where)
{
    for (size_t i = 0; i < planned.type->n; i++) {
        struct str name = planned.type->names[i];
        struct value a = attr_of(actual, name);
        if (value_exists(a) && value_same(planned.u.items[i], a))
            continue;
        struct path at = path_attr(arena, path, name);
        *where = at;
        if (!value_exists(a) || !same_known(arena, at, planned.u.items[i], a, where))
            return false;
    }
    return true;
}

/* A set with unknown elements: each known one must be found, and there may not be more than planned. */
static bool same_set(struct value planned, struct value actual)
{
    if (actual.n > planned.n)
        return false;
    for (size_t i = 0; i < planned.n; i++)
        if (value_wholly_known(planned.u.items[i]) && !value_set_has(actual, planned.u.items[i]))
            return false;
    return true;
}

static bool same_known(struct arena *arena, struct path path, struct value planned, struct value actual,
                       struct path *where)
{
    if (!value_is_known(planned) || value_same(planned, actual))
        return true;
    *where = path;
    if (value_is_null(planned) || !value_is_set(actual) || planned.type->kind != actual.type->kind ||
        value_wholly_known(planned))
        return false;
    switch (planned.type->kind) {
    case TYPE_OBJECT:
        return same_object(arena, path, planned, actual, where);
    case TYPE_MAP:
        return same_map(arena, path, planned, actual, where);
    case TYPE_SET:
        return same_set(planned, actual);
    case TYPE_LIST:
    case TYPE_TUPLE:
        return same_items(arena, path, planned, actual, where);
    default:
        return false;
    }
}

bool contract_same(struct arena *arena, struct value approved, struct value again, struct path *where)
{
    return same_known(arena, (struct path){0}, approved, again, where);
}

static void applied_attr(struct checking *check, const struct schema *schema, struct str name, struct value planned,
                         struct value actual)
{
    struct path where = path_attr(check->arena, (struct path){0}, name);
    if (same_known(check->arena, where, planned, actual, &where))
        return;
    const struct schema_attr *attr = schema_attr(schema, name);
    bool secret = attr && (attr->flags & SCHEMA_SENSITIVE);
    breach(check, where,
           arena_printf(check->arena, _("was planned as %.*s, but is %.*s now"), STR_ARG(brief(check, planned, secret)),
                        STR_ARG(brief(check, actual, secret))));
}

void contract_applied(struct arena *arena, const struct schema *schema, struct value planned, struct value actual,
                      struct breaches *out)
{
    struct checking check = {arena, out};
    if (!value_is_set(planned) || !value_is_set(actual)) {
        if (value_is_known(planned) && value_is_null(planned) != value_is_null(actual))
            breach(&check, (struct path){0},
                   value_is_null(actual) ? STR("was planned to exist, but does not")
                                         : STR("was to be gone, but is not"));
        return;
    }
    for (size_t i = 0; i < planned.type->n; i++) {
        struct value a = attr_of(actual, planned.type->names[i]);
        if (value_exists(a) && !value_same(planned.u.items[i], a))
            applied_attr(&check, schema, planned.type->names[i], planned.u.items[i], a);
    }
}

static bool find_unknown(void *ctx, struct path path, struct value v)
{
    struct checking *check = ctx;
    if (value_is_known(v))
        return !value_wholly_known(v);
    struct path_step *steps = ARENA_ARRAY(check->arena, struct path_step, path.n);
    if (path.n)
        memcpy(steps, path.steps, path.n * sizeof *steps);
    breach(check, (struct path){steps, path.n}, STR("is still unknown"));
    return false;
}

void contract_known(struct arena *arena, struct value actual, struct breaches *out)
{
    if (value_wholly_known(actual))
        return;
    struct checking check = {arena, out};
    value_walk(arena, actual, find_unknown, &check);
}
