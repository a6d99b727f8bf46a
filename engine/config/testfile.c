#include "config/testfile.h"

#include "base/fs.h"
#include "config/decode.h"
#include "syntax/parse.h"

#include <errno.h>
#include <stdlib.h>

struct reading {
    struct decode d; /* first: what the shared decoders take */
    struct testfile *file;
    const struct config_reader *reader;
    VEC(struct testfile_override) overrides; /* of the file */
    VEC(struct testfile_run) runs;
};

bool testfile_is(struct str name)
{
    return (str_ends(name, STR(".test.hcl")) || str_ends(name, STR(".test.hcl.json"))) && !str_starts(name, STR("."));
}

static const struct language_block *row_of(const char *type)
{
    return language_block(&language_test, str_c(type));
}

/* -- small things -- */

/* One of two bare words; `first` where it is not given. */
static bool decode_word(struct decode *d, const struct body *body, const char *name, const char *first,
                        const char *second)
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

static bool decode_during(struct decode *d, const struct body *body, bool otherwise)
{
    return decode_expr(body, "override_during") ? decode_word(d, body, "override_during", "apply", "plan") : otherwise;
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

/* -- overrides -- */

static const char *const override_types[] = {[TESTFILE_RESOURCE] = "override_resource",
                                             [TESTFILE_DATA] = "override_data",
                                             [TESTFILE_MODULE] = "override_module"};

/* Whether the block is one of the three, and then which. */
static bool override_kind(const struct block *block, enum testfile_override_kind *kind)
{
    for (size_t i = 0; block && i < sizeof override_types / sizeof *override_types; i++)
        if (str_eq(block->type.text, str_c(override_types[i]))) {
            *kind = (enum testfile_override_kind)i;
            return true;
        }
    return false;
}

static bool decode_override(struct decode *d, const struct block *block, bool planned, struct testfile_override *out)
{
    *out = (struct testfile_override){.header = block->header_span};
    if (!override_kind(block, &out->kind))
        return false;
    const struct language_block *row = row_of(override_types[out->kind]);
    if (!decode_labels(d, block, row))
        return false;
    decode_shape(d, block->body, row);
    const struct expr *target = decode_required(d, block, "target");
    out->target = target ? decode_traversal(d, target, _("The target of an override")) : NULL;
    out->values = decode_expr(block->body, out->kind == TESTFILE_MODULE ? "outputs" : "values");
    out->planned = decode_during(d, block->body, planned);
    return out->target != NULL;
}

typedef VEC(struct testfile_override) override_list;

static void add_overrides(struct decode *d, const struct body *body, bool planned, override_list *list)
{
    struct testfile_override override;
    enum testfile_override_kind kind;
    for (size_t i = 0; i < body->n_items; i++)
        if (override_kind(body->items[i].block, &kind) && decode_override(d, body->items[i].block, planned, &override))
            vec_push(d->arena, list, override);
}

static struct testfile_overrides decode_overrides(struct decode *d, const struct body *body, bool planned)
{
    override_list list = {0};
    add_overrides(d, body, planned, &list);
    return (struct testfile_overrides){list.v, list.n};
}

static void file_override(struct reading *r, const struct block *block)
{
    struct testfile_override override;
    if (decode_override(&r->d, block, false, &override))
        vec_push(r->d.arena, &r->overrides, override);
}

/* -- providers -- */

static struct span mock_place(const void *object)
{
    return ((const struct testfile_mock *)object)->header;
}

static struct span provider_place(const void *object)
{
    return ((const struct config_provider *)object)->header;
}

static bool decode_defaults(struct decode *d, const struct block *block, bool planned, struct testfile_defaults *out)
{
    bool data = str_is(block->type.text, "mock_data");
    const struct language_block *row =
        language_block(row_of("mock_provider"), data ? STR("mock_data") : STR("mock_resource"));
    if (!decode_labels(d, block, row))
        return false;
    decode_shape(d, block->body, row);
    *out = (struct testfile_defaults){
        .mode = data ? ADDR_DATA : ADDR_MANAGED,
        .type = {block->labels[0].text, block->labels[0].span},
        .values = decode_expr(block->body, "defaults"),
        .planned = decode_during(d, block->body, planned),
        .header = block->header_span,
    };
    return true;
}

typedef VEC(struct testfile_defaults) defaults_list;

static void add_defaults(struct decode *d, const struct body *body, bool planned, defaults_list *list)
{
    struct testfile_defaults one;
    for (size_t i = 0; i < body->n_items; i++) {
        const struct block *block = body->items[i].block;
        if (block && (str_is(block->type.text, "mock_resource") || str_is(block->type.text, "mock_data")) &&
            decode_defaults(d, block, planned, &one))
            vec_push(d->arena, list, one);
    }
}

static bool is_mock_file(struct str name)
{
    return (str_ends(name, STR(".mock.hcl")) || str_ends(name, STR(".mock.hcl.json"))) && !str_starts(name, STR("."));
}

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* The mock files of the folder, sorted; none after an error. */
static struct str *mock_files(struct reading *r, struct str dir, struct span at, size_t *n)
{
    struct arena *arena = r->d.arena;
    struct str *names = NULL;
    size_t n_names = 0;
    *n = 0;
    if (!r->reader->list(r->reader->ctx, arena, dir, &names, &n_names)) {
        diag_error(r->d.diags, at, _("Unusable folder of mocks"), _("The folder \"%.*s\" cannot be read: %s."),
                   STR_ARG(dir), strerror(errno));
        return NULL;
    }
    for (size_t i = 0; i < n_names; i++)
        if (is_mock_file(names[i]))
            names[(*n)++] = names[i];
    if (!*n)
        diag_error(r->d.diags, at, _("Unusable folder of mocks"),
                   _("The folder \"%.*s\" holds no file whose name ends in .mock.hcl or .mock.hcl.json."),
                   STR_ARG(dir));
    else
        qsort(names, *n, sizeof *names, by_bytes);
    return names;
}

static const struct body *read_body(struct decode *d, const struct config_reader *reader, struct str path,
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

/* What the folder's files say. */
static void add_source(struct reading *r, const struct body *body, bool planned, defaults_list *defaults,
                       override_list *overrides)
{
    const struct expr *expr = decode_expr(body, "source");
    struct str source = expr ? decode_text(&r->d, body, "source") : (struct str){0};
    size_t n = 0;
    if (!source.n)
        return;
    if (!config_is_path(source)) {
        diag_error(r->d.diags, expr->span, _("Unusable folder of mocks"),
                   _("Mocks come from a folder of this machine, and its path starts with ./ or ../."));
        return;
    }
    struct str dir = config_folder(r->d.arena, STR("."), source), *names = mock_files(r, dir, expr->span, &n);
    for (size_t i = 0; i < n; i++) {
        const struct body *file = read_body(&r->d, r->reader, fs_join(r->d.arena, dir, names[i]), &language_mock);
        if (!file)
            continue;
        decode_shape(&r->d, file, &language_mock);
        add_defaults(&r->d, file, planned, defaults);
        add_overrides(&r->d, file, planned, overrides);
    }
}

static bool decode_alias(struct decode *d, const struct body *body, struct str *alias)
{
    const struct expr *expr = decode_expr(body, "alias");
    if (!expr)
        return true;
    struct label label = {.text = decode_text(d, body, "alias"), .span = expr->span};
    *alias = label.text;
    return label.text.n && decode_name(d, &label);
}

/* A provider and a mock cannot be one instance. */
static void check_twice(struct decode *d, struct str key, struct span at, struct span before)
{
    diag_error(d->diags, at, _("Duplicate provider instance"),
               _("The instance %.*s was declared at %s already: give one of the two an alias of its own (alias = "
                 "\"…\")."),
               STR_ARG(key), words_place(d->arena, d->sources, before));
}

static void file_mock(struct reading *r, const struct block *block)
{
    struct decode *d = &r->d;
    const struct language_block *row = row_of("mock_provider");
    if (!decode_labels(d, block, row) || !decode_name(d, &block->labels[0]))
        return;
    struct testfile_mock *mock = ARENA_NEW(d->arena, struct testfile_mock);
    *mock =
        (struct testfile_mock){.name = {block->labels[0].text, block->labels[0].span}, .header = block->header_span};
    decode_shape(d, block->body, row);
    if (!decode_alias(d, block->body, &mock->alias))
        return;
    mock->key = mock->alias.n ? arena_printf(d->arena, "%.*s.%.*s", STR_ARG(mock->name.text), STR_ARG(mock->alias))
                              : mock->name.text;
    bool planned = decode_during(d, block->body, false);
    defaults_list defaults = {0};
    override_list overrides = {0};
    add_source(r, block->body, planned, &defaults, &overrides); /* first: later ones win */
    add_defaults(d, block->body, planned, &defaults);
    add_overrides(d, block->body, planned, &overrides);
    mock->defaults = defaults.v;
    mock->n_defaults = defaults.n;
    mock->overrides = (struct testfile_overrides){overrides.v, overrides.n};
    const struct config_provider *provider = map_get(&r->file->providers, mock->key);
    if (provider)
        check_twice(d, mock->key, mock->header, provider_place(provider));
    else
        decode_declare(d, &r->file->mocks, mock->key, mock, mock->header, _("mocked provider"), mock_place);
}

/* Into a module of its own, which decode_provider fills. */
static void file_provider(struct reading *r, const struct block *block)
{
    size_t before = r->d.module->providers.n;
    decode_provider(&r->d, block);
    if (r->d.module->providers.n == before)
        return;
    struct map_entry *entry = &r->d.module->providers.entries[before];
    const struct testfile_mock *mock = map_get(&r->file->mocks, entry->key);
    if (mock)
        check_twice(&r->d, entry->key, block->header_span, mock->header);
    map_put(&r->file->providers, entry->key, entry->value);
}

/* -- variables -- */

static const struct body *decode_variables(struct decode *d, const struct body *body)
{
    const struct block *block = decode_single(d, body, "variables");
    if (!block || !decode_labels(d, block, row_of("variables")))
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
    const struct language_block *row = language_block(row_of("run"), STR("module"));
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
    const struct language_block *row = language_block(row_of("run"), STR("plan_options"));
    if (!block || !decode_labels(d, block, row))
        return;
    decode_shape(d, block->body, row);
    run->refresh_only = decode_word(d, block->body, "mode", "normal", "refresh-only");
    run->no_refresh = !decode_bool(d, block->body, "refresh", true);
    run->targets = decode_refs(d, block->body, "target", _("A target"));
    run->replaces = decode_refs(d, block->body, "replace", _("An object to be replaced"));
}

static bool name_taken(struct reading *r, struct str name, struct span at)
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

static void file_run(struct reading *r, const struct block *block)
{
    struct decode *d = &r->d;
    const struct language_block *row = row_of("run");
    const struct body *body = block->body;
    if (!decode_labels(d, block, row) || !decode_name(d, &block->labels[0]))
        return;
    bool taken = name_taken(r, block->labels[0].text, block->header_span);
    struct testfile_run run = {.name = {block->labels[0].text, block->labels[0].span}, .header = block->header_span};
    struct config_call call = {0};
    decode_shape(d, body, row);
    run.command = decode_word(d, body, "command", "apply", "plan") ? TESTFILE_PLAN : TESTFILE_APPLY;
    run.variables = decode_variables(d, body);
    run.asserts = decode_conditions(d, body, row, "assert");
    run.expect_failures = decode_refs(d, body, "expect_failures", _("An expected failure"));
    decode_providers(d, body, &call);
    run.providers = call.providers;
    run.n_providers = call.n_providers;
    run.has_providers = decode_expr(body, "providers") != NULL;
    run.overrides = decode_overrides(d, body, false);
    run.state_key = decode_text(d, body, "state_key");
    decode_bool(d, body, "parallel", false);
    decode_source(d, body, &run);
    decode_plan_options(d, body, &run);
    if (!taken)
        vec_push(d->arena, &r->runs, run);
}

static void file_test(struct reading *r, const struct block *block)
{
    const struct language_block *row = row_of("test");
    if (!decode_labels(&r->d, block, row))
        return;
    decode_shape(&r->d, block->body, row);
    decode_bool(&r->d, block->body, "parallel", false);
}

/* -- files -- */

static void file_block(struct reading *r, const struct block *block)
{
    static const struct {
        const char *type;
        void (*decode)(struct reading *r, const struct block *block);
    } blocks[] = {
        {"run", file_run},
        {"provider", file_provider},
        {"mock_provider", file_mock},
        {"override_resource", file_override},
        {"override_data", file_override},
        {"override_module", file_override},
        {"test", file_test},
    };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (str_eq(block->type.text, str_c(blocks[i].type))) {
            size_t from = r->d.diags->list.n;
            blocks[i].decode(r, block);
            words_object(r->d.sources, r->d.diags, from, block->header_span);
        }
}

static void decode_body(struct reading *r, const struct body *body)
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
    struct reading r = {
        .d = {.arena = arena, .sources = sources, .diags = diags, .module = module}, .file = file, .reader = reader};
    const struct body *body = read_body(&r.d, reader, path, &language_test);
    if (!body)
        return NULL;
    decode_body(&r, body);
    return file;
}
