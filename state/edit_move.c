#include "state/edit_private.h"
#include "base/gettext.h"

/* -- where an address goes -- */

struct mapping {
    struct addrs *addrs;
    const struct edit_place *from, *to;
    const struct state_moving *begun; /* a move to that other state; or NULL */
};

static const struct module_inst *rebase(struct addrs *addrs, const struct module_inst *module,
                                        const struct module_inst *old, const struct module_inst *new)
{
    if (module == old)
        return new;
    return addr_module(addrs, rebase(addrs, module->parent, old, new), module->name, module->key);
}

static size_t depth_of(const struct module_inst *module)
{
    size_t n = 0;
    for (; module->parent; module = module->parent)
        n++;
    return n;
}

/* The module instance around `module` that the place named, possibly without its key. */
static const struct module_inst *ancestor(const struct module_inst *module, const struct module_inst *named)
{
    for (size_t n = depth_of(module) - depth_of(named); n > 0; n--)
        module = module->parent;
    return module;
}

static const struct addr *moved_module(const struct mapping *m, const struct addr *addr)
{
    const struct module_inst *from = m->from->target.module, *to = m->to->target.module;
    const struct module_inst *old = ancestor(addr->module, from);
    bool keeps_key = from->parent && to->parent && !from->key.kind && !to->key.kind;
    if (keeps_key)
        to = addr_module(m->addrs, to->parent, to->name, old->key);
    return addr_resource(m->addrs, rebase(m->addrs, addr->module, old, to), addr->mode, addr->type, addr->name,
                         addr->key);
}

static const struct addr *moved_to(const struct mapping *m, const struct addr *addr)
{
    const struct addr *from = m->from->target.addr, *to = m->to->target.addr;
    if (!from)
        return moved_module(m, addr);
    return from->key.kind || to->key.kind ? to : addr_with_key(m->addrs, to, addr->key);
}

/* -- what may move -- */

static bool refuse_kinds(const struct edit_place *from, const struct edit_place *to, struct diags *diags)
{
    const struct addr *a = from->target.addr, *b = to->target.addr;
    if (!a != !b) {
        diag_error(
            diags, (struct span){0}, _("A resource and a module"),
            _("%.*s names a %s and %.*s a %s. Name the new place in full: a resource goes to a resource, such as "
              "module.m.%s.%s, and a module to a module."),
            STR_ARG(from->text), a ? _("resource") : _("module"), STR_ARG(to->text), b ? _("resource") : _("module"),
            a ? a->type.p : b->type.p, a ? a->name.p : b->name.p);
        return false;
    }
    if (a && a->mode != b->mode) {
        diag_error(diags, (struct span){0}, _("Another kind"),
                   _("Of %.*s and %.*s one is managed here, and the other is only read (data). An object stays what it "
                     "is when it moves."),
                   STR_ARG(from->text), STR_ARG(to->text));
        return false;
    }
    if (a && !str_eq(a->type, b->type)) {
        diag_error(diags, (struct span){0}, _("Another type"),
                   _("%.*s is of type \"%.*s\" and %.*s of type \"%.*s\". An object keeps its type when it moves."),
                   STR_ARG(from->text), STR_ARG(a->type), STR_ARG(to->text), STR_ARG(b->type));
        return false;
    }
    return true;
}

/* Within one state, what is taken may be about to move away itself: but then one of the two moves comes first, by hand.
 */
static bool refuse_taken(struct snapshot *there, const struct addr *from, const struct addr *to, bool one_state,
                         struct diags *diags)
{
    if (!snapshot_get(there, to))
        return true;
    if (from == to && one_state)
        diag_error(diags, (struct span){0}, _("Nothing to move"), _("%s is where it is to go."), from->text.p);
    else
        diag_error(diags, (struct span){0}, _("The destination is taken"),
                   _("%s cannot go to %s: the state has an object there already. Move that away first, or forget it "
                     "(\"detour state rm %s\") if it is the same."),
                   from->text.p, to->text.p, to->text.p);
    return false;
}

static bool was_begun(const struct mapping *m, const struct addr *from)
{
    for (size_t i = 0; m->begun && i < m->begun->n; i++)
        if (m->begun->addrs[i] == from)
            return true;
    return false;
}

