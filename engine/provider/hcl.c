#include "provider/hcl.h"

#include "base/gettext.h"
#include "eval/eval.h"
#include "syntax/fmt.h"
#include "syntax/parse.h"
#include "value/print.h"

#include <assert.h>

/* -- writing -- */

static void write_value(struct strbuf *out, struct value v);

static void write_key(struct strbuf *out, struct str key)
{
    if (print_is_identifier(key))
        strbuf_add(out, key);
    else
        print_quoted(out, key);
}

static void write_members(struct strbuf *out, struct value v)
{
    struct value key, item;
    for (struct value_iter it = value_iter(v); value_next(&it, &key, &item);) {
        write_key(out, key.u.string);
        strbuf_lit(out, " = ");
        write_value(out, item);
        strbuf_addc(out, '\n');
    }
}

static bool is_empty(struct value v)
{
    return (v.type->kind == TYPE_OBJECT || v.type->kind == TYPE_TUPLE ? v.type->n : v.n) == 0;
}

static void write_keyed(struct strbuf *out, struct value v)
{
    strbuf_addc(out, '{');
    if (!is_empty(v))
        strbuf_addc(out, '\n');
    write_members(out, v);
    strbuf_addc(out, '}');
}

static void write_items(struct strbuf *out, struct value v)
{
    struct value key, item;
    bool first = true;
    strbuf_addc(out, '[');
    for (struct value_iter it = value_iter(v); value_next(&it, &key, &item); first = false) {
        if (!first)
            strbuf_lit(out, ", ");
        write_value(out, item);
    }
    strbuf_addc(out, ']');
}

static void write_value(struct strbuf *out, struct value v)
{
    assert(value_is_known(v) && !v.marks);
    if (value_is_null(v))
        strbuf_lit(out, "null");
    else if (v.type == type_string)
        print_quoted(out, v.u.string);
    else if (v.type == type_number)
        number_print(out, value_as_number(v));
    else if (v.type == type_bool)
        strbuf_add(out, v.u.boolean ? STR("true") : STR("false"));
    else if (type_is_keyed(v.type))
        write_keyed(out, v);
    else
        write_items(out, v);
}

static struct str formatted(struct arena *arena, struct str text)
{
    struct sources *sources = sources_new();
    struct diags unheard = DIAGS_INIT(arena);
    struct str done = fmt_source(arena, &unheard, sources, sources_add(sources, STR("value"), text));
    done = arena_str(arena, done);
    sources_free(sources);
    return done;
}

struct str hcl_expression(struct arena *arena, struct value v)
{
    static const char head[] = "v = ";
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    strbuf_lit(&out, "v = ");
    write_value(&out, v);
    strbuf_addc(&out, '\n');
    struct str done = formatted(arena, strbuf_str(&out));
    return str_sub(done, sizeof head - 1, done.n - 1);
}

struct str hcl_body(struct arena *arena, struct value v)
{
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    write_members(&out, v);
    return formatted(arena, strbuf_str(&out));
}

/* -- reading -- */

static struct str told(struct arena *arena, const struct sources *sources, const struct diag *d)
{
    struct position at = sources_position(sources, d->subject.file, d->subject.off);
    return arena_printf(arena, _("line %u, column %u: %.*s: %.*s"), at.line, at.column, STR_ARG(d->summary),
                        STR_ARG(d->detail));
}

static struct value evaluate(struct eval *eval, const struct body *body)
{
    struct str *names = ARENA_ARRAY(eval->arena, struct str, body->n_items);
    struct value *items = ARENA_ARRAY(eval->arena, struct value, body->n_items);
    size_t n = 0;
    for (size_t i = 0; i < body->n_items; i++) {
        const struct attribute *a = body->items[i].attribute;
        if (!a) {
            diag_error(eval->diags, body->items[i].block->type.span, _("Unexpected block"),
                       _("only arguments, NAME = VALUE, can stand here"));
            continue;
        }
        names[n] = a->name.text;
        items[n++] = eval_expr(eval, a->expr);
    }
    return value_object(eval->arena, names, items, n);
}

bool hcl_decode(struct arena *arena, struct str text, struct value *out, struct str *why)
{
    struct sources *sources = sources_new();
    struct diags diags = DIAGS_INIT(arena);
    struct eval eval = {.arena = arena, .diags = &diags, .sources = sources};
    const struct body *body = parse_body(arena, &diags, sources, sources_add(sources, STR("text"), text));
    if (!diags_failed(&diags))
        *out = evaluate(&eval, body);
    if (!diags_failed(&diags))
        *out = value_copy(arena, *out); /* the text goes */
    for (size_t i = 0; diags_failed(&diags) && i < diags.list.n; i++)
        if (diags.list.v[i].severity == DIAG_ERROR) {
            *why = told(arena, sources, &diags.list.v[i]);
            break;
        }
    sources_free(sources);
    return !diags_failed(&diags);
}
