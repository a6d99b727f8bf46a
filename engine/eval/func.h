/*
 * func: what a function of the language is. eval/call.c checks arguments and propagates marks and unknowns by these
 * rows; the rows themselves live in funcs/ (one table), or come from a provider.
 */
#ifndef DETOUR_EVAL_FUNC_H
#define DETOUR_EVAL_FUNC_H

#include "base/map.h"
#include "value/convert.h"

struct eval;
struct expr;
struct expr_call;

enum func_param_flags {
    PARAM_NULL = 1 << 0,    /* takes null; otherwise null is an error */
    PARAM_UNKNOWN = 1 << 1, /* is called with unknown values, in whole or in part */
    PARAM_DYNAMIC = 1 << 2, /* is called with values of TYPE_DYNAMIC: unknowns of any type and the bare null */
    PARAM_MARKED = 1 << 3,  /* sees marks; otherwise they are stripped (deep) and put on the result */
    PARAM_PARTLY = 1 << 4,  /* is called with known collections that hold unknown values, but not with unknown ones */
    PARAM_EXACT = 1 << 5,   /* takes values of its type alone: nothing is converted to it */
    PARAM_QUOTED = 1 << 6, /* is about the expression itself: what is wrong inside is told of the argument as a whole */
};
/* An argument that its parameter does not take (not wholly known without UNKNOWN or PARTLY; of TYPE_DYNAMIC without
 * DYNAMIC) makes the call answer unknown. The order of checks is: conversion of all arguments, then null and
 * TYPE_DYNAMIC from the left, then `type`, then unknowns, then `impl`. */

struct func_param {
    const char *name;
    const char *type; /* constraint text: "string", "list(any)", "any"; arguments are converted to it */
    unsigned flags;
    const char *doc;
};

/* One call. Errors: func_fail(call, argument index or -1, format…) and return false. */
struct func_call {
    const struct func *func;
    struct eval *eval; /* arena, file system base, clock…; see eval.h */
    const struct value *args;
    size_t n;
    const struct type *type; /* in impl: the announced type of the result (what `type` answered, or result_type) */
    const struct expr_call *source; /* the call as it was written; NULL where there is none */
    struct value result; /* impl finds here what `type` left: a decoder whose type is that of its result decodes once */
    int bad_arg;         /* -1: the call as a whole */
    struct strbuf *why;
};

struct func {
    const char *name;
    const struct func_param *params; /* ended by a NULL name */
    const struct func_param *rest;   /* the variadic parameter, or NULL */
    /* The type of the result for these arguments (known types, values may be unknown); NULL where `result_type` is
     * fixed. False: an error. */
    bool (*type)(struct func_call *call, const struct type **out);
    const char *result_type; /* constraint text; NULL where `type` decides */
    bool (*impl)(struct func_call *call);
    /* Instead of impl, for try() and can(): evaluates its argument expressions itself (eval_try in eval.h). `call` is
     * an EXPR_CALL without expand_final (expanded already). False after appending diagnostics to eval->diags. */
    bool (*lazy)(struct eval *eval, const struct expr *call, struct value *out);
    unsigned flags;
    const char *doc;
    const void *ctx; /* the implementation's own: call->func->ctx */
};

enum func_flags {
    FUNC_IMPURE = 1 << 0,          /* unknown during planning: timestamp(), uuid(), bcrypt() */
    FUNC_REFINE_NOT_NULL = 1 << 1, /* an unknown result is known not to be null */
};

/* Says what is wrong with argument `arg` (from 0; -1: with the call). False. */
bool func_fail(struct func_call *call, int arg, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* How many parameters it has besides the variadic one. */
static inline size_t func_count_params(const struct func *func)
{
    size_t n = 0;
    while (func->params && func->params[n].name)
        n++;
    return n;
}

/* The type of every result, also for arguments of unknown type; TYPE_DYNAMIC where there is no such type. */
const struct type *func_result_type(struct arena *arena, const struct func *func);

/* Name -> const struct func *. */
struct func_table {
    struct map by_name;
};

/* All of them in byte order of their names. */
const struct func *const *func_sorted(struct arena *arena, const struct func_table *table, size_t *n);

/* The function of that name, or NULL. */
static inline const struct func *func_find(const struct func_table *table, struct str name)
{
    return table ? map_get(&table->by_name, name) : NULL;
}

#endif
