/*
 * eval: expressions and bodies to values, in a scope. Owns operators, for, splat, templates, calls and the decoding of
 * bodies by schema. Must not know providers, state or where names come from: a scope resolves them. Never fails
 * half-way: an expression with an error answers value_unknown(type_dynamic) after appending diagnostics, so that the
 * rest is still checked.
 */
#ifndef DETOUR_EVAL_EVAL_H
#define DETOUR_EVAL_EVAL_H

#include "diag/diag.h"
#include "eval/func.h"
#include "schema/schema.h"
#include "syntax/ast.h"
#include "value/value.h"

struct eval;

enum scope_answer {
    SCOPE_FOUND,   /* *out and *used are set */
    SCOPE_UNNAMED, /* no such root name here: the parent scope is asked, then "unknown name" is reported */
    SCOPE_FAILED,  /* a diagnostic was appended already */
};

/*
 * Where root names come from. `resolve` looks at the root name and as many of the literal steps behind it as make up a
 * reference (var.x takes one step, detour_data.a two in all) and says in *used how many steps (not counting the root)
 * it consumed; eval applies the rest. The value must outlive the evaluation; no copy is made.
 */
struct scope {
    const struct scope *parent;
    enum scope_answer (*resolve)(void *ctx, struct eval *eval, const struct traversal *traversal, size_t *used,
                                 struct value *out);
    void *ctx;
    struct map *names; /* for "Did you mean": root names, may be NULL */
};

/* One evaluation: make one per task and thread. */
struct eval {
    struct arena *arena; /* results and scratch */
    struct diags *diags;
    struct sources *sources;
    const struct scope *scope;
    const struct func_table *funcs;
    struct str base_dir;  /* path.cwd of file functions: the folder relative names start from */
    struct str timestamp; /* plantimestamp(), RFC 3339; empty: unknown */
    bool planning;        /* impure functions answer unknown */
    bool in_template;     /* inside templatefile() or templatestring(), which do not nest */
    struct str object;    /* for diagnostics: `resource "debian_file" "motd"` */
    /* Private to eval/: zero at first. */
    unsigned depth;                /* recursion guard */
    struct eval_budget *budget;    /* what the outermost expression at hand may still use */
    bool quiet;                    /* inside try(): problems are thrown away, so no values in play are gathered */
    bool typing;                   /* inside a splat that is evaluated for its type alone */
    const struct eval_item *items; /* elements at hand of the splats around */
};

/* The value of the expression. */
struct value eval_expr(struct eval *eval, const struct expr *expr);

/*
 * What one expression may use, whatever is in it: about a second of work and a quarter of a gigabyte, both counted and
 * not measured, so that every machine answers alike. Loops whose length input decides charge for what they do beyond
 * evaluating expressions, ask eval_spent() and stop; the outermost eval_expr() reports it, through try() and can().
 */
void eval_charge(struct eval *eval, size_t steps);
bool eval_spent(const struct eval *eval);

/* The value converted to `type`; a mismatch is reported at the expression. */
struct value eval_expr_as(struct eval *eval, const struct expr *expr, const struct type *type);

/*
 * The value of the expression, its problems in `caught` (whose arena must be set) instead of eval->diags: what try()
 * and can() are made of. False where there were errors.
 */
bool eval_try(struct eval *eval, const struct expr *expr, struct value *out, struct diags *caught);

/*
 * Resolves every reference of the expression once and reports those that name nothing; false where one did. Call it
 * before evaluating, since try(), can() and the branch of a conditional that is not taken pass over such mistakes.
 */
bool eval_references(struct eval *eval, const struct expr *expr);

/*
 * Appends an error at `subject`, with eval->object, and the values of the references in `about` (may be NULL) as the
 * values in play. Returns it as diag_error does.
 */
struct diag *eval_error(struct eval *eval, const struct expr *about, struct span subject, const char *summary,
                        const char *format, ...) __attribute__((format(printf, 5, 6)));

/* eval with one more set of names in front, for each/count/self: names and values of equal length. */
struct scope scope_of_values(struct arena *arena, const struct scope *parent, const struct str *names,
                             const struct value *values, size_t n);

/* A parsed template (templatefile, templatestring). */
struct value eval_template(struct eval *eval, const struct expr *template_expr);

/*
 * A body decoded by a schema: attributes evaluated and converted, nested blocks (and `dynamic` blocks, expanded)
 * gathered into lists, sets, maps or single objects; the result has schema->implied's type, null where nothing is set.
 * Reports unknown arguments and blocks (near names offered), missing required ones, too few or too many blocks. Names
 * in `skip` (meta-arguments) are passed over.
 */
struct value eval_body(struct eval *eval, const struct body *body, const struct schema *schema, const struct str *skip,
                       size_t n_skip);

/* The span in `body` that a path of the decoded value comes from (the attribute's expression; else the block; else
 * `fallback`). */
struct span eval_body_span(const struct body *body, struct path path, struct span fallback);

#endif
