/* Any bytes as every file of a configuration that calls itself as a module, as values, and as an option: loaded,
 * checked, its references visited, its problems rendered. */
#include "config/input.h"
#include "config/reference.h"
#include "config/testfile.h"
#include "diag/snippet.h"

#include <assert.h>

static void see_ref(void *ctx, const struct config_ref *ref, enum config_use use)
{
    const struct config_module *module = ctx;
    struct config_ref again;
    (void)use;
    assert(ref->used <= ref->traversal->n_steps);
    assert(config_ref_resolve(module, ref->traversal, &again, NULL) && again.kind == ref->kind);
}

static void see_module(const struct config_module *m)
{
    map_each (&m->resources, i)
        config_resource_refs(m, m->resources.entries[i].value, see_ref, (void *)m);
    map_each (&m->calls, i)
        config_call_refs(m, m->calls.entries[i].value, see_ref, (void *)m);
    map_each (&m->outputs, i)
        config_output_refs(m, m->outputs.entries[i].value, see_ref, (void *)m);
    map_each (&m->variables, i)
        config_variable_refs(m, m->variables.entries[i].value, see_ref, (void *)m);
}

static void see_node(struct arena *arena, const struct config_node *node)
{
    assert(!node->parent == !node->call);
    map_each (&node->module->resources, i) {
        struct config_provider_ref ref = config_resource_provider(node->module->resources.entries[i].value);
        assert(config_provider_find(arena, node, ref).node);
    }
}

static void see_diags(const struct sources *sources, struct diags *diags)
{
    STRBUF_AUTO out = STRBUF_INIT(1 << 20);
    diags_tidy(diags);
    for (size_t i = 0; i < diags->list.n && i < 20; i++)
        snippet_render(&out, sources, &diags->list.v[i], (struct snippet_style){.width = 80});
}

static void run(struct arena *arena, struct sources *sources, struct str text)
{
    const struct config_file list[] = {{STR("main.hcl"), text},       {STR("m/main.hcl"), text},
                                       {STR("override.hcl"), text},   {STR("detour.vars.hcl"), text},
                                       {STR("m/b/b.hcl"), text},      {STR("a.test.hcl"), text},
                                       {STR("a.test.hcl.json"), text}};
    const struct config_files files = {list, sizeof list / sizeof *list};
    struct config_reader reader = config_memory(&files);
    struct diags diags = DIAGS_INIT(arena);
    const struct config_option option = {.text = text};
    const struct config *config = config_load(arena, sources, &reader, STR("."), STR("0.1.0"), &diags);
    config_check_references(config, NULL, 0, &diags);
    map_each (&config->modules, i)
        see_module(config->modules.entries[i].value);
    map_each (&config->nodes, i)
        see_node(arena, config->nodes.entries[i].value);
    struct map inputs = config_inputs(config, &reader, STR("."), NULL, &option, 1, &diags);
    config_inputs_require(&inputs, &diags);
    testfile_load(arena, sources, &reader, STR("a.test.hcl"), &diags);
    testfile_load(arena, sources, &reader, STR("a.test.hcl.json"), &diags);
    see_diags(sources, &diags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sources *sources = sources_new();
    ARENA_AUTO arena = arena_new();
    run(arena, sources, str_from((const char *)data, size));
    sources_free(sources);
    return 0;
}
