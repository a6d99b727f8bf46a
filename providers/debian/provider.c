#include "debian/provider.h"
#include "debian.h"
#include "base/gettext.h"

#include <stdlib.h>

static const struct kind *const kinds[KINDS] = {&host_kind, &package_kind, &file_kind,   &directory_kind,
                                                &user_kind, &group_kind,   &service_kind};

/* The engine hands out pointers into the table below, so a type is known by its name. */
const struct kind *kind_of(const struct detour_type *type)
{
    for (size_t i = 0; i < KINDS; i++)
        if (strcmp(kinds[i]->type->name, type->name) == 0)
            return kinds[i];
    abort();
}

static void *debian_open(const struct detour_host *host, detour_call *call, const detour_value *config)
{
    (void)call;
    (void)config;
    struct debian *self = heap_alloc(sizeof *self);
    *self = (struct debian){.host = host};
    pthread_mutex_init(&self->lock, NULL);
    return self;
}

static void debian_close(void *opaque)
{
    struct debian *self = opaque;
    machines_free(self);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

static struct detour_str debian_lane(void *opaque, detour_call *call, const struct detour_type *type,
                                     const detour_value *object)
{
    struct debian *self = opaque;
    struct kit kit = {self->host, call};
    return kit_to(kit_copy(kit, kit_text(kit, object, kind_of(type)->id == KIND_HOST ? "name" : "host")));
}

static void debian_connection(void *opaque, detour_call *call, const struct detour_type *type,
                              const detour_value *prior, const detour_value *config)
{
    struct debian *self = opaque;
    struct kit kit = {self->host, call};
    if (kind_of(type)->id == KIND_HOST)
        machine_learn(machine_of(self, kit_text(kit, prior, "name")), kit, prior, config);
}

static void debian_validate(void *opaque, detour_call *call, struct detour_validate *reqs, size_t n)
{
    struct debian *self = opaque;
    for (size_t i = 0; i < n; i++) {
        const struct kind *kind = kind_of(reqs[i].type);
        struct kit kit = {self->host, call};
        if (reqs[i].type->flags & DETOUR_DATA)
            data_validate(kit, kind, reqs[i].config, i);
        else
            kind->validate(kit, reqs[i].config, i);
    }
}

static void debian_plan(void *opaque, detour_call *call, struct detour_plan *reqs, size_t n)
{
    struct debian *self = opaque;
    for (size_t i = 0; i < n; i++)
        kind_of(reqs[i].type)->plan((struct kit){self->host, call}, &reqs[i], i);
}

/* The block's own attributes, as far as they are known: what the machine can tell is told by the read that follows, in
 * their spelling where it is the same; the rest (how to reach it, what destroying removes) is as the block has it. */
static void import_attributes(struct kit_edit *edit, const struct kind *kind, const detour_value *config)
{
    struct kit kit = edit->kit;
    for (const struct detour_attribute *a = kind->type->attributes; config && a->name; a++) {
        bool own = (a->flags & (DETOUR_REQUIRED | DETOUR_OPTIONAL)) && !(a->flags & DETOUR_REPLACE);
        const detour_value *v = own ? kit_attr(kit, config, a->name) : NULL;
        if (v && kit.host->wholly_known(v))
            kit_put(edit, a->name, v);
    }
}

static void import_one(struct kit kit, struct detour_import *req, size_t i)
{
    const struct kind *kind = kind_of(req->type);
    struct kit_edit edit = {.kit = kit};
    import_attributes(&edit, kind, req->config);
    struct str id = kit_from(req->id), host, name;
    if (kind->id == KIND_HOST) {
        kit_put_text(&edit, "name", id);
        if (req->config && !kit_set(kit, req->config, "port"))
            kit_put_integer(&edit, "port", 22);
        if (req->config && !kit_set(kit, req->config, "user"))
            kit_put_text(&edit, "user", STR("root"));
    } else if (kit_split_id(id, &host, &name)) {
        kit_put_text(&edit, "host", host);
        kit_put_text(&edit, kind->key, name);
    } else {
        kit.host->fail(kit.call, i, NULL, _("Not an import id"), _("\"%.*s\" should be HOST:%s, such as \"web:%s\"."),
                       STR_ARG(id), kind->key, strcmp(kind->key, "path") == 0 ? "/etc/motd" : "nginx");
        return;
    }
    kit_put_text(&edit, "id", id);
    req->state = kit_edited(&edit, NULL);
}

static void debian_import(void *opaque, detour_call *call, struct detour_import *reqs, size_t n)
{
    struct debian *self = opaque;
    for (size_t i = 0; i < n; i++)
        import_one((struct kit){self->host, call}, &reqs[i], i);
}

static struct detour_type types[KINDS + DEBIAN_DATA + 1];

static void fill_types(void)
{
    for (size_t i = 0; i < KINDS; i++)
        types[i] = *kinds[i]->type;
    for (size_t i = 0; i < DEBIAN_DATA; i++)
        types[KINDS + i] = debian_data[i];
}

const struct detour_provider *debian_provider(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static const struct detour_provider provider = {
        .size = sizeof provider,
        .abi = DETOUR_ABI_VERSION,
        .name = "debian",
        .doc =
            "Debian machines, 10 to 13, and what stands on them: packages, files, accounts, services. Machines are "
            "reached over SSH, one session each, and need nothing but sh.\n\nWhat a machine has already is imported by "
            "ids of the form `HOST:KEY`: the id of its debian_host, and the path or name on it. Importing looks and "
            "remembers; it changes nothing. What no look can tell (`restart_on`, `recursive`, `purge`, the connection "
            "of a debian_host) is taken as the configuration has it.",
        .types = types,
        .open = debian_open,
        .close = debian_close,
        .lane = debian_lane,
        .place = debian_lane,
        .validate = debian_validate,
        .read = debian_read,
        .plan = debian_plan,
        .review = debian_review,
        .apply = debian_apply,
        .import = debian_import,
        .functions = debian_functions,
        .connection = debian_connection,
    };
    pthread_once(&once, fill_types);
    return &provider;
}
