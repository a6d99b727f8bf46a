#include "syntax/parse.h"
#include "tree.h"

#include <criterion/criterion.h>

/* What one text gives: the tree as text, and the problems. */
struct result {
    struct arena *arena;
    struct sources *sources;
    struct diags diags;
    struct strbuf tree;
};

static struct result begin(struct str text)
{
    struct result r = {.arena = arena_new(), .sources = sources_new()};
    r.diags = DIAGS_INIT(r.arena);
    sources_add(r.sources, STR("main.hcl"), text);
    return r;
}

static void end(struct result *r)
{
    strbuf_free(&r->tree);
    sources_free(r->sources);
    arena_free(r->arena);
}

static struct result expression(const char *text)
{
    struct result r = begin(str_c(text));
    tree_expr(&r.tree, parse_expression(r.arena, &r.diags, r.sources, 1));
    return r;
}

static struct result body_of(struct str text)
{
    struct result r = begin(text);
    tree_body(&r.tree, parse_body(r.arena, &r.diags, r.sources, 1));
    return r;
}

static const char *tree_of(struct result *r)
{
    strbuf_addc(&r->tree, '\0');
    return r->tree.p;
}

struct pair {
    const char *text, *want;
};

static void check_expressions(const struct pair *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct result r = expression(cases[i].text);
        cr_assert_str_eq(tree_of(&r), cases[i].want, "%s -> %s, wanted %s", cases[i].text, r.tree.p, cases[i].want);
        cr_assert_eq(r.diags.list.n, 0, "%s: %.*s", cases[i].text, STR_ARG(r.diags.list.v[0].detail));
        end(&r);
    }
}
#define CHECK(cases) check_expressions(cases, sizeof(cases) / sizeof *(cases))

Test(parse, operators_bind_by_the_table)
{
    static const struct pair cases[] = {
        {"1 + 2 * 3", "(+ 1 (* 2 3))"},
        {"1 - 2 - 3", "(- (- 1 2) 3)"},
        {"a || b && c == d", "(|| a (&& b (== c d)))"},
        {"-a.b + 1", "(+ (- a.b) 1)"},
        {"!a == b", "(== (! a) b)"},
        {"--1", "(- (- 1))"},
        {"a ? b : c ? d : e", "(? a b (? c d e))"},
        {"(1 + 2) * 3", "(* (paren (+ 1 2)) 3)"},
        {"1 < 2 == 3 >= 4", "(== (< 1 2) (>= 3 4))"},
        {"1\n+\n2", "(+ 1 2)"},
    };
    CHECK(cases);
}

Test(parse, references_and_splats)
{
    static const struct pair cases[] = {
        {"a.b[\"c\"].0[1]", "a.b[\"c\"][0][1]"},
        {"a[b]", "(index a b)"},
        {"a.b[c].d", "(. (index a.b c) .d)"},
        {"f(x).y", "(. f( x) .y)"},
        {"a.*.b[0]", "(. (.* a (. @ .b)) [0])"},
        {"a[*].b[0]", "([*] a (. @ .b[0]))"},
        {"a[*].b[*].c", "([*] a ([*] (. @ .b) (. @ .c)))"},
        {"a[*]", "([*] a @)"},
        {"a.*.0.b", "(.* a (. @ [0].b))"},
        {"(a).b", "(. (paren a) .b)"},
        {"a[true]", "a[true]"},
        {"a[-1]", "(index a (- 1))"},
        {"a[\"x${b}\"]", "(index a (tpl \"x\" b))"},
    };
    CHECK(cases);
}

Test(parse, calls)
{
    static const struct pair cases[] = {
        {"f()", "f()"},
        {"f(1, 2,)", "f( 1 2)"},
        {"f(a...)", "f(... a)"},
        {"core::upper(\"a\")", "core::upper( \"a\")"},
        {"provider::aws::arn(\n1\n,\n2)", "provider::aws::arn( 1 2)"},
    };
    CHECK(cases);
}

Test(parse, collections)
{
    static const struct pair cases[] = {
        {"[]", "(list)"},
        {"[1\n,2,]", "(list 1 2)"},
        {"{}", "{}"},
        {"{a = 1, \"b\" : 2\n c = 3\n\n}", "{a = 1, \"b\" = 2, c = 3}"},
        {"{(a) = 1, true = 2, 1 = 3, a.b = 4}", "{(paren a) = 1, true = 2, 1 = 3, a.b = 4}"},
        {"{\"for\" = 1, (for) = 2}", "{\"for\" = 1, (paren for) = 2}"},
        {"[for x in y : x]", "(for ,x y x)"},
        {"[for k, v in y : v if k]", "(for k,v y v if k)"},
        {"{for k, v in y : k => v... if v}", "(for-object k,v y k => v... if v)"},
        {"{\n for k, v in y :\n k => v\n}", "(for-object k,v y k => v)"},
        {"[for if in in : if]", "(for ,if in if)"},
    };
    CHECK(cases);
}

