#include "lab_host/object.h"
#include "base/gettext.h"

static void texts(struct kit kit, struct arena *arena, const detour_value *object, const char *name, struct strs *out)
{
    const detour_value *list = kit_attr(kit, object, name);
    for (size_t i = 0; list && i < kit.host->length(list); i++)
        strs_add(arena, out, kit_item(kit, list, i));
}

static void pairs(struct kit kit, struct arena *arena, const detour_value *object, struct spec *spec)
{
    const detour_value *map = kit_attr(kit, object, "mounts");
    for (size_t i = 0; map && i < kit.host->length(map); i++) {
        strs_add(arena, &spec->mount_to, kit_from(kit.host->key_at(map, i)));
        strs_add(arena, &spec->mount_from, kit_item(kit, map, i));
    }
}

static struct str text_or(struct kit kit, struct arena *arena, const detour_value *object, const char *name,
                          const char *otherwise)
{
    struct str s = kit_text(kit, object, name);
    return arena_str(arena, s.n ? s : str_c(otherwise));
}

struct spec object_spec(struct kit kit, struct arena *arena, const detour_value *object,
                        const struct settings *settings)
{
    struct spec spec = {
        .name = text_or(kit, arena, object, "name", ""),
        .suite = text_or(kit, arena, object, "suite", SPEC_SUITE),
        .address = text_or(kit, arena, object, "address", ""),
        .mirror = arena_str(arena, str_c(settings->mirror)),
    };
    network_parse(text_or(kit, arena, object, "network", SPEC_NETWORK), &spec.network);
    spec.keys_given = kit_attr(kit, object, "authorized_keys") != NULL;
    texts(kit, arena, object, "authorized_keys", &spec.keys);
    texts(kit, arena, object, "packages", &spec.packages);
    strs_sort(&spec.packages);
    pairs(kit, arena, object, &spec);
    return spec;
}

/* -- checking -- */

static void complain(struct kit kit, size_t request, const char *attribute, struct str value, const char *why)
{
    if (why)
        kit.host->fail(kit.call, request, attribute, _("Invalid value"), _("\"%.*s\" cannot be used here: %s."),
                       STR_ARG(value), why);
}

static void check_one(struct kit kit, size_t request, const detour_value *config, const char *name,
                      const char *(*check)(struct str))
{
    const detour_value *v = kit_attr(kit, config, name);
    if (v)
        complain(kit, request, name, kit_from(kit.host->string(v)), check(kit_from(kit.host->string(v))));
}

static void check_each(struct kit kit, size_t request, const detour_value *config, const char *name,
                       const char *(*check)(struct str))
{
    const detour_value *list = kit_attr(kit, config, name);
    for (size_t i = 0; list && i < kit.host->length(list); i++) {
        const detour_value *item = kit.host->at(list, i);
        if (item && kit.host->state(item) == DETOUR_KNOWN)
            complain(kit, request, name, kit_from(kit.host->string(item)), check(kit_from(kit.host->string(item))));
    }
}

static void check_mounts(struct kit kit, size_t request, const detour_value *config)
{
    const detour_value *map = kit_attr(kit, config, "mounts");
    for (size_t i = 0; map && i < kit.host->length(map); i++) {
        const detour_value *from = kit.host->at(map, i);
        struct str to = kit_from(kit.host->key_at(map, i));
        if (from && kit.host->state(from) == DETOUR_KNOWN)
            complain(kit, request, "mounts", to, spec_check_mount(to, kit_from(kit.host->string(from))));
    }
}

static void check_address(struct kit kit, size_t request, const detour_value *config)
{
    struct network network;
    uint32_t address;
    struct str text = kit_text(kit, config, "network"), given = kit_text(kit, config, "address");
    if (kit_unknown(kit, config, "network"))
        return;
    if (!network_parse(text.n ? text : STR(SPEC_NETWORK), &network)) {
        complain(kit, request, "network", text,
                 _("a network is written like 10.213.0.0/24, with a prefix of 16 to 29 and nothing behind it set"));
        return;
    }
    if (given.n && !network_address(&network, given, &address))
        kit.host->fail(
            kit.call, request, "address", _("Invalid value"),
            _("%.*s is not an address that a machine of %s can have: the first one is the bridge's, the last "
              "one is for broadcasts."),
            STR_ARG(given), network.text);
}

