/* load: folders to modules, each once, and the tree of calls over them. */
#include "base/fs.h"
#include "config/decode.h"
#include "syntax/parse.h"

#include <errno.h>
#include <stdlib.h>

enum {
    NODES_MAX = 100000, /* module calls within one another multiply; beyond this it is a mistake */
    CHAIN_MAX = 200,    /* folders that call one another in a row */
};

/* A folder on the way from the root to the one being loaded. */
struct chain {
    const struct chain *before;
    struct str dir, package;
    size_t length;
};

struct load {
    struct config *config;
    const struct config_reader *reader;
    struct str root_dir, version;
    struct map failed; /* folders that could not be loaded, already reported */
    bool full;         /* NODES_MAX was reported */
    struct diags *diags;
};

struct top {
    const char *type;
    void (*decode)(struct decode *d, const struct block *block);
};

static const struct top top_blocks[] = {
    {"resource", decode_resource}, {"variable", decode_variable}, {"locals", decode_locals},
    {"output", decode_output},     {"module", decode_call},       {"data", decode_data},
    {"provider", decode_provider}, {"detour", decode_settings},   {"moved", decode_moved},
    {"removed", decode_removed},   {"import", decode_import},     {"check", decode_check},
    {"terraform", decode_foreign}, {"backend", decode_foreign},
};

static void decode_block(struct decode *d, const struct block *block)
{
    size_t from = d->diags->list.n;
    for (size_t i = 0; i < sizeof top_blocks / sizeof *top_blocks; i++)
        if (str_eq(block->type.text, str_c(top_blocks[i].type))) {
            top_blocks[i].decode(d, block);
            words_object(d->sources, d->diags, from, block->header_span);
            return;
        }
    const char *const *names = language_block_names(d->arena, &language_root);
    diag_error(
        d->diags, block->type.span, _("Unsupported block type"),
        _("Blocks of type \"%.*s\" are not expected here.%s A configuration is made of blocks of these types: %s."),
        STR_ARG(block->type.text), words_near(d->arena, words_nearest(names, block->type.text)),
        words_list(d->arena, names));
}

/* Everything of one file. */
static void decode_file(struct decode *d, const struct body *body)
{
    for (size_t i = 0; i < body->n_items; i++) {
        const struct attribute *attribute = body->items[i].attribute;
        if (!attribute) {
            decode_block(d, body->items[i].block);
            continue;
        }
        diag_error(
            d->diags, attribute->name.span, _("Unsupported argument"),
            _("Arguments stand inside blocks. A value with a name of its own belongs in locals { %.*s = … }; the "
              "value of a variable belongs in detour.vars.hcl."),
            STR_ARG(attribute->name.text));
    }
}

/* -- files -- */

