#include "view/json/modules.h"
#include "base/vec.h"

/* A module of the tree with what stands directly in it. */
struct module {
    const struct module_inst *inst;
    VEC(const struct modules_item *) items;
    VEC(struct module *) children;
};

static struct module *module_get(struct arena *arena, struct map *all, const struct module_inst *inst)
{
    struct module *module = map_get(all, inst->text);
    if (module)
        return module;
    module = ARENA_NEW(arena, struct module);
    module->inst = inst;
    map_put(all, inst->text, module);
    if (inst->parent) {
        struct module *parent = module_get(arena, all, inst->parent);
        vec_push(arena, &parent->children, module);
    }
    return module;
}

void modules_name(struct writer *w, const struct addr *addr, struct str provider)
{
    writer_field_str(w, "address", addr->text);
    writer_field_c(w, "mode", addr->mode == ADDR_DATA ? "data" : "managed");
    writer_field_str(w, "type", addr->type);
    writer_field_str(w, "name", addr->name);
    if (addr->key.kind == KEY_INT)
        writer_field_int(w, "index", addr->key.index);
    else if (addr->key.kind == KEY_STRING)
        writer_field_str(w, "index", addr->key.name);
    writer_field_str(w, "provider_name", provider);
}

static void write_item(struct writer *w, const struct modules_item *item)
{
    writer_open(w, '{');
    modules_name(w, item->addr, item->provider);
    writer_field_int(w, "schema_version", item->schema_version);
    writer_key(w, "values");
    writer_value(w, item->value);
    writer_key(w, "sensitive_values");
    writer_sensitive_mask(w, item->value);
    if (item->n_depends) {
        writer_key(w, "depends_on");
        writer_open(w, '[');
        for (size_t i = 0; i < item->n_depends; i++)
            writer_str(w, item->depends[i]->text);
        writer_close(w, ']');
    }
    if (item->tainted)
        writer_field_bool(w, "tainted", true);
    if (item->deposed.n)
        writer_field_str(w, "deposed_key", item->deposed);
    writer_close(w, '}');
}

static void write_module(struct writer *w, const struct module *module)
{
    writer_open(w, '{');
    if (module->items.n) {
        writer_key(w, "resources");
        writer_open(w, '[');
        vec_each (&module->items, i)
            write_item(w, module->items.v[i]);
        writer_close(w, ']');
    }
    if (module->inst->text.n)
        writer_field_str(w, "address", module->inst->text);
    if (module->children.n) {
        writer_key(w, "child_modules");
        writer_open(w, '[');
        vec_each (&module->children, i)
            write_module(w, module->children.v[i]);
        writer_close(w, ']');
    }
    writer_close(w, '}');
}

void modules_write(struct writer *w, struct arena *arena, const struct modules_item *items, size_t n)
{
    struct map all = MAP_INIT(arena);
    for (size_t i = 0; i < n; i++) {
        struct module *module = module_get(arena, &all, items[i].addr->module);
        vec_push(arena, &module->items, &items[i]);
    }
    const struct module *root = map_get(&all, (struct str){0});
    if (root) {
        write_module(w, root);
    } else {
        writer_open(w, '{');
        writer_close(w, '}');
    }
}
