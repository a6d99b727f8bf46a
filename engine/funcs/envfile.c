/*
 * envfile: envfile_decode(). Lines NAME=value as systemd and container tools read them: comments, an `export` in front,
 * values plain or in single or double quotes, which may span lines. Nothing is expanded.
 */
#include "funcs/kit.h"

struct reader {
    struct func_call *call;
    struct str text;
    size_t pos;
    unsigned line;
    VEC(struct str) names;
    VEC(struct value) values;
};

static int peek(const struct reader *r)
{
    return r->pos < r->text.n ? (unsigned char)r->text.p[r->pos] : -1;
}

static int take(struct reader *r)
{
    int c = peek(r);
    r->pos += c >= 0;
    r->line += c == '\n';
    return c;
}

static bool is_name(int c, bool first)
{
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (!first && c >= '0' && c <= '9');
}

static bool is_blank(int c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static void skip_blanks(struct reader *r)
{
    while (is_blank(peek(r)))
        r->pos++;
}

static void skip_line(struct reader *r)
{
    while (peek(r) >= 0 && take(r) != '\n')
        ;
}

static struct str read_name(struct reader *r)
{
    size_t from = r->pos;
    while (is_name(peek(r), r->pos == from))
        r->pos++;
    return str_sub(r->text, from, r->pos);
}

/* What a backslash between double quotes stands for, with what follows it. */
static void read_escape(struct reader *r, struct strbuf *out)
{
    static const char from[] = "nrt\"\\$`", to[] = "\n\r\t\"\\$`";
    int c = take(r);
    const char *known = c > 0 ? strchr(from, c) : NULL;
    if (known) {
        strbuf_addc(out, to[known - from]);
    } else if (c != '\n') { /* a line that goes on */
        strbuf_addc(out, '\\');
        if (c >= 0)
            strbuf_addc(out, (char)c);
    }
}

static bool read_quoted(struct reader *r, struct strbuf *out)
{
    unsigned line = r->line;
    int quote = take(r), c;
    while ((c = take(r)) != quote) {
        if (c < 0)
            return func_fail(r->call, 0, _("the quotes that open in line %u do not close"), line);
        if (c == '\\' && quote == '"')
            read_escape(r, out);
        else
            strbuf_addc(out, (char)c);
    }
    skip_blanks(r);
    c = peek(r);
    if (c >= 0 && c != '\n' && c != '#')
        return func_fail(r->call, 0, _("line %u has text behind the closing quotes"), r->line);
    skip_line(r);
    return true;
}

/* To the end of the line, or to a comment behind a blank. */
static void read_plain(struct reader *r, struct strbuf *out)
{
    size_t from = r->pos, end = from;
    for (int c; (c = peek(r)) >= 0 && c != '\n'; r->pos++) {
        if (c == '#' && (r->pos == from || is_blank(r->text.p[r->pos - 1])))
            break;
        if (!is_blank(c))
            end = r->pos + 1;
    }
    strbuf_add(out, str_sub(r->text, from, end));
    skip_line(r);
}

static bool read_assignment(struct reader *r)
{
    STRBUF_AUTO value = STRBUF_INIT(KIT_TEXT_MAX);
    struct str name = read_name(r);
    if (str_is(name, "export") && is_blank(peek(r))) {
        skip_blanks(r);
        name = read_name(r);
    }
    skip_blanks(r);
    if (!name.n || peek(r) != '=')
        return func_fail(r->call, 0, _("line %u is not of the form NAME=value"), r->line);
    r->pos++;
    skip_blanks(r);
    if (peek(r) != '"' && peek(r) != '\'')
        read_plain(r, &value);
    else if (!read_quoted(r, &value))
        return false;
    vec_push(kit_arena(r->call), &r->names, name);
    vec_push(kit_arena(r->call), &r->values, value_string_copy(kit_arena(r->call), strbuf_str(&value)));
    return true;
}

static bool envfile_decode_impl(struct func_call *call)
{
    struct reader r = {.call = call, .text = kit_str(call, 0), .line = 1};
    for (int c; skip_blanks(&r), (c = peek(&r)) >= 0;) {
        if (c == '\n' || c == '#' || c == ';')
            skip_line(&r);
        else if (!read_assignment(&r))
            return false;
    }
    return kit_answer(call, value_map(kit_arena(call), type_string, r.names.v, r.values.v, r.names.n));
}

const struct func envfile_funcs[] = {
    {.name = "envfile_decode",
     .result_type = "map(string)",
     .impl = envfile_decode_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"str", "string", 0, N_("Lines NAME=value, as in an environment file.")}),
     .doc = N_("The variables of an environment file; of equal names the last wins.")},
    {0},
};
