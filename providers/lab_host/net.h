/*
 * net: private networks of machines: a bridge on this machine for each network, a network namespace and a pair of
 * virtual cables for each machine. There is no route out of a network and none into it.
 */
#ifndef DETOUR_LAB_NET_H
#define DETOUR_LAB_NET_H

#include "lab_host/work.h"

enum { NET_NAME = 16 };

/* An IPv4 network in CIDR notation. */
struct network {
    uint32_t base; /* host byte order */
    unsigned prefix;
    char text[24];         /* in its normal form */
    char bridge[NET_NAME]; /* name of its bridge */
};

/* Reads "10.213.0.0/24"; prefixes from 16 to 29, host bits must be zero. */
bool network_parse(struct str text, struct network *out);

/* Reads an address; whether it is one that a machine of the network may have (not the bridge's, the first). */
bool network_address(const struct network *network, struct str text, uint32_t *out);
/* Dotted decimal. */
struct str network_print(struct arena *arena, uint32_t address);
/* The bridge's own address, and how many follow it that machines may have. */
uint32_t network_gateway(const struct network *network);
uint32_t network_size(const struct network *network);

/* Path of a machine's network namespace. */
struct str net_namespace(struct arena *arena, struct str machine);

/* Makes what is missing of bridge, namespace and cables. Call it under the lab's lock. */
bool net_up(struct work *work, struct str machine, const struct network *network, struct str address);
/* Whether all of it is there. */
bool net_is_up(struct arena *arena, struct str machine, const struct network *network);
/* Takes away the machine's part, and the bridge of the network that is not used any more (NULL: none). Call it under
 * the lab's lock. */
bool net_down(struct work *work, struct str machine, const struct network *unused);

#endif
