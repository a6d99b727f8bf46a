/*
 * generate: made-up configuration and expressions, for running two implementations against one another.
 *
 *   generate files SEED N DIR [MISTAKES]   DIR/00000.tf …: bodies with odd white space; MISTAKES (0 to 100) percent of
 * them with a character changed somewhere generate expressions SEED N            one JSON string a line: expressions
 * over the names of conformance/data/fixture.tf
 */
#include "base/strbuf.h"

#include <stdio.h>
#include <stdlib.h>

struct gen {
    uint64_t state;
    struct strbuf out;
    bool crlf;
};

static uint64_t next(struct gen *g)
{
    g->state ^= g->state << 13;
    g->state ^= g->state >> 7;
    g->state ^= g->state << 17;
    return g->state * 0x2545f4914f6cdd1dull >> 16;
}

static size_t below(struct gen *g, size_t n)
{
    return (size_t)(next(g) % n);
}

static bool percent(struct gen *g, unsigned p)
{
    return below(g, 100) < p;
}

static void put(struct gen *g, const char *text)
{
    strbuf_add(&g->out, str_c(text));
}

#define PICK(g, ...) pick((g), (const char *[]){__VA_ARGS__}, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *))

static void pick(struct gen *g, const char *const *list, size_t n)
{
    put(g, list[below(g, n)]);
}

/* -- files: shapes matter, meaning does not -- */

static void space(struct gen *g)
{
    PICK(g, "", "", "", " ", " ", "  ", "\t", "   ");
}

static void newline(struct gen *g)
{
    put(g, g->crlf ? "\r\n" : "\n");
}

static void comment(struct gen *g)
{
    PICK(g, "# c", "// d", "# \u00e9 \u65e5\u672c", "/* x */", "#", "//");
}

static void atom(struct gen *g)
{
    PICK(g, "1", "1.5e3", "\"s\"", "\"a b\"", "true", "null", "var.x", "local.y[\"k\"].z", "a.0", "a[0]", "a[b]",
         "x.*.y", "x[*].y", "\"${x}\"", "\"${ x }\"", "\"a${x}b\"", "\"${~ x ~}\"", "\"$${x}\"",
         "\"%{if a}b%{else}c%{endif}\"", "\"%{ for x in y }${x}%{ endfor }\"", "\"\\n\\\"q\"", "\"\"", "-1", "!a",
         "- a", "\"${\nx\n}\"", "\"${\nx ? y :\n z}\"", "\"${f(\"${a}\")}\"", "\"${a}${b}\"", "\"${{a=1}}\"",
         "\"${ {a=1} }\"", "core::f(1)", "x [ 0 ] . y");
}

static void any(struct gen *g, unsigned depth);

static void between(struct gen *g, unsigned depth, const char *separator)
{
    any(g, depth);
    space(g);
    put(g, separator);
    space(g);
}

static void binary(struct gen *g, unsigned depth)
{
    any(g, depth);
    space(g);
    PICK(g, "+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||");
    space(g);
    any(g, depth);
}

static void list_of(struct gen *g, unsigned depth, const char *open, const char *close)
{
    put(g, open);
    space(g);
    for (size_t n = below(g, 4); n-- > 0;)
        between(g, depth, n ? "," : "");
    put(g, close);
}

static void long_list(struct gen *g, unsigned depth)
{
    put(g, "[");
    newline(g);
    for (size_t n = below(g, 3) + 1; n-- > 0;) {
        space(g);
        between(g, depth, n || percent(g, 50) ? "," : "");
        if (percent(g, 20))
            comment(g);
        newline(g);
    }
    space(g);
    put(g, "]");
}

static void object(struct gen *g, unsigned depth)
{
    bool lines = percent(g, 60);
    put(g, "{");
    for (size_t n = below(g, 4); n-- > 0;) {
        if (lines)
            newline(g);
        space(g);
        PICK(g, "a", "bb", "\"c\"", "(d)", "\u00e9", "long_name", "\"${x}\"", "1");
        space(g);
        PICK(g, "=", "=", ":");
        space(g);
        any(g, depth);
        space(g);
        if (n && !lines)
            put(g, ",");
        else if (lines && percent(g, 30))
            comment(g);
    }
    if (lines)
        newline(g);
    space(g);
    put(g, "}");
}

