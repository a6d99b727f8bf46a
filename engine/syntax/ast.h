/*
 * ast: what the parser makes of a file. Nodes live in one arena and never change after parsing.
 * Owns the shape of bodies and expressions. Must not know values, types or scopes: literals keep their text.
 *
 * Text: names, numbers and literals without escapes are slices of the registered source (or of the arena, where
 * decoding or NFC normalisation changed them), so the source registry must outlive the tree. Names and string literals
 * are in NFC.
 *
 * Expressions are structs that begin with `struct expr`; the accessor of the same name (`expr_binary(e)`) checks the
 * kind and converts. Every span points into the file that was parsed. A node that could not be parsed is EXPR_INVALID
 * and has been reported already: evaluate it to an unknown of any type, in silence.
 */
#ifndef DETOUR_SYNTAX_AST_H
#define DETOUR_SYNTAX_AST_H

#include "base/str.h"
#include "diag/source.h"

#include <assert.h>

enum expr_kind {
    EXPR_INVALID,      /* struct expr            already reported                                          */
    EXPR_NULL,         /* struct expr            null                                                      */
    EXPR_BOOL,         /* struct expr_bool       true, false                                               */
    EXPR_NUMBER,       /* struct expr_number     12, 1.5e3 (never signed)                                  */
    EXPR_STRING,       /* struct expr_string     "text" or a heredoc, without any ${ or %{                 */
    EXPR_TEMPLATE,     /* struct expr_template   "a ${b} c": parts, joined as strings                      */
    EXPR_WRAP,         /* struct expr_wrap       "${x}" alone: the value of x, unconverted                 */
    EXPR_TEMPLATE_IF,  /* struct expr_template_if   %{if} as a part of a template                          */
    EXPR_TEMPLATE_FOR, /* struct expr_template_for  %{for} as a part of a template                         */
    EXPR_TRAVERSAL,    /* struct expr_traversal  a.b["c"].0                                                */
    EXPR_RELATIVE,     /* struct expr_relative   f(x).b["c"]                                               */
    EXPR_CALL,         /* struct expr_call       f(x), core::f(x), provider::a::f(x...)                    */
    EXPR_CONDITIONAL,  /* struct expr_conditional  c ? a : b                                               */
    EXPR_INDEX,        /* struct expr_index      a[expr], where expr is no literal                         */
    EXPR_SPLAT,        /* struct expr_splat      a.*.b, a[*].b                                             */
    EXPR_ITEM,         /* struct expr_item       the element at hand, inside the `each` of a splat         */
    EXPR_FOR,          /* struct expr_for        [for …], {for …}                                          */
    EXPR_OBJECT,       /* struct expr_object     {a = 1}                                                   */
    EXPR_TUPLE,        /* struct expr_tuple      [1, 2]                                                    */
    EXPR_UNARY,        /* struct expr_unary      -a, !a                                                    */
    EXPR_BINARY,       /* struct expr_binary     a + b                                                     */
    EXPR_PAREN,        /* struct expr_paren      (a)                                                       */
};

/* clang-format off */
enum op {
    OP_OR, OP_AND, OP_EQ, OP_NE, OP_LT, OP_GT, OP_LE, OP_GE, OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD, /* binary */
    OP_NOT, OP_NEGATE,                                                                               /* unary */
};
/* clang-format on */

struct expr {
    enum expr_kind kind : 16;
    unsigned
        height : 16;  /* levels of nodes below this one: at most PARSE_NESTING, which bounds recursion over the tree */
    struct span span; /* the whole expression; quotes, brackets and heredoc markers included */
};

/* A name where it stands in the source; `text.n == 0` where an optional name is absent. */
struct name {
    struct str text;
    struct span span;
};

struct expr_bool {
    struct expr expr;
    bool value;
};

/* Digits, optional fraction, optional exponent: always well-formed. */
struct expr_number {
    struct expr expr;
    struct str text;
};

/* The decoded text: escapes resolved, heredoc indentation removed, NFC. */
struct expr_string {
    struct expr expr;
    struct str text;
};

/* Parts are EXPR_STRING (literal text, never two in a row, never empty), EXPR_TEMPLATE_IF, EXPR_TEMPLATE_FOR, or any
 * expression (an interpolation; its span is that of the expression inside ${ }). Also the bodies of directives; those
 * and the templates of parse_template may have no parts: the empty string. */
