/*
 * Importing: what import blocks name is looked up and read before its resource is planned, so that it is planned as
 * what it is. The provider makes an id into enough of an object to find it (import[]); the lane reads it, with all else
 * that is ready for it; the apply only has to remember it.
 */
#include "core/run.h"

#include "base/gettext.h"
#include "value/print.h"

static struct str addr_key(const struct addr *const *addr)
{
    return str_from((const char *)addr, sizeof *addr);
}

struct import *import_find(const struct run *run, const struct addr *addr)
{
    return run->imports.n ? map_get(&run->imports, addr_key(&addr)) : NULL;
}

static void tell_error(struct run *run, const struct import *import, const char *summary, struct str detail)
{
    struct diag *d = diag_error(run->diags, import->where, summary, "%.*s", STR_ARG(detail));
    d->object = arena_str(run->diags->arena, import->addr->text);
}

/* -- whether it can be -- */

static struct str keys_of(struct run *run, const struct group *group)
{
    enum { SHOWN = 8 };
    STRBUF_AUTO out = STRBUF_INIT(1 << 16);
    for (uint32_t i = 0; i < group->n && i < SHOWN; i++) {
        struct value key = key_value(group->v[i].addr->key);
        strbuf_printf(&out, "%s%.*s", i ? ", " : "", STR_ARG(value_brief(run->scratch, key, 60)));
    }
    if (group->n > SHOWN)
        strbuf_lit(&out, ", …");
    return arena_str(run->arena, strbuf_str(&out));
}

static struct str no_instance(struct run *run, const struct import *import, const struct group *group)
{
    struct str name = import->task->whole->text;
    const char *by = group->repetition == REPEAT_COUNT ? "count" : "for_each";
    if (group->repetition == REPEAT_NONE)
        return arena_printf(run->arena,
                            _("%.*s has neither count nor for_each, so there is only one of it: leave the key out of "
                              "the import's address."),
                            STR_ARG(name));
    if (import->addr->key.kind == KEY_NONE)
        return arena_printf(run->arena,
                            _("%.*s is repeated by %s, so the import must name one instance. Its keys: %.*s."),
                            STR_ARG(name), by, STR_ARG(keys_of(run, group)));
    return arena_printf(run->arena, _("%.*s is not among the instances that %s makes. Its keys: %.*s."),
                        STR_ARG(import->addr->text), by, STR_ARG(keys_of(run, group)));
}

static bool find_instance(struct run *run, struct import *import)
{
    const struct module *module = import->task->node->module;
    for (uint32_t i = 0; i < module->n_copies; i++) {
        struct group *group = &import->task->groups[i];
        if (module->copies[i].addr != import->addr->module)
            continue;
        import->copy = &module->copies[i];
        import->group = group;
        import->inst = group_find(group, import->addr->key);
        if (!import->inst)
            tell_error(run, import, _("No such instance"), no_instance(run, import, group));
        return import->inst != NULL;
    }
    tell_error(run, import, _("No such instance"),
               arena_printf(run->arena, _("There is no instance %.*s of the module: see its count or for_each."),
                            STR_ARG(import->addr->module->text)));
    return false;
}

/* Neither twice the same address nor twice the same object. */
static bool claim(struct run *run, struct import *import)
{
    struct import *before = map_get(&run->imports, addr_key(&import->addr));
    struct str what = arena_printf(run->arena, "%.*s %.*s %.*s", STR_ARG(import->task->slot->instance.key),
                                   STR_ARG(import->addr->type), STR_ARG(import->id));
    struct import *same = map_get(&run->imported_ids, what);
    if (before && !import->where.file && str_eq(before->id, import->id)) {
        import->skipped = true; /* the command asks for what a block says */
        return true;
    }
    if (before)
        tell_error(run, import, _("Imported twice"),
                   arena_printf(run->arena,
                                _("%.*s is to be imported as \"%.*s\" and as \"%.*s\": remove one of them."),
                                STR_ARG(import->addr->text), STR_ARG(before->id), STR_ARG(import->id)));
    else if (same)
        tell_error(run, import, _("Imported twice"),
                   arena_printf(run->arena,
                                _("\"%.*s\" is to become %.*s and %.*s: one object is managed by one resource, so "
                                  "remove one of the imports."),
                                STR_ARG(import->id), STR_ARG(same->addr->text), STR_ARG(import->addr->text)));
    if (before || same)
        return false;
    map_put(&run->imports, addr_key(&import->addr), import);
    map_put(&run->imported_ids, what, import);
    return true;
}