static void for_expression(struct gen *g, unsigned depth)
{
    bool makes_object = percent(g, 40);
    put(g, makes_object ? "{for k, v in " : "[for x in ");
    between(g, depth, ":");
    if (makes_object)
        between(g, depth, "=>");
    any(g, depth);
    if (percent(g, 30)) {
        put(g, " if ");
        any(g, depth);
    }
    put(g, makes_object ? "}" : "]");
}

static void parentheses(struct gen *g, unsigned depth)
{
    bool lines = percent(g, 50);
    put(g, "(");
    if (lines)
        newline(g);
    space(g);
    any(g, depth);
    if (lines)
        newline(g);
    space(g);
    put(g, ")");
}

static void call(struct gen *g, unsigned depth)
{
    PICK(g, "f", "f", "core::f", "a::b :: c");
    list_of(g, depth, percent(g, 80) ? "(" : " (", ")");
}

static void conditional(struct gen *g, unsigned depth)
{
    between(g, depth, "?");
    between(g, depth, ":");
    any(g, depth);
}

static void list(struct gen *g, unsigned depth)
{
    list_of(g, depth, "[", "]");
}

static void leaf(struct gen *g, unsigned depth)
{
    (void)depth;
    atom(g);
}

static void any(struct gen *g, unsigned depth)
{
    static void (*const kinds[])(struct gen *, unsigned) = {leaf,   leaf,        leaf,          leaf,      binary,
                                                            call,   list,        parentheses,   long_list, object,
                                                            object, conditional, for_expression};
    if (depth > 3)
        atom(g);
    else
        kinds[below(g, sizeof kinds / sizeof *kinds)](g, depth + 1);
}

static void heredoc(struct gen *g)
{
    const char *marker = percent(g, 50) ? "EOT" : "E";
    put(g, percent(g, 50) ? "<<" : "<<-");
    put(g, marker);
    newline(g);
    for (size_t n = below(g, 5); n-- > 0;) {
        space(g);
        PICK(g, "text", "a ${  x } b", "", "%{ if a }x%{ endif ~}", "${~ x ~}", "${\nx\n}", "\"q\" \\n", "$ % $$",
             "\u00e9");
        newline(g);
    }
    space(g);
    put(g, marker);
}

static void argument(struct gen *g)
{
    PICK(g, "a", "bb", "ccc", "d_e", "\u00e9e", "x-y", "for", "in", "null", "true", "variable");
    strbuf_printf(&g->out, "%u", (unsigned)below(g, 1000));
    space(g);
    put(g, "=");
    space(g);
    if (percent(g, 12)) {
        heredoc(g);
        newline(g);
        return;
    }
    any(g, 0);
    space(g);
    if (percent(g, 25))
        comment(g);
    newline(g);
}

static void type_argument(struct gen *g)
{
    put(g, "type");
    space(g);
    put(g, "=");
    space(g);
    PICK(g, "string", "\"string\"", "list", "\"list\"", "map", "\"map\"", "set", "any", "list(string)", "\"any\"",
         "(list)");
    newline(g);
}

static void body(struct gen *g, unsigned depth);

static void block(struct gen *g, unsigned depth)
{
    PICK(g, "resource", "variable", "b", "locals");
    for (size_t n = below(g, 3); n-- > 0;)
        PICK(g, " \"l\"", " l", "\"l2\"", " \"\u00e9\"", " /* c */ \"x\"", " \"a\\nb\"", " \"\"", " \"\\u00a0\"");
    space(g);
    put(g, "{");
    if (percent(g, 20)) {
        space(g);
        put(g, "a=  1");
    } else {
        newline(g);
        body(g, depth + 1);
    }
    space(g);
    put(g, "}");
    space(g);
    newline(g);
}

