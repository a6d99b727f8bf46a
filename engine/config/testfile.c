#include "config/testfile_private.h"

#include "syntax/parse.h"

#include <errno.h>

bool testfile_is(struct str name)
{
    return (str_ends(name, STR(".test.hcl")) || str_ends(name, STR(".test.hcl.json"))) && !str_starts(name, STR("."));
}

const struct language_block *testfile_row(const char *type)
{
    return language_block(&language_test, str_c(type));
}

/* -- small things -- */

bool testfile_word(struct decode *d, const struct body *body, const char *name, const char *first, const char *second)
{
    const struct expr *expr = decode_expr(body, name);
    if (!expr || expr->kind == EXPR_INVALID)
        return false;
    struct str word = expr->kind == EXPR_STRING ? (struct str){0} : expr_keyword(expr);
    if (str_eq(word, str_c(first)) || str_eq(word, str_c(second)))
        return str_eq(word, str_c(second));
    const char *const words[] = {first, second, NULL};
    diag_error(d->diags, expr->span, arena_printf(d->arena, _("Invalid %s"), name).p,
               _("\"%s\" is one of these words, without quotes: %s.%s"), name, words_list(d->arena, words),
               words_near(d->arena, words_nearest(words, word)));
    return false;
}

static struct config_traversals decode_refs(struct decode *d, const struct body *body, const char *name,
                                            const char *element)
{
    const struct expr *expr = decode_expr(body, name);
    if (!expr || expr->kind == EXPR_INVALID)
        return (struct config_traversals){0};
    if (expr->kind != EXPR_TUPLE) {
        diag_error(d->diags, expr->span, arena_printf(d->arena, _("Invalid %s"), name).p,
                   _("%s is a list of references in brackets: %s = [detour_data.a]."), name, name);
        return (struct config_traversals){0};
    }
    const struct expr_tuple *tuple = expr_tuple(expr);
    const struct traversal **v = ARENA_ARRAY(d->arena, const struct traversal *, tuple->n_items);
    size_t n = 0;
    for (size_t i = 0; i < tuple->n_items; i++)
        if ((v[n] = decode_traversal(d, tuple->items[i], element)))
            n++;
    return (struct config_traversals){v, n};
}

const struct body *testfile_body(struct decode *d, const struct config_reader *reader, struct str path,
                                 const struct language_block *row)
{
    struct str text;
    if (!reader->read(reader->ctx, d->arena, path, &text)) {
        diag_error(d->diags, (struct span){0}, _("Unreadable file"), _("%.*s cannot be read: %s."), STR_ARG(path),
                   strerror(errno));
        return NULL;
    }
    uint32_t number = sources_add(d->sources, path, text);
    return str_ends(path, STR(".json"))
               ? json_body(d->arena, d->diags, d->sources, number, language_json(d->arena, row))
               : parse_body(d->arena, d->diags, d->sources, number);
}

/* -- variables -- */

static const struct body *decode_variables(struct decode *d, const struct body *body)
{
    const struct block *block = decode_single(d, body, "variables");
    if (!block || !decode_labels(d, block, testfile_row("variables")))
        return NULL;
    for (size_t i = 0; i < block->body->n_items; i++) {
        const struct block *inner = block->body->items[i].block;
        if (inner)
            diag_error(d->diags, inner->header_span, _("Unexpected block"),
                       _("A variables block holds values only: write %.*s = { … }."), STR_ARG(inner->type.text));
    }
    return block->body;
}

/* -- runs -- */

static void decode_source(struct decode *d, const struct body *body, struct testfile_run *run)
{
    const struct block *block = decode_single(d, body, "module");
    const struct language_block *row = language_block(testfile_row("run"), STR("module"));
    if (!block || !decode_labels(d, block, row))
        return;
    decode_shape(d, block->body, row);
    const struct expr *expr = decode_required(d, block, "source");
    if (!expr)
        return;
    struct str source = decode_text(d, block->body, "source");
    run->source_span = expr->span;
    run->source = source;
}

static void decode_plan_options(struct decode *d, const struct body *body, struct testfile_run *run)
{
    const struct block *block = decode_single(d, body, "plan_options");
    const struct language_block *row = language_block(testfile_row("run"), STR("plan_options"));
    if (!block || !decode_labels(d, block, row))
        return;
    decode_shape(d, block->body, row);
    run->refresh_only = testfile_word(d, block->body, "mode", "normal", "refresh-only");
    run->no_refresh = !decode_bool(d, block->body, "refresh", true);
    run->targets = decode_refs(d, block->body, "target", _("A target"));
    run->replaces = decode_refs(d, block->body, "replace", _("An object to be replaced"));
}

