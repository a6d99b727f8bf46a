#include "view/human/functions.h"
#include "base/gettext.h"

struct str function_call_form(struct arena *arena, const struct func *func)
{
    STRBUF_AUTO out = STRBUF_INIT(1 << 16);
    size_t n = func_count_params(func);
    strbuf_printf(&out, "%s(", func->name);
    for (size_t i = 0; i < n; i++)
        strbuf_printf(&out, "%s%s", i ? ", " : "", func->params[i].name);
    if (func->rest)
        strbuf_printf(&out, "%s%s...", n ? ", " : "", func->rest->name);
    strbuf_addc(&out, ')');
    return arena_str(arena, strbuf_str(&out));
}

enum { FORM_WIDTH = 44 }; /* calls that are longer get a line of their own */

void human_functions(struct strbuf *out, const struct func_table *table, const struct term *term)
{
    ARENA_AUTO arena = arena_new();
    size_t n;
    const struct func *const *sorted = func_sorted(arena, table, &n);
    for (size_t i = 0; i < n; i++) {
        struct str form = function_call_form(arena, sorted[i]);
        term_paint(out, term, INK_BOLD, "%s", sorted[i]->name);
        strbuf_add(out, str_sub(form, strlen(sorted[i]->name), form.n));
        if (form.n >= FORM_WIDTH)
            strbuf_addc(out, '\n');
        strbuf_add_n(out, ' ', form.n >= FORM_WIDTH ? FORM_WIDTH : FORM_WIDTH - form.n);
        strbuf_printf(out, "%s\n", _(sorted[i]->doc));
    }
}

static void parameter(struct strbuf *out, const struct func_param *param, bool variadic, const struct term *term)
{
    strbuf_lit(out, "  ");
    term_paint(out, term, INK_BOLD, "%s%s", param->name, variadic ? "..." : "");
    strbuf_printf(out, " %s%s\n      %s\n", param->type, param->flags & PARAM_NULL ? _(", or null") : "",
                  param->doc ? _(param->doc) : "");
}

void human_function(struct strbuf *out, const struct func *func, const struct term *term)
{
    ARENA_AUTO arena = arena_new();
    struct str form = function_call_form(arena, func);
    term_paint(out, term, INK_BOLD, "%.*s", STR_ARG(form));
    strbuf_lit(out, " -> ");
    if (func->result_type)
        strbuf_printf(out, "%s", func->result_type);
    else
        type_print(out, func_result_type(arena, func));
    strbuf_printf(out, "\n\n  %s\n%s", _(func->doc), func_count_params(func) || func->rest ? "\n" : "");
    for (const struct func_param *param = func->params; param && param->name; param++)
        parameter(out, param, false, term);
    if (func->rest)
        parameter(out, func->rest, true, term);
    if (func->flags & FUNC_IMPURE)
        strbuf_printf(out, "\n  %s\n", _("Its result is not known before the apply."));
}
