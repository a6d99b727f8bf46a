#include "answer.h"

#include "value/json.h"

static void write_key(struct strbuf *out, struct value key, bool first)
{
    if (!first)
        strbuf_addc(out, ',');
    if (key.type == type_string) {
        json_write_string(out, key.u.string, JSON_COMPACT);
        strbuf_addc(out, ':');
    }
}

static bool has_insides(struct value v)
{
    return v.state == VALUE_KNOWN && !type_is_primitive(v.type) && v.type != type_dynamic;
}

typedef void write_fn(struct strbuf *out, struct value v);

static void write_insides(struct strbuf *out, struct value v, write_fn *write, bool skip_unknown)
{
    bool keyed = type_is_keyed(v.type), first = true;
    struct value_iter it = value_iter(v);
    struct value key, item;
    strbuf_addc(out, keyed ? '{' : '[');
    while (value_next(&it, &key, &item)) {
        if (keyed && skip_unknown && !value_is_known(item))
            continue;
        write_key(out, keyed ? key : value_int(0), first);
        write(out, item);
        first = false;
    }
    strbuf_addc(out, keyed ? '}' : ']');
}

void answer_value(struct strbuf *out, struct value v)
{
    if (has_insides(v))
        write_insides(out, v, answer_value, true);
    else if (!value_is_set(v))
        strbuf_lit(out, "null");
    else if (v.type == type_number && number_eq(value_as_number(v), number_int(0)))
        strbuf_addc(out, '0'); /* -0 is 0 in the files */
    else
        json_write(out, value_unmark(v), JSON_COMPACT); /* infinities as null: no answer has one */
}

void answer_sensitive(struct strbuf *out, struct value v)
{
    if (v.marks & MARK_SENSITIVE)
        strbuf_lit(out, "true");
    else if (has_insides(v))
        write_insides(out, v, answer_sensitive, false);
    else
        strbuf_lit(out, "false");
}

void answer_unknown(struct strbuf *out, struct value v)
{
    if (!value_is_known(v))
        strbuf_lit(out, "true");
    else if (has_insides(v))
        write_insides(out, v, answer_unknown, false);
    else
        strbuf_lit(out, "false");
}

static bool any_true(struct value v)
{
    if (v.state == VALUE_KNOWN && v.type == type_bool)
        return v.u.boolean;
    struct value_iter it = value_iter(v);
    struct value key, item;
    if (has_insides(v))
        while (value_next(&it, &key, &item))
            if (any_true(item))
                return true;
    return false;
}

static void write_mask(struct strbuf *out, struct value v);

static void write_mask_insides(struct strbuf *out, struct value v)
{
    bool keyed = type_is_keyed(v.type), first = true;
    struct value_iter it = value_iter(v);
    struct value key, item;
    strbuf_addc(out, keyed ? '{' : '[');
    while (value_next(&it, &key, &item)) {
        if (keyed && !any_true(item))
            continue;
        write_key(out, keyed ? key : value_int(0), first);
        write_mask(out, item);
        first = false;
    }
    strbuf_addc(out, keyed ? '}' : ']');
}

static void write_mask(struct strbuf *out, struct value v)
{
    if (!any_true(v))
        strbuf_lit(out, "false");
    else if (has_insides(v))
        write_mask_insides(out, v);
    else
        strbuf_lit(out, "true");
}

bool answer_tidy(struct strbuf *out, struct arena *arena, struct str json, bool mask)
{
    struct value v;
    struct json_error error;
    if (!json_read(arena, json, &v, &error))
        return false;
    if (mask)
        write_mask(out, v);
    else
        answer_value(out, v);
    return true;
}