/* Whether a stored object is the one that import[] makes of an id: all that it sets is so. */
static bool same_object(struct value stub, struct value stored)
{
    bool any = false;
    for (size_t i = 0; value_is_set(stored) && i < stub.type->n; i++) {
        struct value want = stub.u.items[i], have = value_attr(stored, stub.type->names[i]);
        if (value_is_null(want) || !value_exists(have))
            continue;
        if (!value_same(want, have))
            return false;
        any = true;
    }
    return any;
}

/* True where the address holds the object already: then there is nothing to do. */
static bool is_there(struct run *run, struct import *import)
{
    const struct prior *prior = prior_find(run->priors, import->addr);
    if (!prior || (!prior->object && !value_is_set(prior->value)))
        return false;
    import->skipped = true;
    if (prior->failed || same_object(import->named, prior->stored))
        return true;
    struct str id = object_id(prior->stored);
    tell_error(run, import, _("Another object is there"),
               arena_printf(run->arena,
                            _("%.*s is managed already%s%.*s%s, which is another object than \"%.*s\". Import into "
                              "another resource; or, if the import has served its purpose, remove it."),
                            STR_ARG(import->addr->text), id.n ? _(", as \"") : "", STR_ARG(id), id.n ? "\"" : "",
                            STR_ARG(import->id)));
    import->failed = true;
    return true;
}

/* Whether some other address has the object. */
static bool managed_elsewhere(struct run *run, struct import *import)
{
    vec_each (&run->priors->list, i) {
        const struct prior *p = run->priors->list.v[i];
        if (p->type != import->task->type || p->slot != import->task->slot || p->deposed.n || p->from ||
            !same_object(import->named, p->stored))
            continue;
        tell_error(run, import, _("Managed already"),
                   arena_printf(run->arena,
                                _("\"%.*s\" is in the state already, as %.*s. One object is managed by one resource: "
                                  "use a moved block to give it another address, or remove the import."),
                                STR_ARG(import->id), STR_ARG(p->addr->text)));
        return true;
    }
    return false;
}

/* -- the provider's part -- */

/*
 * What the block says, with what it refers to as it is now and not as it is planned to become: providers take from it
 * what no look at the object can tell, and a later change of that is a change.
 */
static void look_at_config(struct run *run, struct import *import)
{
    struct diags unheard = DIAGS_INIT(run->scratch), *own = run->diags;
    struct value config;
    struct frame frame = frame_of_instance(run, import->task, import->copy, import->group, import->inst);
    run->diags = &unheard;
    run->as_before = true;
    bool ok = instance_config(&frame, import->task, import->inst, run->arena, &config);
    run->as_before = false;
    if (ok && value_is_set(config))
        import->config = config;
    run->diags = own;
}

static bool open_for(struct run *run, const struct task *task, const struct import_list *list)
{
    const struct detour_provider *provider = task->slot->instance.provider;
    if (!task->slot->opened)
        return false; /* told where the provider is evaluated */
    if (provider->import && task->type->abi->import_id)
        return true;
    if (list->list.n)
        tell_error(
            run, list->list.v[0], _("Cannot be imported"),
            arena_printf(run->arena, _("Objects of the type %.*s cannot be imported."), STR_ARG(task->type->name)));
    return false;
}

static struct about *about_import(struct run *run, struct import *import)
{
    struct about *about = ARENA_NEW(run->arena, struct about);
    *about = (struct about){
        .addr = import->addr, .task = import->task, .place = import->place, .where = import->where, .more = import};
    return about;
}

/* Ids to objects: what the provider makes of an id alone, to compare, or with the configuration, to read. */
static void name_objects(struct run *run, const struct task *task, const struct import_list *list, bool with_config)
{
    struct call *call = call_new(CALL_IMPORT, &task->slot->instance, list->list.n);
    vec_each (&list->list, i) {
        struct import *import = list->list.v[i];
        struct value config = with_config ? import->config : (struct value){0};
        call_tag(call, call_import_add(call, task->type, import->id, config), about_import(run, import));
    }
    call_run(call, NULL);
    for (size_t i = 0; i < call_size(call); i++) {
        struct import *import = list->list.v[i];
        if (!call_import_take(call, i, run->arena, with_config ? &import->stub : &import->named, &import->private))
            import->failed = true;
    }
    report_call(run, call);
    call_free(call);
}

static bool connection_given(const struct import *import)
{
    return import->task->type->anchor && value_exists(import->config) &&
           connection_known(import->task->type, import->config);
}

/* A machine whose address comes with this plan cannot be looked at before. */
static bool reachable(struct run *run, struct import *import)
{
    if (!import->task->type->anchor || !value_exists(import->config) || connection_given(import))
        return true;
    tell_error(run, import, _("Cannot be looked at yet"),
               arena_printf(run->arena,
                            _("How %.*s is reached is known only after apply, so it cannot be imported now. Write it "
                              "as it is, or apply what it is made from first, with -target."),
                            STR_ARG(import->addr->text)));
    import->failed = true;
    return false;
}