Test(parse, strings)
{
    static const struct pair cases[] = {
        {"\"a\\n\\\"\\u00e9\\U0001F600\"", "\"a\\n\\\"é😀\""},
        {"\"$${a} %%{b} $ % $$ %%\"", "\"$${a} %%{b} $ % $$ %%\""},
        {"\"$$${a}\"", "\"$$${a}\""},
        {"\"e\\u0301\"", "\"é\""},
        {"\"${a}\"", "(wrap a)"},
        {"\"${a} \"", "(tpl a \" \")"},
        {"\"${a~} \"", "(tpl a)"},
        {"\"a\\n  ${~1~}\\n  b\"", "(tpl \"a\" 1 \"b\")"},
        {"\"a$   ${~1}\"", "(tpl \"a$\" 1)"},
        {"\"${1~}  $   x\"", "(tpl 1 \"$   x\")"},
        {"\"${\"${\"x\"}\"}\"", "(wrap (wrap \"x\"))"},
        {"\"${{a = 1}.a}\"", "(wrap (. {a = 1} .a))"},
        {"\"x${\n a\n }\"", "(tpl \"x\" a)"},
        {"\"%{if a}b%{else}c%{endif}\"", "(tpl (%if a \"b\" \"c\"))"},
        {"\"%{ if a ~} b %{~ endif }\"", "(tpl (%if a \"b\" \"\"))"},
        {"\"%{for k, v in a}${v},%{endfor}x\"", "(tpl (%for k,v a (tpl v \",\")) \"x\")"},
        {"\"%{if a}${b}%{endif}\"", "(tpl (%if a (tpl b) \"\"))"},
        {"\"\"", "\"\""},
    };
    CHECK(cases);
}

Test(parse, heredocs)
{
    static const struct pair cases[] = {
        {"<<EOT\na\n b\nEOT\n", "\"a\\n b\\n\""},
        {"<<EOT\nEOT\n", "\"\""},
        {"<<EOT\na\n  EOT", "\"a\\n\""},
        {"<<-EOT\n    a\n\n  b\n    ${c}\n  EOT\n", "(tpl \"  a\\n\\nb\\n  \" c \"\\n\")"},
        {"<<-EOT\n  a\n  ${~ c}\n  EOT\n", "(tpl \"  a\\n\" c \"\\n\")"},
        {"<<EOT\n\\n \"q\" $${x} $\nEOT\n", "\"\\\\n \\\"q\\\" $${x} $\\n\""},
        {"<<EOT\nx\r\nEOT\r\n", "\"x\\r\\n\""},
        {"[<<A\na\nA\n, <<B\nb\nB\n]", "(list \"a\\n\" \"b\\n\")"},
        {"<<A\n${<<B\nb\nB\n}\nA\n", "(tpl \"b\\n\" \"\\n\")"},
        {"<<EOT\nEOT not\nEOT\n", "\"EOT not\\n\""},
    };
    CHECK(cases);
}

