/*
 * eval_private: what the files of eval/ share. Each kind of expression has its file; all answer a value, and report
 * through report.c.
 */
#ifndef DETOUR_EVAL_EVAL_PRIVATE_H
#define DETOUR_EVAL_EVAL_PRIVATE_H

#include "base/gettext.h"
#include "eval/eval.h"
#include "eval/refs.h"
#include "value/print.h"

enum {
    EVAL_DEPTH = 2 * 1000, /* nested evaluations: twice what the parser lets through, for templates in functions */
    EVAL_FAILURES = 5,     /* elements of one iteration that may fail before the rest is passed over */
    EVAL_BRIEF = 60,       /* bytes of a value in a message */
};

enum {
    EVAL_STEPS = 10 * 1000 * 1000, /* expressions evaluated, or work of functions worth as much, for one expression */
    EVAL_BYTES = 256 << 20,        /* memory for one expression, what it throws away included */
    EVAL_VALUES = 4 << 20,         /* what the answer may be made of, shared parts counted wherever they are */
    EVAL_TEXT = 64 << 20,          /* the longest string */
};

struct eval_budget {
    size_t steps; /* done so far */
    struct span at;
    bool spent;
};

/* One step at the expression; false where nothing is left, and whoever asked answers nothing. */
bool budget_step(struct eval *eval, const struct expr *expr);
/* The value of the outermost expression, with a budget. */
struct value budget_eval(struct eval *eval, const struct expr *expr);

/* A name bound to the element at hand of a splat; or an argument that has its value already. On the stack. */
struct eval_item {
    const struct eval_item *outer;
    const struct expr *item;
    struct value value;
};

/* Names and values side by side: the context of a scope made by scope_values(). Values may change between evaluations.
 */
struct scope_names {
    const struct str *names;
    const struct value *values;
    size_t n;
};
/* A scope of these names in front of `parent` (or NULL); both must outlive it. */
struct scope scope_values(const struct scope *parent, struct scope_names *names);
/* The value of a traversal's root with the steps that belong to it: *used says how many. */
bool scope_lookup(struct eval *eval, const struct traversal *traversal, size_t *used, struct value *out);

/* The value of an operator; an error leaves an unknown one. */
struct value eval_binary(struct eval *eval, const struct expr_binary *e);
struct value eval_unary(struct eval *eval, const struct expr_unary *e);
/* c ? a : b, and %{if}: `whole` is the expression they are parts of. */
struct value eval_choice(struct eval *eval, const struct expr *whole, const struct expr *condition,
                         const struct expr *yes, const struct expr *no);
struct value eval_for(struct eval *eval, const struct expr_for *e);
struct value eval_splat(struct eval *eval, const struct expr_splat *e);
struct value eval_joined(struct eval *eval, const struct expr_template *e);
struct value eval_template_for(struct eval *eval, const struct expr_template_for *e);
struct value eval_call(struct eval *eval, const struct expr_call *e);
/* Steps applied to a value; `about` names the expression whose references a problem shows, or is NULL. */
struct value eval_apply(struct eval *eval, const struct expr *about, const struct step *steps, size_t n,
                        struct value v);
struct value eval_index_of(struct eval *eval, const struct expr *about, struct value v, struct value key,
                           struct span at);

/* An unknown value of the type, known not to be null, with marks. */
struct value eval_unknown(struct eval *eval, const struct type *type, uint16_t marks);
/* What evaluates to nothing useful after a problem was reported. */
struct value eval_nothing(void);

/* The start of the expression as messages about arguments point to it: the operator of a unary operation, the bracket
 * of an index, the text inside quotes, the name of a call with its parenthesis. */
struct span eval_start(const struct eval *eval, const struct expr *e);

/* v in a few words, for messages; secrets masked. */
struct str eval_brief(struct eval *eval, struct value v);
/* The same with its type, where the words do not say that already: "42 (number)". */
struct str eval_described(struct eval *eval, struct value v);

/* convert(), with the reason in words: "a number is required", `.port: a number is required`. */
bool eval_convert(struct eval *eval, struct value v, const struct type *type, struct value *out, struct str *why);

/* The nearest of the names, or the empty slice. */
struct str eval_near(const struct str *names, size_t n, struct str wanted);
/* " Did you mean \"x\"?", or empty where no name is near. */
struct str eval_did_you_mean(struct eval *eval, struct str near);
struct str eval_hint(struct eval *eval, const struct str *names, size_t n, struct str wanted);

#endif
