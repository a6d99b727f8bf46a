/*
 * Conformance of the parser: every expression of cases.tsv and unknown.tsv parses; every syntax error of errors.tsv and
 * of fmt/index.jsonl is found where it is listed. Prints `N of M` for each and fails where one differs. Usage:
 * conformance_syntax DATA_DIR [-v]
 */
#include "base/fs.h"
#include "syntax/parse.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static bool verbose;

struct score {
    const char *name;
    unsigned right, all;
};

/* The kinds of errors.tsv that the parser finds; all others are found by evaluation. */
static const char *const syntax_kinds[] = {
    "Argument or block definition required",
    "Invalid 'for' expression",
    "Invalid character",
    "Invalid escape sequence",
    "Invalid expression",
    "Invalid legacy index syntax",
    "Invalid multi-line string",
    "Invalid number literal",
    "Missing argument separator",
    "Missing attribute separator",
    "Missing attribute value",
    "Missing close bracket on splat index",
    "Missing item separator",
    "Missing newline after argument",
    "Unclosed configuration block",
    "Unexpected end of template",
    "Unterminated template string",
};

static bool is_syntax_kind(struct str kind)
{
    for (size_t i = 0; i < sizeof syntax_kinds / sizeof *syntax_kinds; i++)
        if (str_eq(kind, str_c(syntax_kinds[i])))
            return true;
    return false;
}

static struct str next_field(struct str *line)
{
    size_t tab = str_find_byte(*line, '\t', 0);
    struct str field = str_sub(*line, 0, tab);
    *line = str_sub(*line, tab == SIZE_MAX ? line->n : tab + 1, line->n);
    return field;
}

static struct str json_text(struct arena *arena, struct str field)
{
    json_t *json = json_loadb(field.p, field.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    struct str s = arena_str(arena, str_from(json_string_value(json), json_string_length(json)));
    json_decref(json);
    return s;
}

static struct diags parse_file(struct arena *arena, struct sources *sources, struct str text)
{
    struct diags diags = DIAGS_INIT(arena);
    parse_body(arena, &diags, sources, sources_add(sources, STR("main.tf"), text));
    return diags;
}

static void show(const struct sources *sources, struct str what, struct str wanted, const struct diags *diags)
{
    if (!verbose)
        return;
    printf("%.*s\n  wanted %.*s\n", STR_ARG(what), STR_ARG(wanted));
    vec_each (&diags->list, i) {
        const struct diag *d = &diags->list.v[i];
        struct position at = sources_position(sources, d->subject.file, d->subject.off);
        printf("  got    [%u, %u, %u] %.*s: %.*s\n", at.line, at.column, at.byte, STR_ARG(d->summary),
               STR_ARG(d->detail));
    }
}

static bool starts_at(const struct sources *sources, const struct diag *d, unsigned line, unsigned column,
                      unsigned byte)
{
    struct position at = sources_position(sources, d->subject.file, d->subject.off);
    return at.line == line && at.column == column && at.byte == byte;
}

/* One line of a .tsv: `expr`, and for errors its kind and start. */
static void check_line(struct score *score, struct str line, bool errors)
{
    ARENA_AUTO arena = arena_new();
    struct sources *sources = sources_new();
    struct str expr = json_text(arena, next_field(&line)), kind = next_field(&line), start = next_field(&line);
    bool wrong = errors && is_syntax_kind(kind);
    struct diags diags =
        parse_file(arena, sources, arena_printf(arena, "locals {\n  c00000 = %.*s\n}\n", STR_ARG(expr)));
    unsigned at[3] = {0};
    if (wrong)
        sscanf(arena_str(arena, start).p, "[%u, %u, %u]", &at[0], &at[1], &at[2]);
    bool right = wrong ? diags.list.n && starts_at(sources, &diags.list.v[0], at[0], at[1], at[2]) : diags.list.n == 0;
    score->all++;
    score->right += right;
    if (!right)
        show(sources, expr, wrong ? start : STR("no error"), &diags);
    sources_free(sources);
}

static struct str read_file(struct arena *arena, const char *dir, const char *name)
{
    struct str content = {0}, path = fs_join(arena, str_c(dir), str_c(name));
    if (!fs_read(&vfs_system, arena, path.p, 1 << 26, &content)) {
        perror(path.p);
        exit(2);
    }
    return content;
}

static bool report(const struct score *score)
{
    printf("%s: %u of %u\n", score->name, score->right, score->all);
    return score->right == score->all;
}

static bool check_table(const char *dir, const char *name, bool errors)
{
    ARENA_AUTO arena = arena_new();
    struct score score = {.name = name};
    struct str rest = read_file(arena, dir, name), line;
    while (str_next_line(&rest, &line))
        if (line.n && line.p[0] != '#')
            check_line(&score, line, errors);
    return report(&score);
}

/* The first problem that the reference finds must be the first that we find. (The ones about names are for validation.)
 */
static void check_source(struct score *score, struct arena *arena, const char *dir, json_t *json)
{
    const char *file = json_string_value(json_object_get(json, "file"));
    struct str name = arena_printf(arena, "fmt/%.*s.in.hcl", (int)(strlen(file) - 3), file);
    struct str text = read_file(arena, dir, name.p);
    struct sources *sources = sources_new();
    struct diags diags = parse_file(arena, sources, text);
    json_t *wanted = json_array_get(json_object_get(json, "diags"), 0);
    json_t *start = json_object_get(json_object_get(wanted, "range"), "start");
    unsigned line = (unsigned)json_integer_value(json_object_get(start, "line")),
             column = (unsigned)json_integer_value(json_object_get(start, "column")),
             byte = (unsigned)json_integer_value(json_object_get(start, "byte"));
    bool right = wanted ? diags.list.n && starts_at(sources, &diags.list.v[0], line, column, byte) : diags.list.n == 0;
    score->all++;
    score->right += right;
    if (!right)
        show(sources, text,
             arena_printf(arena, "[%u, %u, %u] %s", line, column, byte,
                          json_string_value(json_object_get(wanted, "summary"))),
             &diags);
    sources_free(sources);
}

static bool check_sources(const char *dir)
{
    ARENA_AUTO arena = arena_new();
    struct score score = {.name = "fmt/index.jsonl"};
    struct str rest = read_file(arena, dir, "fmt/index.jsonl"), line;
    while (str_next_line(&rest, &line)) {
        json_t *json = json_loadb(line.p, line.n, 0, NULL);
        if (json)
            check_source(&score, arena, dir, json);
        json_decref(json);
    }
    return report(&score);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fputs("usage: conformance_syntax DATA_DIR [-v]\n", stderr);
        return 2;
    }
    verbose = argc > 2;
    bool right = check_table(argv[1], "cases.tsv", false);
    right &= check_table(argv[1], "unknown.tsv", false);
    right &= check_table(argv[1], "errors.tsv", true);
    right &= check_sources(argv[1]);
    return right ? 0 : 1;
}
