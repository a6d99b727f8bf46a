/* fetch: getting a package from its source into the cache, and what is pinned then. */
#include "base/fs.h"
#include "module_store/archive.h"
#include "module_store/download.h"
#include "module_store/repository.h"
#include "module_store/store_private.h"

#include <errno.h>
#include <stdio.h>

enum { SHOWN_COMMIT = 10 };

/* One package being fetched: files in folders of their own until they are complete. */
struct fetch {
    struct module_store *store;
    struct package *package;
    struct diags *diags;
    struct repository repository;
    const char *work, *tree; /* paths; the tree is in the work folder */
    struct str newest;       /* the commit that the source names now, once it was asked */
    struct str commit;       /* what came, or empty */
    struct str digest;
    struct str why;
};

static bool fail(struct fetch *f, const char *summary, const char *format, ...) __attribute__((format(printf, 3, 4)));
static bool fail(struct fetch *f, const char *summary, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct str text = arena_vprintf(f->diags->arena, format, args);
    va_end(args);
    diag_error(f->diags, f->package->at, summary, "%.*s", STR_ARG(text));
    return false;
}

/* The package cannot be had: f->why says why. */
static bool not_fetched(struct fetch *f)
{
    return fail(f, _("Module cannot be fetched"), _("%.*s: %.*s"), STR_ARG(f->package->origin.key), STR_ARG(f->why));
}

static struct str short_name(struct fetch *f, struct str commit, struct str digest)
{
    if (commit.n)
        return str_sub(commit, 0, SHOWN_COMMIT);
    return arena_printf(f->store->arena, "sha256:%.*s", SHOWN_COMMIT, digest.p);
}

/* -- archives -- */

static bool check_checksum(struct fetch *f, const char *path)
{
    struct str content, want = f->package->origin.checksum;
    if (!want.n)
        return true;
    ARENA_AUTO scratch = arena_new();
    if (!fs_read(&vfs_system, scratch, path, DOWNLOAD_MAX, &content)) {
        f->why = arena_printf(f->store->arena, "%s: %s.", path, strerror(errno));
        return not_fetched(f);
    }
    struct str got = digest_hex(f->store->arena, digest_sha256(content));
    return str_eq(got, want) || fail(f, _("Checksum mismatch"),
                                     _("%.*s is not the file that the checksum is of.\n  wanted: sha256:%.*s\n  got:   "
                                       " sha256:%.*s\nNothing was changed."),
                                     STR_ARG(f->package->origin.url), STR_ARG(want), STR_ARG(got));
}

/* The path of the archive on this machine, downloaded if need be; NULL after diagnostics. */
static const char *archive_file(struct fetch *f)
{
    const struct origin *origin = &f->package->origin;
    const char *path = arena_printf(f->store->arena, "%s/archive", f->work).p;
    struct stat st;
    if (!origin->local)
        return download_file(f->store->arena, origin->url, path, &f->why) || not_fetched(f) ? path : NULL;
    path = store_path(f->store, origin->url);
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
        return path;
    f->why = arena_printf(f->store->arena, _("There is no file \"%.*s\"."), STR_ARG(origin->url));
    not_fetched(f);
    return NULL;
}

static bool bring_archive(struct fetch *f)
{
    const char *path = archive_file(f);
    if (!path || !check_checksum(f, path))
        return false;
    TREE_AUTO tree;
    return (tree_begin(&tree, f->store->arena, f->tree, &f->why) &&
            archive_unpack(path, f->package->origin.format, &tree)) ||
           not_fetched(f);
}

/* -- git -- */

static bool export(struct fetch *f)
{
    TREE_AUTO tree;
    if (!tree_begin(&tree, f->store->arena, f->tree, &f->why) || !repository_export(&f->repository, f->commit, &tree))
        return not_fetched(f);
    if (f->repository.n_submodules)
        diag_warning(
            f->diags, f->package->at, _("Submodules left out"),
            _("The repository holds %zu submodules, which are not fetched. A module that is kept in one of them is "
              "named by a source of its own."),
            f->repository.n_submodules);
    return true;
}

/* What the ref names now. */
static bool bring_newest(struct fetch *f)
{
    if (!f->newest.n && !repository_resolve(&f->repository, &f->newest))
        return not_fetched(f);
    f->commit = f->newest;
    enum repository_answer answer = repository_fetch(&f->repository, &f->commit);
    if (answer == REPOSITORY_GONE)
        f->why = arena_printf(f->store->arena, _("The repository has no commit \"%.*s\"."), STR_ARG(f->commit));
    return answer == REPOSITORY_OK ? export(f) : not_fetched(f);
}

/* The commit that is pinned; where it is gone, what took its place, to be compared. */
static bool bring_pinned(struct fetch *f)
{
    f->commit = f->package->pin->commit;
    switch (repository_fetch(&f->repository, &f->commit)) {
    case REPOSITORY_OK:
        return export(f);
    case REPOSITORY_GONE:
        return bring_newest(f);
    default:
        return not_fetched(f);
    }
}

/* -- into the cache -- */

static bool bring(struct fetch *f)
{
    const struct package *package = f->package;
    if (package->origin.kind == ORIGIN_ARCHIVE)
        return bring_archive(f);
    return package->pin && package->pin->commit.n && !f->store->options.update ? bring_pinned(f) : bring_newest(f);
}

