/* template: templatefile() and templatestring(). */
#include "base/unicode.h"
#include "eval/refs.h"
#include "funcs/files.h"
#include "funcs/kit.h"
#include "syntax/parse.h"
#include "value/print.h"

/* "hello.tmpl:3,5: Unsupported attribute; …" for the first problem. */
static bool fail_with(struct func_call *call, int arg, const struct diags *diags)
{
    struct sources *sources = call->eval->sources;
    const struct diag *d = NULL;
    vec_each (&diags->list, i)
        if (!d && diags->list.v[i].severity == DIAG_ERROR)
            d = &diags->list.v[i];
    if (!d)
        return func_fail(call, arg, _("the template cannot be read"));
    const struct source *source = sources_get(sources, d->subject.file);
    struct str detail = str_trim(d->detail);
    if (str_ends(detail, STR("."))) /* the sentence goes on */
        detail.n--;
    struct position at = source ? sources_position(sources, d->subject.file, d->subject.off) : (struct position){0};
    return func_fail(call, arg, "%.*s:%u,%u: %.*s; %.*s", STR_ARG(source ? source->name : STR("")), at.line, at.column,
                     STR_ARG(d->summary), STR_ARG(detail));
}

/* The names that the template uses, against the variables given. */
struct names_check {
    struct func_call *call;
    struct value vars;
    bool ok;
};

static bool has_var(struct value vars, struct str name)
{
    for (size_t i = 0, n = kit_count(vars); i < n; i++)
        if (str_eq(kit_key(vars, i), name))
            return true;
    return false;
}

static void check_name(void *ctx, const struct traversal *traversal)
{
    struct names_check *check = ctx;
    struct sources *sources = check->call->eval->sources;
    if (!check->ok || has_var(check->vars, traversal->root.text))
        return;
    struct position at = sources_position(sources, traversal->root.span.file, traversal->root.span.off);
    check->ok = func_fail(check->call, 1, _("it has no \"%.*s\", which the template uses in line %u, column %u"),
                          STR_ARG(traversal->root.text), at.line, at.column);
}

/* Variables must be a map or object whose keys a template can name. */
static bool check_vars(struct func_call *call)
{
    struct value vars = call->args[1];
    if (!type_is_keyed(vars.type))
        return func_fail(call, 1, _("the variables must be an object or map, and this is %s"),
                         kit_type_name(call, vars.type));
    for (size_t i = 0, n = kit_count(vars); i < n; i++)
        if (!print_is_identifier(kit_key(vars, i)))
            return func_fail(call, 1, _("\"%.*s\" cannot be the name of a variable in a template"),
                             STR_ARG(kit_key(vars, i)));
    return true;
}

/* A template with errors of syntax is the fault of argument `arg`. */
static bool render(struct func_call *call, int arg, struct str name, struct str text)
{
    struct eval sub = *call->eval;
    struct diags diags = DIAGS_INIT(kit_arena(call));
    uint32_t file = sources_add(sub.sources, name, text);
    const struct expr *template = parse_template(sub.arena, &diags, sub.sources, file, 0, UINT32_MAX);
    if (diags_failed(&diags))
        return fail_with(call, arg, &diags);
    struct names_check check = {call, call->args[1], true};
    if (!check_vars(call))
        return false;
    refs_expr(template, check_name, &check);
    if (!check.ok)
        return false;
    size_t n = kit_count(check.vars);
    struct str *names = ARENA_ARRAY(sub.arena, struct str, n);
    for (size_t i = 0; i < n; i++)
        names[i] = kit_key(check.vars, i);
    struct scope scope = scope_of_values(sub.arena, NULL, names, kit_items(check.vars), n);
    sub.scope = &scope;
    sub.diags = &diags;
    sub.in_template = true;
    call->result = eval_template(&sub, template);
    return !diags_failed(&diags) || fail_with(call, KIT_CALL, &diags);
}

/* Renders already, since a template that is one interpolation alone has the type of its value. */
static bool templatefile_type(struct func_call *call, const struct type **out)
{
    struct str content;
    *out = type_dynamic;
    if (!value_is_known(call->args[0]) || !value_is_known(call->args[1]))
        return true;
    if (call->eval->in_template)
        return func_fail(call, KIT_CALL, _("templates cannot render other templates"));
    if (!files_read(call, 0, &content))
        return false;
    if (utf8_invalid(content) != SIZE_MAX)
        return func_fail(call, KIT_CALL, _("the content of \"%.*s\" is not UTF-8 text"), STR_ARG(kit_str(call, 0)));
    if (!render(call, KIT_CALL, kit_str(call, 0), content))
        return false;
    *out = call->result.type;
    return true;
}

static bool rendered_impl(struct func_call *call)
{
    return kit_answer(call, call->result);
}

/* A template that stands in the call itself would have been rendered before: most likely not what was meant. */
static bool is_reference(const struct expr *e)
{
    return e->kind == EXPR_TRAVERSAL || e->kind == EXPR_RELATIVE || e->kind == EXPR_INDEX || e->kind == EXPR_SPLAT;
}

static bool templatestring_type(struct func_call *call, const struct type **out)
{
    *out = type_string;
    if (call->source && call->source->n_args && !is_reference(call->source->args[0]))
        return func_fail(call, 0,
                         _("the template must come from elsewhere, by a reference such as local.template; text written "
                           "here is a template already"));
    return true;
}

static bool templatestring_impl(struct func_call *call)
{
    STRBUF_AUTO why = STRBUF_INIT(1024);
    if (call->eval->in_template)
        return func_fail(call, KIT_CALL, _("templates cannot render other templates"));
    if (!render(call, 0, STR("<template>"), kit_str(call, 0)))
        return false;
    if (!convert(kit_arena(call), call->result, type_string, &call->result, NULL, &why))
        return func_fail(call, KIT_CALL, _("the template does not make a string: %.*s"), STR_ARG(strbuf_str(&why)));
    return true;
}

#define VARS_PARAM(flags_)                                                                                             \
    {                                                                                                                  \
        "vars", "any", PARAM_PARTLY | (flags_), N_("The variables of the template: an object or map.")                 \
    }

const struct func template_funcs[] = {
    {.name = "templatefile",
     .type = templatefile_type,
     .impl = rendered_impl,
     .params = PARAMS({"path", "string", 0, N_("The name of the template file.")}, VARS_PARAM(0)),
     .doc = N_("The content of a file as a template, with the given variables.")},
    {.name = "templatestring",
     .type = templatestring_type,
     .impl = templatestring_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS(
         {"template", "string", PARAM_EXACT | PARAM_QUOTED, N_("A reference to a string that holds the template.")},
         VARS_PARAM(PARAM_DYNAMIC)),
     .doc = N_("A string as a template, with the given variables.")},
    {0},
};
