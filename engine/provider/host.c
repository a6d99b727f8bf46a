#include "provider/host.h"

#include "base/gettext.h"
#include "provider/hcl.h"
#include "value/json.h"

#include <assert.h>
#include <stdarg.h>

static struct call *call_of(detour_call *call)
{
    return (struct call *)(void *)call;
}

/* -- looking -- */

static enum detour_state host_state(const detour_value *v)
{
    static const enum detour_state states[] = {
        [VALUE_NULL] = DETOUR_NULL, [VALUE_KNOWN] = DETOUR_KNOWN, [VALUE_UNKNOWN] = DETOUR_UNKNOWN};
    return v ? states[host_value(v)->state] : DETOUR_NULL;
}

static enum detour_kind host_kind(const detour_value *v)
{
    static const enum detour_kind kinds[] = {
        [TYPE_DYNAMIC] = DETOUR_ANY,   [TYPE_BOOL] = DETOUR_BOOL,   [TYPE_NUMBER] = DETOUR_NUMBER,
        [TYPE_STRING] = DETOUR_STRING, [TYPE_LIST] = DETOUR_LIST,   [TYPE_SET] = DETOUR_SET,
        [TYPE_MAP] = DETOUR_MAP,       [TYPE_TUPLE] = DETOUR_TUPLE, [TYPE_OBJECT] = DETOUR_OBJECT,
    };
    return kinds[host_value(v)->type->kind];
}

static bool host_wholly_known(const detour_value *v)
{
    return value_wholly_known(*host_value(v));
}

/* NUL-terminated, as the ABI promises: what comes into a call is copied, and copies of strings end in a NUL. */
static struct detour_str host_string(const detour_value *v)
{
    const struct value *value = host_value(v);
    assert(value_is_set(*value) && value->type->kind == TYPE_STRING);
    return (struct detour_str){value->u.string.p ? value->u.string.p : "", value->u.string.n};
}

static bool host_boolean(const detour_value *v)
{
    assert(value_is_set(*host_value(v)) && host_value(v)->type->kind == TYPE_BOOL);
    return host_value(v)->u.boolean;
}

static bool host_integer(const detour_value *v, int64_t *out)
{
    assert(value_is_set(*host_value(v)) && host_value(v)->type->kind == TYPE_NUMBER);
    return number_to_int64(value_as_number(*host_value(v)), out);
}

static double host_real(const detour_value *v)
{
    assert(value_is_set(*host_value(v)) && host_value(v)->type->kind == TYPE_NUMBER);
    return number_to_double(value_as_number(*host_value(v)));
}

static size_t host_length(const detour_value *v)
{
    const struct value *value = host_value(v);
    if (!v || !value_is_set(*value) || type_is_primitive(value->type))
        return 0;
    return value->type->kind == TYPE_OBJECT ? value->type->n : value->n;
}

static const detour_value *host_at(const detour_value *v, size_t i)
{
    const struct value *value = host_value(v);
    assert(i < host_length(v));
    const struct value *items = value->type->kind == TYPE_MAP ? value->u.map.items : value->u.items;
    return (const detour_value *)(const void *)&items[i];
}

static struct detour_str host_key_at(const detour_value *v, size_t i)
{
    const struct value *value = host_value(v);
    assert(i < host_length(v) && type_is_keyed(value->type));
    struct str key = value->type->kind == TYPE_MAP ? value->u.map.keys[i] : value->type->names[i];
    return (struct detour_str){key.p, key.n};
}

static const detour_value *host_attr(const detour_value *v, const char *name)
{
    const struct value *value = host_value(v);
    if (!v || !value_is_set(*value))
        return NULL;
    struct str key = str_c(name);
    if (value->type->kind == TYPE_OBJECT) {
        int i = type_attr(value->type, key);
        return i < 0 ? NULL : (const detour_value *)(const void *)&value->u.items[i];
    }
    for (size_t i = 0; value->type->kind == TYPE_MAP && i < value->n; i++)
        if (str_eq(value->u.map.keys[i], key))
            return (const detour_value *)(const void *)&value->u.map.items[i];
    return NULL;
}

static bool host_equal(const detour_value *a, const detour_value *b)
{
    if (!a || !b)
        return a == b;
    return value_same(*host_value(a), *host_value(b));
}

/* -- making -- */

static const detour_value *host_null(detour_call *call)
{
    return host_give(call_of(call), value_null(type_dynamic));
}

static const detour_value *host_unknown(detour_call *call)
{
    return host_give(call_of(call), value_unknown(type_dynamic));
}