struct expr_template {
    struct expr expr;
    const struct expr *const *parts;
    size_t n_parts;
};

struct expr_wrap {
    struct expr expr; /* with the quotes */
    const struct expr *inner;
};

/* Both branches are EXPR_STRING or EXPR_TEMPLATE (never EXPR_WRAP); `no` is the empty string where there is no %{else}.
 */
struct expr_template_if {
    struct expr expr; /* from %{ if to the closing brace of %{ endif } */
    const struct expr *condition, *yes, *no;
    struct span if_span; /* the whole opening directive */
};

/* The body is EXPR_STRING or EXPR_TEMPLATE; its results are joined. */
struct expr_template_for {
    struct expr expr;       /* from %{ for to the closing brace of %{ endfor } */
    struct name key, value; /* key.text.n == 0: only the value is named */
    const struct expr *collection, *body;
    struct span for_span; /* the whole opening directive */
};

enum step_kind {
    STEP_ATTR,  /* .name */
    STEP_INDEX, /* ["name"], [0] and the legacy .0 */
};

/* One step of a traversal. */
struct step {
    enum step_kind kind;
    bool legacy;            /* STEP_INDEX written as .0 */
    struct span span;       /* ".name" with its dot, "[key]" with its brackets, ".0" */
    struct span key_span;   /* the name or the key alone */
    struct str text;        /* STEP_ATTR: the name; STEP_INDEX: text of a string or number key */
    const struct expr *key; /* STEP_INDEX: EXPR_STRING, EXPR_NUMBER, EXPR_BOOL or EXPR_NULL; STEP_ATTR: NULL */
};

/* A root name and the steps from it. */
struct traversal {
    struct name root;
    struct span span;
    const struct step *steps;
    size_t n_steps;
};

struct expr_traversal {
    struct expr expr;
    struct traversal traversal; /* traversal.span is expr.span */
};

struct expr_relative {
    struct expr expr;
    const struct expr *source;
    const struct step *steps;
    size_t n_steps; /* at least 1 */
};

struct expr_call {
    struct expr expr;
    struct name name; /* with its namespaces: "upper", "core::upper", "provider::aws::arn_parse" */
    const struct expr *const *args;
    size_t n_args;
    bool expand_final; /* f(a, b...) */
    struct span open_span, close_span, expand_span;
};

struct expr_conditional {
    struct expr expr;
    const struct expr *condition, *yes, *no;
};

struct expr_index {
    struct expr expr; /* from the start of the collection to the closing bracket */
    const struct expr *collection, *key;
    struct span open_span, bracket_span; /* "[" and "[key]" */
};

/* `each` is evaluated once per element of `source`; inside it `item` stands for that element. `each` is `item` itself
 * where nothing follows the marker. Splats nest: the inner one's source lies within the outer one's `each`. */
struct expr_splat {
    struct expr expr;
    const struct expr *source, *each;
    const struct expr *item; /* the EXPR_ITEM of this splat, for identity */
    bool full;               /* [*], not .* */
    struct span marker_span; /* ".*" or "[*]" */
};

struct expr_item {
    struct expr expr; /* the span of the marker */
};

/* [for value in collection : result if condition], {for key, value in collection : result_key => result ... if
 * condition} */
struct expr_for {
    struct expr expr;
    struct name key, value; /* key.text.n == 0: only the value is named */
    const struct expr *collection;
    const struct expr *result_key; /* NULL in a tuple for */
    const struct expr *result;
    const struct expr *condition; /* NULL where there is none */
    bool object;                  /* {for …} */
    bool group;                   /* … => result... */
    struct span open_span, close_span;
};

/* `name` is set where the key is a bare identifier (true, false and null included): then it is that text and `key` must
 * not be evaluated. Otherwise `key` is evaluated and converted to a string. `key` is EXPR_PAREN where it was forced by
 * parentheses. */
struct object_item {
    const struct expr *key, *value;
    struct str name;
};

struct expr_object {
    struct expr expr;
    const struct object_item *items;
    size_t n_items;
    struct span open_span, close_span;
};

