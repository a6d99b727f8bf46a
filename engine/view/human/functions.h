/* functions: what functions there are, and what one of them takes, for people. */
#ifndef DETOUR_VIEW_HUMAN_FUNCTIONS_H
#define DETOUR_VIEW_HUMAN_FUNCTIONS_H

#include "eval/func.h"
#include "view/term.h"

/* A line for each: "substr(str, offset, length)  Part of a string, …". */
void human_functions(struct strbuf *out, const struct func_table *table, const struct term *term);

/* One with the types and meanings of its parameters. */
void human_function(struct strbuf *out, const struct func *func, const struct term *term);

/* "substr(str, offset, length)", with "lists..." for the variadic parameter. */
struct str function_call_form(struct arena *arena, const struct func *func);

#endif