static int name_order(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Sorts the names and keeps those that `keep` accepts, in an array of their own. */
static struct str *pick(struct arena *arena, const struct str *names, size_t *n, bool (*keep)(struct str name))
{
    struct str *kept = ARENA_ARRAY(arena, struct str, *n);
    size_t n_kept = 0;
    for (size_t i = 0; i < *n; i++)
        if (keep(names[i]))
            kept[n_kept++] = names[i];
    if (n_kept)
        qsort(kept, n_kept, sizeof *kept, name_order);
    *n = n_kept;
    return kept;
}

static void report_unread(struct decode *d, struct str shown, int error)
{
    if (error == EFBIG)
        diag_error(d->diags, (struct span){0}, _("File too large"),
                   _("%.*s is larger than %d MiB, the most that a file of configuration may be. Split it up; what is "
                     "data rather than configuration can be read with file() and jsondecode()."),
                   STR_ARG(shown), PARSE_SIZE >> 20);
    else
        diag_error(d->diags, (struct span){0}, _("Unreadable file"), _("%.*s cannot be read: %s."), STR_ARG(shown),
                   strerror(error));
}

/* The parsed file, or NULL where it cannot be read (reported). */
static const struct body *parse_file(struct load *load, struct decode *d, struct str name)
{
    struct arena *arena = d->arena;
    struct str shown = str_is(d->module->dir, ".") ? name : fs_join(arena, d->module->dir, name), text;
    if (!load->reader->read(load->reader->ctx, arena, fs_join(arena, d->module->path, name), &text)) {
        report_unread(d, shown, errno);
        return NULL;
    }
    uint32_t file = sources_add_borrowed(d->sources, arena_str(arena, shown), text);
    if (!d->module->file)
        d->module->file = file;
    if (str_ends(name, STR(".json")))
        return json_body(arena, d->diags, d->sources, file, language_json(arena, &language_root));
    return parse_body(arena, d->diags, d->sources, file);
}

static const struct body **parse_files(struct load *load, struct decode *d, const struct str *names, size_t *n)
{
    const struct body **bodies = ARENA_ARRAY(d->arena, const struct body *, *n);
    size_t n_parsed = 0;
    for (size_t i = 0; i < *n; i++)
        if ((bodies[n_parsed] = parse_file(load, d, names[i])))
            n_parsed++;
    *n = n_parsed;
    return bodies;
}

static struct config_module *module_new(struct load *load, struct str dir, struct str package)
{
    struct arena *arena = load->config->arena;
    struct config_module *m = ARENA_NEW(arena, struct config_module);
    m->dir = dir;
    m->package = package;
    m->path = str_is(load->root_dir, ".") ? dir
              : str_is(dir, ".")          ? load->root_dir
                                          : fs_join(arena, load->root_dir, dir);
    struct map *const maps[] = {&m->variables, &m->locals,    &m->outputs, &m->resources,
                                &m->calls,     &m->providers, &m->checks};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        *maps[i] = MAP_INIT(arena);
    return m;
}

/* A file of another program that was meant to be read, or nothing. */
static struct str foreign_file(const struct str *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_ends(names[i], STR(".tf")) || str_ends(names[i], STR(".tofu")))
            return names[i];
    return (struct str){0};
}

/* `foreign`: such a file, where there is no other. */
static void report_folder(struct load *load, const struct config_module *m, struct span at, bool readable,
                          struct str foreign)
{
    int error = errno;
    struct str shown = at.file ? m->dir : m->path;
    const char *summary = at.file ? _("Unusable module folder") : _("Unusable configuration folder");
    struct str hint =
        foreign.n ? arena_printf(load->config->arena, _(" What is in %.*s is read under a name that ends in .hcl."),
                                 STR_ARG(foreign))
                  : STR("");
    if (readable)
        diag_error(load->diags, at, summary,
                   _("The folder \"%.*s\" holds no configuration: no *.hcl or *.hcl.json file is in it.%.*s"),
                   STR_ARG(shown), STR_ARG(hint));
    else if (error == ENOENT)
        diag_error(load->diags, at, summary, _("There is no folder \"%.*s\"."), STR_ARG(shown));
    else
        diag_error(load->diags, at, summary, _("The folder \"%.*s\" cannot be read: %s."), STR_ARG(shown),
                   strerror(error));
}

static bool load_files(struct load *load, struct config_module *m, struct span at)
{
    struct arena *arena = load->config->arena;
    struct decode d = {arena, load->config->sources, load->diags, m, load->version};
    struct str *names = NULL;
    size_t n = 0;
    bool readable = load->reader->list(load->reader->ctx, arena, m->path, &names, &n);
    size_t n_sources = n, n_overrides = n;
    struct str *files = pick(arena, names, &n_sources, config_is_source);
    if (!readable || (!n_sources && (at.file || !load->reader->empty_root))) {
        report_folder(load, m, at, readable, readable ? foreign_file(names, n) : (struct str){0});
        return false;
    }
    const struct body **bodies = parse_files(load, &d, files, &n_sources);
    const struct body **overrides =
        parse_files(load, &d, pick(arena, names, &n_overrides, config_is_override), &n_overrides);
    override_apply(&d, bodies, n_sources, overrides, n_overrides);
    for (size_t i = 0; i < n_sources; i++)
        decode_file(&d, bodies[i]);
    return true;
}

