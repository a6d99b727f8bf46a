#include "state/edit_private.h"
#include "base/gettext.h"

bool edit_place_parse(struct addrs *addrs, struct sources *sources, struct str text, struct edit_place *out,
                      struct diags *diags)
{
    *out = (struct edit_place){.text = text};
    if (str_is(text, ".")) {
        out->target.module = addr_root(addrs);
        return true;
    }
    return addr_parse_target(addrs, sources, text, &out->target, diags);
}

void edit_not_found(struct snapshot *here, struct str text, struct diags *diags)
{
    ARENA_AUTO arena = arena_new();
    struct map names = MAP_INIT(arena);
    size_t n;
    const struct state_instance *const *all = snapshot_sorted(here, &n);
    if (!n) {
        diag_error(diags, (struct span){0}, _("The state is empty"), _("There is no object in it."));
        return;
    }
    for (size_t i = 0; i < n; i++)
        map_put(&names, all[i]->addr->text, NULL);
    struct str near = map_near(&names, text);
    struct str hint = near.n ? arena_printf(arena, _(" Did you mean %.*s?"), STR_ARG(near)) : STR("");
    diag_error(diags, (struct span){0}, _("Not in the state"),
               _("The state has no object %.*s.%.*s \"detour state list\" shows what there is."), STR_ARG(text),
               STR_ARG(hint));
}

/* -- shared with moves -- */

void edit_set(struct arena *arena, struct edit *out, const struct addr *at, struct str deposed,
              const struct state_object *object)
{
    if (object)
        vec_push(arena, &out->results,
                 ((struct result){.kind = RESULT_SET, .addr = at, .deposed = deposed, .object = object}));
}

/* -- forgetting -- */

static void forget(struct arena *arena, const struct state_instance *in, struct edit *out)
{
    vec_push(arena, &out->places, in->addr);
    if (in->object || in->uncertain)
        vec_push(arena, &out->results, ((struct result){.kind = RESULT_GONE, .addr = in->addr}));
    vec_each (&in->deposed, i)
        vec_push(arena, &out->results,
                 ((struct result){.kind = RESULT_GONE, .addr = in->addr, .deposed = in->deposed.v[i].key}));
}

static bool covered(const struct edit_place *places, size_t n, const struct addr *addr, bool *used)
{
    bool found = false;
    for (size_t i = 0; i < n; i++)
        if (target_covers(&places[i].target, addr))
            found = used[i] = true;
    return found;
}

/* The first object that stays and is made from one that goes. */
static void warn_dependents(struct arena *arena, struct snapshot *here, const struct edit *out, struct diags *diags)
{
    struct addrs *addrs = snapshot_addrs(here);
    struct map gone = MAP_INIT(arena), whole = MAP_INIT(arena);
    size_t n;
    vec_each (&out->places, i) {
        map_put(&gone, out->places.v[i]->text, NULL);
        map_put(&whole, addr_plain(addrs, out->places.v[i])->text, (void *)out->places.v[i]);
    }
    const struct state_instance *const *all = snapshot_sorted(here, &n);
    for (size_t i = 0; i < n; i++) {
        if (map_find(&gone, all[i]->addr->text) || !all[i]->object)
            continue;
        for (size_t k = 0; k < all[i]->object->n_depends; k++) {
            const struct addr *on = map_get(&whole, all[i]->object->depends[k]->text);
            if (!on)
                continue;
            diag_warning(diags, (struct span){0}, _("Something stands on what is forgotten"),
                         _("%s depends on %s and stays in the state. Forget it, too, if it went with it."),
                         all[i]->addr->text.p, on->text.p);
            return;
        }
    }
}

bool edit_forget(struct arena *arena, struct snapshot *here, const struct edit_place *places, size_t n_places,
                 struct edit *out, struct diags *diags)
{
    *out = (struct edit){0};
    bool *used = ARENA_ARRAY(arena, bool, n_places + 1), ok = true;
    size_t n;
    const struct state_instance *const *all = snapshot_sorted(here, &n);
    for (size_t i = 0; i < n; i++)
        if (covered(places, n_places, all[i]->addr, used))
            forget(arena, all[i], out);
    for (size_t i = 0; i < n_places; i++) {
        if (!used[i])
            edit_not_found(here, places[i].text, diags);
        ok &= used[i];
    }
    if (ok)
        warn_dependents(arena, here, out, diags);
    return ok;
}

/* -- marks -- */

/* Why an object is not marked. */
struct obstacle {
    const char *summary;
    struct str detail;
    bool fine; /* a warning, and the edit stays empty */
};

static bool find_obstacle(struct arena *arena, const struct state_instance *in, const struct addr *addr,
                          enum object_status status, bool missing_fine, struct obstacle *out)
{
    const char *name = addr->text.p;
    if (!in || !in->object)
        *out = (struct obstacle){_("No object to mark"),
                                 arena_printf(arena, _("The state has no current object %s."), name), missing_fine};
    else if (in->uncertain)
        *out = (struct obstacle){_("Unfinished work"),
                                 arena_printf(arena,
                                              _("A %s of %s was under way when a run was cut short. Apply first: that "
                                                "finds out what there is."),
                                              intent_action_name(in->uncertain->action), name),
                                 false};
    else if (in->object->status == status && status == OBJECT_TAINTED)
        *out = (struct obstacle){_("Tainted already"),
                                 arena_printf(arena, _("%s is marked for replacement already."), name), true};
    else if (in->object->status == status)
        *out = (struct obstacle){
            _("Not tainted"),
            arena_printf(arena, _("%s is not marked for replacement, so there is no mark to take away."), name),
            missing_fine};
    return out->summary;
}

static bool cannot_mark(const struct obstacle *o, struct diags *diags)
{
    if (o->fine)
        diag_warning(diags, (struct span){0}, o->summary, "%.*s", STR_ARG(o->detail));
    else
        diag_error(diags, (struct span){0}, o->summary, "%.*s", STR_ARG(o->detail));
    return o->fine;
}

bool edit_mark(struct arena *arena, struct snapshot *here, const struct addr *addr, enum object_status status,
               bool missing_fine, struct edit *out, struct diags *diags)
{
    *out = (struct edit){0};
    struct obstacle obstacle = {0};
    const struct state_instance *in = snapshot_get(here, addr);
    if (!in && !missing_fine)
        return edit_not_found(here, addr->text, diags), false;
    if (find_obstacle(arena, in, addr, status, missing_fine, &obstacle))
        return cannot_mark(&obstacle, diags);
    struct state_object *marked = ARENA_NEW(arena, struct state_object);
    *marked = *in->object;
    marked->status = status;
    vec_push(arena, &out->places, addr);
    edit_set(arena, out, addr, (struct str){0}, marked);
    return true;
}
