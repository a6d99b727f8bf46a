/* moved and removed blocks: where an object of the state belongs now, and whether it is only to be forgotten. */
#include "core/run.h"

#include "base/gettext.h"

/* What a traversal of such a block names, seen from one instance of the module that holds the block. */
struct place {
    const struct module_inst *module;
    bool is_module, has_key;
    enum addr_mode mode;
    struct str type, name;
    struct key key;
};

/* -- reading the traversal -- */

struct words {
    const struct traversal *t;
    size_t at; /* 0: the root, then the steps */
};

static struct str word(struct words *w)
{
    if (w->at > w->t->n_steps)
        return (struct str){0};
    size_t i = w->at++;
    return i == 0 ? w->t->root.text : w->t->steps[i - 1].kind == STEP_ATTR ? w->t->steps[i - 1].text : (struct str){0};
}

static bool key_next(struct words *w, struct key *key)
{
    *key = (struct key){0};
    if (w->at > w->t->n_steps || w->t->steps[w->at - 1].kind != STEP_INDEX)
        return false;
    const struct step *step = &w->t->steps[w->at++ - 1];
    if (step->key->kind == EXPR_STRING) {
        *key = (struct key){.kind = KEY_STRING, .name = step->text};
        return true;
    }
    int64_t index = 0;
    for (size_t i = 0; i < step->text.n && index < INT32_MAX; i++)
        index = index * 10 + (step->text.p[i] - '0');
    *key = (struct key){.kind = KEY_INT, .index = index};
    return true;
}

static bool at_end(const struct words *w)
{
    return w->at > w->t->n_steps;
}

static bool place_read(struct addrs *addrs, const struct module_inst *base, const struct traversal *t,
                       struct place *out)
{
    struct words w = {.t = t};
    *out = (struct place){.module = base};
    struct str first = word(&w);
    while (str_is(first, "module")) {
        struct str name = word(&w);
        out->has_key = key_next(&w, &out->key);
        if (!name.n)
            return false;
        out->module = addr_module(addrs, out->module, name, out->key);
        if (at_end(&w)) {
            out->is_module = true;
            return true;
        }
        first = word(&w);
    }
    if (str_is(first, "data") || str_is(first, "resource")) {
        out->mode = str_is(first, "data") ? ADDR_DATA : ADDR_MANAGED;
        first = word(&w);
    }
    out->type = first;
    out->name = word(&w);
    out->has_key = key_next(&w, &out->key);
    return out->type.n && out->name.n && at_end(&w);
}

/* -- matching -- */

/* The module instance around addr that the place names; keys count where the place has one. */
static const struct module_inst *module_match(const struct place *from, const struct module_inst *module)
{
    for (const struct module_inst *m = module; m->parent; m = m->parent)
        if (from->has_key ? m == from->module
                          : m->parent == from->module->parent && str_eq(m->name, from->module->name))
            return m;
    return NULL;
}

static bool resource_match(const struct place *from, const struct addr *addr)
{
    return addr->module == from->module && addr->mode == from->mode && str_eq(addr->type, from->type) &&
           str_eq(addr->name, from->name) && (!from->has_key || key_eq(addr->key, from->key));
}

static const struct module_inst *rebase(struct addrs *addrs, const struct module_inst *module,
                                        const struct module_inst *old, const struct module_inst *new)
{
    if (module == old)
        return new;
    return addr_module(addrs, rebase(addrs, module->parent, old, new), module->name, module->key);
}

static const struct addr *moved_by(struct addrs *addrs, const struct place *from, const struct place *to,
                                   const struct addr *addr)
{
    if (from->is_module != to->is_module)
        return addr;
    if (!from->is_module) {
        struct key key = to->has_key || from->has_key ? to->key : addr->key;
        return resource_match(from, addr) ? addr_resource(addrs, to->module, to->mode, to->type, to->name, key) : addr;
    }
    const struct module_inst *old = module_match(from, addr->module);
    if (!old)
        return addr;
    const struct module_inst *new =
        from->has_key || to->has_key ? to->module : addr_module(addrs, to->module->parent, to->module->name, old->key);
    return addr_resource(addrs, rebase(addrs, addr->module, old, new), addr->mode, addr->type, addr->name, addr->key);
}