static void queue(struct run *run, struct import *import)
{
    struct data_read read = {.task = import->task, .inst = import->inst, .import = import};
    if (connection_given(import))
        read.config = import->config;
    read.lane = lane_for(run, import->task->slot, import->task->type, import->stub, &read.place);
    import->place = read.place;
    import->lane = read.lane;
    vec_push(run->arena, &run->reads, read);
    import->task->waiting++;
}

/* Keeps those that are to be read. */
static bool drop_needless(struct run *run, struct import_list *list)
{
    size_t kept = 0;
    bool ok = true;
    vec_each (&list->list, i) {
        struct import *import = list->list.v[i];
        import->failed = import->failed || (!is_there(run, import) && managed_elsewhere(run, import));
        ok &= !import->failed;
        if (!import->failed && !import->skipped)
            list->list.v[kept++] = import;
    }
    list->list.n = kept;
    return ok;
}

/* Those that take part; errors make *ok false. */
static void choose(struct run *run, struct import_list *list, bool *ok)
{
    size_t kept = 0;
    vec_each (&list->list, i) {
        struct import *import = list->list.v[i];
        if (!find_instance(run, import) || !claim(run, import))
            *ok = false;
        else if (import->skipped || !run_targeted(run, import->task, import->addr))
            import->skipped = true;
        else
            list->list.v[kept++] = import;
    }
    list->list.n = kept;
}

bool imports_begin(struct run *run, struct task *task)
{
    struct import_list list = {0};
    bool ok = imports_gather(run, task, &list);
    if (ok)
        choose(run, &list, &ok);
    if (!ok || !list.list.n)
        return ok;
    if (!open_for(run, task, &list))
        return false;
    name_objects(run, task, &list, false);
    ok = drop_needless(run, &list);
    vec_each (&list.list, i)
        look_at_config(run, list.list.v[i]);
    if (list.list.n)
        name_objects(run, task, &list, true);
    vec_each (&list.list, i) {
        if (!list.list.v[i]->failed && reachable(run, list.list.v[i]))
            queue(run, list.list.v[i]);
        ok &= !list.list.v[i]->failed;
    }
    arena_reset(run->scratch);
    return ok;
}

/* -- what was found -- */

static void not_there(struct run *run, const struct import *import)
{
    bool placed = import->place.n > 0;
    tell_error(
        run, import, _("Nothing to import"),
        arena_printf(run->arena,
                     _("There is no %.*s \"%.*s\"%s%.*s. Correct the id; or remove the import, and the apply will "
                       "create %.*s."),
                     STR_ARG(import->addr->type), STR_ARG(import->id), placed ? _(" on ") : "",
                     STR_ARG(placed ? import->place : STR("")), STR_ARG(import->addr->text)));
}

bool import_take(struct run *run, struct call *call, size_t request, struct import *import)
{
    struct value found;
    struct blob private = import->private;
    import->failed = !call_read_take(call, request, run->arena, &found, &private);
    if (!import->failed && !value_is_set(found)) {
        not_there(run, import);
        import->failed = true;
    }
    if (import->failed)
        return false;
    import->prior = (struct prior){.addr = import->addr,
                                   .task = import->task,
                                   .type = import->task->type,
                                   .slot = import->task->slot,
                                   .lane = import->lane,
                                   .place = import->place,
                                   .stored = found,
                                   .value = found,
                                   .private = private};
    if (import->task->type->anchor)
        import_introduce(run, import->task, found, import->config);
    return true;
}

struct prior *import_prior(struct run *run, const struct addr *addr, struct str *id)
{
    struct import *import = import_find(run, addr);
    if (!import || import->skipped || import->failed)
        return NULL;
    *id = import->id;
    return &import->prior;
}

bool connection_known(const struct provider_type *type, struct value config)
{
    const struct schema *schema = type->schema;
    for (size_t i = 0; i < schema->n_attrs; i++)
        if ((schema->attrs[i].flags & (SCHEMA_CONNECTION | SCHEMA_REQUIRED)) &&
            !value_wholly_known(value_attr(config, schema->attrs[i].name)))
            return false;
    return true;
}

void import_introduce(struct run *run, const struct task *task, struct value object, struct value config)
{
    struct str place;
    if (!task->slot->opened || !value_is_set(object) ||
        (value_exists(config) && !connection_known(task->type, config)) ||
        lane_for(run, task->slot, task->type, object, &place)->running)
        return; /* a lane that is at work knows its way */
    call_connection(lane_call_for(run->session, task->slot), task->type, object, config);
}