/* -- modules -- */

static bool in_chain(const struct chain *chain, struct str dir)
{
    for (; chain; chain = chain->before)
        if (str_eq(chain->dir, dir))
            return true;
    return false;
}

static const char *shown_dir(struct arena *arena, struct str dir)
{
    return str_is(dir, ".") ? _("the root module") : arena_str(arena, dir).p;
}

/* "modules/a calls modules/b, which calls modules/a". */
static const char *cycle_words(struct arena *arena, const struct chain *chain, struct str dir)
{
    VEC(struct str) dirs = {0};
    for (; !str_eq(chain->dir, dir); chain = chain->before)
        vec_push(arena, &dirs, chain->dir);
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    strbuf_printf(&out, "%s", shown_dir(arena, dir));
    for (size_t i = dirs.n; i > 0; i--)
        strbuf_printf(&out, i == dirs.n ? _(" calls %s") : _(", which calls %s"), shown_dir(arena, dirs.v[i - 1]));
    strbuf_printf(&out, dirs.n ? _(", which calls %s") : _(" calls %s"), dirs.n ? shown_dir(arena, dir) : _("itself"));
    return arena_str(arena, strbuf_str(&out)).p;
}

static const struct config_module *load_module(struct load *load, const struct config_package *found, struct span at,
                                               const struct chain *before);

static void report_source(struct load *load, const struct config_call *call)
{
    struct arena *arena = load->config->arena;
    bool word = str_find_byte(call->source, ':', 0) == SIZE_MAX;
    diag_error(load->diags, call->source_span, _("Unsupported module source"),
               _("A module comes from a folder of this machine, and its path starts with ./ or ../.%s"),
               word ? words_near(arena, arena_printf(arena, "./%.*s", STR_ARG(call->source))) : "");
}

/* The folder beside the caller that the source names. Out of a fetched package there is no way. */
static bool find_beside(struct load *load, const struct chain *chain, const struct config_call *call,
                        struct config_package *found)
{
    *found = (struct config_package){config_folder(load->config->arena, chain->dir, call->source), chain->package};
    if (!chain->package.n || config_is_inside(found->dir, chain->package))
        return true;
    diag_error(
        load->diags, call->source_span, _("Module outside of its package"),
        _("\"%.*s\" leads out of what was fetched: a module that is kept elsewhere is named by where it is kept, as "
          "in \"git::https://example.org/web.git\"."),
        STR_ARG(call->source));
    return false;
}

/* Where the module is that the call names; false after an error. */
static bool find_module(struct load *load, const struct chain *chain, const struct config_call *call,
                        struct config_package *found)
{
    const struct config_reader *reader = load->reader;
    size_t from = load->diags->list.n;
    enum config_place place = CONFIG_BESIDE;
    if (reader->module) {
        place = reader->module(reader->ctx, load->config->arena, load->config->sources, call, chain->dir,
                               chain->package, found, load->diags);
    } else if (!config_is_path(call->source)) {
        place = CONFIG_NOWHERE;
        report_source(load, call);
    }
    bool ok = place == CONFIG_PACKAGE || (place == CONFIG_BESIDE && find_beside(load, chain, call, found));
    words_object(load->config->sources, load->diags, from, call->header);
    return ok;
}

static void load_call(struct load *load, const struct chain *chain, struct config_call *call)
{
    struct config_package found = {0};
    if (!call->source.n || !find_module(load, chain, call, &found))
        return;
    if (in_chain(chain, found.dir))
        diag_error(load->diags, call->source_span, _("Module cycle"), _("A module cannot contain itself: %s."),
                   cycle_words(load->config->arena, chain, found.dir));
    else if (chain->length == CHAIN_MAX)
        diag_error(load->diags, call->source_span, _("Modules nested too deeply"),
                   _("More than %d modules call one another in a row."), CHAIN_MAX);
    else
        call->module = load_module(load, &found, call->source_span, chain);
}

