/*
 * format: format() and formatlist(). A format string is literal text with verbs of the shape
 * %[flags][width][.precision][[n]]letter, after Go's fmt; widths and precisions count grapheme clusters.
 */
#include "base/unicode.h"
#include "funcs/kit.h"
#include "value/json.h"

enum { WIDTH_MAX = 1 << 20 }; /* the widest field, and the most digits behind a point */

struct verb {
    struct str raw;
    size_t offset;
    size_t arg;           /* from 1 */
    int width, precision; /* -1: not given */
    char flags[6];        /* those of "#0-+ " that were given, once each */
    char letter;
};

struct format {
    struct func_call *call;
    struct str text;
    const struct value *args;
    size_t n_args;
    size_t pos, next_arg, highest_arg;
    struct strbuf *out;
};

/* -- reading a verb -- */

static bool bad_char(struct format *f)
{
    struct str rest = str_sub(f->text, f->pos, f->text.n);
    uint32_t rune;
    if (!rest.n)
        return func_fail(f->call, KIT_CALL, _("the format string ends within a verb"));
    rest.n = utf8_decode(rest, &rune);
    return func_fail(f->call, KIT_CALL, _("unexpected \"%.*s\" at offset %zu of the format string"), STR_ARG(rest),
                     f->pos);
}

