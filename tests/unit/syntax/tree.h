/* tree: expressions and bodies as short text, for tables of tests: (+ 1 (* a.b 2)), "text", (tpl "a" x), [for …]. */
#ifndef DETOUR_TEST_SYNTAX_TREE_H
#define DETOUR_TEST_SYNTAX_TREE_H

#include "base/strbuf.h"
#include "syntax/ast.h"
#include "syntax/traversal.h"

static void tree_expr(struct strbuf *out, const struct expr *e);

static void tree_list(struct strbuf *out, const char *head, const struct expr *const *list, size_t n)
{
    strbuf_printf(out, "(%s", head);
    for (size_t i = 0; i < n; i++) {
        strbuf_addc(out, ' ');
        tree_expr(out, list[i]);
    }
    strbuf_addc(out, ')');
}

static void tree_object(struct strbuf *out, const struct expr_object *o)
{
    strbuf_lit(out, "{");
    for (size_t i = 0; i < o->n_items; i++) {
        strbuf_add(out, i ? STR(", ") : STR(""));
        if (o->items[i].name.n)
            strbuf_add(out, o->items[i].name);
        else
            tree_expr(out, o->items[i].key);
        strbuf_lit(out, " = ");
        tree_expr(out, o->items[i].value);
    }
    strbuf_lit(out, "}");
}

static void tree_for(struct strbuf *out, const struct expr_for *f)
{
    strbuf_printf(out, "(for%s %.*s,%.*s ", f->object ? "-object" : "", STR_ARG(f->key.text), STR_ARG(f->value.text));
    tree_expr(out, f->collection);
    if (f->result_key) {
        strbuf_addc(out, ' ');
        tree_expr(out, f->result_key);
        strbuf_lit(out, " =>");
    }
    strbuf_addc(out, ' ');
    tree_expr(out, f->result);
    strbuf_add(out, f->group ? STR("...") : STR(""));
    if (f->condition) {
        strbuf_lit(out, " if ");
        tree_expr(out, f->condition);
    }
    strbuf_addc(out, ')');
}

static void tree_directive_for(struct strbuf *out, const struct expr_template_for *f)
{
    strbuf_printf(out, "(%%for %.*s,%.*s ", STR_ARG(f->key.text), STR_ARG(f->value.text));
    const struct expr *const list[] = {f->collection, f->body};
    tree_expr(out, list[0]);
    strbuf_addc(out, ' ');
    tree_expr(out, list[1]);
    strbuf_addc(out, ')');
}

static void tree_splat(struct strbuf *out, const struct expr_splat *s)
{
    strbuf_printf(out, "(%s ", s->full ? "[*]" : ".*");
    tree_expr(out, s->source);
    strbuf_addc(out, ' ');
    tree_expr(out, s->each);
    strbuf_addc(out, ')');
}

static void tree_relative(struct strbuf *out, const struct expr_relative *r)
{
    strbuf_lit(out, "(. ");
    tree_expr(out, r->source);
    strbuf_addc(out, ' ');
    traversal_print_steps(out, r->steps, r->n_steps);
    strbuf_addc(out, ')');
}

static void tree_expr(struct strbuf *out, const struct expr *e)
{
    switch (e->kind) {
    case EXPR_INVALID:
        strbuf_lit(out, "INVALID");
        break;
    case EXPR_NULL:
    case EXPR_BOOL:
        strbuf_add(out, expr_keyword(e));
        break;
    case EXPR_NUMBER:
        strbuf_add(out, expr_number(e)->text);
        break;
    case EXPR_STRING:
        traversal_print_quoted(out, expr_string(e)->text);
        break;
    case EXPR_TEMPLATE:
        tree_list(out, "tpl", expr_template(e)->parts, expr_template(e)->n_parts);
        break;
    case EXPR_WRAP:
        tree_list(out, "wrap", &expr_wrap(e)->inner, 1);
        break;
    case EXPR_TEMPLATE_IF:
        tree_list(
            out, "%if",
            (const struct expr *[]){expr_template_if(e)->condition, expr_template_if(e)->yes, expr_template_if(e)->no},
            3);
        break;
    case EXPR_TEMPLATE_FOR:
        tree_directive_for(out, expr_template_for(e));
        break;
    case EXPR_TRAVERSAL:
        traversal_print(out, &expr_traversal(e)->traversal);
        break;
    case EXPR_RELATIVE:
        tree_relative(out, expr_relative(e));
        break;
    case EXPR_CALL:
        strbuf_printf(out, "%.*s", STR_ARG(expr_call(e)->name.text));
        tree_list(out, expr_call(e)->expand_final ? "..." : "", expr_call(e)->args, expr_call(e)->n_args);
        break;
    case EXPR_CONDITIONAL:
        tree_list(
            out, "?",
            (const struct expr *[]){expr_conditional(e)->condition, expr_conditional(e)->yes, expr_conditional(e)->no},
            3);
        break;
    case EXPR_INDEX:
        tree_list(out, "index", (const struct expr *[]){expr_index(e)->collection, expr_index(e)->key}, 2);
        break;
    case EXPR_SPLAT:
        tree_splat(out, expr_splat(e));
        break;
    case EXPR_ITEM:
        strbuf_lit(out, "@");
        break;
    case EXPR_FOR:
        tree_for(out, expr_for(e));
        break;
    case EXPR_OBJECT:
        tree_object(out, expr_object(e));
        break;
    case EXPR_TUPLE:
        tree_list(out, "list", expr_tuple(e)->items, expr_tuple(e)->n_items);
        break;
    case EXPR_UNARY:
        tree_list(out, op_text(expr_unary(e)->op).p, &expr_unary(e)->operand, 1);
        break;
    case EXPR_BINARY:
        tree_list(out, op_text(expr_binary(e)->op).p,
                  (const struct expr *[]){expr_binary(e)->left, expr_binary(e)->right}, 2);
        break;
    case EXPR_PAREN:
        tree_list(out, "paren", &expr_paren(e)->inner, 1);
        break;
    }
}

/* a = 1; block "x" { … } */
static inline void tree_body(struct strbuf *out, const struct body *body)
{
    for (size_t i = 0; i < body->n_items; i++) {
        const struct attribute *a = body->items[i].attribute;
        const struct block *b = body->items[i].block;
        strbuf_add(out, i ? STR("; ") : STR(""));
        if (a) {
            strbuf_printf(out, "%.*s = ", STR_ARG(a->name.text));
            tree_expr(out, a->expr);
            continue;
        }
        strbuf_add(out, b->type.text);
        for (size_t j = 0; j < b->n_labels; j++)
            strbuf_printf(out, b->labels[j].quoted ? " \"%.*s\"" : " %.*s", STR_ARG(b->labels[j].text));
        strbuf_lit(out, " {");
        tree_body(out, b->body);
        strbuf_lit(out, "}");
    }
}

#endif