static void body(struct gen *g, unsigned depth)
{
    for (size_t n = below(g, 7); n-- > 0;) {
        size_t kind = below(g, 20);
        space(g);
        if (kind < 11)
            argument(g);
        else if (kind < 12 && depth == 1)
            type_argument(g);
        else if (kind < 14)
            comment(g), newline(g);
        else if (kind < 16 || depth > 2)
            newline(g);
        else
            block(g, depth);
    }
}

static void spoil(struct gen *g)
{
    static const char odd[] = "{}\"()[],=\n$\\'.:~%&;<\1";
    if (g->out.n)
        g->out.p[below(g, g->out.n)] = odd[below(g, sizeof odd - 1)];
}

static int files(struct gen *g, unsigned n, const char *dir, unsigned mistakes)
{
    for (unsigned i = 0; i < n; i++) {
        strbuf_clear(&g->out);
        g->crlf = percent(g, 8);
        body(g, 0);
        if (percent(g, mistakes))
            spoil(g);
        char path[4096];
        snprintf(path, sizeof path, "%s/%05u.tf", dir, i);
        FILE *file = fopen(path, "w");
        if (!file || fwrite(g->out.p, 1, g->out.n, file) != g->out.n || fclose(file)) {
            perror(path);
            return 1;
        }
    }
    return 0;
}

/* -- expressions: by type, so that most have a value -- */

static void number(struct gen *g, unsigned depth);
static void string(struct gen *g, unsigned depth);
static void boolean(struct gen *g, unsigned depth);
static void strings(struct gen *g, unsigned depth);
static void map(struct gen *g, unsigned depth);

/* The format: @n @s @b @l @m stand for an expression of that type, all else for itself. */
static void shape(struct gen *g, unsigned depth, const char *format)
{
    for (const char *c = format; *c; c++) {
        if (*c != '@') {
            strbuf_addc(&g->out, *c);
            continue;
        }
        switch (*++c) {
        case 'n':
            number(g, depth);
            break;
        case 's':
            string(g, depth);
            break;
        case 'b':
            boolean(g, depth);
            break;
        case 'l':
            strings(g, depth);
            break;
        case 'm':
            map(g, depth);
            break;
        }
    }
}

#define SHAPE(g, depth, ...)                                                                                           \
    shapes((g), (depth), (const char *[]){__VA_ARGS__}, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *))

/* The first four shapes are leaves. */
static void shapes(struct gen *g, unsigned depth, const char *const *list, size_t n)
{
    shape(g, depth + 1, list[below(g, depth > 3 ? 4 : n)]);
}

static void number(struct gen *g, unsigned depth)
{
    SHAPE(g, depth, "1", "2.5", "local.num", "-3", "0.1", "1e3", "@n + @n", "@n - @n", "@n * @n", "@n / 4", "@n % 7",
          "(@n)", "-(@n)", "length(@l)", "length(@s)", "max(@n, @n)", "min(@n, 3)", "abs(@n)", "floor(@n)", "ceil(@n)",
          "signum(@n)", "@b ? @n : @n", "length(@m)", "tonumber(\"12.50\")", "parseint(\"ff\", 16)",
          "local.obj.list[1]", "index([\"a\", \"b\"], \"b\")");
}

static void string(struct gen *g, unsigned depth)
{
    SHAPE(g, depth, "\"a\"", "local.str", "\"\u00e9\u65e5\"", "\"x y z\"", "\"${@n}\"", "\"<${@s}>\"",
          "\"${@s}-${@n}\"", "upper(@s)", "lower(@s)", "title(@s)", "trimspace(\"  ${@s} \")",
          "replace(@s, \"a\", \"b\")", "substr(@s, 0, 2)", "join(\",\", @l)", "format(\"%s|%v\", @s, @n)",
          "format(\"%05d\", floor(@n))", "jsonencode(@m)", "jsonencode(@l)", "strrev(@s)", "tostring(@n)",
          "tostring(@b)", "@b ? @s : @s", "\"%{ if @b }yes%{ else }no%{ endif }\"",
          "\"%{ for x in @l }[${x}]%{ endfor }\"", "sha256(@s)", "base64encode(@s)", "try(@m.a, @s)",
          "coalesce(\"\", @s)", "local.objs[0].id", "local.lstr[1]", "trimprefix(@s, \"a\")",
          "element(concat(@l, [\"e\"]), 1)");
}