struct expr_tuple {
    struct expr expr;
    const struct expr *const *items;
    size_t n_items;
    struct span open_span, close_span;
};

struct expr_unary {
    struct expr expr;
    enum op op;
    struct span op_span;
    const struct expr *operand;
};

struct expr_binary {
    struct expr expr;
    enum op op;
    struct span op_span;
    const struct expr *left, *right;
};

struct expr_paren {
    struct expr expr;
    const struct expr *inner;
};

/* `expr_call(e)` for an `e` of kind EXPR_CALL, and so on. */
#define AST_ACCESSOR(type, KIND)                                                                                       \
    static inline const struct type *type(const struct expr *e)                                                        \
    {                                                                                                                  \
        assert(e->kind == (KIND));                                                                                     \
        return (const struct type *)e;                                                                                 \
    }
AST_ACCESSOR(expr_bool, EXPR_BOOL)
AST_ACCESSOR(expr_number, EXPR_NUMBER)
AST_ACCESSOR(expr_string, EXPR_STRING)
AST_ACCESSOR(expr_template, EXPR_TEMPLATE)
AST_ACCESSOR(expr_wrap, EXPR_WRAP)
AST_ACCESSOR(expr_template_if, EXPR_TEMPLATE_IF)
AST_ACCESSOR(expr_template_for, EXPR_TEMPLATE_FOR)
AST_ACCESSOR(expr_traversal, EXPR_TRAVERSAL)
AST_ACCESSOR(expr_relative, EXPR_RELATIVE)
AST_ACCESSOR(expr_call, EXPR_CALL)
AST_ACCESSOR(expr_conditional, EXPR_CONDITIONAL)
AST_ACCESSOR(expr_index, EXPR_INDEX)
AST_ACCESSOR(expr_splat, EXPR_SPLAT)
AST_ACCESSOR(expr_item, EXPR_ITEM)
AST_ACCESSOR(expr_for, EXPR_FOR)
AST_ACCESSOR(expr_object, EXPR_OBJECT)
AST_ACCESSOR(expr_tuple, EXPR_TUPLE)
AST_ACCESSOR(expr_unary, EXPR_UNARY)
AST_ACCESSOR(expr_binary, EXPR_BINARY)
AST_ACCESSOR(expr_paren, EXPR_PAREN)
#undef AST_ACCESSOR

/* name = expr */
struct attribute {
    struct name name;
    struct span equals_span, span;
    const struct expr *expr; /* never NULL */
    bool json;               /* from JSON: where a schema has a block of that name, see json_attribute_blocks */
};

struct label {
    struct str text; /* decoded */
    struct span span;
    bool quoted;
};

struct body;

/* type "label" label { body } */
struct block {
    struct name type;
    const struct label *labels;
    size_t n_labels;
    const struct body *body;
    struct span open_span, close_span; /* the braces; close_span is empty where the file ended first */
    struct span header_span;           /* from the type to the last label: what to underline */
    struct span span;
};

/* Exactly one of the two is set. */
struct body_item {
    const struct attribute *attribute;
    const struct block *block;
};

/* Items in source order; no two attributes have one name. */
struct body {
    const struct body_item *items;
    size_t n_items, n_attributes;
    struct span span; /* with the braces; the whole file for a root body */
    struct span
        end_span; /* the closing brace, or the empty span at the end of the file: where a missing argument belongs */
};

/* The attribute of that name, or NULL. */
const struct attribute *body_attribute(const struct body *body, struct str name);

/* The text of an expression that is a lone identifier or keyword (any, string, self, each, null …), else the empty
 * slice. */
struct str expr_keyword(const struct expr *e);

/* The traversal, where `e` is one or is null/true/false read as a name ("true" is a root of its own: stored in *out),
 * else NULL. */
const struct traversal *expr_as_traversal(const struct expr *e, struct traversal *out);

/* Calls visit(ctx, child) for each direct child expression, in source order: keys of traversals (literals) excluded,
 * bare object keys excluded. Stops and returns false as soon as visit does. */
bool expr_children(const struct expr *e, bool (*visit)(void *ctx, const struct expr *child), void *ctx);

/* "+", "&&", "!" … */
struct str op_text(enum op op);

#endif
