#include "value/print.h"
#include "value/value_private.h"

#include "base/gettext.h"
#include "base/unicode.h"

enum { STEP = 2 };

bool print_is_identifier(struct str s)
{
    if (!s.n || str_is(s, "for")) /* {for = 1} would be read as a for expression */
        return false;
    for (size_t i = 0, n; i < s.n; i += n) {
        uint32_t rune;
        n = utf8_decode(str_sub(s, i, s.n), &rune);
        bool fits = i ? unicode_id_continue(rune) || rune == '-' : unicode_id_start(rune) || rune == '_';
        if (!n || !fits)
            return false;
    }
    return true;
}

/* Characters that a terminal may act on, or that turn the direction of what follows: they are never printed as they
 * are. */
static bool is_control(uint32_t rune)
{
    return rune < 0x20 || (rune >= 0x7f && rune < 0xa0) || rune == 0x2028 || rune == 0x2029 ||
           (rune >= 0x202a && rune <= 0x202e) || (rune >= 0x2066 && rune <= 0x2069);
}

static bool opens_template(struct str s, size_t i)
{
    return (s.p[i] == '$' || s.p[i] == '%') && i + 1 < s.n && s.p[i + 1] == '{';
}

static void print_rune(struct strbuf *out, struct str bytes, uint32_t rune)
{
    switch (rune) {
    case '\n':
        strbuf_lit(out, "\\n");
        break;
    case '\r':
        strbuf_lit(out, "\\r");
        break;
    case '\t':
        strbuf_lit(out, "\\t");
        break;
    case '"':
        strbuf_lit(out, "\\\"");
        break;
    case '\\':
        strbuf_lit(out, "\\\\");
        break;
    default:
        if (is_control(rune))
            strbuf_printf(out, "\\u%04x", rune);
        else
            strbuf_add(out, bytes);
        break;
    }
}

void print_quoted(struct strbuf *out, struct str s)
{
    strbuf_addc(out, '"');
    for (size_t i = 0, n; i < s.n; i += n) {
        uint32_t rune = 0xFFFD;
        struct str rest = str_sub(s, i, s.n);
        n = utf8_decode(rest, &rune);
        if (!n) {
            strbuf_add_rune(out, 0xFFFD);
            n = 1;
            continue;
        }
        if (opens_template(s, i))
            strbuf_addc(out, s.p[i]);
        print_rune(out, str_sub(rest, 0, n), rune);
    }
    strbuf_addc(out, '"');
}

static void new_line(struct strbuf *out, unsigned indent)
{
    strbuf_addc(out, '\n');
    strbuf_add_n(out, ' ', indent);
}

/* Text of several lines without anything that a heredoc cannot hold. */
static bool fits_heredoc(struct str s)
{
    if (str_find_byte(s, '\n', 0) == SIZE_MAX)
        return false;
    for (size_t i = 0, n; i < s.n; i += n) {
        uint32_t rune;
        n = utf8_decode(str_sub(s, i, s.n), &rune);
        if (!n || (is_control(rune) && rune != '\n' && rune != '\t'))
            return false;
    }
    return true;
}

/* A marker that no line of the text is. */
static void choose_marker(struct strbuf *marker, struct str text)
{
    strbuf_lit(marker, "EOT");
    for (bool again = true; again;) {
        struct str rest = text, line;
        again = false;
        while (str_next_line(&rest, &line))
            again |= str_eq(str_trim(line), strbuf_str(marker));
        if (again)
            strbuf_addc(marker, '_');
    }
}

static void print_heredoc(struct strbuf *out, struct str s, unsigned indent)
{
    STRBUF_AUTO marker = STRBUF_INIT(0);
    choose_marker(&marker, s);
    strbuf_add(out, indent ? STR("<<-") : STR("<<"));
    strbuf_add(out, strbuf_str(&marker));
    new_line(out, indent);
    for (size_t i = 0; i < s.n; i++) {
        if (opens_template(s, i))
            strbuf_addc(out, s.p[i]);
        if (s.p[i] == '\n')
            new_line(out, indent);
        else
            strbuf_addc(out, s.p[i]);
    }
    new_line(out, indent);
    strbuf_add(out, strbuf_str(&marker));
}

static void print_string(struct strbuf *out, struct str s, unsigned indent)
{
    if (fits_heredoc(s))
        print_heredoc(out, s, indent);
    else
        print_quoted(out, s);
}

static const char *conversion_of(const struct type *type)
{
    static const char *const words[] = {
        [TYPE_BOOL] = "tobool", [TYPE_NUMBER] = "tonumber", [TYPE_STRING] = "tostring",
        [TYPE_LIST] = "tolist", [TYPE_SET] = "toset",       [TYPE_MAP] = "tomap",
        [TYPE_DYNAMIC] = NULL,  [TYPE_TUPLE] = NULL,        [TYPE_OBJECT] = NULL,
    };
    return words[type->kind];
}

static void print_null(struct strbuf *out, const struct type *type)
{
    struct arena *scratch = arena_new();
    const char *conversion = conversion_of(type);
    if (conversion)
        strbuf_printf(out, "%s(null)", conversion);
    else
        strbuf_lit(out, "null");
    if (type->elem)
        strbuf_printf(out, " /* of %.*s */", STR_ARG(type_friendly(scratch, type->elem)));
    else if (type->kind >= TYPE_TUPLE)
        strbuf_printf(out, " /* %.*s */", STR_ARG(type_friendly(scratch, type)));
    arena_free(scratch);
}

