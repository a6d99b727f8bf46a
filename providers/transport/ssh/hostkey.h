/* hostkey: what a pinned host key means, and which algorithms to ask for so that the machine shows that very key. */
#ifndef DETOUR_TRANSPORT_HOSTKEY_H
#define DETOUR_TRANSPORT_HOSTKEY_H

#include "transport/transport.h"

/* Algorithm lists for SSH_OPTIONS_HOSTKEYS, one per kind of key; HOSTKEY_ANY prefers Ed25519, then ECDSA, then RSA. */
#define HOSTKEY_ANY "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256"
enum { HOSTKEY_KINDS = 3 };
extern const char *const hostkey_kinds[HOSTKEY_KINDS];

/* The list to begin with for this pin: the one kind where the pin names it, else HOSTKEY_ANY. */
const char *hostkey_first(struct str pin);

/* Whether the machine's key ("ssh-ed25519 AAAA…") is the pinned one. */
bool hostkey_matches(struct arena *arena, struct str pin, struct str key);

#endif