static bool refuse_uncertain(const struct state_instance *in, struct diags *diags)
{
    const struct intent *uncertain = in->uncertain;
    vec_each (&in->deposed, i)
        uncertain = uncertain ? uncertain : in->deposed.v[i].uncertain;
    if (uncertain)
        diag_error(
            diags, (struct span){0}, _("Unfinished work"),
            _("A %s of %s was under way when a run was cut short, so it is not known yet whether it exists. Apply "
              "first; then move it."),
            intent_action_name(uncertain->action), in->addr->text.p);
    return !uncertain;
}

static bool refuse_many(const struct edit *edit, const struct addr *to, struct diags *diags)
{
    for (size_t i = 1; i < edit->moves.n; i++)
        if (edit->moves.v[i].to == edit->moves.v[i - 1].to) {
            diag_error(diags, (struct span){0}, _("Several objects for one place"),
                       _("%s and %s would both become %s. Name one of them, or leave the key out of the destination."),
                       edit->moves.v[i - 1].from->text.p, edit->moves.v[i].from->text.p, to->text.p);
            return false;
        }
    return true;
}

/* A resource as a whole goes where there is none of that name yet: the instances of two would be one resource's. */
static bool refuse_merge(struct snapshot *there, const struct mapping *m, struct diags *diags)
{
    size_t n;
    const struct target *to = &m->to->target;
    const struct state_instance *const *all = snapshot_sorted(there, &n);
    if (!m->from->target.addr || !m->from->target.whole || !to->addr || !to->whole || m->begun)
        return true;
    for (size_t i = 0; i < n; i++)
        if (target_covers(to, all[i]->addr) && !target_covers(&m->from->target, all[i]->addr))
            return refuse_taken(there, m->from->target.addr, all[i]->addr, false, diags);
    return true;
}

static bool find_moves(struct arena *arena, struct snapshot *here, struct snapshot *there, const struct mapping *m,
                       struct edit *out, struct diags *diags)
{
    size_t n, errors = diags->n_errors;
    const struct state_instance *const *all = snapshot_sorted(here, &n);
    for (size_t i = 0; i < n; i++) {
        if (!target_covers(&m->from->target, all[i]->addr))
            continue;
        struct edit_move move = {all[i]->addr, moved_to(m, all[i]->addr)};
        if ((was_begun(m, move.from) || refuse_taken(there, move.from, move.to, here == there, diags)) &&
            (here == there || refuse_uncertain(all[i], diags)))
            vec_push(arena, &out->moves, move);
    }
    if (diags->n_errors > errors)
        return false;
    if (!out->moves.n)
        edit_not_found(here, m->from->text, diags);
    if (out->moves.n && !refuse_merge(there, m, diags))
        return false;
    return out->moves.n && refuse_many(out, out->moves.v[0].to, diags);
}

/* -- dependencies: they name resources as a whole, without keys -- */

static struct str pointer_key(const struct addr *const *addr)
{
    return str_from((const char *)addr, sizeof *addr);
}

/* Old whole resource → new one, for those of which nothing stays behind. */
static struct map followers(struct arena *arena, struct snapshot *here, const struct edit *edit)
{
    struct addrs *addrs = snapshot_addrs(here);
    struct map gone = MAP_INIT(arena), result = MAP_INIT(arena);
    size_t n;
    vec_each (&edit->moves, i)
        map_put(&gone, edit->moves.v[i].from->text, NULL);
    struct map stays = MAP_INIT(arena);
    const struct state_instance *const *all = snapshot_sorted(here, &n);
    for (size_t i = 0; i < n; i++)
        if (!map_find(&gone, all[i]->addr->text))
            map_put(&stays, addr_plain(addrs, all[i]->addr)->text, NULL);
    vec_each (&edit->moves, i) {
        const struct addr *from = addr_plain(addrs, edit->moves.v[i].from),
                          *to = addr_plain(addrs, edit->moves.v[i].to);
        const struct addr **key = ARENA_NEW(arena, const struct addr *);
        *key = from;
        if (!map_find(&stays, from->text))
            map_put(&result, pointer_key(key), (void *)to);
    }
    return result;
}

/* The object with dependencies on the new places, or NULL where none of them moved. */
static const struct state_object *follow(struct arena *arena, const struct map *moved, const struct state_object *o)
{
    const struct addr **depends = NULL;
    for (size_t i = 0; o && i < o->n_depends; i++) {
        const struct addr *to = map_get(moved, pointer_key(&o->depends[i]));
        if (!to)
            continue;
        if (!depends) {
            depends = ARENA_ARRAY(arena, const struct addr *, o->n_depends);
            memcpy(depends, o->depends, o->n_depends * sizeof *depends);
        }
        depends[i] = to;
    }
    if (!depends)
        return NULL;
    struct state_object *copy = ARENA_NEW(arena, struct state_object);
    *copy = *o;
    copy->depends = depends;
    return copy;
}