static const struct config_module *load_module(struct load *load, const struct config_package *found, struct span at,
                                               const struct chain *before)
{
    struct str dir = found->dir;
    struct config_module *m = map_get(&load->config->modules, dir);
    if (m || map_find(&load->failed, dir))
        return m;
    m = module_new(load, dir, found->folder);
    if (!load_files(load, m, at) && before) {
        map_put(&load->failed, dir, NULL);
        return NULL;
    }
    map_put(&load->config->modules, dir, m);
    struct chain chain = {before, dir, found->folder, before ? before->length + 1 : 1};
    map_each (&m->calls, i)
        load_call(load, &chain, m->calls.entries[i].value);
    return m;
}

/* -- the tree of calls -- */

static const struct config_node *add_node(struct load *load, const struct config_node *parent,
                                          const struct config_call *call, const struct config_module *module);

static void add_child(struct load *load, struct config_node *node, const struct config_call *call)
{
    if (!call->module)
        return;
    if (load->config->nodes.n < NODES_MAX) {
        map_put(&node->children, call->name.text, (void *)add_node(load, node, call, call->module));
    } else if (!load->full) {
        load->full = true;
        diag_error(load->diags, call->header, _("Too many modules"),
                   _("The calls of modules within modules make more than %d modules."), NODES_MAX);
    }
}

static const struct config_node *add_node(struct load *load, const struct config_node *parent,
                                          const struct config_call *call, const struct config_module *module)
{
    struct arena *arena = load->config->arena;
    struct config_node *node = ARENA_NEW(arena, struct config_node);
    *node = (struct config_node){.parent = parent, .call = call, .module = module, .children = MAP_INIT(arena)};
    if (parent)
        node->path = arena_printf(arena, "%.*s%smodule.%.*s", STR_ARG(parent->path), parent->path.n ? "." : "",
                                  STR_ARG(call->name.text));
    map_put(&load->config->nodes, node->path, node);
    map_each (&module->calls, i)
        add_child(load, node, module->calls.entries[i].value);
    return node;
}

static struct load load_new(struct arena *arena, struct sources *sources, const struct config_reader *reader,
                            struct str root_dir, struct str version, struct diags *diags)
{
    struct config *config = ARENA_NEW(arena, struct config);
    *config = (struct config){arena, sources, NULL, MAP_INIT(arena), MAP_INIT(arena)};
    return (struct load){config, reader, root_dir, arena_str(arena, version), MAP_INIT(arena), false, diags};
}

static const struct config *load_tree(struct load *load, const struct config_package *own)
{
    load->config->root = add_node(load, NULL, NULL, load_module(load, own, (struct span){0}, NULL));
    return load->config;
}

static const struct config *load_root(struct arena *arena, struct sources *sources, const struct config_reader *reader,
                                      struct str root_dir, struct str start, struct str version, struct diags *diags)
{
    struct load load = load_new(arena, sources, reader, root_dir, version, diags);
    return load_tree(&load, &(struct config_package){.dir = start});
}

const struct config *config_load(struct arena *arena, struct sources *sources, const struct config_reader *reader,
                                 struct str dir, struct str version, struct diags *diags)
{
    return load_root(arena, sources, reader, dir.n ? arena_str(arena, dir) : STR("."), STR("."), version, diags);
}

const struct config *config_load_module(struct arena *arena, struct sources *sources,
                                        const struct config_reader *reader, struct str dir, struct str version,
                                        struct diags *diags)
{
    return load_root(arena, sources, reader, STR("."), arena_str(arena, dir), version, diags);
}

const struct config *config_load_source(struct arena *arena, struct sources *sources,
                                        const struct config_reader *reader, struct str source, struct span at,
                                        struct str version, struct diags *diags)
{
    struct load load = load_new(arena, sources, reader, STR("."), version, diags);
    const struct config_call call = {.source = source, .source_span = at};
    const struct chain root = {.dir = STR("."), .length = 1};
    struct config_package found = {0};
    return find_module(&load, &root, &call, &found) ? load_tree(&load, &found) : NULL;
}
