/* What tests put in place of providers, of single objects and of the outputs of modules. */
#include "core/run.h"

#include "base/gettext.h"

static struct target plain_target(struct session *session, const struct target *target)
{
    struct addrs *addrs = session->addrs;
    struct target plain = {.whole = true};
    if (!target->addr)
        plain.module = addr_plain_module(addrs, target->module);
    else
        plain.addr = addr_plain(addrs, target->addr);
    return plain;
}

static bool target_fits(enum override_kind kind, const struct target *target)
{
    if (kind == OVERRIDE_MODULE)
        return target->module && !target->addr && target->module->parent && target->module->key.kind == KEY_NONE;
    return target->addr && (target->addr->mode == ADDR_DATA) == (kind == OVERRIDE_DATA);
}

static bool refuse_target(const struct session_override *override, struct diags *diags)
{
    static const char *const wanted[] = {
        [OVERRIDE_RESOURCE] = N_("override_resource takes a managed resource: target = detour_data.a."),
        [OVERRIDE_DATA] = N_("override_data takes a data source: target = data.TYPE.NAME."),
        [OVERRIDE_MODULE] = N_("override_module takes a module call as a whole, without a key: target = module.site."),
    };
    diag_error(diags, override->target->span, _("Invalid override target"), "%s", _(wanted[override->kind]));
    return false;
}

bool stand_ins_read(struct session *session, struct tree *tree, struct diags *diags)
{
    const struct session_stand_ins *given = session->options.stand_ins;
    bool ok = true;
    for (size_t i = 0; given && i < given->n_overrides; i++) {
        struct stand_in s = {.override = &given->overrides[i]};
        if (!addr_of_traversal(session->addrs, addr_root(session->addrs), s.override->target, &s.target, diags))
            ok = false;
        else if (!target_fits(s.override->kind, &s.target))
            ok = refuse_target(s.override, diags);
        else
            vec_push(tree->arena, &tree->stand_ins, s);
    }
    return ok;
}

const struct session_provider *stand_in_provider(const struct session *session, const struct config_provider_at *at)
{
    const struct session_stand_ins *given = session->options.stand_ins;
    for (size_t i = 0; given && (!at->node || !at->node->parent) && i < given->n_providers; i++)
        if (str_eq(given->providers[i].name, at->name) && str_eq(given->providers[i].alias, at->alias))
            return &given->providers[i];
    return NULL;
}

static void note_used(const struct stand_in *s)
{
    if (s->override->used)
        *s->override->used = true;
}

const struct session_override *stand_in_module(struct session *session, struct tree *tree, const struct module *module)
{
    const struct session_override *found = NULL;
    vec_each (&tree->stand_ins, i) {
        const struct stand_in *s = &tree->stand_ins.v[i];
        if (s->override->kind != OVERRIDE_MODULE || plain_target(session, &s->target).module != module->plain)
            continue;
        note_used(s);
        found = s->override;
    }
    return found;
}

/* The other instances of the resource would have to be the real provider's, and a resource has one provider. */
static void refuse_instance(const struct stand_in *s, const struct addr *whole, struct diags *diags)
{
    diag_error(diags, s->override->target->span, _("Invalid override target"),
               _("%.*s is one of several instances, and its provider is not mocked, so the others would be made for "
                 "real. Override the whole resource, %.*s, or mock its provider."),
               STR_ARG(s->target.addr->text), STR_ARG(whole->text));
}

bool stand_in_resource(struct session *session, struct tree *tree, const struct addr *whole,
                       const struct provider_slot *slot, struct diags *diags)
{
    bool found = false;
    vec_each (&tree->stand_ins, i) {
        const struct stand_in *s = &tree->stand_ins.v[i];
        if (!s->target.addr || plain_target(session, &s->target).addr != whole)
            continue;
        note_used(s);
        found = true;
        if (s->target.addr != whole && !mock_is(slot->instance.provider))
            refuse_instance(s, whole, diags);
    }
    return found;
}

/* -- the values of an object -- */

struct stand_in_find {
    const struct session *session;
    const struct detour_provider *otherwise; /* the provider of objects without an override */
};

static const struct session_override *override_of(const struct tree *tree, const struct addr *addr)
{
    const struct session_override *whole = NULL;
    for (size_t i = tree->stand_ins.n; i-- > 0;) {
        const struct stand_in *s = &tree->stand_ins.v[i];
        if (!s->target.addr)
            continue;
        if (s->target.addr == addr)
            return s->override;
        if (!whole && target_covers(&s->target, addr))
            whole = s->override;
    }
    return whole;
}

static const struct mock_values *find_values(void *ctx, const struct provider_type *type, const void *tag)
{
    const struct stand_in_find *find = ctx;
    const struct about *about = tag;
    const struct session_override *override = about ? override_of(find->session->tree, about->addr) : NULL;
    if (!override)
        return mock_values_of(find->otherwise, type, tag);
    static _Thread_local struct mock_values values;
    values = (struct mock_values){override->values, override->planned};
    return &values;
}

const struct detour_provider *stand_in_mock(struct session *session, const struct provider_slot *slot)
{
    struct stand_in_find *find = ARENA_NEW(session->arena, struct stand_in_find);
    *find = (struct stand_in_find){session, slot->instance.provider};
    return mock_new(session->arena, slot->real, find_values, find);
}

/* -- keys -- */

struct str stand_in_key_for(struct arena *arena, struct str key)
{
    return arena_printf(arena, "mock:%.*s", STR_ARG(key));
}

struct str stand_in_name(struct str key)
{
    while (mock_key(key))
        key = str_sub(key, str_find_byte(key, ':', 0) + 1, key.n);
    for (size_t dot; str_starts(key, STR("module.")) && (dot = str_find_byte(key, '.', strlen("module."))) != SIZE_MAX;)
        key = str_sub(key, dot + 1, key.n);
    return str_sub(key, 0, str_find_byte(key, '.', 0));
}
