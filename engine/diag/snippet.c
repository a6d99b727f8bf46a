#include "diag/snippet.h"
#include "base/gettext.h"
#include "base/unicode.h"

static const char *paint(struct snippet_style style, const char *code)
{
    return style.color ? code : "";
}

#define BOLD "\033[1m"
#define RED "\033[1;31m"
#define YELLOW "\033[1;33m"
#define RESET "\033[0m"

static void render_title(struct strbuf *out, const struct diag *d, struct snippet_style style)
{
    bool error = d->severity == DIAG_ERROR;
    strbuf_printf(out, "%s%s: %s%s%.*s%s\n", paint(style, error ? RED : YELLOW), error ? _("Error") : _("Warning"),
                  paint(style, RESET), paint(style, BOLD), STR_ARG(d->summary), paint(style, RESET));
}

static void render_place(struct strbuf *out, const struct diag *d, const struct source *source, struct position at)
{
    strbuf_printf(out, _("  on %.*s line %u"), STR_ARG(source->name), at.line);
    if (d->object.n)
        strbuf_printf(out, _(", in %.*s"), STR_ARG(d->object));
    strbuf_lit(out, ":\n");
}

/* Tabs are shown as one blank, so that the carets below stand where they ought to. */
static void add_flat(struct strbuf *out, struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        strbuf_addc(out, (unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f ? ' ' : text.p[i]);
}

/* Bytes [from, to) of the line that the subject covers. */
static void render_line(struct strbuf *out, struct str line, uint32_t number, size_t from, size_t to,
                        struct snippet_style style)
{
    strbuf_printf(out, "%4u: ", number);
    add_flat(out, line);
    strbuf_lit(out, "\n      ");
    strbuf_add_n(out, ' ', unicode_width(str_sub(line, 0, from)));
    size_t carets = unicode_width(str_sub(line, from, to));
    strbuf_printf(out, "%s", paint(style, RED));
    strbuf_add_n(out, '^', carets ? carets : 1);
    strbuf_printf(out, "%s\n", paint(style, RESET));
}

enum { LINES_SHOWN = 3, LINE_LONGEST = 400 };

/* A very long line (minified, generated) is cut around the subject. */
static struct str window(struct str line, size_t *from, size_t *to)
{
    if (line.n <= LINE_LONGEST)
        return line;
    size_t start = *from > LINE_LONGEST / 4 ? *from - LINE_LONGEST / 4 : 0;
    while (start < line.n && ((unsigned char)line.p[start] & 0xC0) == 0x80)
        start++;
    size_t end = start + LINE_LONGEST < line.n ? start + LINE_LONGEST : line.n;
    while (end < line.n && ((unsigned char)line.p[end] & 0xC0) == 0x80)
        end++;
    *from -= start;
    *to = (*to < end ? *to : end) - start;
    return str_sub(line, start, end);
}

static void render_source(struct strbuf *out, const struct sources *sources, const struct diag *d,
                          struct snippet_style style)
{
    const struct source *source = sources ? sources_get(sources, d->subject.file) : NULL;
    if (!source)
        return;
    struct position first = sources_position(sources, d->subject.file, d->subject.off);
    strbuf_lit(out, "\n");
    render_place(out, d, source, first);
    uint32_t off = d->subject.off, end = off + d->subject.len;
    for (uint32_t n = 0, number = first.line; n < LINES_SHOWN; n++, number++) {
        struct str line = sources_line(sources, d->subject.file, number);
        uint32_t start = line.p ? (uint32_t)(line.p - source->text.p) : off;
        size_t from = off > start ? off - start : 0, to = end > start ? end - start : 0;
        if (from > line.n)
            from = line.n;
        if (to > line.n)
            to = line.n;
        if (n > 0 && (!line.p || start >= end))
            break;
        line = window(line, &from, &to);
        render_line(out, line, number, from, to, style);
    }
    if (source->secret)
        strbuf_printf(out, "      %s\n", _("(values in this file are not shown)"));
}

static void render_notes(struct strbuf *out, const struct diag *d)
{
    if (!d->notes.n)
        return;
    strbuf_lit(out, "    ├────────────────\n");
    vec_each (&d->notes, i)
        strbuf_printf(out, "    │ %.*s %.*s\n", STR_ARG(d->notes.v[i].label), STR_ARG(d->notes.v[i].text));
}

static void render_wrapped(struct strbuf *out, struct str line, unsigned width)
{
    size_t column = 0;
    bool keep = width == 0 || !line.n || line.p[0] == ' ' || line.p[0] == '\t';
    while (line.n && !keep) {
        size_t blank = str_find_byte(line, ' ', 0);
        struct str word = str_sub(line, 0, blank);
        size_t w = unicode_width(word);
        if (column && column + 1 + w > width) {
            strbuf_addc(out, '\n');
            column = 0;
        } else if (column) {
            strbuf_addc(out, ' ');
            column++;
        }
        strbuf_add(out, word);
        column += w;
        line = blank == SIZE_MAX ? str_sub(line, line.n, line.n) : str_sub(line, blank + 1, line.n);
    }
    strbuf_add(out, line);
    strbuf_addc(out, '\n');
}

void snippet_wrap(struct strbuf *out, struct str text, unsigned width)
{
    struct str line;
    while (str_next_line(&text, &line))
        render_wrapped(out, line, width);
}

void snippet_render(struct strbuf *out, const struct sources *sources, const struct diag *d, struct snippet_style style)
{
    render_title(out, d, style);
    render_source(out, sources, d, style);
    if (!d->subject.file && d->object.n)
        strbuf_printf(out, _("\n  with %.*s\n"), STR_ARG(d->object));
    render_notes(out, d);
    if (d->detail.n)
        strbuf_addc(out, '\n');
    snippet_wrap(out, d->detail, style.width);
}