/* -- the blocks of all modules around an address -- */

const struct module *module_declared(const struct tree *tree, const struct module_inst *inst)
{
    if (!inst->parent)
        return tree->root;
    const struct module *parent = module_declared(tree, inst->parent);
    return parent ? map_get(&parent->children, inst->name) : NULL;
}

static const struct config_module *module_at(const struct run *run, const struct module_inst *inst)
{
    const struct module *module = module_declared(run->tree, inst);
    return module ? module->config->module : NULL;
}

static const struct addr *move_once(struct run *run, const struct addr *addr)
{
    struct addrs *addrs = run->session->addrs;
    for (const struct module_inst *base = addr->module; base; base = base->parent) {
        const struct config_module *m = module_at(run, base);
        for (size_t i = 0; m && i < m->n_moved; i++) {
            struct place from, to;
            if (!place_read(addrs, base, m->moved[i].from, &from) || !place_read(addrs, base, m->moved[i].to, &to))
                continue;
            const struct addr *now = moved_by(addrs, &from, &to, addr);
            if (now != addr)
                return now;
        }
    }
    return addr;
}

/* A block that gained or lost count keeps its first instance. */
static const struct addr *move_by_count(struct run *run, const struct addr *addr)
{
    const struct task *task = task_of_addr(run, addr);
    struct key first = {.kind = KEY_INT}, none = {0};
    if (!task)
        return addr;
    if (addr->key.kind == KEY_NONE && task->config->count)
        return addr_with_key(run->session->addrs, addr, first);
    if (key_eq(addr->key, first) && !task->config->count && !task->config->for_each)
        return addr_with_key(run->session->addrs, addr, none);
    return addr;
}

static const struct addr *destination(struct run *run, const struct addr *addr)
{
    enum { CHAIN = 100 };
    const struct addr *now = addr;
    for (int i = 0; i < CHAIN; i++) {
        const struct addr *next = move_once(run, now);
        if (next == now)
            break;
        now = next;
    }
    return now == addr ? move_by_count(run, addr) : now;
}

const struct addr *moved_nowhere(struct run *run, const struct addr *addr, const struct addr *to)
{
    struct diag *d = diag_warning(run->diags, (struct span){0}, _("Object not moved"),
                                  _("%.*s was to move to %.*s, but there is another object already, so it is destroyed "
                                    "instead."),
                                  STR_ARG(addr->text), STR_ARG(to->text));
    d->object = arena_str(run->diags->arena, addr->text);
    return addr;
}

const struct addr *moved_address(struct run *run, const struct addr *addr)
{
    const struct addr *to = destination(run, addr);
    if (to == addr)
        return addr;
    const struct state_instance *there = snapshot_get(session_snapshot(run->session), to);
    if (!there || (!there->object && !there->deposed.n) || destination(run, to) != to)
        return to;
    if (to->module == addr->module && str_eq(to->type, addr->type) && str_eq(to->name, addr->name))
        return addr; /* by count: both are there, nothing was said */
    return moved_nowhere(run, addr, to);
}

bool only_forgotten(struct run *run, const struct addr *addr)
{
    for (const struct module_inst *base = addr->module; base; base = base->parent) {
        const struct config_module *m = module_at(run, base);
        for (size_t i = 0; m && i < m->n_removed; i++) {
            struct place from;
            if (!place_read(run->session->addrs, base, m->removed[i].from, &from))
                continue;
            /* without keys: every instance of the module in between counts */
            from.module = addr_plain_module(run->session->addrs, from.module);
            const struct addr *plain = addr_plain(run->session->addrs, addr);
            if (from.is_module ? module_match(&from, plain->module) != NULL : resource_match(&from, plain))
                return !m->removed[i].destroy;
        }
    }
    return false;
}