static const detour_value *host_make_string(detour_call *call, struct detour_str s)
{
    struct call *c = call_of(call);
    return host_give(c, value_string_copy(c->arena, str_from(s.p, s.n)));
}

static const detour_value *host_make_bool(detour_call *call, bool b)
{
    return host_give(call_of(call), value_bool(b));
}

static const detour_value *host_make_integer(detour_call *call, int64_t i)
{
    return host_give(call_of(call), value_int(i));
}

static struct value *items_of(struct call *call, const detour_value *const *items, size_t n)
{
    struct value *out = ARENA_ARRAY(call->arena, struct value, n);
    for (size_t i = 0; i < n; i++)
        out[i] = items[i] ? *host_value(items[i]) : value_null(type_dynamic);
    return out;
}

static const detour_value *host_make_list(detour_call *call, const detour_value *const *items, size_t n)
{
    struct call *c = call_of(call);
    return host_give(c, value_tuple(items_of(c, items, n), n));
}

static const detour_value *host_make_map(detour_call *call, const struct detour_str *keys,
                                         const detour_value *const *items, size_t n)
{
    struct call *c = call_of(call);
    struct str *names = ARENA_ARRAY(c->arena, struct str, n);
    for (size_t i = 0; i < n; i++)
        names[i] = arena_str(c->arena, str_from(keys[i].p, keys[i].n));
    return host_give(c, value_object(c->arena, names, items_of(c, items, n), n));
}

/* An item takes the type of its place where it has none of its own. */
static struct value fit(struct value item, const struct type *place)
{
    if (item.type != type_dynamic)
        return item;
    return value_is_null(item) ? value_null(place) : value_unknown(place);
}

static const detour_value *host_with(detour_call *call, const detour_value *v, const char *const *names,
                                     const detour_value *const *items, size_t n)
{
    struct call *c = call_of(call);
    const struct value *base = host_value(v);
    assert(value_is_set(*base) && base->type->kind == TYPE_OBJECT);
    struct value *all = ARENA_ARRAY(c->arena, struct value, base->type->n);
    memcpy(all, base->u.items, base->type->n * sizeof *all);
    bool same_type = true;
    for (size_t i = 0; i < n; i++) {
        int at = type_attr(base->type, str_c(names[i]));
        assert(at >= 0 && "an attribute of the object");
        all[at] = fit(items[i] ? *host_value(items[i]) : value_null(type_dynamic), base->type->items[at]);
        same_type &= all[at].type == base->type->items[at];
    }
    return host_give(c, same_type ? value_object_of(base->type, all)
                                  : value_object(c->arena, base->type->names, all, base->type->n));
}

static void *host_alloc(detour_call *call, size_t size)
{
    return arena_alloc(call_of(call)->arena, size);
}

static struct detour_str host_to_json(detour_call *call, const detour_value *v)
{
    STRBUF_AUTO text = STRBUF_INIT(STRBUF_MAX);
    json_write(&text, *host_value(v), JSON_COMPACT);
    struct str s = arena_str(call_of(call)->arena, strbuf_str(&text));
    return (struct detour_str){s.p, s.n};
}

static const detour_value *host_from_json(detour_call *call, struct detour_str json)
{
    struct call *c = call_of(call);
    struct json_error error;
    struct value v;
    struct str text = arena_str(c->arena, str_from(json.p, json.n));
    return json_read(c->arena, text, &v, &error) ? host_give(c, v) : NULL;
}

static struct detour_str host_to_hcl(detour_call *call, const detour_value *v)
{
    struct str s = hcl_expression(call_of(call)->arena, *host_value(v));
    return (struct detour_str){s.p, s.n};
}

static struct detour_str host_to_hcl_body(detour_call *call, const detour_value *v)
{
    struct str s = hcl_body(call_of(call)->arena, *host_value(v));
    return (struct detour_str){s.p, s.n};
}

static const detour_value *host_from_hcl_body(detour_call *call, struct detour_str text)
{
    struct call *c = call_of(call);
    struct value v;
    struct str why;
    if (hcl_decode(c->arena, str_from(text.p, text.n), &v, &why))
        return host_give(c, v);
    host_problem(c, 0, DIAG_ERROR, (struct str){0}, str_c(_("Invalid arguments")), why);
    return NULL;
}

/* -- telling -- */

