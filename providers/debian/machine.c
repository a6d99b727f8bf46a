/* machine: the machines by name, each with its connection and at most one session. */
#include "debian.h"
#include "base/gettext.h"

struct machine {
    struct machine *next;
    struct arena *arena;
    struct str name;
    bool known;
    struct transport_target target;
    struct str pinned; /* by us; a configured key goes first */
    struct str windows;
    struct transport *session;
};

struct machine *machine_of(struct debian *self, struct str name)
{
    pthread_mutex_lock(&self->lock);
    struct machine *machine = self->machines;
    while (machine && !str_eq(machine->name, name))
        machine = machine->next;
    if (!machine) {
        struct arena *arena = arena_new();
        machine = ARENA_NEW(arena, struct machine);
        *machine = (struct machine){.next = self->machines, .arena = arena, .name = arena_str(arena, name)};
        self->machines = machine;
    }
    pthread_mutex_unlock(&self->lock);
    return machine;
}

struct str machine_name(const struct machine *machine)
{
    return machine->name;
}

bool machine_is_known(const struct machine *machine)
{
    return machine->known;
}

bool machine_is_local(const struct machine *machine)
{
    return machine->known && machine->target.local;
}

struct str machine_place(const struct machine *machine, struct arena *arena)
{
    if (machine->target.local)
        return str_c(_("this machine"));
    return arena_printf(arena, "%.*s@%.*s", STR_ARG(machine->target.user), STR_ARG(machine->target.address));
}

void machine_hang_up(struct machine *machine)
{
    transport_close(machine->session);
    machine->session = NULL;
}

void machine_pin(struct machine *machine, struct str host_key)
{
    if (!str_eq(machine->pinned, host_key))
        machine->pinned = arena_str(machine->arena, host_key);
}

struct str machine_windows(const struct machine *machine)
{
    return machine->windows;
}

void machine_note_window(struct machine *machine, struct str window)
{
    machine->windows = arena_printf(machine->arena, "%.*s %.*s", STR_ARG(machine->windows), STR_ARG(window));
}

/* An attribute of the connection: as configured, or, where that is not known yet, as it was. */
static const detour_value *connection_of(const detour_value *object, const detour_value *config, struct kit kit,
                                         const char *name)
{
    return config && !kit_unknown(kit, config, name) ? config : object;
}

static bool same_target(const struct transport_target *a, const struct transport_target *b)
{
    return a->local == b->local && a->sudo == b->sudo && a->port == b->port && str_eq(a->address, b->address) &&
           str_eq(a->user, b->user) && str_eq(a->identity_file, b->identity_file) && str_eq(a->host_key, b->host_key);
}

static void take_target(struct machine *machine, const struct transport_target *target)
{
    if (machine->known && same_target(&machine->target, target))
        return;
    machine_hang_up(machine);
    machine->target = *target;
    machine->target.address = arena_str(machine->arena, target->address);
    machine->target.user = arena_str(machine->arena, target->user);
    machine->target.identity_file = arena_str(machine->arena, target->identity_file);
    machine->target.host_key = arena_str(machine->arena, target->host_key);
    machine->known = true;
}

bool machine_learn(struct machine *machine, struct kit kit, const detour_value *object, const detour_value *config)
{
#define FROM(name) connection_of(object, config, kit, name), name
    struct transport_target target = {
        .local = kit_bool(kit, FROM("local"), false),
        .sudo = kit_bool(kit, FROM("sudo"), false),
        .address = kit_text(kit, FROM("address")),
        .user = kit_text(kit, FROM("user")),
        .port = (uint16_t)kit_integer(kit, FROM("port"), 22),
        .identity_file = kit_text(kit, FROM("identity_file")),
        .host_key = kit_text(kit, FROM("host_key")),
    };
#undef FROM
    if (!target.user.n)
        target.user = STR("root");
    if (!target.host_key.n) /* computed: what was pinned before */
        target.host_key = kit_text(kit, object, "host_key");
    if (!target.local && !target.address.n)
        return false;
    take_target(machine, &target);
    return true;
}

struct transport *machine_session(struct machine *machine, struct arena *arena, unsigned seconds,
                                  struct transport_problem *problem)
{
    if (machine->session)
        return machine->session;
    if (!machine->known) {
        *problem = (struct transport_problem){
            .status = TRANSPORT_UNREACHABLE,
            .summary = arena_printf(arena, _("No way to reach %.*s"), STR_ARG(machine->name)),
            .detail =
                arena_printf(arena,
                             _("The address of debian_host \"%.*s\" is not known. Is there a debian_host with this "
                               "name, and does `host` refer to its id?"),
                             STR_ARG(machine->name))};
        return NULL;
    }
    struct transport_target target = machine->target;
    if (!target.host_key.n)
        target.host_key = machine->pinned;
    target.connect_seconds = seconds;
    machine->session = transport_open(arena, &target, problem);
    return machine->session;
}

void machines_free(struct debian *self)
{
    while (self->machines) {
        struct machine *machine = self->machines;
        self->machines = machine->next;
        machine_hang_up(machine);
        arena_free(machine->arena);
    }
}

struct str machine_host_key(const struct machine *machine)
{
    return machine->session ? transport_host_key(machine->session) : machine->pinned;
}
