#include "view/unified.h"
#include "view/difftree.h"

enum { CONTEXT = 3 };

static struct value lines_of(struct arena *arena, struct str s)
{
    VEC(struct value) lines = {0};
    while (s.n) {
        size_t end = str_find_byte(s, '\n', 0);
        struct str line =
            str_sub(s, 0, end == SIZE_MAX ? s.n : end + 1); /* with its newline: a missing last one is a difference */
        vec_push(arena, &lines, value_string(line));
        s = str_sub(s, line.n, s.n);
    }
    return value_list(type_string, lines.v, lines.n);
}

/* Lines [from, to) of the paired lines, which start at these lines of the two texts (from 1). */
struct hunk {
    size_t from, to, old_line, new_line, old_count, new_count;
};

static bool differs(const struct diff *all, size_t i)
{
    return all->children.v[i].diff->action != DIFF_SAME;
}

/* The end of the hunk that starts with the change at `first`: changes no more than two contexts apart belong together.
 */
static size_t hunk_end(const struct diff *all, size_t first)
{
    size_t last = first;
    for (size_t i = first; i < all->children.n && i <= last + 2 * CONTEXT + 1; i++)
        if (differs(all, i))
            last = i;
    size_t end = last + 1 + CONTEXT;
    return end < all->children.n ? end : all->children.n;
}

static void print_line(struct strbuf *out, const struct diff *line, const struct term *term)
{
    bool gone = line->action == DIFF_DELETE;
    enum term_ink ink = gone ? INK_RED : line->action == DIFF_CREATE ? INK_GREEN : INK_NONE;
    struct str text = gone ? line->before.u.string : line->after.u.string;
    bool newline = text.n && text.p[text.n - 1] == '\n';
    char sign = gone ? '-' : line->action == DIFF_CREATE ? '+' : ' ';
    term_paint(out, term, ink, "%c%.*s", sign, (int)(text.n - newline), text.p);
    strbuf_add(out, newline ? STR("\n") : STR("\n\\ No newline at end of file\n"));
}

static void print_span(struct strbuf *out, char sign, size_t line, size_t count)
{
    strbuf_printf(out, "%c%zu", sign, count ? line : line - 1);
    if (count != 1)
        strbuf_printf(out, ",%zu", count);
}

static void print_hunk(struct strbuf *out, const struct diff *all, const struct hunk *h, const struct term *term)
{
    strbuf_lit(out, "@@ ");
    print_span(out, '-', h->old_line, h->old_count);
    strbuf_addc(out, ' ');
    print_span(out, '+', h->new_line, h->new_count);
    strbuf_lit(out, " @@\n");
    for (size_t i = h->from; i < h->to; i++)
        print_line(out, all->children.v[i].diff, term);
}

/* Counts the lines of [from, to) on both sides. */
static void count(const struct diff *all, size_t from, size_t to, size_t *old, size_t *new)
{
    *old = *new = 0;
    for (size_t i = from; i < to; i++) {
        *old += all->children.v[i].diff->action != DIFF_CREATE;
        *new += all->children.v[i].diff->action != DIFF_DELETE;
    }
}

void unified_diff(struct strbuf *out, struct str old_name, struct str new_name, struct str before, struct str after,
                  const struct term *term)
{
    if (str_eq(before, after))
        return;
    ARENA_AUTO arena = arena_new();
    const struct diff *all = diff_of_lines(arena, lines_of(arena, before), lines_of(arena, after));
    strbuf_printf(out, "--- %.*s\n+++ %.*s\n", STR_ARG(old_name), STR_ARG(new_name));
    size_t at = 0, old_at = 1, new_at = 1, old, new;
    for (size_t i = 0; i < all->children.n; i++) {
        if (!differs(all, i))
            continue;
        struct hunk h = {.from = i > at + CONTEXT ? i - CONTEXT : at, .to = hunk_end(all, i)};
        count(all, at, h.from, &old, &new);
        h.old_line = old_at + old;
        h.new_line = new_at + new;
        count(all, h.from, h.to, &h.old_count, &h.new_count);
        print_hunk(out, all, &h, term);
        at = h.to;
        old_at = h.old_line + h.old_count;
        new_at = h.new_line + h.new_count;
        i = h.to - 1;
    }
}
