/*
 * kit: what the functions of the language share: writing a table row, reading arguments, answering and failing.
 * Every file named after a noun exports one array of rows (`string_funcs`), ended by a row without a name; table.c
 * gathers them. An implementation reads call->args, sets call->result and returns true, or reports with func_fail and
 * returns false. It never sees marks or unknowns that its row did not ask for, and works in call->eval->arena alone.
 */
#ifndef DETOUR_FUNCS_KIT_H
#define DETOUR_FUNCS_KIT_H

#include "base/cleanup.h"
#include "base/gettext.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "eval/eval.h"
#include "eval/func.h"
#include "value/value.h"

/* The parameters of a row: PARAMS({"str", "string", 0, "…"}, …) and REST("lists", "list(string)", 0, "…"). */
#define PARAMS(...)                                                                                                    \
    (const struct func_param[])                                                                                        \
    {                                                                                                                  \
        __VA_ARGS__,                                                                                                   \
        {                                                                                                              \
            0                                                                                                          \
        }                                                                                                              \
    }
#define NO_PARAMS                                                                                                      \
    (const struct func_param[])                                                                                        \
    {                                                                                                                  \
        {                                                                                                              \
            0                                                                                                          \
        }                                                                                                              \
    }
#define REST(...) (&(const struct func_param){__VA_ARGS__})

/* The whole call is at fault, not one argument. */
enum { KIT_CALL = -1 };

/* Longest string a function builds; longer results are a diagnostic. */
enum { KIT_TEXT_MAX = 64 << 20 };

extern const struct func string_funcs[], regex_funcs[], format_funcs[], collection_funcs[], list_funcs[],
    mapping_funcs[], set_funcs[], numeric_funcs[], encoding_funcs[], charset_funcs[], crypto_funcs[], datetime_funcs[],
    file_funcs[], template_funcs[], cidr_funcs[], yaml_funcs[], csv_funcs[], convert_funcs[], semver_funcs[],
    secret_funcs[], envfile_funcs[];

/* Where results are made. */
static inline struct arena *kit_arena(const struct func_call *call)
{
    return call->eval->arena;
}

/* Whether the call may go on, asked in loops whose length the arguments decide; a diagnostic where it may not. */
static inline bool kit_goes_on(struct func_call *call)
{
    return !eval_spent(call->eval) || func_fail(call, KIT_CALL, _("the result would take too much memory"));
}

/* Charges for going through n elements without making anything of them. */
static inline void kit_charge(struct func_call *call, size_t n)
{
    eval_charge(call->eval, n / 8);
}

/* The text of a known string argument. */
static inline struct str kit_str(const struct func_call *call, size_t i)
{
    return call->args[i].u.string;
}

/* Elements of a known list, set or tuple, or values of a map or object. */
static inline const struct value *kit_items(struct value v)
{
    return v.type->kind == TYPE_MAP ? v.u.map.items : v.u.items;
}

/* How many elements or attributes a known (or, for tuples and objects, any) value has. */
static inline size_t kit_count(struct value v)
{
    return v.type->kind == TYPE_TUPLE || v.type->kind == TYPE_OBJECT ? v.type->n : v.n;
}

/* The i-th key of a known map, or of any object. */
static inline struct str kit_key(struct value v, size_t i)
{
    return v.type->kind == TYPE_MAP ? v.u.map.keys[i] : v.type->names[i];
}

/* Whether values of the type are lists, sets or tuples. */
static inline bool kit_is_sequence(const struct type *type)
{
    return type_is_sequence(type) || type->kind == TYPE_SET;
}

/* Sets the result. */
static inline bool kit_answer(struct func_call *call, struct value v)
{
    call->result = v;
    return true;
}

/* The result is unknown, of the type that was announced. */
static inline bool kit_unknown(struct func_call *call)
{
    return kit_answer(call, value_unknown(call->type));
}

/* Answers a copy of `s` (normalised). */
bool kit_answer_str(struct func_call *call, struct str s);
/* Answers what was built; a diagnostic where it grew beyond its cap. */
bool kit_answer_text(struct func_call *call, const struct strbuf *text);

/* The whole number in argument i; otherwise a diagnostic at argument `at` (or KIT_CALL) that begins with `what`. */
bool kit_int(struct func_call *call, size_t i, int at, const char *what, int64_t *out);
/* The number in argument i as a double; a diagnostic where it is beyond its range. */
bool kit_double(struct func_call *call, size_t i, double *out);

/* A list or set of the announced type's kind from items that have its element type. */
struct value kit_sequence(struct arena *arena, const struct type *type, const struct value *items, size_t n);

/* "list of string": the name of a type for messages, NUL-terminated. */
const char *kit_type_name(struct func_call *call, const struct type *type);

/* For rows whose result has the type of the first argument. */
bool kit_type_first(struct func_call *call, const struct type **out);

/* value_equal on unmarked values: 1 equal, 0 not, -1 not known yet. */
int kit_equal(struct arena *arena, struct value a, struct value b);

#endif
