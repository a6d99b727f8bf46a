/* What stands in place of the real thing in test files: overrides, mocked providers, and providers configured anew. */
#include "config/testfile_private.h"

#include "base/fs.h"

#include <errno.h>
#include <stdlib.h>

static bool decode_during(struct decode *d, const struct body *body, bool otherwise)
{
    return decode_expr(body, "override_during") ? testfile_word(d, body, "override_during", "apply", "plan")
                                                : otherwise;
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
    const struct language_block *row = testfile_row(override_types[out->kind]);
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

struct testfile_overrides testfile_read_overrides(struct decode *d, const struct body *body, bool planned)
{
    override_list list = {0};
    add_overrides(d, body, planned, &list);
    return (struct testfile_overrides){list.v, list.n};
}

void testfile_read_override(struct testfile_reading *r, const struct block *block)
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
        language_block(testfile_row("mock_provider"), data ? STR("mock_data") : STR("mock_resource"));
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
static struct str *mock_files(struct testfile_reading *r, struct str dir, struct span at, size_t *n)
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

/* What the folder's files say. */
static void add_source(struct testfile_reading *r, const struct body *body, bool planned, defaults_list *defaults,
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
        const struct body *file = testfile_body(&r->d, r->reader, fs_join(r->d.arena, dir, names[i]), &language_mock);
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

void testfile_read_mock(struct testfile_reading *r, const struct block *block)
{
    struct decode *d = &r->d;
    const struct language_block *row = testfile_row("mock_provider");
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
void testfile_read_provider(struct testfile_reading *r, const struct block *block)
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
