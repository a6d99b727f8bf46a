#include "value/value_private.h"

#include "base/unicode.h"

#include <stdlib.h>

/*
 * The order of sets. Where elements are not plain strings, numbers or bools, the reference sorts them by the bytes of a
 * text that it also hashes; the same text is made here, because people see the order of sets in outputs and plans.
 */

enum { PLAIN_BELOW = 1000000000 /* numbers that %g with ten digits writes without an exponent */ };

/* One code point as Go quotes it; returns its length. */
static size_t text_rune(struct strbuf *out, struct str s)
{
    static const char named[] = "\aa\bb\ff\nn\rr\tt\vv\"\"\\\\";
    uint32_t rune = 0xFFFD;
    size_t n = utf8_decode(s, &rune);
    for (const char *p = named; *p; p += 2)
        if ((uint32_t)*p == rune) {
            strbuf_printf(out, "\\%c", p[1]);
            return n;
        }
    if (unicode_printable(rune))
        strbuf_add(out, str_sub(s, 0, n));
    else
        strbuf_printf(out, rune < 0x80 ? "\\x%02x" : rune < 0x10000 ? "\\u%04x" : "\\U%08x", rune);
    return n ? n : 1;
}

static void text_string(struct strbuf *out, struct str s)
{
    strbuf_addc(out, '"');
    while (s.n)
        s = str_sub(s, text_rune(out, s), s.n);
    strbuf_addc(out, '"');
}

static void text_number(struct strbuf *out, struct number n)
{
    if (!n.big && n.small < PLAIN_BELOW && n.small > -PLAIN_BELOW)
        number_print(out, n);
    else
        number_format(out, n, 'g', "", -1, 10);
}

static void text_of(struct strbuf *out, struct value v);

static void text_parts(struct strbuf *out, struct value v, char open, char close)
{
    const struct value *parts = value_parts(v);
    strbuf_addc(out, open);
    for (uint32_t i = 0; i < v.n; i++) {
        if (v.type->kind == TYPE_MAP) {
            text_string(out, v.u.map.keys[i]);
            strbuf_addc(out, ':');
        }
        text_of(out, parts[i]);
        strbuf_addc(out, ';');
    }
    strbuf_addc(out, close);
}

static void text_of(struct strbuf *out, struct value v)
{
    if (v.state != VALUE_KNOWN) {
        strbuf_addc(out, v.state == VALUE_UNKNOWN ? '?' : '~');
        return;
    }
    switch (v.type->kind) {
    case TYPE_NUMBER:
        text_number(out, value_as_number(v));
        break;
    case TYPE_BOOL:
        strbuf_addc(out, v.u.boolean ? 'T' : 'F');
        break;
    case TYPE_STRING:
        text_string(out, v.u.string);
        break;
    case TYPE_MAP:
        text_parts(out, v, '{', '}');
        break;
    case TYPE_LIST:
    case TYPE_SET:
        text_parts(out, v, '[', ']');
        break;
    default:
        text_parts(out, v, '<', '>');
        break;
    }
}

static int order_primitive(struct value a, struct value b)
{
    if (a.type == type_string)
        return str_cmp(a.u.string, b.u.string);
    if (a.type == type_number)
        return number_cmp(value_as_number(a), value_as_number(b));
    return (int)a.u.boolean - (int)b.u.boolean;
}

/* Known before unknown before null. */
static int rank(struct value v)
{
    return v.state == VALUE_KNOWN ? 0 : v.state == VALUE_UNKNOWN ? 1 : 2;
}

static int order_parts(struct value a, struct value b)
{
    if (a.n != b.n)
        return a.n < b.n ? -1 : 1;
    const struct value *x = value_parts(a), *y = value_parts(b);
    for (uint32_t i = 0; i < a.n; i++) {
        int c = value_order(x[i], y[i]);
        if (c)
            return c;
    }
    return 0;
}

static int order_text(struct value a, struct value b)
{
    STRBUF_AUTO ta = STRBUF_INIT(0);
    STRBUF_AUTO tb = STRBUF_INIT(0);
    text_of(&ta, a);
    text_of(&tb, b);
    return str_cmp(strbuf_str(&ta), strbuf_str(&tb));
}

int value_order(struct value a, struct value b)
{
    if (a.type != b.type)
        return a.type->kind != b.type->kind  ? (int)a.type->kind - (int)b.type->kind
               : a.type->hash < b.type->hash ? -1
                                             : 1;
    if (a.state != VALUE_KNOWN || b.state != VALUE_KNOWN)
        return rank(a) - rank(b);
    if (type_is_primitive(a.type))
        return order_primitive(a, b);
    int c = order_text(a, b);
    return c ? c : order_parts(a, b); /* the text has ten digits of a number only */
}

/* An element while it is sorted, with its text where the order needs one. */
struct element {
    struct value v;
    struct str text;
    size_t at;
};

static int element_cmp(const void *a, const void *b)
{
    const struct element *x = a, *y = b;
    int c = 0;
    if (x->text.p && y->text.p) {
        c = str_cmp(x->text, y->text);
        c = c ? c : order_parts(x->v, y->v);
    } else {
        c = value_order(x->v, y->v);
    }
    return c ? c : (x->at > y->at) - (x->at < y->at);
}

static void element_prepare(struct arena *scratch, struct element *e)
{
    if (e->v.state != VALUE_KNOWN || type_is_primitive(e->v.type))
        return;
    STRBUF_AUTO text = STRBUF_INIT(0);
    text_of(&text, e->v);
    e->text = arena_str(scratch, strbuf_str(&text));
}

static bool duplicate(struct value a, struct value b)
{
    return value_wholly_known(a) && value_same(a, b);
}

static size_t sort_unique(struct element *elements, struct value *out, size_t n)
{
    size_t m = 0;
    if (n > 1)
        qsort(elements, n, sizeof *elements, element_cmp);
    for (size_t i = 0; i < n; i++)
        if (m == 0 || !duplicate(elements[i].v, out[m - 1]))
            out[m++] = elements[i].v;
    return m;
}

struct value value_set(struct arena *arena, const struct type *elem, const struct value *items, size_t n)
{
    struct arena *scratch = n ? arena_new() : NULL;
    struct element *elements = n ? ARENA_ARRAY(scratch, struct element, n) : NULL;
    struct value *sorted = n ? ARENA_ARRAY(arena, struct value, n) : NULL;
    unsigned marks = 0;
    for (size_t i = 0; i < n; i++) {
        marks |= value_marks_deep(items[i]);
        elements[i] = (struct element){.v = value_unmark_deep(arena, items[i]), .at = i};
        element_prepare(scratch, &elements[i]);
    }
    size_t m = sort_unique(elements, sorted, n);
    arena_free(scratch);
    struct value v = {.type = type_set(elem), .u.items = sorted, .state = VALUE_KNOWN, .n = (uint32_t)m};
    v.marks = (uint16_t)marks;
    v.deep = value_deep_sum(v);
    return v;
}

bool value_set_has(struct value set, struct value v)
{
    size_t lo = 0, hi = set.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = value_order(set.u.items[mid], v);
        if (c == 0)
            return value_same(set.u.items[mid], v);
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return false;
}