static bool *failed_at(struct call *call, size_t request)
{
#define FAILED(T) &((T *)call->abi)[request].failed
    switch (call->kind) {
    case CALL_VALIDATE:
        return FAILED(struct detour_validate);
    case CALL_READ:
        return FAILED(struct detour_read);
    case CALL_PLAN:
        return FAILED(struct detour_plan);
    case CALL_REVIEW:
        return FAILED(struct detour_review);
    case CALL_APPLY:
        return FAILED(struct detour_apply);
    case CALL_IMPORT:
        return FAILED(struct detour_import);
    case CALL_OPEN:
    case CALL_LANE:
    case CALL_FUNCTION:
        break;
    }
#undef FAILED
    return NULL;
}

bool *host_failed(struct call *call, size_t request)
{
    assert(request < call->n);
    return failed_at(call, request);
}

void host_problem(struct call *call, size_t request, enum severity severity, struct str attribute, struct str summary,
                  struct str detail)
{
    struct problem p = {request, severity, arena_str(call->arena, attribute), arena_str(call->arena, summary),
                        arena_str(call->arena, detail)};
    vec_push(call->arena, &call->problems, p);
    bool *failed = severity == DIAG_ERROR && request < call->n ? failed_at(call, request) : NULL;
    if (failed)
        *failed = true;
}

static void tell(detour_call *call, size_t request, enum severity severity, const char *attribute, const char *summary,
                 const char *format, va_list args)
{
    struct call *c = call_of(call);
    host_problem(c, request, severity, str_c(attribute), str_c(summary), arena_vprintf(c->arena, format, args));
}

__attribute__((format(printf, 5, 6))) static void host_fail(detour_call *call, size_t request, const char *attribute,
                                                            const char *summary, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tell(call, request, DIAG_ERROR, attribute, summary, format, args);
    va_end(args);
}

__attribute__((format(printf, 5, 6))) static void host_warn(detour_call *call, size_t request, const char *attribute,
                                                            const char *summary, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tell(call, request, DIAG_WARNING, attribute, summary, format, args);
    va_end(args);
}

__attribute__((format(printf, 4, 5))) static void host_consequence(detour_call *call, size_t request,
                                                                   enum detour_risk risk, const char *format, ...)
{
    static const enum risk_level levels[] = {
        [DETOUR_NOTE] = RISK_NOTE, [DETOUR_RISK] = RISK_RISK, [DETOUR_DANGER] = RISK_DANGER};
    struct call *c = call_of(call);
    va_list args;
    va_start(args, format);
    struct consequence found = {request, {levels[risk], arena_vprintf(c->arena, format, args)}};
    va_end(args);
    vec_push(c->arena, &c->consequences, found);
}

__attribute__((format(printf, 3, 4))) static void host_progress(detour_call *call, size_t request, const char *format,
                                                                ...)
{
    struct call *c = call_of(call);
    if (!c->hooks.progress)
        return;
    va_list args;
    va_start(args, format);
    struct str text = arena_vprintf(c->arena, format, args);
    va_end(args);
    c->hooks.progress(c->hooks.ctx, c, request, text);
}

static void host_done(detour_call *call, size_t request)
{
    struct call *c = call_of(call);
    assert(request < c->n);
    if (c->kind != CALL_APPLY || c->requests[request].prepared)
        return;
    call_prepare(c, request);
    if (c->hooks.done)
        c->hooks.done(c->hooks.ctx, c, request);
}

static bool host_cancelled(detour_call *call)
{
    const struct call *c = call_of(call);
    return c->hooks.cancelled && atomic_load(c->hooks.cancelled);
}

const struct detour_host host_table = {
    .size = sizeof host_table,
    .abi = DETOUR_ABI_VERSION,
    .state = host_state,
    .kind = host_kind,
    .wholly_known = host_wholly_known,
    .string = host_string,
    .boolean = host_boolean,
    .integer = host_integer,
    .real = host_real,
    .length = host_length,
    .at = host_at,
    .key_at = host_key_at,
    .attr = host_attr,
    .equal = host_equal,
    .null = host_null,
    .unknown = host_unknown,
    .make_string = host_make_string,
    .make_bool = host_make_bool,
    .make_integer = host_make_integer,
    .make_list = host_make_list,
    .make_map = host_make_map,
    .with = host_with,
    .alloc = host_alloc,
    .to_json = host_to_json,
    .from_json = host_from_json,
    .to_hcl = host_to_hcl,
    .to_hcl_body = host_to_hcl_body,
    .from_hcl_body = host_from_hcl_body,
    .fail = host_fail,
    .warn = host_warn,
    .consequence = host_consequence,
    .progress = host_progress,
    .done = host_done,
    .cancelled = host_cancelled,
};
