/*
 * store: the modules that are kept elsewhere: fetched by `detour get` into .detour/modules/ and pinned in
 * detour.lock.hcl, and found there by everything else.
 *
 * Owns both. Must not know what is in a module. A store is opened in one of two ways: to look (nothing but the cache is
 * read, and what is missing or was changed is an error) or to fetch. Its reader is handed to config_load, which asks it
 * for every module call: so modules of modules come by themselves.
 *
 * .detour/modules/NAME-DIGEST/ is a package: the whole repository or archive that a module is part of; DIGEST is the
 * beginning of the digest of its content (tree.h), which is computed anew whenever the package is used. It is put
 * together under another name and renamed when it is complete.
 */
#ifndef DETOUR_MODULE_STORE_STORE_H
#define DETOUR_MODULE_STORE_STORE_H

#include "config/config.h"

#include <sys/types.h>

struct module_store;

enum module_event_kind {
    MODULE_FETCHING, /* key */
    MODULE_CURRENT,  /* key, to: is in the cache as it is pinned */
    MODULE_FETCHED,  /* key, to: was missing in the cache, and is there again as it is pinned */
    MODULE_PINNED,   /* key, to: is new */
    MODULE_UPDATED,  /* key, from, to */
    MODULE_DROPPED,  /* key: nothing calls for it any more */
};

struct module_event {
    enum module_event_kind kind;
    struct str key;      /* the package as the lock file names it */
    struct str from, to; /* "v1.2 at 5d41402", or the beginning of a digest */
};

struct module_store_options {
    struct arena *arena;
    struct str dir;          /* folder of the configuration; "." for the current one */
    bool fetch;              /* else only look */
    bool update;             /* take what the sources hold now, also where something is pinned */
    bool offline;            /* only from the cache and from this machine */
    volatile pid_t *running; /* see struct process; may be NULL */
    void *ctx;
    void (*event)(void *ctx, const struct module_event *event); /* NULL: nobody listens */
};

/* Opens a store; never NULL. Nothing is read before a module asks for it. */
struct module_store *module_store_new(const struct module_store_options *options);

/* Reads configurations from the disk, and finds modules in the store. Valid as long as the store. */
struct config_reader module_store_reader(struct module_store *store);

/* After everything was loaded: writes detour.lock.hcl, unless something could not be fetched. Entries that nothing
 * calls for are dropped if the configuration is `complete`. False with diagnostics. */
bool module_store_commit(struct module_store *store, bool complete, struct diags *diags);

/* How many packages modules came from. */
size_t module_store_packages(const struct module_store *store);

/* Releases the lock of the cache. */
void module_store_close(struct module_store *store);

#endif
