#include "view/human/text.h"
#include "base/gettext.h"
#include "value/json.h"
#include "value/print.h"

enum form { FORM_PLAIN, FORM_LINES, FORM_JSON };

struct text {
    enum form form;
    struct str s;
    struct value json;
};

static struct text text_of(struct arena *arena, struct value v)
{
    struct text t = {.form = FORM_PLAIN, .s = v.u.string};
    struct json_error error;
    struct str trimmed = str_trim(t.s);
    bool looks = trimmed.n && (trimmed.p[0] == '{' || trimmed.p[0] == '[');
    if (looks && json_read(arena, t.s, &t.json, &error))
        t.form = FORM_JSON;
    else if (str_find_byte(t.s, '\n', 0) != SIZE_MAX)
        t.form = FORM_LINES;
    return t;
}

/* The length of a character at the start of `s` that must not reach a terminal or a reviewer as it is, or 0: control
 * characters (those of C1, too), and the marks that make text read in another order than it has. */
static size_t deceiving(struct str s, unsigned *code)
{
    const unsigned char *p = (const unsigned char *)s.p;
    *code = p[0];
    if (p[0] < 0x20 || p[0] == 0x7f)
        return 1;
    if (s.n >= 2 && p[0] == 0xc2 && p[1] < 0xa0)
        return *code = p[1], 2;
    if (s.n < 3 || p[0] != 0xe2 || (p[1] != 0x80 && p[1] != 0x81))
        return 0;
    *code = 0x2000u + ((p[1] & 0x3fu) << 6) + (p[2] & 0x3fu);
    bool embedding = *code >= 0x202a && *code <= 0x202e, isolate = *code >= 0x2066 && *code <= 0x2069;
    return embedding || isolate ? 3 : 0;
}

static void escape(struct strbuf *out, unsigned code)
{
    static const char escapes[] = {
        ['\a'] = 'a', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't', ['\v'] = 'v'};
    if (code < sizeof escapes && escapes[code])
        strbuf_printf(out, "\\%c", escapes[code]);
    else
        strbuf_printf(out, code < 0x100 ? "\\x%02x" : "\\u%04x", code);
}

/* `quoted`: within double quotes; else a line, which keeps its tabs, quotes and backslashes. */
static void add_visibly(struct strbuf *out, struct str s, bool quoted)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n;) {
        unsigned code;
        char c = s.p[i];
        size_t n = deceiving(str_sub(s, i, s.n), &code);
        bool keep = quoted ? !n && c != '"' && c != '\\' : !n || c == '\t';
        if (keep) {
            i++;
            continue;
        }
        strbuf_add(out, str_sub(s, from, i));
        if (n)
            escape(out, code);
        else
            strbuf_printf(out, "\\%c", c);
        i += n ? n : 1;
        from = i;
    }
    strbuf_add(out, str_sub(s, from, s.n));
}

void text_quote(struct strbuf *out, struct str s)
{
    strbuf_addc(out, '"');
    add_visibly(out, s, true);
    strbuf_addc(out, '"');
}

void render_forces(struct render r, const struct diff *diff)
{
    if (diff->replace)
        term_paint(r.out, r.term, INK_RED, _(" # forces replacement"));
}

void render_null_suffix(struct render r, const struct diff *diff)
{
    if (diff->action == DIFF_DELETE && !r.no_null_suffix)
        strbuf_lit(r.out, " -> null");
}

/* -- line diffs -- */

enum { CONTEXT_LINES = 3, COLLAPSE_FROM = 10 };

static void render_line(struct render r, unsigned indent, enum diff_action action, struct str line)
{
    render_pad(r, indent, 0);
    render_symbol(r, action);
    add_visibly(r.out, line, false);
    strbuf_addc(r.out, '\n');
}

static void render_hidden_lines(struct render r, unsigned indent, size_t n)
{
    render_pad(r, indent, 4);
    term_paint(r.out, r.term, INK_DIM, ngettext("# (%zu unchanged line hidden)", "# (%zu unchanged lines hidden)", n),
               n);
    strbuf_addc(r.out, '\n');
}

static struct value lines_of(struct arena *arena, struct str s)
{
    VEC(struct value) lines = {0};
    struct str line;
    while (str_next_line(&s, &line))
        vec_push(arena, &lines, value_string(line));
    return value_list(type_string, lines.v, lines.n);
}

/* A stretch of equal lines, shortened in the middle when it is long; what follows or precedes no change needs no
 * context there. */
static void render_equal_lines(struct render r, unsigned indent, const struct diff *all, size_t from, size_t to)
{
    size_t head = from == 0 ? 0 : CONTEXT_LINES, tail = to == all->children.n ? 0 : CONTEXT_LINES;
    bool collapse = to - from > COLLAPSE_FROM && !r.show_unchanged;
    for (size_t i = from; i < to; i++) {
        if (collapse && i == from + head) {
            size_t hidden = to - from - head - tail;
            render_hidden_lines(r, indent, hidden);
            i += hidden;
            if (i == to)
                break;
        }
        render_line(r, indent, DIFF_SAME, all->children.v[i].diff->after.u.string);
    }
}

/* The lines look the same with and without it. */
static void render_last_newline(struct render r, unsigned indent, struct str before, struct str after)
{
    bool had = str_ends(before, STR("\n")), has = str_ends(after, STR("\n"));
    if (had == has)
        return;
    render_pad(r, indent, 0);
    render_symbol(r, had ? DIFF_DELETE : DIFF_CREATE);
    term_paint(r.out, r.term, INK_DIM, "%s\n", _("# (the newline at the end)"));
}