/* What is uncertain stays so: a new object would settle it. Its dependencies are put right when it is settled. */
static void follow_all(struct arena *arena, struct snapshot *here, const struct map *moved, struct edit *out)
{
    struct map to = MAP_INIT(arena);
    size_t n;
    vec_each (&out->moves, i)
        map_put(&to, out->moves.v[i].from->text, (void *)out->moves.v[i].to);
    const struct state_instance *const *all = snapshot_sorted(here, &n);
    for (size_t i = 0; i < n; i++) {
        const struct addr *now = map_get(&to, all[i]->addr->text);
        now = now ? now : all[i]->addr;
        if (!all[i]->uncertain)
            edit_set(arena, out, now, (struct str){0}, follow(arena, moved, all[i]->object));
        vec_each (&all[i]->deposed, k)
            if (!all[i]->deposed.v[k].uncertain)
                edit_set(arena, out, now, all[i]->deposed.v[k].key, follow(arena, moved, all[i]->deposed.v[k].object));
    }
}

/* -- moves -- */

static void move_within(struct arena *arena, struct snapshot *here, struct edit *out)
{
    vec_each (&out->moves, i)
        vec_push(arena, &out->results,
                 ((struct result){.kind = RESULT_MOVE, .addr = out->moves.v[i].to, .from = out->moves.v[i].from}));
    struct map moved = followers(arena, here, out);
    follow_all(arena, here, &moved, out);
}

static void depart(struct arena *arena, struct snapshot *there, struct edit *out, const struct edit_move *move,
                   struct str deposed, const struct state_object *object, const struct map *moved)
{
    if (!object)
        return;
    const struct state_object *followed = follow(arena, moved, object);
    struct result arrival = {.kind = RESULT_SET, .addr = move->to, .deposed = deposed};
    arrival.object = followed ? followed : object;
    if (!snapshot_object(there, move->to, deposed))
        vec_push(arena, &out->arrivals, arrival);
    vec_push(arena, &out->results, ((struct result){.kind = RESULT_GONE, .addr = move->from, .deposed = deposed}));
}

static void move_across(struct arena *arena, struct snapshot *here, struct snapshot *there, struct edit *out)
{
    struct map moved = followers(arena, here, out);
    vec_each (&out->moves, i) {
        const struct edit_move *move = &out->moves.v[i];
        const struct state_instance *in = snapshot_get(here, move->from);
        depart(arena, there, out, move, (struct str){0}, in->object, &moved);
        vec_each (&in->deposed, k)
            depart(arena, there, out, move, in->deposed.v[k].key, in->deposed.v[k].object, &moved);
    }
}

/* Whole projects take their outputs along, but for those that are there already. */
static void move_outputs(struct arena *arena, struct snapshot *here, struct snapshot *there, struct edit *out)
{
    size_t n;
    const struct state_output *outputs = snapshot_outputs(here, &n);
    for (size_t i = 0; i < n; i++) {
        const struct state_output *o = &outputs[i];
        if (!snapshot_output(there, o->name))
            vec_push(arena, &out->arrivals,
                     ((struct result){
                         .kind = RESULT_OUTPUT, .name = o->name, .value = o->value, .sensitive = o->sensitive}));
        vec_push(arena, &out->results, ((struct result){.kind = RESULT_OUTPUT_REMOVE, .name = o->name}));
    }
}

static bool is_everything(const struct edit_place *place)
{
    return !place->target.addr && !place->target.module->parent;
}

bool edit_move(struct arena *arena, struct snapshot *here, struct snapshot *there, const struct edit_place *from,
               const struct edit_place *to, struct edit *out, struct diags *diags)
{
    const struct state_moving *begun = here == there ? NULL : snapshot_moving(here);
    if (begun && !str_eq(begun->lineage, snapshot_lineage(there)))
        begun = NULL;
    struct mapping m = {snapshot_addrs(here), from, to, begun};
    *out = (struct edit){0};
    if (!refuse_kinds(from, to, diags) || !find_moves(arena, here, there, &m, out, diags))
        return false;
    if (here == there)
        move_within(arena, here, out);
    else
        move_across(arena, here, there, out);
    if (here != there && is_everything(from) && is_everything(to))
        move_outputs(arena, here, there, out);
    return true;
}