static bool hash(struct fetch *f)
{
    struct digest digest;
    if (!tree_digest(f->store->arena, f->tree, &digest, &f->why))
        return not_fetched(f);
    f->digest = digest_hex(f->store->arena, digest);
    return true;
}

/* What came must be what was pinned, unless what is new is asked for. */
static bool check_pin(struct fetch *f)
{
    const struct pin *pin = f->package->pin;
    if (!pin || f->store->options.update || str_eq(pin->digest, f->digest))
        return true;
    struct arena *arena = f->store->arena;
    struct str was = pin->commit.n ? arena_printf(arena, _(" (commit %.*s)"), STR_ARG(pin->commit)) : STR("");
    struct str is = f->commit.n ? arena_printf(arena, _(" (commit %.*s)"), STR_ARG(f->commit)) : STR("");
    return fail(
        f, _("Module changed at its source"),
        _("%.*s no longer holds what %s says: %s.\n  pinned: sha256:%.*s%.*s\n  now:    sha256:%.*s%.*s\nNothing "
          "was changed. Ask those who keep the module why; if the new content is right, take it with \"detour get "
          "-update\"."),
        STR_ARG(f->package->origin.key), PINS_FILE,
        pin->commit.n && !str_eq(pin->commit, f->commit) ? _("the pinned commit is gone, history was rewritten")
                                                         : _("the same source has another content"),
        STR_ARG(pin->digest), STR_ARG(was), STR_ARG(f->digest), STR_ARG(is));
}

/* Puts the finished tree in its place; what stands there, because somebody changed it, makes room. */
static bool install(struct fetch *f)
{
    struct str folder = store_folder(f->store, &f->package->origin, f->digest), found;
    const char *path = store_path(f->store, folder), *aside = arena_printf(f->store->arena, "%s/old", f->work).p;
    f->package->folder = folder;
    if (store_holds(f->store, folder, f->digest, &found))
        return true;
    if ((rename(path, aside) == 0 || errno == ENOENT) && rename(f->tree, path) == 0)
        return true;
    f->why = arena_printf(f->store->arena, "%s: %s.", path, strerror(errno));
    return not_fetched(f);
}

static void pin(struct fetch *f)
{
    struct package *package = f->package;
    struct pin *old = package->pin, *new = ARENA_NEW(f->store->arena, struct pin);
    bool same = old && str_eq(old->digest, f->digest);
    if (same && (!f->store->options.update || str_eq(old->commit, f->commit))) {
        store_tell(f->store, f->store->options.update ? MODULE_CURRENT : MODULE_FETCHED, package, (struct str){0},
                   short_name(f, old->commit, old->digest));
        return;
    }
    *new = (struct pin){.key = package->origin.key, .commit = f->commit, .digest = f->digest, .used = true};
    map_put(&f->store->pins, new->key, new);
    package->pin = new;
    store_tell(f->store, old ? MODULE_UPDATED : MODULE_PINNED, package,
               old ? short_name(f, old->commit, old->digest) : (struct str){0},
               short_name(f, new->commit, new->digest));
}

static bool run(struct fetch *f)
{
    if (mkdir(f->work, 0777) != 0) {
        f->why = arena_printf(f->store->arena, "%s: %s.", f->work, strerror(errno));
        return not_fetched(f);
    }
    bool ok = bring(f) && hash(f) && check_pin(f) && install(f);
    if (ok)
        pin(f);
    tree_remove(f->work);
    return ok;
}

/* -- whether to fetch -- */

/* Whether the cache already holds what the source names now: asks the server for a commit at most. */
static bool is_newest(struct fetch *f)
{
    const struct pin *pin = f->package->pin;
    if (f->package->origin.kind != ORIGIN_GIT || !pin->commit.n)
        return false;
    return repository_resolve(&f->repository, &f->newest) && str_eq(f->newest, pin->commit);
}

static bool is_current(struct fetch *f)
{
    const struct pin *pin = f->package->pin;
    struct str found;
    if (!pin)
        return false;
    struct str folder = store_folder(f->store, &f->package->origin, pin->digest);
    if (!store_holds(f->store, folder, pin->digest, &found) || (f->store->options.update && !is_newest(f)))
        return false;
    f->package->folder = folder;
    store_tell(f->store, MODULE_CURRENT, f->package, (struct str){0}, short_name(f, pin->commit, pin->digest));
    return true;
}

bool store_fetch(struct module_store *store, struct package *package, struct diags *diags)
{
    const char *work = store_path(store, arena_printf(store->arena, STORE_DIR "/.new-%u", store->n_temporary++));
    struct fetch f = {.store = store,
                      .package = package,
                      .diags = diags,
                      .work = work,
                      .tree = arena_printf(store->arena, "%s/tree", work).p};
    f.repository = (struct repository){.arena = store->arena,
                                       .origin = &package->origin,
                                       .dir = arena_printf(store->arena, "%s/git", work).p,
                                       .running = store->options.running,
                                       .why = &f.why};
    if (is_current(&f))
        return true;
    if (store->options.offline && package->origin.network)
        return fail(&f, _("Module not in the cache"),
                    _("%.*s is not in " STORE_DIR " as %s says, and -offline forbids to fetch it."),
                    STR_ARG(package->origin.key), PINS_FILE);
    if (!store_lock(store, diags))
        return false;
    store_tell(store, MODULE_FETCHING, package, (struct str){0}, (struct str){0});
    return run(&f);
}