static void render_heredoc_diff(struct render r, const struct diff *diff, struct str before, struct str after,
                                unsigned indent)
{
    const struct diff *all = diff_of_lines(r.arena, lines_of(r.arena, before), lines_of(r.arena, after));
    strbuf_lit(r.out, "<<-EOT");
    render_forces(r, diff);
    strbuf_addc(r.out, '\n');
    for (size_t i = 0; i < all->children.n;) {
        const struct diff *child = all->children.v[i].diff;
        size_t end = i;
        while (end < all->children.n && all->children.v[end].diff->action == DIFF_SAME)
            end++;
        if (end > i) {
            render_equal_lines(r, indent + 1, all, i, end);
            i = end;
            continue;
        }
        render_line(r, indent + 1, child->action,
                    child->action == DIFF_DELETE ? child->before.u.string : child->after.u.string);
        i++;
    }
    render_last_newline(r, indent + 1, before, after);
    render_pad(r, indent, 4);
    strbuf_lit(r.out, "EOT");
}

static void render_heredoc(struct render r, const struct diff *diff, struct str s, unsigned indent)
{
    struct str line;
    strbuf_lit(r.out, "<<-EOT");
    render_forces(r, diff);
    strbuf_addc(r.out, '\n');
    while (str_next_line(&s, &line))
        render_line(r, indent + 1, DIFF_SAME, line);
    render_pad(r, indent, 4);
    strbuf_lit(r.out, "EOT");
}

/* -- JSON in strings -- */

static void render_json(struct render r, const struct diff *diff, struct value before, struct value after,
                        unsigned indent)
{
    struct diff *inner = diff_of_values(r.arena, before, after);
    bool blanks_only = inner->action == DIFF_SAME && diff->action == DIFF_UPDATE;
    const char *note = !blanks_only    ? ""
                       : diff->replace ? _(" # whitespace changes force replacement")
                                       : _(" # whitespace changes");
    STRBUF_AUTO text = STRBUF_INIT(0);
    struct render in = r;
    in.out = &text;
    in.no_null_suffix = true;
    in.show_unchanged = in.show_unchanged || blanks_only;
    render_diff(in, inner, indent + 1);
    bool lines = str_find_byte(strbuf_str(&text), '\n', 0) != SIZE_MAX;
    strbuf_lit(r.out, "jsonencode(");
    if (lines) {
        strbuf_printf(r.out, "%s\n", note);
        render_pad(r, indent + 1, 0);
        render_symbol(r, inner->action == DIFF_UPDATE ? DIFF_UPDATE : DIFF_SAME);
        strbuf_add(r.out, strbuf_str(&text));
        strbuf_addc(r.out, '\n');
        render_pad(r, indent + 1, 0);
    } else {
        strbuf_add(r.out, strbuf_str(&text));
    }
    strbuf_addc(r.out, ')');
    if (!lines)
        strbuf_printf(r.out, "%s", note);
    if (!blanks_only)
        render_forces(r, diff);
}

/* -- one string -- */

/* A string that stands alone: created, kept, going, or one side of "before -> after". */
static void render_one(struct render r, const struct diff *diff, struct value v, unsigned indent)
{
    struct value none = {0};
    if (value_is_null(v) || v.type != type_string) { /* of another type than the other side */
        if (value_is_null(v))
            strbuf_lit(r.out, "null");
        else
            value_print(r.out, v, 0);
        render_forces(r, diff);
        return;
    }
    struct text t = text_of(r.arena, v);
    if (t.form == FORM_JSON)
        render_json(r, diff, diff->action == DIFF_CREATE ? none : t.json, diff->action == DIFF_DELETE ? none : t.json,
                    indent);
    else if (t.form == FORM_LINES)
        render_heredoc(r, diff, t.s, indent);
    else
        text_quote(r.out, t.s);
    if (t.form == FORM_PLAIN)
        render_forces(r, diff);
}

static void render_side(struct render r, const struct diff *diff, struct value v, enum diff_action side,
                        unsigned indent)
{
    struct diff half = {.kind = DIFF_PRIMITIVE, .action = side};
    if (side == DIFF_CREATE)
        half.replace = diff->replace;
    render_one(r, &half, v, indent);
}

static void render_update(struct render r, const struct diff *diff, unsigned indent)
{
    bool strings = value_is_set(diff->before) && value_is_set(diff->after) && diff->before.type == type_string &&
                   diff->after.type == type_string;
    struct text a = {0}, b = {0};
    if (strings) {
        a = text_of(r.arena, diff->before);
        b = text_of(r.arena, diff->after);
    }
    if (a.form == FORM_JSON && b.form == FORM_JSON) {
        render_json(r, diff, a.json, b.json, indent);
    } else if (a.form != FORM_JSON && b.form != FORM_JSON && (a.form == FORM_LINES || b.form == FORM_LINES)) {
        render_heredoc_diff(r, diff, a.s, b.s, indent);
    } else {
        render_side(r, diff, diff->before, DIFF_DELETE, indent);
        strbuf_lit(r.out, " -> ");
        render_side(r, diff, diff->after, DIFF_CREATE, indent);
    }
}

void text_render(struct render r, const struct diff *diff, unsigned indent)
{
    if (diff->action == DIFF_UPDATE) {
        render_update(r, diff, indent);
        return;
    }
    render_one(r, diff, diff->action == DIFF_DELETE ? diff->before : diff->after, indent);
    render_null_suffix(r, diff);
}
