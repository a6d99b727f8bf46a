/* What the state knows: objects with their types, providers and values in the shape of today's schemas. */
#include "core/run.h"

#include "base/gettext.h"

static struct str addr_key(const struct addr *const *addr)
{
    return str_from((const char *)addr, sizeof *addr);
}

struct prior *prior_find(const struct priors *priors, const struct addr *addr)
{
    return priors ? map_get(&priors->current, addr_key(&addr)) : NULL;
}

struct task *task_of_addr(struct run *run, const struct addr *addr)
{
    return map_get(&run->tree->by_whole, addr_plain(run->session->addrs, addr)->text);
}

/* -- provider instances -- */

/* An instance that the configuration does not mention: fine where it needs no configuration. */
static struct provider_slot *slot_without_config(struct run *run, struct str key, const struct addr *addr)
{
    bool mocked = mock_key(key);
    struct str name = mocked ? stand_in_name(key) : key;
    const struct detour_provider *provider = registry_provider(run->session->options.registry, name);
    if (!provider) {
        struct diag *d = diag_error(
            run->diags, (struct span){0}, _("Provider configuration is gone"),
            _("The state says that %.*s goes through provider \"%.*s\", which is not configured. "
              "Put its provider block back until the object is destroyed; or, where it is gone with what it was "
              "on, forget it: detour state rm '%.*s'"),
            STR_ARG(addr->text), STR_ARG(key), STR_ARG(addr->text));
        d->object = arena_str(run->diags->arena, addr->text);
        return NULL;
    }
    struct provider_slot *slot = ARENA_NEW(run->tree->arena, struct provider_slot);
    *slot = (struct provider_slot){
        .instance = {.provider = mocked ? mock_new(run->tree->arena, provider, NULL, NULL) : provider,
                     .key = arena_str(run->tree->arena, key)},
        .real = provider,
        .module = run->tree->root};
    map_put(&run->tree->slots, slot->instance.key, slot);
    return slot;
}

/* The slot for a state object's provider key; NULL after a diagnostic. */
static struct provider_slot *slot_for_key(struct run *run, struct str key, const struct addr *addr)
{
    struct provider_slot *slot = map_get(&run->tree->slots, key);
    return slot ? slot : slot_without_config(run, key, addr);
}

/* -- objects -- */

static const struct state_object *object_of(const struct state_object *object, const struct intent *uncertain)
{
    return object ? object : uncertain ? &uncertain->planned : NULL;
}

static bool conform_stored(struct run *run, struct prior *prior, struct value stored)
{
    const struct schema *schema = prior->type->schema;
    if (!value_exists(stored))
        stored = value_null(schema->implied);
    if (stored.type == schema->implied) {
        prior->stored = stored;
        return true;
    }
    STRBUF_AUTO why = STRBUF_INIT(4096);
    struct path where = {0};
    if (schema_conform(run->arena, schema, stored, &prior->stored, &where, &why))
        return true;
    STRBUF_AUTO path = STRBUF_INIT(4096);
    path_print(&path, where);
    diag_error(run->diags, (struct span){0}, _("Stored object does not fit"),
               _("What the state holds of %.*s does not fit this version's schema: %.*s: %.*s. Nothing was changed. "
                 "Restore the state if it was edited by hand; otherwise forget the object with \"detour state rm\" and "
                 "import it again."),
               STR_ARG(prior->addr->text), STR_ARG(strbuf_str(&path)), STR_ARG(strbuf_str(&why)));
    return false;
}

static bool fits_version(struct run *run, const struct prior *prior, const struct state_object *known)
{
    int here = prior->type->schema->version;
    if (known->schema_version <= here)
        return true;
    diag_error(run->diags, (struct span){0}, _("Object of a newer detour"),
               _("The state holds %.*s in version %d of its schema; this detour knows up to version %d. Nothing was "
                 "changed. Use a detour at least as new as the one that stored it."),
               STR_ARG(prior->addr->text), known->schema_version, here);
    return false;
}

static bool find_type(struct run *run, struct prior *prior)
{
    prior->type = registry_type(run->session->options.registry, prior->addr->mode, prior->addr->type);
    if (prior->type)
        return true;
    struct diag *d = diag_error(run->diags, (struct span){0}, _("Unknown type in the state"),
                                _("The state holds %.*s, but no provider of this program offers \"%.*s\". Nothing was "
                                  "changed. Use a detour that has it; or, if nobody manages that object any more, "
                                  "forget it: detour state rm '%.*s'."),
                                STR_ARG(prior->addr->text), STR_ARG(prior->addr->type), STR_ARG(prior->addr->text));
    d->object = arena_str(run->diags->arena, prior->addr->text);
    return false;
}

static bool prior_add(struct run *run, const struct addr *addr, struct str deposed, const struct state_object *object,
                      const struct intent *uncertain)
{
    const struct state_object *known = object_of(object, uncertain);
    if (!known)
        return true;
    struct prior *prior = ARENA_NEW(run->arena, struct prior);
    const struct addr *to = moved_address(run, addr);
    if (to != addr && !deposed.n && map_find(&run->priors->current, addr_key(&to)))
        to = moved_nowhere(run, addr, to);
    *prior = (struct prior){.addr = to,
                            .from = to == addr ? NULL : addr,
                            .deposed = deposed,
                            .object = object,
                            .uncertain = uncertain,
                            .private = {known->private.p, known->private.n},
                            .tainted = known->status == OBJECT_TAINTED,
                            .protected = known->prevent_destroy};
    if (!find_type(run, prior) || !fits_version(run, prior, known))
        return false;
    prior->task = task_of_addr(run, to);
    prior->slot =
        prior->task && !mock_key(known->provider) ? prior->task->slot : slot_for_key(run, known->provider, addr);
    if (!prior->slot || !conform_stored(run, prior, known->value))
        return false;
    prior->value = object ? prior->stored : value_null(prior->type->schema->implied);
    vec_push(run->arena, &run->priors->list, prior);
    if (!deposed.n)
        map_put(&run->priors->current, addr_key(&prior->addr), prior);
    return true;
}

bool priors_load(struct run *run)
{
    size_t n, errors = run->diags->n_errors;
    const struct state_instance *const *all = snapshot_sorted(session_snapshot(run->session), &n);
    run->priors = ARENA_NEW(run->arena, struct priors);
    run->priors->current = MAP_INIT(run->arena);
    for (size_t i = 0; i < n; i++) {
        const struct state_instance *inst = all[i];
        prior_add(run, inst->addr, (struct str){0}, inst->object, inst->uncertain);
        vec_each (&inst->deposed, k)
            prior_add(run, inst->addr, inst->deposed.v[k].key, inst->deposed.v[k].object, inst->deposed.v[k].uncertain);
    }
    run->session->priors = run->priors;
    return run->diags->n_errors == errors;
}