static void boolean(struct gen *g, unsigned depth)
{
    SHAPE(g, depth, "true", "false", "local.num == 42", "local.nul == null", "@n < @n", "@n >= @n", "@s == @s",
          "@s != @s", "!(@b)", "@b && @b", "@b || @b", "contains(@l, @s)", "can(@s + 1)", "startswith(@s, \"a\")",
          "@l == @l", "alltrue([@b, @b])", "anytrue([@b])", "@n == @s", "can(regex(\"a+\", @s))");
}

static void strings(struct gen *g, unsigned depth)
{
    SHAPE(g, depth, "[\"a\", \"b\"]", "local.lstr", "[]", "local.objs[*].id", "[@s, @s]", "[@s]", "concat(@l, @l)",
          "distinct(@l)", "sort(@l)", "reverse(@l)", "[for x in @l : upper(x)]", "[for i, x in @l : \"${i}${x}\"]",
          "[for x in @l : x if x != \"a\"]", "compact(@l)", "split(\" \", @s)", "keys(@m)", "tolist(@l)",
          "flatten([@l, [@l]])", "slice(concat(@l, [\"p\", \"q\"]), 0, 2)", "setunion(@l, @l)",
          "chunklist(@l, 2)[*][0]", "@b ? @l : @l", "toset(@l)", "[for k, v in @m : k]", "local.objs.*.id",
          "formatlist(\"<%s>\", @l)");
}

static void map(struct gen *g, unsigned depth)
{
    SHAPE(g, depth, "{ a = 1, b = \"x\" }", "local.tmap", "{}", "local.map", "{ a = @n, (@s) = @s }",
          "{ \"k${@n}\" = @b }", "merge(@m, @m)", "{ for x in @l : x => length(x)... }", "{ for k, v in @m : k => v }",
          "zipmap([\"x\", \"y\"], [@n, @s])", "{ l = @l, m = @m }", "tomap({ a = @s })", "@b ? { a = @s } : { a = @s }",
          "local.obj", "transpose({ a = @l })", "{ for k, v in @m : upper(k) => v if k != \"a\" }");
}

static void print_json(const struct strbuf *s)
{
    putchar('"');
    for (size_t i = 0; i < s->n; i++) {
        unsigned char c = (unsigned char)s->p[i];
        if (c == '"' || c == '\\')
            putchar('\\');
        if (c < 0x20)
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    puts("\"");
}

static int expressions(struct gen *g, unsigned n)
{
    static void (*const kinds[])(struct gen *, unsigned) = {number, string, boolean, strings, map};
    for (unsigned i = 0; i < n; i++) {
        strbuf_clear(&g->out);
        kinds[below(g, 5)](g, 0);
        print_json(&g->out);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct gen g = {.state = argc > 2 ? strtoull(argv[2], NULL, 10) * 2 + 1 : 1, .out = STRBUF_INIT(STRBUF_MAX)};
    for (int i = 0; i < 20; i++)
        next(&g);
    int status = 2;
    if (argc >= 5 && str_is(str_c(argv[1]), "files"))
        status = files(&g, (unsigned)atoi(argv[3]), argv[4], argc > 5 ? (unsigned)atoi(argv[5]) : 0);
    else if (argc == 4 && str_is(str_c(argv[1]), "expressions"))
        status = expressions(&g, (unsigned)atoi(argv[3]));
    else
        fputs("usage: generate files SEED N DIR [MISTAKES] | generate expressions SEED N\n", stderr);
    strbuf_free(&g.out);
    return status;
}