static bool name_taken(struct testfile_reading *r, struct str name, struct span at)
{
    vec_each (&r->runs, i) {
        if (!str_eq(r->runs.v[i].name.text, name))
            continue;
        diag_error(r->d.diags, at, _("Duplicate run"),
                   _("There is a run \"%.*s\" at %s already. Names must be unique within a file."), STR_ARG(name),
                   words_place(r->d.arena, r->d.sources, r->runs.v[i].header));
        return true;
    }
    return false;
}

static void file_run(struct testfile_reading *r, const struct block *block)
{
    struct decode *d = &r->d;
    const struct language_block *row = testfile_row("run");
    const struct body *body = block->body;
    if (!decode_labels(d, block, row) || !decode_name(d, &block->labels[0]))
        return;
    bool taken = name_taken(r, block->labels[0].text, block->header_span);
    struct testfile_run run = {.name = {block->labels[0].text, block->labels[0].span}, .header = block->header_span};
    struct config_call call = {0};
    decode_shape(d, body, row);
    run.command = testfile_word(d, body, "command", "apply", "plan") ? TESTFILE_PLAN : TESTFILE_APPLY;
    run.variables = decode_variables(d, body);
    run.asserts = decode_conditions(d, body, row, "assert");
    run.expect_failures = decode_refs(d, body, "expect_failures", _("An expected failure"));
    decode_providers(d, body, &call);
    run.providers = call.providers;
    run.n_providers = call.n_providers;
    run.has_providers = decode_expr(body, "providers") != NULL;
    run.overrides = testfile_read_overrides(d, body, false);
    run.state_key = decode_text(d, body, "state_key");
    decode_bool(d, body, "parallel", false);
    decode_source(d, body, &run);
    decode_plan_options(d, body, &run);
    if (!taken)
        vec_push(d->arena, &r->runs, run);
}

static void file_test(struct testfile_reading *r, const struct block *block)
{
    const struct language_block *row = testfile_row("test");
    if (!decode_labels(&r->d, block, row))
        return;
    decode_shape(&r->d, block->body, row);
    decode_bool(&r->d, block->body, "parallel", false);
}

/* -- files -- */

static void file_block(struct testfile_reading *r, const struct block *block)
{
    static const struct {
        const char *type;
        void (*decode)(struct testfile_reading *r, const struct block *block);
    } blocks[] = {
        {"run", file_run},
        {"provider", testfile_read_provider},
        {"mock_provider", testfile_read_mock},
        {"override_resource", testfile_read_override},
        {"override_data", testfile_read_override},
        {"override_module", testfile_read_override},
        {"test", file_test},
    };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (str_eq(block->type.text, str_c(blocks[i].type))) {
            size_t from = r->d.diags->list.n;
            blocks[i].decode(r, block);
            words_object(r->d.sources, r->d.diags, from, block->header_span);
        }
}

static void decode_body(struct testfile_reading *r, const struct body *body)
{
    decode_shape(&r->d, body, &language_test);
    r->file->variables = decode_variables(&r->d, body);
    for (size_t i = 0; i < body->n_items; i++)
        if (body->items[i].block)
            file_block(r, body->items[i].block);
    r->file->overrides = (struct testfile_overrides){r->overrides.v, r->overrides.n};
    r->file->runs = r->runs.v;
    r->file->n_runs = r->runs.n;
}

const struct testfile *testfile_load(struct arena *arena, struct sources *sources, const struct config_reader *reader,
                                     struct str path, struct diags *diags)
{
    struct config_module *module = ARENA_NEW(arena, struct config_module);
    *module = (struct config_module){.dir = STR("."), .path = STR("."), .providers = MAP_INIT(arena)};
    struct testfile *file = ARENA_NEW(arena, struct testfile);
    *file = (struct testfile){.path = arena_str(arena, path), .providers = MAP_INIT(arena), .mocks = MAP_INIT(arena)};
    struct testfile_reading r = {
        .d = {.arena = arena, .sources = sources, .diags = diags, .module = module}, .file = file, .reader = reader};
    const struct body *body = testfile_body(&r.d, reader, path, &language_test);
    if (!body)
        return NULL;
    decode_body(&r, body);
    return file;
}
