#include "lab_host/net.h"
#include "base/cleanup.h"
#include "base/digest.h"
#include "lab_host/files.h"
#include "lab_host/proc.h"

#include <arpa/inet.h>
#include <net/if.h>

enum { PREFIX_MIN = 16, PREFIX_MAX = 29 };

/* Names of interfaces have at most 15 bytes: a prefix and part of a hash. */
static void short_name(char out[static NET_NAME], const char *prefix, struct str of)
{
    struct digest d = digest_sha256(of);
    snprintf(out, NET_NAME, "%s%02x%02x%02x%02x", prefix, d.bytes[0], d.bytes[1], d.bytes[2], d.bytes[3]);
}

static bool parse_dotted(struct str text, uint32_t *out)
{
    char buffer[INET_ADDRSTRLEN];
    struct in_addr address;
    if (!text.n || text.n >= sizeof buffer)
        return false;
    memcpy(buffer, text.p, text.n);
    buffer[text.n] = 0;
    if (inet_pton(AF_INET, buffer, &address) != 1)
        return false;
    *out = ntohl(address.s_addr);
    return true;
}

static bool parse_prefix(struct str text, unsigned *out)
{
    *out = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        *out = *out * 10 + (unsigned)(text.p[i] - '0');
    }
    return text.n > 0 && text.n <= 2 && *out >= PREFIX_MIN && *out <= PREFIX_MAX;
}

bool network_parse(struct str text, struct network *out)
{
    size_t slash = str_find_byte(text, '/', 0);
    if (slash == SIZE_MAX || !parse_dotted(str_sub(text, 0, slash), &out->base) ||
        !parse_prefix(str_sub(text, slash + 1, text.n), &out->prefix))
        return false;
    if (out->base & (0xffffffffu >> out->prefix))
        return false;
    ARENA_AUTO arena = arena_new();
    snprintf(out->text, sizeof out->text, "%s/%u", network_print(arena, out->base).p, out->prefix);
    short_name(out->bridge, "dlab", str_c(out->text));
    return true;
}

uint32_t network_gateway(const struct network *network)
{
    return network->base + 1;
}

uint32_t network_size(const struct network *network)
{
    return (1u << (32 - network->prefix)) - 3;
}

bool network_address(const struct network *network, struct str text, uint32_t *out)
{
    return parse_dotted(text, out) && *out > network_gateway(network) &&
           *out <= network_gateway(network) + network_size(network);
}

struct str network_print(struct arena *arena, uint32_t address)
{
    return arena_printf(arena, "%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255);
}

static struct str namespace_name(struct arena *arena, struct str machine)
{
    return arena_printf(arena, "detour-lab-%.*s", STR_ARG(machine));
}

struct str net_namespace(struct arena *arena, struct str machine)
{
    return arena_printf(arena, "/run/netns/%s", namespace_name(arena, machine).p);
}

static void cable_name(char out[static NET_NAME], struct str machine)
{
    short_name(out, "dlv", machine);
}

static bool bridge_up(struct work *work, const struct network *n)
{
    if (if_nametoindex(n->bridge))
        return true;
    struct str address =
        arena_printf(work->arena, "%s/%u", network_print(work->arena, network_gateway(n)).p, n->prefix);
    return run_now(work, "ip", "link", "add", n->bridge, "type", "bridge", NULL) &&
           run_now(work, "ip", "addr", "replace", address.p, "dev", n->bridge, NULL) &&
           run_now(work, "ip", "link", "set", n->bridge, "up", NULL);
}

static bool cable_up(struct work *work, const char *namespace, const struct network *n, const char *cable,
                     struct str address)
{
    struct str inside = arena_printf(work->arena, "%.*s/%u", STR_ARG(address), n->prefix);
    return run_now(work, "ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", namespace,
                   NULL) &&
           run_now(work, "ip", "link", "set", cable, "master", n->bridge, "up", NULL) &&
           run_now(work, "ip", "-n", namespace, "link", "set", "lo", "up", NULL) &&
           run_now(work, "ip", "-n", namespace, "addr", "replace", inside.p, "dev", "eth0", NULL) &&
           run_now(work, "ip", "-n", namespace, "link", "set", "eth0", "up", NULL);
}

bool net_up(struct work *work, struct str machine, const struct network *network, struct str address)
{
    char cable[NET_NAME];
    struct str namespace = namespace_name(work->arena, machine);
    cable_name(cable, machine);
    if (net_is_up(work->arena, machine, network))
        return true;
    return net_down(work, machine, NULL) && bridge_up(work, network) &&
           run_now(work, "ip", "netns", "add", namespace.p, NULL) &&
           cable_up(work, namespace.p, network, cable, address);
}

/* Not through /sys: what is mounted there may show another network namespace. */
bool net_is_up(struct arena *arena, struct str machine, const struct network *network)
{
    char cable[NET_NAME];
    cable_name(cable, machine);
    return if_nametoindex(network->bridge) && if_nametoindex(cable) && files_exist(net_namespace(arena, machine).p);
}

bool net_down(struct work *work, struct str machine, const struct network *unused)
{
    char cable[NET_NAME];
    cable_name(cable, machine);
    struct str path = net_namespace(work->arena, machine);
    if (if_nametoindex(cable) && !run_now(work, "ip", "link", "del", cable, NULL))
        return false;
    if (files_exist(path.p)) {
        proc_kill_netns(path.p);
        if (!run_now(work, "ip", "netns", "del", namespace_name(work->arena, machine).p, NULL))
            return false;
    }
    if (!unused || !if_nametoindex(unused->bridge))
        return true;
    return run_now(work, "ip", "link", "del", unused->bridge, NULL);
}
