/* store_private: what store.c (finding) and fetch.c (fetching) share. */
#ifndef DETOUR_MODULE_STORE_STORE_PRIVATE_H
#define DETOUR_MODULE_STORE_STORE_PRIVATE_H

#include "base/digest.h"
#include "base/gettext.h"
#include "module_store/origin.h"
#include "module_store/pins.h"
#include "module_store/store.h"

#define STORE_DIR ".detour/modules"

struct module_store {
    struct module_store_options options;
    struct arena *arena;
    struct sources *sources; /* of the configuration being loaded */
    struct map packages;     /* key -> struct package */
    struct map pins;         /* key -> struct pin, as they will be written */
    struct str pins_were;    /* the text of the lock file */
    bool pins_read, pins_bad;
    bool failed; /* something could not be found or fetched */
    int lock;    /* of the cache, once something is put there: fd, or -1 */
    unsigned n_temporary;
};

/* A repository or an archive, met in this run. */
struct package {
    struct origin origin;
    struct span at;    /* the source that was met first */
    struct pin *pin;   /* NULL: none */
    struct str folder; /* relative to the root's folder; empty: it could not be had */
};

/* `name` in the folder of the configuration, as the system takes it. */
const char *store_path(const struct module_store *store, struct str name);

/* The folder of a package with that digest. */
struct str store_folder(const struct module_store *store, const struct origin *origin, struct str digest);

/* Whether the cache holds the package as `digest` says; *found is the digest of what it holds, or empty. */
bool store_holds(const struct module_store *store, struct str folder, struct str digest, struct str *found);

/* Tells the listener, where there is one, what happens to the package; `from` and `to` may be empty. */
void store_tell(const struct module_store *store, enum module_event_kind kind, const struct package *package,
                struct str from, struct str to);

/* Makes the cache, and takes its lock unless this store has it. False with diagnostics. */
bool store_lock(struct module_store *store, struct diags *diags);

/* Makes the cache hold the package, and the pins say so. False with diagnostics. */
bool store_fetch(struct module_store *store, struct package *package, struct diags *diags);

#endif
