#include "addr/addr.h"
#include "base/map.h"
#include "value/print.h"

#include <pthread.h>
#include <stdlib.h>

/* Everything that is interned stays until the table goes; the maps' keys are the printed texts, which are unique. */
struct addrs {
    pthread_mutex_t lock;
    struct arena *arena;
    struct map modules, resources;
    struct module_inst root;
};

struct addrs *addrs_new(void)
{
    struct addrs *addrs = heap_alloc(sizeof *addrs);
    *addrs = (struct addrs){.lock = PTHREAD_MUTEX_INITIALIZER, .arena = arena_new()};
    addrs->modules = MAP_INIT(addrs->arena);
    addrs->resources = MAP_INIT(addrs->arena);
    addrs->root.text = STR("");
    return addrs;
}

void addrs_free(struct addrs *addrs)
{
    if (!addrs)
        return;
    arena_free(addrs->arena);
    pthread_mutex_destroy(&addrs->lock);
    free(addrs);
}

const struct module_inst *addr_root(struct addrs *addrs)
{
    return &addrs->root;
}

static void key_print(struct strbuf *out, struct key key)
{
    if (key.kind == KEY_INT) {
        strbuf_printf(out, "[%lld]", (long long)key.index);
    } else if (key.kind == KEY_STRING) {
        strbuf_addc(out, '[');
        print_quoted(out, key.name);
        strbuf_addc(out, ']');
    }
}

static void prefix_print(struct strbuf *out, const struct module_inst *module)
{
    strbuf_add(out, module->text);
    if (module->text.n)
        strbuf_addc(out, '.');
}

static struct key key_keep(struct arena *arena, struct key key)
{
    key.name = key.kind == KEY_STRING ? arena_str(arena, key.name) : (struct str){0};
    return key;
}

static const struct module_inst *module_intern(struct addrs *addrs, struct module_inst module, struct str text)
{
    const struct module_inst *known = map_get(&addrs->modules, text);
    if (known)
        return known;
    struct module_inst *made = ARENA_NEW(addrs->arena, struct module_inst);
    module.name = arena_str(addrs->arena, module.name);
    module.key = key_keep(addrs->arena, module.key);
    module.text = arena_str(addrs->arena, text);
    *made = module;
    map_put(&addrs->modules, made->text, made);
    return made;
}

const struct module_inst *addr_module(struct addrs *addrs, const struct module_inst *parent, struct str name,
                                      struct key key)
{
    STRBUF_AUTO text = STRBUF_INIT(STRBUF_MAX);
    prefix_print(&text, parent);
    strbuf_lit(&text, "module.");
    strbuf_add(&text, name);
    key_print(&text, key);
    pthread_mutex_lock(&addrs->lock);
    const struct module_inst *module =
        module_intern(addrs, (struct module_inst){.parent = parent, .name = name, .key = key}, strbuf_str(&text));
    pthread_mutex_unlock(&addrs->lock);
    return module;
}

static const struct addr *resource_intern(struct addrs *addrs, struct addr addr, struct str text)
{
    const struct addr *known = map_get(&addrs->resources, text);
    if (known)
        return known;
    struct addr *made = ARENA_NEW(addrs->arena, struct addr);
    addr.type = arena_str(addrs->arena, addr.type);
    addr.name = arena_str(addrs->arena, addr.name);
    addr.key = key_keep(addrs->arena, addr.key);
    addr.text = arena_str(addrs->arena, text);
    *made = addr;
    map_put(&addrs->resources, made->text, made);
    return made;
}

const struct addr *addr_resource(struct addrs *addrs, const struct module_inst *module, enum addr_mode mode,
                                 struct str type, struct str name, struct key key)
{
    STRBUF_AUTO text = STRBUF_INIT(STRBUF_MAX);
    prefix_print(&text, module);
    if (mode == ADDR_DATA)
        strbuf_lit(&text, "data.");
    strbuf_add(&text, type);
    strbuf_addc(&text, '.');
    strbuf_add(&text, name);
    key_print(&text, key);
    struct addr addr = {.module = module, .mode = mode, .type = type, .name = name, .key = key};
    pthread_mutex_lock(&addrs->lock);
    const struct addr *found = resource_intern(addrs, addr, strbuf_str(&text));
    pthread_mutex_unlock(&addrs->lock);
    return found;
}

const struct addr *addr_find(struct addrs *addrs, struct str text)
{
    pthread_mutex_lock(&addrs->lock);
    const struct addr *found = map_get(&addrs->resources, text);
    pthread_mutex_unlock(&addrs->lock);
    return found;
}

const struct addr *addr_with_key(struct addrs *addrs, const struct addr *addr, struct key key)
{
    return addr_resource(addrs, addr->module, addr->mode, addr->type, addr->name, key);
}

const struct module_inst *addr_plain_module(struct addrs *addrs, const struct module_inst *module)
{
    if (!module->parent)
        return module;
    return addr_module(addrs, addr_plain_module(addrs, module->parent), module->name, (struct key){0});
}

const struct addr *addr_plain(struct addrs *addrs, const struct addr *addr)
{
    return addr_resource(addrs, addr_plain_module(addrs, addr->module), addr->mode, addr->type, addr->name,
                         (struct key){0});
}

int key_cmp(struct key a, struct key b)
{
    if (a.kind != b.kind)
        return a.kind < b.kind ? -1 : 1;
    if (a.kind == KEY_INT)
        return (a.index > b.index) - (a.index < b.index);
    return a.kind == KEY_STRING ? str_cmp(a.name, b.name) : 0;
}

static size_t module_depth(const struct module_inst *module)
{
    size_t depth = 0;
    for (; module->parent; module = module->parent)
        depth++;
    return depth;
}

/* Both at the same depth. */
static int level_cmp(const struct module_inst *a, const struct module_inst *b)
{
    if (a == b)
        return 0;
    int order = level_cmp(a->parent, b->parent);
    if (!order)
        order = str_cmp(a->name, b->name);
    return order ? order : key_cmp(a->key, b->key);
}

static int module_cmp(const struct module_inst *a, const struct module_inst *b)
{
    if (a == b)
        return 0;
    size_t depth_a = module_depth(a), depth_b = module_depth(b);
    int shorter = (depth_a > depth_b) - (depth_a < depth_b);
    for (; depth_a > depth_b; depth_a--)
        a = a->parent;
    for (; depth_b > depth_a; depth_b--)
        b = b->parent;
    int order = level_cmp(a, b);
    return order ? order : shorter;
}

int addr_cmp(const struct addr *a, const struct addr *b)
{
    if (a == b)
        return 0;
    int order = module_cmp(a->module, b->module);
    if (!order)
        order = (a->mode == ADDR_MANAGED) - (b->mode == ADDR_MANAGED);
    if (!order)
        order = str_cmp(a->type, b->type);
    if (!order)
        order = str_cmp(a->name, b->name);
    return order ? order : key_cmp(a->key, b->key);
}

struct value key_value(struct key key)
{
    switch (key.kind) {
    case KEY_INT:
        return value_int(key.index);
    case KEY_STRING:
        return value_string(key.name);
    case KEY_NONE:
        break;
    }
    return value_null(type_dynamic);
}