static void print_parts(struct strbuf *out, struct value v, unsigned indent)
{
    bool keyed = type_is_keyed(v.type);
    struct value key, item;
    strbuf_addc(out, keyed ? '{' : '[');
    for (struct value_iter it = value_iter(v); !out->over && value_next(&it, &key, &item);) {
        new_line(out, indent + STEP);
        if (keyed) {
            print_quoted(out, key.u.string);
            strbuf_lit(out, " = ");
        }
        value_print(out, item, indent + STEP);
        if (!keyed)
            strbuf_addc(out, ',');
    }
    if (v.n)
        new_line(out, indent);
    strbuf_addc(out, keyed ? '}' : ']');
}

static void print_collection(struct strbuf *out, struct value v, unsigned indent)
{
    const char *conversion = conversion_of(v.type);
    if (conversion)
        strbuf_printf(out, "%s(", conversion);
    print_parts(out, v, indent);
    if (conversion)
        strbuf_addc(out, ')');
}

/* What stands for a value that must not or cannot be shown, or NULL. */
static const char *placeholder(struct value v)
{
    if (v.marks & MARK_SENSITIVE)
        return _("(sensitive value)");
    if (v.marks & MARK_EPHEMERAL)
        return _("(ephemeral value)");
    return v.state == VALUE_UNKNOWN ? _("(known after apply)") : NULL;
}

void value_print(struct strbuf *out, struct value v, unsigned indent)
{
    const char *instead = placeholder(v);
    if (instead) {
        strbuf_add(out, str_c(instead));
        return;
    }
    if (v.state == VALUE_NULL) {
        print_null(out, v.type);
        return;
    }
    switch (v.type->kind) {
    case TYPE_BOOL:
        strbuf_add(out, v.u.boolean ? STR("true") : STR("false"));
        break;
    case TYPE_NUMBER:
        number_print(out, value_as_number(v));
        break;
    case TYPE_STRING:
        print_string(out, v.u.string, indent);
        break;
    default:
        print_collection(out, v, indent);
        break;
    }
}

static bool all_plain(struct value v)
{
    const struct value *parts = value_parts(v);
    for (uint32_t i = 0; i < v.n; i++)
        if (!parts[i].marks && parts[i].state == VALUE_KNOWN && !type_is_primitive(parts[i].type))
            return false;
    return true;
}

static void brief(struct strbuf *out, struct value v);

static void brief_sequence(struct strbuf *out, struct value v)
{
    const struct value *parts = value_parts(v);
    strbuf_addc(out, '[');
    for (uint32_t i = 0; i < v.n && !out->over; i++) {
        if (i)
            strbuf_lit(out, ", ");
        brief(out, parts[i]);
    }
    strbuf_addc(out, ']');
}

static void brief_count(struct strbuf *out, struct value v)
{
    struct arena *scratch = arena_new();
    struct str name = type_friendly(scratch, v.type);
    bool object = v.type->kind == TYPE_OBJECT;
    unsigned long n = v.n;
    const char *format = object ? ngettext("%.*s with %lu attribute", "%.*s with %lu attributes", n)
                                : ngettext("%.*s with %lu element", "%.*s with %lu elements", n);
    strbuf_printf(out, format, STR_ARG(name), n);
    arena_free(scratch);
}

/* As much of s as the cap leaves room for. */
static void add_cut(struct strbuf *out, struct str s)
{
    size_t room = out->max - out->n;
    strbuf_add(out, str_sub(s, 0, room));
    out->over |= s.n > room;
}

static void brief_number(struct strbuf *out, struct number n)
{
    STRBUF_AUTO text = STRBUF_INIT(0);
    number_print(&text, n);
    add_cut(out, strbuf_str(&text));
}

static void brief(struct strbuf *out, struct value v)
{
    if (placeholder(v))
        strbuf_add(out, str_c(placeholder(v)));
    else if (v.state == VALUE_NULL)
        strbuf_lit(out, "null");
    else if (v.type == type_string)
        print_quoted(out, str_sub(v.u.string, 0, out->max));
    else if (v.type == type_number)
        brief_number(out, value_as_number(v));
    else if (v.type == type_bool)
        strbuf_add(out, v.u.boolean ? STR("true") : STR("false"));
    else if (!type_is_keyed(v.type) && all_plain(v))
        brief_sequence(out, v);
    else
        brief_count(out, v);
}

struct str value_brief(struct arena *arena, struct value v, size_t max)
{
    STRBUF_AUTO out = STRBUF_INIT(max + 256); /* more than is shown, so that cutting is noticed */
    brief(&out, v);
    struct str s = strbuf_str(&out);
    if (s.n <= max && !out.over)
        return arena_str(arena, s);
    struct str ellipsis = STR("…");
    size_t end = max > ellipsis.n ? max - ellipsis.n : 0;
    if (end > s.n)
        end = s.n;
    while (end > 0 && ((unsigned char)s.p[end] & 0xC0) == 0x80)
        end--;
    return arena_printf(arena, "%.*s…", (int)end, s.p);
}