Test(parse, bodies)
{
    static const struct pair cases[] = {
        {"", ""},
        {"a = 1", "a = 1"},
        {"\xEF\xBB\xBF"
         "a = 1\r\nb = 2\r\n",
         "a = 1; b = 2"},
        {"a = 1 # c\n// d\n/* e\n*/ b = 2", "a = 1; b = 2"},
        {"x \"l1\" l2 {\n a = 1\n y {}\n}\nz { b = 2 }\n", "x \"l1\" l2 {a = 1; y {}}; z {b = 2}"},
        {"for = 1\nif = 2\nin = 3\nnull = 4\n", "for = 1; if = 2; in = 3; null = 4"},
        {"a = <<EOT\nx\nEOT\nb = 2\n", "a = \"x\\n\"; b = 2"},
        {"a = [ # c\n 1, // d\n 2 ]\n", "a = (list 1 2)"},
        {"né-e_1 = 1", "né-e_1 = 1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result r = body_of(str_c(cases[i].text));
        cr_assert_str_eq(tree_of(&r), cases[i].want, "%s -> %s", cases[i].text, r.tree.p);
        cr_assert_eq(r.diags.list.n, 0, "%s: %.*s", cases[i].text, STR_ARG(r.diags.list.v[0].detail));
        end(&r);
    }
}

/* Several problems are told in one run, and what is well-formed between them is kept. */
Test(parse, goes_on_after_errors)
{
    static const struct {
        const char *text, *want;
        size_t lines[6]; /* of the problems */
    } cases[] = {
        {"a = \nb = 2\nc = )\nd = 4\n", "a = INVALID; b = 2; c = INVALID; d = 4", {1, 3}},
        {"a = [1, 2\nb = 3\nc = )\n", "a = INVALID; b = 3; c = INVALID", {2, 3}},
        {"x {\n  a = f(1,\n  b = 2\n}\nc = 1 2\n", "x {a = INVALID; b = 2}; c = 1", {3, 5}},
        {"a = \"x\nb = 2\nc = \"y\nd = \"z\"\n", "a = INVALID; b = 2; c = INVALID; d = \"z\"", {1, 3}},
        {"a = \"x\ny\"\nb = )", "a = \"x\\ny\"; b = INVALID", {1, 3}},
        {"x {\n  a = {b = }\n  c = 1\n}\n}\nd = 1\n", "x {a = INVALID; c = 1}; d = 1", {2, 5}},
        {"\"a\" = 1\nb = 2\n", "b = 2", {1}},
        {"a = 1; b = 2\nc = 'x'\nd = 5\n", "a = 1; c = INVALID; d = 5", {1, 2}},
        {"a = 1\na = 2\n", "a = 1", {2}},
        {"a = <<EOT\n${)} ${(} ${b}\n${]}\nEOT\nc = 3\n",
         "a = (tpl INVALID \" \" INVALID \" \" b \"\\n\" INVALID \"\\n\"); c = 3",
         {2, 2, 3}},
        {"x \"y {\n  a = 1\n}\nb = 2", "x {}; a = 1; b = 2", {1, 3}},
        {"x {\n y {\n  z {\n", "x {y {z {}}}", {3}},
        {"foo\nbar baz\nqux = 1", "bar baz {}; qux = 1", {1, 2}},
        {"x { a = 1, b = 2 }\nc = 3", "x {a = 1}; c = 3", {1}},
        {"a = \xff\xfe\nb = 2", "a = INVALID; b = 2", {1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result r = body_of(str_c(cases[i].text));
        cr_assert_str_eq(tree_of(&r), cases[i].want, "%s -> %s", cases[i].text, r.tree.p);
        size_t n = 0;
        for (; n < 6 && cases[i].lines[n]; n++) {
            cr_assert_lt(n, r.diags.list.n, "%s: %zu problems", cases[i].text, r.diags.list.n);
            unsigned line = sources_position(r.sources, 1, r.diags.list.v[n].subject.off).line;
            cr_assert_eq(line, cases[i].lines[n], "%s: problem %zu is in line %u: %.*s", cases[i].text, n, line,
                         STR_ARG(r.diags.list.v[n].detail));
        }
        cr_assert_eq(r.diags.list.n, n, "%s: %zu problems, the last: %.*s", cases[i].text, r.diags.list.n,
                     STR_ARG(r.diags.list.v[r.diags.list.n - 1].detail));
        end(&r);
    }
}

/* Deep and long input ends in a problem told, in no time and without running out of stack. */
Test(parse, survives_nesting, .timeout = 20)
{
    static const struct {
        const char *prefix, *unit;
        size_t times;
    } cases[] = {
        {"a = ", "[", 100000},
        {"a = ", "{a=", 100000},
        {"a = ", "(", 100000},
        {"a = ", "-", 100000},
        {"a = ", "\"${", 100000},
        {"a = 1", "+1", 100000},
        {"a = b", "[*]", 100000},
        {"a = b", "[c]", 100000},
        {"", "x {\n", 100000},
        {"a = ", "f(", 100000},
        {"a = ", "b ? ", 100000},
        {"a = ", "a?b:", 100000},
        {"a = \"", "%{if a}", 100000},
        {"a = ", "[for a in ", 100000},
        {"a = ", "<<A\n${", 100000},
        {"a = b", ".*", 100000},
        {"a = ", "x::", 20000},
        {"", "/* ", 100000},
        {"", "a = b[*\n", 30000},
        {"", "a = \"${\n", 30000},
        {"", "\"", 100001},
        {"", "}", 100000},
        {"", "x\n", 100000},
        {"a=[", "1.2.3,", 100000},
        {"a = 1 & [", "1.2.3,", 100000},
        {"", "\xff", 100000},
        {"", "a=1\na=2\n", 50000},
        {"", "a = \"x\n1\n2\n3\n", 30000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct strbuf text = STRBUF_INIT(STRBUF_MAX);
        strbuf_add(&text, str_c(cases[i].prefix));
        for (size_t j = 0; j < cases[i].times; j++)
            strbuf_add(&text, str_c(cases[i].unit));
        struct result r = begin(strbuf_str(&text));
        parse_body(r.arena, &r.diags, r.sources, 1);
        cr_assert(diags_failed(&r.diags), "%s", cases[i].unit);
        cr_assert_leq(r.diags.list.n, PARSE_ERRORS + 1);
        end(&r);
        strbuf_free(&text);
    }
}

Test(parse, nesting_up_to_the_cap_is_fine)
{
    struct strbuf text = STRBUF_INIT(STRBUF_MAX);
    strbuf_add_n(&text, '[', PARSE_NESTING - 1);
    strbuf_add_n(&text, ']', PARSE_NESTING - 1);
    struct result r = begin(strbuf_str(&text));
    const struct expr *e = parse_expression(r.arena, &r.diags, r.sources, 1);
    cr_assert_eq(r.diags.list.n, 0);
    cr_assert_eq(e->height, PARSE_NESTING - 2);
    end(&r);
    strbuf_free(&text);
}

Test(parse, templates_without_quotes)
{
    static const struct pair cases[] = {
        {"", "\"\""},
        {"plain \"text\"\n\\n", "\"plain \\\"text\\\"\\n\\\\n\""},
        {"${a}", "(wrap a)"},
        {"a ${b}\n%{ for x in y ~}\n  - ${x}\n%{ endfor ~}\nend$",
         "(tpl \"a \" b \"\\n\" (%for ,x y (tpl \"  - \" x \"\\n\")) \"end$\")"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result r = begin(str_c(cases[i].text));
        tree_expr(&r.tree, parse_template(r.arena, &r.diags, r.sources, 1, 0, UINT32_MAX));
        cr_assert_str_eq(tree_of(&r), cases[i].want, "%s -> %s", cases[i].text, r.tree.p);
        cr_assert_eq(r.diags.list.n, 0);
        end(&r);
    }
    struct result r = begin(STR("xx${a} byy"));
    tree_expr(&r.tree, parse_template(r.arena, &r.diags, r.sources, 1, 2, 8));
    cr_assert_str_eq(tree_of(&r), "(tpl a \" b\")", "%s", r.tree.p);
    end(&r);
}

Test(parse, traversals)
{
    static const struct pair cases[] = {
        {"module.a[\"x\"].detour_data.b[0]", "module.a[\"x\"].detour_data.b[0]"},
        {"a", "a"},
        {"a[\"$${x}\\n\"]", "a[\"$${x}\\n\"]"},
        {"", NULL},
        {"a.", NULL},
        {"a[b]", NULL},
        {"a[*]", NULL},
        {"a.b c", NULL},
        {"a[\"${b}\"]", NULL},
        {"1", NULL},
        {"a[1", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result r = begin(str_c(cases[i].text));
        const struct traversal *t = parse_traversal(r.arena, &r.diags, r.sources, 1);
        cr_assert_eq(t == NULL, cases[i].want == NULL, "%s", cases[i].text);
        cr_assert_eq(diags_failed(&r.diags), t == NULL, "%s", cases[i].text);
        if (t) {
            traversal_print(&r.tree, t);
            cr_assert_str_eq(tree_of(&r), cases[i].want);
        }
        end(&r);
    }
}

Test(parse, spans)
{
    struct result r = begin(STR("x \"l\" {\n  a = b.c[0] + f(1, 2)\n}\n"));
    const struct body *body = parse_body(r.arena, &r.diags, r.sources, 1);
    const struct block *b = body->items[0].block;
    const struct attribute *a = body_attribute(b->body, STR("a"));
    const struct expr_binary *sum = expr_binary(a->expr);
    const struct expr_call *call = expr_call(sum->right);
    const struct traversal *t = &expr_traversal(sum->left)->traversal;
    const struct {
        struct span span;
        const char *want;
    } cases[] = {
        {b->header_span, "x \"l\""},
        {b->open_span, "{"},
        {b->close_span, "}"},
        {b->labels[0].span, "\"l\""},
        {a->span, "a = b.c[0] + f(1, 2)"},
        {a->name.span, "a"},
        {a->equals_span, "="},
        {sum->op_span, "+"},
        {sum->left->span, "b.c[0]"},
        {t->root.span, "b"},
        {t->steps[0].span, ".c"},
        {t->steps[1].span, "[0]"},
        {t->steps[1].key_span, "0"},
        {call->name.span, "f"},
        {call->close_span, ")"},
        {call->open_span, "("},
        {call->args[1]->span, "2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str got = sources_text(r.sources, cases[i].span);
        cr_assert(str_eq(got, str_c(cases[i].want)), "%.*s, wanted %s", STR_ARG(got), cases[i].want);
    }
    end(&r);
}
