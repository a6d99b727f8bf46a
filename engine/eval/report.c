#include "eval/eval_private.h"

#include "base/vec.h"

/* How many values in play one problem shows. */
enum { NOTES = 6, NOTE_BYTES = 80 };

struct noting {
    struct eval *eval;
    struct diag *diag;
    struct diags *diags;
};

/* The value of the longest prefix of the traversal that has one; *used_steps says how long it is. */
static bool prefix_value(struct eval *eval, const struct traversal *traversal, size_t *used_steps, struct value *out)
{
    for (size_t n = traversal->n_steps + 1; n-- > 0;) {
        struct diags ignored = DIAGS_INIT(eval->arena);
        struct expr_traversal part = {.expr = {.kind = EXPR_TRAVERSAL, .span = traversal->span},
                                      .traversal = *traversal};
        part.traversal.n_steps = n;
        if (!eval_try(eval, &part.expr, out, &ignored))
            continue;
        *used_steps = n;
        return true;
    }
    return false;
}

static struct str prefix_text(struct eval *eval, const struct traversal *traversal, size_t n_steps)
{
    struct span span = traversal->root.span;
    if (n_steps)
        span = span_join(span, traversal->steps[n_steps - 1].span);
    return eval->sources ? sources_text(eval->sources, span) : traversal->root.text;
}

static void note_reference(void *ctx, const struct traversal *traversal)
{
    struct noting *noting = ctx;
    struct value v;
    size_t n;
    if (noting->diag->notes.n >= NOTES || !prefix_value(noting->eval, traversal, &n, &v))
        return;
    struct str label = prefix_text(noting->eval, traversal, n);
    vec_each (&noting->diag->notes, i)
        if (str_eq(noting->diag->notes.v[i].label, label))
            return;
    struct str brief = value_brief(noting->eval->arena, v, NOTE_BYTES);
    diag_note(noting->diags, noting->diag, label, arena_printf(noting->eval->arena, _("is %.*s"), STR_ARG(brief)));
}

struct diag *eval_error(struct eval *eval, const struct expr *about, struct span subject, const char *summary,
                        const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct str detail = arena_vprintf(eval->arena, format, args);
    va_end(args);
    struct diag *diag = diag_error(eval->diags, subject, summary, "%.*s", STR_ARG(detail));
    diag->object = arena_str(eval->diags->arena, eval->object);
    if (about && !eval->quiet) {
        struct noting noting = {eval, diag, eval->diags};
        refs_expr(about, note_reference, &noting);
    }
    return diag;
}

bool eval_try(struct eval *eval, const struct expr *expr, struct value *out, struct diags *caught)
{
    struct diags *diags = eval->diags;
    bool quiet = eval->quiet;
    size_t before = caught->n_errors;
    eval->diags = caught;
    eval->quiet = true;
    *out = eval_expr(eval, expr);
    eval->diags = diags;
    eval->quiet = quiet;
    return caught->n_errors == before;
}

struct value eval_nothing(void)
{
    return value_unknown(type_dynamic);
}

struct value eval_unknown(struct eval *eval, const struct type *type, uint16_t marks)
{
    struct value v = value_unknown(type);
    if (type != type_dynamic)
        v = value_refine_not_null(eval->arena, v);
    return value_mark(v, marks);
}

struct str eval_brief(struct eval *eval, struct value v)
{
    return value_brief(eval->arena, v, EVAL_BRIEF);
}

struct str eval_described(struct eval *eval, struct value v)
{
    struct str brief = eval_brief(eval, v), type = type_friendly(eval->arena, v.type);
    if (str_find(brief, type, 0) != SIZE_MAX)
        return brief;
    return arena_printf(eval->arena, "%.*s (%.*s)", STR_ARG(brief), STR_ARG(type));
}

bool eval_convert(struct eval *eval, struct value v, const struct type *type, struct value *out, struct str *why)
{
    *out = v;
    if (v.type == type || type == type_dynamic)
        return true;
    STRBUF_AUTO reason = STRBUF_INIT(1 << 12);
    STRBUF_AUTO text = STRBUF_INIT(1 << 12);
    struct path where = {0};
    if (convert(eval->arena, v, type, out, &where, &reason))
        return true;
    path_print(&text, where);
    if (text.n)
        strbuf_lit(&text, ": ");
    strbuf_add(&text, strbuf_str(&reason));
    *why = arena_str(eval->arena, strbuf_str(&text));
    return false;
}

/* Close enough to be a slip of the keyboard. */
static unsigned near_limit(struct str wanted)
{
    return wanted.n <= 3 ? 1 : wanted.n <= 6 ? 2 : 3;
}

struct str eval_near(const struct str *names, size_t n, struct str wanted)
{
    struct str best = {0};
    unsigned limit = near_limit(wanted);
    for (size_t i = 0; i < n; i++) {
        unsigned distance = str_distance(names[i], wanted, limit);
        if (distance <= limit && distance < names[i].n) {
            best = names[i];
            limit = distance ? distance - 1 : 0;
            if (!distance)
                break;
        }
    }
    return best;
}

struct str eval_did_you_mean(struct eval *eval, struct str near)
{
    return near.n ? arena_printf(eval->arena, _(" Did you mean \"%.*s\"?"), STR_ARG(near)) : STR("");
}

struct str eval_hint(struct eval *eval, const struct str *names, size_t n, struct str wanted)
{
    return eval->quiet ? STR("") : eval_did_you_mean(eval, eval_near(names, n, wanted));
}
