/* lane: the machines by name, each with its connection and at most one session. */
#include "debian.h"
#include "base/gettext.h"

#include <stdlib.h>

struct lane {
    struct lane *next;
    struct arena *arena;
    struct str name;
    bool known;
    struct transport_target target;
    struct str pinned; /* by us; a configured key goes first */
    struct transport *session;
};

struct lane *lane_of(struct debian *self, struct str name)
{
    pthread_mutex_lock(&self->lock);
    struct lane *lane = self->lanes;
    while (lane && !str_eq(lane->name, name))
        lane = lane->next;
    if (!lane) {
        struct arena *arena = arena_new();
        lane = ARENA_NEW(arena, struct lane);
        *lane = (struct lane){.next = self->lanes, .arena = arena, .name = arena_str(arena, name)};
        self->lanes = lane;
    }
    pthread_mutex_unlock(&self->lock);
    return lane;
}

struct str lane_name(const struct lane *lane)
{
    return lane->name;
}

bool lane_is_known(const struct lane *lane)
{
    return lane->known;
}

bool lane_is_local(const struct lane *lane)
{
    return lane->known && lane->target.local;
}

bool lane_is_pinned(const struct lane *lane)
{
    return lane->target.local || lane->target.host_key.n || lane->pinned.n;
}

struct str lane_place(const struct lane *lane, struct arena *arena)
{
    if (lane->target.local)
        return str_c(_("this machine"));
    return arena_printf(arena, "%.*s@%.*s", STR_ARG(lane->target.user), STR_ARG(lane->target.address));
}

void lane_hang_up(struct lane *lane)
{
    transport_close(lane->session);
    lane->session = NULL;
}

void lane_pin(struct lane *lane, struct str host_key)
{
    if (!str_eq(lane->pinned, host_key))
        lane->pinned = arena_str(lane->arena, host_key);
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

static void take_target(struct lane *lane, const struct transport_target *target)
{
    if (lane->known && same_target(&lane->target, target))
        return;
    lane_hang_up(lane);
    lane->target = *target;
    lane->target.address = arena_str(lane->arena, target->address);
    lane->target.user = arena_str(lane->arena, target->user);
    lane->target.identity_file = arena_str(lane->arena, target->identity_file);
    lane->target.host_key = arena_str(lane->arena, target->host_key);
    lane->known = true;
}

bool lane_learn(struct lane *lane, struct kit kit, const detour_value *object, const detour_value *config)
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
    take_target(lane, &target);
    return true;
}

struct transport *lane_session(struct lane *lane, struct arena *arena, unsigned seconds,
                               struct transport_problem *problem)
{
    if (lane->session)
        return lane->session;
    if (!lane->known) {
        *problem = (struct transport_problem){
            .status = TRANSPORT_UNREACHABLE,
            .summary = arena_printf(arena, _("No way to reach %.*s"), STR_ARG(lane->name)),
            .detail =
                arena_printf(arena,
                             _("The address of debian_host \"%.*s\" is not known. Is there a debian_host with this "
                               "name, and does `host` refer to its id?"),
                             STR_ARG(lane->name))};
        return NULL;
    }
    struct transport_target target = lane->target;
    if (!target.host_key.n)
        target.host_key = lane->pinned;
    target.connect_seconds = seconds;
    lane->session = transport_open(arena, &target, problem);
    return lane->session;
}

void lanes_free(struct debian *self)
{
    while (self->lanes) {
        struct lane *lane = self->lanes;
        self->lanes = lane->next;
        lane_hang_up(lane);
        arena_free(lane->arena);
    }
}

struct str lane_host_key(const struct lane *lane)
{
    return lane->session ? transport_host_key(lane->session) : lane->pinned;
}
