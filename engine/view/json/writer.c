#include "view/json/writer.h"
#include "value/json.h"

#include <stdlib.h>

/* Before an element: the comma behind its predecessor. */
static void element(struct writer *w)
{
    if (w->filled[w->depth])
        strbuf_addc(w->out, ',');
    w->filled[w->depth] = true;
}

void writer_open(struct writer *w, char bracket)
{
    element(w);
    strbuf_addc(w->out, bracket);
    if (++w->depth == WRITER_DEPTH)
        abort(); /* our own documents are not that deep; values are written by json_write */
    w->filled[w->depth] = false;
}

void writer_close(struct writer *w, char bracket)
{
    w->depth--;
    strbuf_addc(w->out, bracket);
}

void writer_key_str(struct writer *w, struct str key)
{
    element(w);
    json_write_string(w->out, key, JSON_COMPACT);
    strbuf_addc(w->out, ':');
    w->filled[w->depth] = false; /* the value that follows is no neighbour */
}

void writer_key(struct writer *w, const char *key)
{
    writer_key_str(w, str_c(key));
}

void writer_str(struct writer *w, struct str s)
{
    element(w);
    json_write_string(w->out, s, JSON_COMPACT);
}

void writer_c(struct writer *w, const char *s)
{
    writer_str(w, str_c(s));
}

void writer_bool(struct writer *w, bool b)
{
    element(w);
    strbuf_add(w->out, b ? STR("true") : STR("false"));
}

void writer_int(struct writer *w, int64_t i)
{
    element(w);
    strbuf_printf(w->out, "%lld", (long long)i);
}

void writer_null(struct writer *w)
{
    element(w);
    strbuf_lit(w->out, "null");
}

void writer_type(struct writer *w, const struct type *type)
{
    element(w);
    type_json_write(w->out, type);
}

/* -- values -- */

static bool has_children(struct value v)
{
    return value_is_set(v) && !type_is_primitive(v.type) && v.type->kind != TYPE_DYNAMIC;
}

static void value_rec(struct strbuf *out, struct value v);

static void fields(struct strbuf *out, struct value v)
{
    bool first = true;
    strbuf_addc(out, '{');
    for (size_t i = 0; i < v.n; i++) {
        bool map = v.type->kind == TYPE_MAP;
        struct value item = map ? v.u.map.items[i] : v.u.items[i];
        if (!value_is_known(item))
            continue;
        if (!first)
            strbuf_addc(out, ',');
        first = false;
        json_write_string(out, map ? v.u.map.keys[i] : v.type->names[i], JSON_COMPACT);
        strbuf_addc(out, ':');
        value_rec(out, item);
    }
    strbuf_addc(out, '}');
}

static void value_rec(struct strbuf *out, struct value v)
{
    if (value_wholly_known(v) || !has_children(v)) {
        json_write(out, v, JSON_COMPACT);
        return;
    }
    if (type_is_keyed(v.type)) {
        fields(out, v);
        return;
    }
    strbuf_addc(out, '[');
    for (size_t i = 0; i < v.n; i++) {
        if (i)
            strbuf_addc(out, ',');
        value_rec(out, v.u.items[i]);
    }
    strbuf_addc(out, ']');
}

void writer_value(struct writer *w, struct value v)
{
    element(w);
    if (!value_exists(v) || !value_is_known(v))
        strbuf_lit(w->out, "null");
    else
        value_rec(w->out, v);
}

/* -- masks -- */

typedef bool mask_leaf(struct value v);

static bool is_unknown(struct value v)
{
    return !value_is_known(v);
}

static bool is_sensitive(struct value v)
{
    return (v.marks & MARK_SENSITIVE) != 0;
}

/* Whether anything inside is to be marked: then an object names it, else it leaves it out. */
static bool has_leaf(struct value v, mask_leaf *leaf)
{
    if (leaf == is_unknown)
        return !value_wholly_known(v);
    return (v.deep & DEEP_SENSITIVE) != 0;
}

static void mask_rec(struct strbuf *out, struct value v, mask_leaf *leaf)
{
    if (leaf(v)) {
        strbuf_lit(out, "true");
        return;
    }
    if (!has_children(v)) {
        strbuf_lit(out, "false");
        return;
    }
    bool keyed = type_is_keyed(v.type), first = true;
    strbuf_addc(out, keyed ? '{' : '[');
    for (size_t i = 0; i < v.n; i++) {
        struct value item = v.type->kind == TYPE_MAP ? v.u.map.items[i] : v.u.items[i];
        if (keyed && !has_leaf(item, leaf) && !has_children(item))
            continue;
        if (!first)
            strbuf_addc(out, ',');
        first = false;
        if (keyed) {
            json_write_string(out, v.type->kind == TYPE_MAP ? v.u.map.keys[i] : v.type->names[i], JSON_COMPACT);
            strbuf_addc(out, ':');
        }
        mask_rec(out, item, leaf);
    }
    strbuf_addc(out, keyed ? '}' : ']');
}

static void mask(struct writer *w, struct value v, mask_leaf *leaf)
{
    element(w);
    if (!value_exists(v))
        strbuf_lit(w->out, "false");
    else
        mask_rec(w->out, v, leaf);
}

void writer_unknown_mask(struct writer *w, struct value v)
{
    mask(w, v, is_unknown);
}

void writer_sensitive_mask(struct writer *w, struct value v)
{
    mask(w, v, is_sensitive);
}
