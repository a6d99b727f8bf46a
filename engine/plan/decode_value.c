#include "plan/decode_private.h"

#include "base/gettext.h"
#include "base/hex.h"
#include "value/json.h"

bool plan_read_fail(struct reading *r, const char *what)
{
    if (!r->wrong)
        r->wrong = what;
    return false;
}

/* -- members of JSON objects -- */

struct value plan_read_member(struct value object, const char *name)
{
    return value_is_set(object) && object.type->kind == TYPE_OBJECT ? value_attr(object, str_c(name))
                                                                    : (struct value){0};
}

bool plan_read_text(struct reading *r, struct value object, const char *name, struct str *out)
{
    struct value v = plan_read_member(object, name);
    if (!value_exists(v))
        return true;
    if (!value_is_set(v) || v.type != type_string)
        return plan_read_fail(r, name);
    *out = arena_str(r->plan->arena, v.u.string);
    return true;
}

bool plan_read_number(struct reading *r, struct value object, const char *name, uint64_t max, uint64_t *out)
{
    struct value v = plan_read_member(object, name);
    int64_t n;
    if (!value_is_set(v) || v.type != type_number || !number_to_int64(value_as_number(v), &n) || n < 0 ||
        (uint64_t)n > max)
        return plan_read_fail(r, name);
    *out = (uint64_t)n;
    return true;
}

bool plan_read_flag(struct reading *r, struct value object, const char *name, bool *out)
{
    uint64_t n;
    if (!plan_read_number(r, object, name, 1, &n))
        return false;
    *out = n;
    return true;
}

static bool get_hex(struct reading *r, struct value object, const char *name, struct blob *out)
{
    struct str text = {0};
    if (!plan_read_text(r, object, name, &text) || text.n % 2)
        return plan_read_fail(r, name);
    unsigned char *bytes = arena_alloc(r->plan->arena, text.n / 2 + 1);
    for (size_t i = 0; i < text.n; i += 2) {
        int high = hex_digit(text.p[i]), low = hex_digit(text.p[i + 1]);
        if (high < 0 || low < 0)
            return plan_read_fail(r, name);
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
        return plan_read_fail(r, "value");
    *out = value_copy(r->plan->arena, json);
    return true;
}

static bool sequence(struct reading *r, struct value json, const struct type *type, struct value *out)
{
    if (json.type->kind != TYPE_TUPLE || (type->kind == TYPE_TUPLE && type->n != json.n))
        return plan_read_fail(r, "value");
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
    struct value inner = plan_read_member(json, "o");
    if (!value_is_set(inner) || inner.type->kind != TYPE_OBJECT ||
        (type->kind == TYPE_OBJECT && inner.type->n != type->n))
        return plan_read_fail(r, "value");
    size_t n = inner.type->n;
    struct value *items = ARENA_ARRAY(r->plan->arena, struct value, n);
    struct str *names = ARENA_ARRAY(r->plan->arena, struct str, n);
    size_t before = r->where.n;
    for (size_t i = 0; i < n; i++) {
        if (type->kind == TYPE_OBJECT && !str_eq(type->names[i], inner.type->names[i]))
            return plan_read_fail(r, "value");
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
        return plan_read_fail(r, _("a secret was changed, or its seal is of another place or key"));
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
    return open_seal(r, sealed, scratch, &plain) &&
           (json_read(scratch, plain, &json, &error) || plan_read_fail(r, "value")) && node(r, json, type, out);
}

static bool marked(struct reading *r, struct value json, const struct type *type, struct value *out)
{
    uint64_t marks;
    struct value sealed = plan_read_member(json, "s");
    if (!plan_read_number(r, json, "m", UINT16_MAX, &marks) ||
        !(value_exists(sealed) ? unsealed(r, sealed, type, out) : node(r, plan_read_member(json, "v"), type, out)))
        return false;
    *out = value_mark(*out, (uint16_t)marks);
    return true;
}

static bool node(struct reading *r, struct value json, const struct type *type, struct value *out)
{
    if (!value_exists(json))
        return plan_read_fail(r, "value");
    if (value_is_null(json)) {
        *out = value_null(type);
        return true;
    }
    if (value_exists(plan_read_member(json, "m")))
        return marked(r, json, type, out);
    if (value_exists(plan_read_member(json, "u"))) {
        *out = value_unknown(type);
        return true;
    }
    if (type_is_primitive(type))
        return primitive(r, json, type, out);
    if (type->kind == TYPE_DYNAMIC)
        return plan_read_fail(r, "value");
    return type_is_keyed(type) ? keyed(r, json, type, out) : sequence(r, json, type, out);
}

bool plan_read_private(struct reading *r, struct value object, const struct change *c, const char *name,
                       struct blob *out)
{
    struct str plain;
    struct value sealed = plan_read_member(object, arena_printf(r->scratch, "sealed_%s", name).p);
    if (!value_exists(sealed))
        return get_hex(r, object, name, out);
    place(r, "changes", c->addr->text, c->deposed, name);
    if (!open_seal(r, sealed, r->plan->arena, &plain))
        return false;
    *out = (struct blob){plain.p, plain.n};
    return true;
}

bool plan_read_value(struct reading *r, struct value object, const char *list, struct str of, struct str more,
                     const char *name, struct value *out)
{
    place(r, list, of, more, name);
    struct value v = plan_read_member(object, name);
    if (!value_exists(v))
        return true;
    STRBUF_AUTO text = STRBUF_INIT(STRBUF_MAX);
    struct value type_json = plan_read_member(v, "type");
    if (!value_exists(type_json))
        return plan_read_fail(r, name);
    json_write(&text, type_json, JSON_COMPACT);
    const struct type *type = type_json_read(strbuf_str(&text));
    return type ? node(r, plan_read_member(v, "value"), type, out) : plan_read_fail(r, name);
}
