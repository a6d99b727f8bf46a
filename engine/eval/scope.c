#include "eval/eval_private.h"

static enum scope_answer values_resolve(void *ctx, struct eval *eval, const struct traversal *traversal, size_t *used,
                                        struct value *out)
{
    (void)eval;
    const struct scope_names *names = ctx;
    for (size_t i = 0; i < names->n; i++) {
        if (!str_eq(names->names[i], traversal->root.text))
            continue;
        *used = 0;
        *out = names->values[i];
        return SCOPE_FOUND;
    }
    return SCOPE_UNNAMED;
}

struct scope scope_values(const struct scope *parent, struct scope_names *names)
{
    return (struct scope){.parent = parent, .resolve = values_resolve, .ctx = names};
}

struct scope scope_of_values(struct arena *arena, const struct scope *parent, const struct str *names,
                             const struct value *values, size_t n)
{
    struct scope_names *kept = ARENA_NEW(arena, struct scope_names);
    *kept = (struct scope_names){names, values, n};
    return scope_values(parent, kept);
}

/* Takes the nearer one of two names. */
static struct str nearer(struct str a, struct str b, struct str wanted)
{
    struct str both[] = {a, b};
    if (!a.n || !b.n)
        return a.n ? a : b;
    return eval_near(both, 2, wanted);
}

static struct str near_root(const struct scope *scope, struct str wanted)
{
    struct str best = {0};
    for (; scope; scope = scope->parent) {
        if (scope->resolve == values_resolve) {
            const struct scope_names *names = scope->ctx;
            best = nearer(best, eval_near(names->names, names->n, wanted), wanted);
        } else if (scope->names) {
            best = nearer(best, map_near(scope->names, wanted), wanted);
        }
    }
    return best;
}

static bool report_unnamed(struct eval *eval, const struct traversal *traversal)
{
    struct name root = traversal->root;
    struct str hint = eval_did_you_mean(eval, near_root(eval->scope, root.text));
    if (!eval->scope)
        eval_error(eval, NULL, root.span, _("Names not allowed"),
                   _("Only literal values can stand here, so \"%.*s\" cannot be used."), STR_ARG(root.text));
    else if (hint.n || traversal->n_steps)
        eval_error(eval, NULL, root.span, _("Unknown name"), _("There is nothing named \"%.*s\" here.%.*s"),
                   STR_ARG(root.text), STR_ARG(hint));
    else
        eval_error(eval, NULL, root.span, _("Unknown name"),
                   _("There is nothing named \"%.*s\" here. To write text, put it in quotes: \"%.*s\"."),
                   STR_ARG(root.text), STR_ARG(root.text));
    return false;
}

bool scope_lookup(struct eval *eval, const struct traversal *traversal, size_t *used, struct value *out)
{
    for (const struct scope *scope = eval->scope; scope; scope = scope->parent) {
        switch (scope->resolve(scope->ctx, eval, traversal, used, out)) {
        case SCOPE_FOUND:
            return true;
        case SCOPE_FAILED:
            return false;
        case SCOPE_UNNAMED:
            break;
        }
    }
    return report_unnamed(eval, traversal);
}

struct checking {
    struct eval *eval;
    bool ok;
};

static void check_reference(void *ctx, const struct traversal *traversal)
{
    struct checking *checking = ctx;
    struct value ignored;
    size_t used;
    checking->ok &= scope_lookup(checking->eval, traversal, &used, &ignored);
}

bool eval_references(struct eval *eval, const struct expr *expr)
{
    struct checking checking = {eval, true};
    refs_expr(expr, check_reference, &checking);
    return checking.ok;
}