static int peek(const struct format *f)
{
    return f->pos < f->text.n ? (unsigned char)f->text.p[f->pos] : -1;
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static void read_flags(struct format *f, struct verb *v)
{
    size_t n = 0;
    for (int c; (c = peek(f)) > 0 && strchr("#0-+ ", c); f->pos++)
        if (!memchr(v->flags, c, n))
            v->flags[n++] = (char)c;
}

/* Digits at the position; capped, so that a huge number cannot overflow. */
static int read_number(struct format *f)
{
    int n = 0;
    for (; is_digit(peek(f)); f->pos++)
        n = n > WIDTH_MAX ? n : n * 10 + (peek(f) - '0');
    return n;
}

static bool read_index(struct format *f, struct verb *v)
{
    if (peek(f) != '[')
        return true;
    f->pos++;
    if (!is_digit(peek(f)) || peek(f) == '0')
        return bad_char(f);
    v->arg = (size_t)read_number(f);
    if (peek(f) != ']')
        return bad_char(f);
    f->pos++;
    return true;
}

static bool read_verb(struct format *f, struct verb *v)
{
    *v = (struct verb){.offset = f->pos, .arg = f->next_arg, .width = -1, .precision = -1};
    f->pos++;
    read_flags(f, v);
    if (is_digit(peek(f)))
        v->width = read_number(f);
    if (peek(f) == '.') {
        f->pos++;
        v->precision = read_number(f);
    }
    if (!read_index(f, v))
        return false;
    int c = peek(f);
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
        return bad_char(f);
    f->pos++;
    v->letter = (char)c;
    v->raw = str_sub(f->text, v->offset, f->pos);
    if (v->width > WIDTH_MAX || v->precision > WIDTH_MAX)
        return func_fail(f->call, KIT_CALL, _("\"%.*s\" asks for more than %d characters"), STR_ARG(v->raw), WIDTH_MAX);
    return true;
}

/* -- writing a value -- */

static bool unsupported(struct format *f, const struct verb *v, const char *why)
{
    return func_fail(f->call, KIT_CALL, _("argument %zu does not fit \"%.*s\" at offset %zu: %s"), v->arg,
                     STR_ARG(v->raw), v->offset, why);
}

static void write_padded(struct format *f, const struct verb *v, struct str text)
{
    size_t length = v->width < 0 ? 0 : unicode_length(text);
    size_t pad = v->width > 0 && (size_t)v->width > length ? (size_t)v->width - length : 0;
    char fill = strchr(v->flags, '0') ? '0' : ' ';
    if (!strchr(v->flags, '-'))
        strbuf_add_n(f->out, fill, pad);
    strbuf_add(f->out, text);
    if (strchr(v->flags, '-'))
        strbuf_add_n(f->out, fill, pad);
}

static bool write_json(struct format *f, const struct verb *v, struct value arg)
{
    STRBUF_AUTO json = STRBUF_INIT(KIT_TEXT_MAX);
    if (!json_write(&json, arg, JSON_HTML_SAFE))
        return unsupported(f, v, _("infinity has no JSON form"));
    write_padded(f, v, strbuf_str(&json));
    return true;
}

static bool write_as_is(struct format *f, const struct verb *v, struct value arg)
{
    if (strchr(v->flags, '#') || value_is_null(arg) || (arg.type != type_string && arg.type != type_number))
        return write_json(f, v, arg);
    STRBUF_AUTO text = STRBUF_INIT(KIT_TEXT_MAX);
    if (arg.type == type_number)
        number_format(&text, value_as_number(arg), 'g', "", -1, -1);
    write_padded(f, v, arg.type == type_number ? strbuf_str(&text) : arg.u.string);
    return true;
}

/* The argument converted to the type that the verb wants. */
static bool converted(struct format *f, const struct verb *v, struct value arg, const struct type *type,
                      struct value *out)
{
    STRBUF_AUTO why = STRBUF_INIT(1024);
    if (convert(kit_arena(f->call), arg, type, out, NULL, &why))
        return true;
    return unsupported(f, v, arena_str(kit_arena(f->call), strbuf_str(&why)).p);
}

static bool write_number(struct format *f, const struct verb *v, struct value arg)
{
    if (!converted(f, v, arg, type_number, &arg))
        return false;
    struct number n = value_as_number(arg);
    if (strchr("bdoxX", v->letter) && !number_is_int(n))
        return unsupported(f, v, _("a whole number is required"));
    number_format(f->out, n, v->letter, v->flags, v->width, v->precision);
    return true;
}

static bool write_string(struct format *f, const struct verb *v, struct value arg)
{
    if (!converted(f, v, arg, type_string, &arg))
        return false;
    struct str s = arg.u.string, rest = s;
    if (v->precision > 0) {
        for (int i = 0; i < v->precision && rest.n; i++)
            rest = str_sub(rest, unicode_grapheme(rest), rest.n);
        s.n -= rest.n;
    }
    if (v->letter == 's')
        write_padded(f, v, s);
    else
        return write_json(f, v, value_string(s));
    return true;
}

static bool write_verb(struct format *f, const struct verb *v)
{
    if (v->arg > f->n_args)
        return func_fail(f->call, KIT_CALL, _("\"%.*s\" at offset %zu needs argument %zu, but there are %zu"),
                         STR_ARG(v->raw), v->offset, v->arg, f->n_args);
    struct value arg = f->args[v->arg - 1];
    if (v->letter != 'v' && value_is_null(arg))
        return unsupported(f, v, _("it is null"));
    if (v->letter == 'v')
        return write_as_is(f, v, arg);
    if (v->letter == 's' || v->letter == 'q')
        return write_string(f, v, arg);
    if (strchr("bdoxXeEfgG", v->letter))
        return write_number(f, v, arg);
    if (v->letter != 't')
        return func_fail(f->call, KIT_CALL, _("unknown verb \"%.*s\" at offset %zu"), STR_ARG(v->raw), v->offset);
    if (!converted(f, v, arg, type_bool, &arg))
        return false;
    strbuf_add(f->out, arg.u.boolean ? STR("true") : STR("false"));
    return true;
}

/* -- the whole -- */

static bool left_over(struct format *f)
{
    if (f->highest_arg)
        return func_fail(f->call, (int)f->highest_arg + 1, _("the format string uses only %zu of %zu arguments"),
                         f->highest_arg, f->n_args);
    return func_fail(f->call, 1, _("the format string uses none of the %zu arguments"), f->n_args);
}

static bool format_text(struct func_call *call, struct str text, const struct value *args, size_t n, struct strbuf *out)
{
    struct format f = {.call = call, .text = text, .args = args, .n_args = n, .next_arg = 1, .out = out};
    while (f.pos < text.n) {
        struct verb v;
        if (text.p[f.pos] != '%') {
            strbuf_addc(out, text.p[f.pos++]);
        } else if (f.pos + 1 < text.n && text.p[f.pos + 1] == '%') {
            strbuf_addc(out, '%');
            f.pos += 2;
        } else {
            if (!read_verb(&f, &v))
                return false;
            f.highest_arg = v.arg > f.highest_arg ? v.arg : f.highest_arg;
            if (!write_verb(&f, &v))
                return false;
            f.next_arg = v.arg + 1;
        }
    }
    return f.highest_arg >= n || left_over(&f);
}

/* The literal text before the first verb is known whatever the arguments turn out to be. */
static bool format_unknown(struct func_call *call)
{
    struct str text = kit_str(call, 0);
    size_t verb = str_find_byte(text, '%', 0);
    struct refine refine = {.not_null = true, .max_length = UINT32_MAX};
    if (verb != SIZE_MAX)
        refine.prefix = unicode_settled(kit_arena(call), str_sub(text, 0, verb));
    return kit_answer(call, value_unknown_refined(kit_arena(call), type_string, refine));
}

static bool format_impl(struct func_call *call)
{
    STRBUF_AUTO out = STRBUF_INIT(KIT_TEXT_MAX);
    for (size_t i = 1; i < call->n; i++)
        if (!value_wholly_known(call->args[i]))
            return format_unknown(call);
    return format_text(call, kit_str(call, 0), call->args + 1, call->n - 1, &out) && kit_answer_text(call, &out);
}

struct rows {
    size_t n;       /* how many strings there will be */
    size_t chooser; /* the argument that says so; 0: none does */
    bool unknown;
};

static bool is_rows(struct value v)
{
    return kit_is_sequence(v.type) && !value_is_null(v);
}

/* The one length of all arguments that are lists. */
static bool count_rows(struct func_call *call, struct rows *rows)
{
    *rows = (struct rows){.n = 1};
    for (size_t i = 1; i < call->n; i++) {
        struct value v = call->args[i];
        if (!is_rows(v))
            continue;
        if (!value_is_known(v) || (v.type->kind == TYPE_SET && !value_wholly_known(v) && v.n > 1))
            rows->unknown = true;
        if (!value_is_known(v) && v.type->kind != TYPE_TUPLE)
            continue;
        if (rows->chooser && rows->n != kit_count(v))
            return func_fail(call, (int)i, _("argument %zu has %zu elements, but argument %zu has %zu"), i,
                             kit_count(v), rows->chooser, rows->n);
        rows->n = kit_count(v);
        rows->chooser = i;
    }
    return true;
}

static bool format_row(struct func_call *call, size_t row, struct value *args, struct value *out)
{
    STRBUF_AUTO text = STRBUF_INIT(KIT_TEXT_MAX);
    for (size_t i = 1; i < call->n; i++) {
        args[i - 1] = is_rows(call->args[i]) ? kit_items(call->args[i])[row] : call->args[i];
        if (!value_wholly_known(args[i - 1])) {
            *out = value_refine_not_null(kit_arena(call), value_unknown(type_string));
            return true;
        }
    }
    if (!format_text(call, kit_str(call, 0), args, call->n - 1, &text)) {
        call->bad_arg = KIT_CALL; /* one row is at fault, which is none of the arguments as they were written */
        return false;
    }
    if (text.over)
        return func_fail(call, KIT_CALL, _("the result would be longer than %d bytes"), KIT_TEXT_MAX);
    *out = value_string_copy(kit_arena(call), strbuf_str(&text));
    return true;
}

static bool formatlist_impl(struct func_call *call)
{
    struct rows rows;
    if (!count_rows(call, &rows))
        return false;
    if (rows.unknown)
        return kit_unknown(call);
    struct value *items = ARENA_ARRAY(kit_arena(call), struct value, rows.n);
    struct value *args = ARENA_ARRAY(kit_arena(call), struct value, call->n);
    for (size_t i = 0; i < rows.n; i++)
        if (!kit_goes_on(call) || !format_row(call, i, args, &items[i]))
            return false;
    return kit_answer(call, value_list(type_string, items, rows.n));
}

#define FORMAT_PARAMS PARAMS({"format", "string", 0, N_("Text with verbs: %s, %d, %5.2f, %v, %q, %x …")})

const struct func format_funcs[] = {
    {.name = "format",
     .result_type = "string",
     .impl = format_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = FORMAT_PARAMS,
     .rest = REST("args", "any", PARAM_NULL | PARAM_UNKNOWN, N_("The values for the verbs.")),
     .doc = N_("Text with values put in for the verbs of a format string.")},
    {.name = "formatlist",
     .result_type = "list(string)",
     .impl = formatlist_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = FORMAT_PARAMS,
     .rest = REST("args", "any", PARAM_NULL | PARAM_UNKNOWN,
                  N_("The values for the verbs; lists give one for each string.")),
     .doc = N_("A list of strings, each formatted with the next element of the given lists.")},
    {0},
};