void object_check(struct kit kit, size_t request, const detour_value *config)
{
    check_one(kit, request, config, "name", spec_check_name);
    check_one(kit, request, config, "suite", spec_check_suite);
    check_each(kit, request, config, "packages", spec_check_package);
    check_each(kit, request, config, "authorized_keys", spec_check_key);
    check_mounts(kit, request, config);
    check_address(kit, request, config);
}

/* -- answering -- */

/* The same keys in another order are the same: then the order of `like` stays. */
static bool same_keys(struct kit kit, const detour_value *list, const struct strs *keys)
{
    if (kit.host->length(list) != keys->list.n)
        return false;
    for (size_t i = 0; i < keys->list.n; i++)
        if (!strs_has(keys, kit_item(kit, list, i)))
            return false;
    return true;
}

static void put_keys(struct kit_edit *edit, struct arena *arena, const detour_value *like,
                     const struct machine *machine)
{
    const detour_value *list = kit_attr(edit->kit, like, "authorized_keys");
    struct strs keys = machine_keys(arena, machine);
    if (list && !same_keys(edit->kit, list, &keys))
        kit_put_texts(edit, "authorized_keys", keys.list.v, keys.list.n);
}

static void put_packages(struct kit_edit *edit, struct arena *arena, const detour_value *like,
                         const struct machine *machine)
{
    struct strs wanted = {0};
    texts(edit->kit, arena, like, "packages", &wanted);
    struct strs found = machine_packages(arena, machine, &wanted);
    if (found.list.n != wanted.list.n)
        kit_put_texts(edit, "packages", found.list.v, found.list.n);
}

static void put_mounts(struct kit_edit *edit, const detour_value *like, const struct machine *machine)
{
    const struct strs *to = &machine->spec.mount_to, *from = &machine->spec.mount_from;
    if (!kit_attr(edit->kit, like, "mounts"))
        return;
    size_t n = to->list.n;
    struct detour_str *keys = kit_alloc(edit->kit, n * sizeof *keys + 1);
    const detour_value **values = kit_alloc(edit->kit, n * sizeof *values + 1);
    for (size_t i = 0; i < n; i++) {
        keys[i] = kit_to(kit_copy(edit->kit, to->list.v[i]));
        values[i] = edit->kit.host->make_string(edit->kit.call, kit_to(from->list.v[i]));
    }
    kit_put(edit, "mounts", edit->kit.host->make_map(edit->kit.call, keys, values, n));
}

const detour_value *object_of_machine(struct kit kit, const detour_value *like, const struct machine *machine)
{
    ARENA_AUTO arena = arena_new();
    struct kit_edit edit = {.kit = kit};
    struct str key = machine_public_key(arena, machine);
    kit_put_text(&edit, "name", machine->spec.name);
    kit_put_text(&edit, "suite", machine->spec.suite);
    kit_put_text(&edit, "network", str_c(machine->spec.network.text));
    kit_put_text(&edit, "address", machine->spec.address);
    kit_put_text(&edit, "host_key", key);
    kit_put_bool(&edit, "running", machine_runs(arena, machine));
    put_keys(&edit, arena, like, machine);
    put_packages(&edit, arena, like, machine);
    put_mounts(&edit, like, machine);
    return kit_edited(&edit, like);
}

struct str object_token(struct detour_blob private)
{
    return str_from(private.p, private.n);
}

struct detour_blob object_private(struct kit kit, struct str token)
{
    struct str copy = kit_copy(kit, token);
    return (struct detour_blob){copy.p, copy.n};
}
