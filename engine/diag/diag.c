#include "diag/diag.h"

static struct diag *beyond(struct diags *diags, struct diag diag)
{
    if (diags->list.n == DIAGS_MAX) {
        struct diag last = {.severity = diag.severity,
                            .summary = STR("Too many problems"),
                            .detail = STR("There are more problems than are shown. Mend those first.")};
        vec_push(diags->arena, &diags->list, last);
    }
    diags->spare = diag;
    return &diags->spare;
}

static struct diag *append(struct diags *diags, struct diag diag)
{
    if (diag.severity == DIAG_ERROR)
        diags->n_errors++;
    if (diags->list.n >= DIAGS_MAX)
        return beyond(diags, diag);
    vec_push(diags->arena, &diags->list, diag);
    return &diags->list.v[diags->list.n - 1];
}

static struct diag *add(struct diags *diags, enum severity severity, struct span subject, const char *summary,
                        const char *format, va_list args)
{
    bool kept = diags->list.n < DIAGS_MAX;
    struct str detail = kept ? arena_vprintf(diags->arena, format, args) : (struct str){0};
    return append(diags, (struct diag){.severity = severity,
                                       .summary = kept ? arena_str(diags->arena, str_c(summary)) : (struct str){0},
                                       .detail = detail,
                                       .subject = subject});
}

struct diag *diag_error(struct diags *diags, struct span subject, const char *summary, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct diag *d = add(diags, DIAG_ERROR, subject, summary, format, args);
    va_end(args);
    return d;
}

struct diag *diag_warning(struct diags *diags, struct span subject, const char *summary, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct diag *d = add(diags, DIAG_WARNING, subject, summary, format, args);
    va_end(args);
    return d;
}

void diag_note(struct diags *diags, struct diag *diag, struct str label, struct str text)
{
    if (diag == &diags->spare)
        return;
    struct diag_note note = {arena_str(diags->arena, label), arena_str(diags->arena, text)};
    vec_push(diags->arena, &diag->notes, note);
}

static struct diag copy(struct arena *arena, const struct diag *from)
{
    struct diag to = *from;
    to.summary = arena_str(arena, from->summary);
    to.detail = arena_str(arena, from->detail);
    to.object = arena_str(arena, from->object);
    memset(&to.notes, 0, sizeof to.notes);
    vec_each (&from->notes, i) {
        struct diag_note note = {arena_str(arena, from->notes.v[i].label), arena_str(arena, from->notes.v[i].text)};
        vec_push(arena, &to.notes, note);
    }
    return to;
}

void diags_append(struct diags *to, const struct diags *from)
{
    vec_each (&from->list, i)
        append(to, copy(to->arena, &from->list.v[i]));
}

static int compare(const void *left, const void *right)
{
    const struct diag *a = left, *b = right;
    if (a->subject.file != b->subject.file)
        return a->subject.file < b->subject.file ? -1 : 1;
    if (a->subject.off != b->subject.off)
        return a->subject.off < b->subject.off ? -1 : 1;
    return 0;
}

static bool same(const struct diag *a, const struct diag *b)
{
    return a->severity == b->severity && compare(a, b) == 0 && a->subject.len == b->subject.len &&
           str_eq(a->summary, b->summary) && str_eq(a->detail, b->detail) && str_eq(a->object, b->object);
}

/* Insertion of a sorted run keeps the order of arrival among equals, which qsort would not promise. */
static void sort_stable(struct diag *v, size_t n, struct diag *spare)
{
    if (n < 2)
        return;
    size_t half = n / 2, i = 0, j = half, k = 0;
    sort_stable(v, half, spare);
    sort_stable(v + half, n - half, spare);
    while (i < half && j < n)
        spare[k++] = compare(&v[j], &v[i]) < 0 ? v[j++] : v[i++];
    while (i < half)
        spare[k++] = v[i++];
    memcpy(v, spare, k * sizeof *v);
}

void diags_tidy(struct diags *diags)
{
    size_t n = diags->list.n, kept = 0;
    struct diag *v = diags->list.v;
    sort_stable(v, n, ARENA_ARRAY(diags->arena, struct diag, n + 1));
    diags->n_errors = 0;
    for (size_t i = 0; i < n; i++) {
        bool seen = false;
        for (size_t j = kept; j-- > 0 && compare(&v[j], &v[i]) == 0 && !seen;)
            seen = v[i].subject.file && same(&v[j], &v[i]);
        if (seen)
            continue;
        diags->n_errors += v[i].severity == DIAG_ERROR;
        v[kept++] = v[i];
    }
    diags->list.n = kept;
}
