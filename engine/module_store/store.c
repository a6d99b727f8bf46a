#include "module_store/store_private.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "module_store/tree.h"

#include <errno.h>
#include <fcntl.h>

enum {
    LOCK_FILE_MAX = 16 << 20,
    PACKAGES_MAX = 500, /* servers can make up modules without end */
    SHOWN_DIGITS = 16,  /* of a digest in the name of a folder */
};

const char *store_path(const struct module_store *store, struct str name)
{
    return arena_str(store->arena, fs_join(store->arena, store->options.dir, name)).p;
}

struct str store_folder(const struct module_store *store, const struct origin *origin, struct str digest)
{
    return arena_printf(store->arena, STORE_DIR "/%.*s-%.*s", STR_ARG(origin->name), SHOWN_DIGITS, digest.p);
}

bool store_holds(const struct module_store *store, struct str folder, struct str digest, struct str *found)
{
    struct digest is;
    struct str why;
    *found = (struct str){0};
    if (tree_digest(store->arena, store_path(store, folder), &is, &why))
        *found = digest_hex(store->arena, is);
    return str_eq(*found, digest);
}

void store_tell(const struct module_store *store, enum module_event_kind kind, const struct package *package,
                struct str from, struct str to)
{
    struct module_event event = {kind, package->origin.key, from, to};
    if (store->options.event)
        store->options.event(store->options.ctx, &event);
}

/* -- pins -- */

static bool read_pins(struct module_store *store, struct diags *diags)
{
    if (store->pins_read)
        return !store->pins_bad;
    store->pins_read = true;
    const char *path = store_path(store, STR(PINS_FILE));
    if (fs_read(&vfs_system, store->arena, path, LOCK_FILE_MAX, &store->pins_were)) {
        store->pins_bad =
            !pins_parse(store->arena, store->sources, STR(PINS_FILE), store->pins_were, &store->pins, diags);
    } else if (errno != ENOENT) {
        store->pins_bad = true;
        diag_error(diags, (struct span){0}, _("Unreadable file"), _("%s cannot be read: %s."), path, strerror(errno));
    }
    store->failed |= store->pins_bad;
    return !store->pins_bad;
}

static bool write_pins(struct module_store *store, struct diags *diags)
{
    struct str text = pins_text(store->arena, &store->pins);
    const char *path = store_path(store, STR(PINS_FILE));
    if (fs_replace(&vfs_system, path, text, 0644))
        return true;
    diag_error(diags, (struct span){0}, _("Lock file not written"), _("%s could not be written: %s."), path,
               strerror(errno));
    return false;
}

bool module_store_commit(struct module_store *store, bool complete, struct diags *diags)
{
    struct map kept = MAP_INIT(store->arena);
    bool changed = false;
    if (store->failed || !read_pins(store, diags))
        return false;
    map_each (&store->pins, i) {
        struct pin *pin = store->pins.entries[i].value;
        changed |= !pin->text.n;
        if (pin->used || !complete) {
            map_put(&kept, pin->key, pin);
            continue;
        }
        struct package dropped = {.origin = {.key = pin->key}};
        store_tell(store, MODULE_DROPPED, &dropped, (struct str){0}, (struct str){0});
        changed = true;
    }
    store->pins = kept;
    return !changed || write_pins(store, diags);
}

/* -- looking -- */

static bool say_get(struct diags *diags, const struct package *package, const char *summary, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static bool say_get(struct diags *diags, const struct package *package, const char *summary, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct str text = arena_vprintf(diags->arena, format, args);
    va_end(args);
    diag_error(diags, package->at, summary, "%.*s", STR_ARG(text));
    return false;
}

/* Finds the package in the cache as it is pinned. */
static bool look(struct module_store *store, struct package *package, struct diags *diags)
{
    struct str found;
    if (!package->pin)
        return say_get(diags, package, _("Module not fetched"),
                       _("%.*s is not in %s yet. Run \"detour get\", which fetches and pins it."),
                       STR_ARG(package->origin.key), PINS_FILE);
    package->folder = store_folder(store, &package->origin, package->pin->digest);
    if (store_holds(store, package->folder, package->pin->digest, &found))
        return true;
    if (!found.n)
        return say_get(diags, package, _("Module not fetched"),
                       _("%.*s is pinned, and not in %.*s on this machine. Run \"detour get\"."),
                       STR_ARG(package->origin.key), STR_ARG(package->folder));
    return say_get(
        diags, package, _("Module changed in the cache"),
        _("What is in %.*s is not what was fetched.\n  pinned: sha256:%.*s\n  there:  sha256:%.*s\nRun \"detour "
          "get\", which takes away the one and fetches the other. Changes to a module belong where it is kept."),
        STR_ARG(package->folder), STR_ARG(package->pin->digest), STR_ARG(found));
}

/* -- the answer to config -- */

static enum config_place nowhere(struct module_store *store)
{
    store->failed = true;
    return CONFIG_NOWHERE;
}

/* A local archive is named by its path from the root's folder, wherever it is called. */
static bool settle_path(struct module_store *store, struct origin *origin, struct str from, struct str inside,
                        struct span at, struct diags *diags)
{
    if (!origin->local || origin->url.p[0] == '/')
        return true;
    struct str path = config_folder(store->arena, from, origin->url);
    if (inside.n && !config_is_inside(path, inside)) {
        diag_error(diags, at, _("Module outside of its package"),
                   _("\"%.*s\" leads out of what was fetched with the module that names it."), STR_ARG(origin->url));
        return false;
    }
    struct str query = str_sub(origin->key, origin->url.n, origin->key.n);
    const char *start = str_starts(path, STR("../")) ? "" : "./";
    origin->url = path;
    origin->key = arena_printf(store->arena, "%s%.*s%.*s", start, STR_ARG(path), STR_ARG(query));
    return true;
}

/* The package, met for the first time. */
static struct package *meet(struct module_store *store, const struct origin *origin, struct span at,
                            struct diags *diags)
{
    struct package *package = ARENA_NEW(store->arena, struct package);
    *package = (struct package){.origin = *origin, .at = at, .pin = map_get(&store->pins, origin->key)};
    map_put(&store->packages, origin->key, package);
    if (package->pin)
        package->pin->used = true;
    if (store->packages.n > PACKAGES_MAX) {
        diag_error(diags, at, _("Too many modules"),
                   _("The modules of this configuration come from more than %d packages."), PACKAGES_MAX);
        return package;
    }
    if (!(store->options.fetch ? store_fetch : look)(store, package, diags))
        package->folder = (struct str){0};
    return package;
}

/* The only folder in `dir`, relative to the root's; empty where there are none or several. */
static struct str only_folder(const struct module_store *store, struct str dir)
{
    struct str only = {0};
    size_t n = 0;
    DIR_AUTO folder = opendir(store_path(store, dir));
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.' && n++ == 0)
            only = arena_str(store->arena, str_c(entry->d_name));
    return n == 1 ? only : (struct str){0};
}

/* The module's folder in its package. "*" stands for the only folder there is, as at the top of many archives. */
static struct str module_dir(struct module_store *store, const struct package *package, struct str subdir)
{
    struct str dir = package->folder;
    for (size_t from = 0, end; from < subdir.n; from = end + 1) {
        end = str_find_byte(subdir, '/', from);
        end = end == SIZE_MAX ? subdir.n : end;
        struct str part = str_sub(subdir, from, end), only = str_is(part, "*") ? only_folder(store, dir) : part;
        dir = fs_join(store->arena, dir, only.n ? only : part);
    }
    return dir;
}

static enum config_place find(void *ctx, struct arena *arena, struct sources *sources, const struct config_call *call,
                              struct str from, struct str inside, struct config_package *found, struct diags *diags)
{
    struct module_store *store = ctx;
    struct origin origin;
    struct str why;
    (void)arena;
    store->sources = sources;
    if (!origin_parse(store->arena, call->source, &origin, &why)) {
        diag_error(diags, call->source_span, _("Unusable module source"), "%.*s", STR_ARG(why));
        return nowhere(store);
    }
    if (origin.kind == ORIGIN_FOLDER)
        return CONFIG_BESIDE;
    if (!settle_path(store, &origin, from, inside, call->source_span, diags) || !read_pins(store, diags))
        return nowhere(store);
    struct package *package = map_get(&store->packages, origin.key);
    if (!package)
        package = meet(store, &origin, call->source_span, diags);
    if (!package->folder.n)
        return nowhere(store);
    *found = (struct config_package){module_dir(store, package, origin.subdir), package->folder};
    return CONFIG_PACKAGE;
}

static bool list_files(void *ctx, struct arena *arena, struct str dir, struct str **names, size_t *n)
{
    (void)ctx;
    return config_disk.list(config_disk.ctx, arena, dir, names, n);
}

static bool read_file(void *ctx, struct arena *arena, struct str path, struct str *content)
{
    (void)ctx;
    return config_disk.read(config_disk.ctx, arena, path, content);
}

struct config_reader module_store_reader(struct module_store *store)
{
    return (struct config_reader){.ctx = store, .list = list_files, .read = read_file, .module = find};
}

/* -- the life of a store -- */

struct module_store *module_store_new(const struct module_store_options *options)
{
    struct module_store *store = ARENA_NEW(options->arena, struct module_store);
    *store = (struct module_store){.options = *options,
                                   .arena = options->arena,
                                   .packages = MAP_INIT(options->arena),
                                   .pins = MAP_INIT(options->arena),
                                   .lock = -1};
    if (!store->options.dir.n)
        store->options.dir = STR(".");
    return store;
}

static bool make_folders(struct module_store *store)
{
    const char *ignore = store_path(store, STR(STORE_DIR "/.gitignore"));
    if ((mkdir(store_path(store, STR(".detour")), 0777) != 0 && errno != EEXIST) ||
        (mkdir(store_path(store, STR(STORE_DIR)), 0777) != 0 && errno != EEXIST))
        return false;
    return access(ignore, F_OK) == 0 || fs_replace(&vfs_system, ignore, STR("*\n"), 0666);
}

/* What a run left that was killed. Only the holder of the lock does this. */
static void remove_leftovers(struct module_store *store)
{
    DIR_AUTO folder = opendir(store_path(store, STR(STORE_DIR)));
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (str_starts(str_c(entry->d_name), STR(".new-")))
            tree_remove(store_path(store, arena_printf(store->arena, STORE_DIR "/%s", entry->d_name)));
}

bool store_lock(struct module_store *store, struct diags *diags)
{
    if (store->lock >= 0)
        return true;
    const char *path = store_path(store, STR(STORE_DIR "/.lock"));
    if (!make_folders(store) || (store->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666)) < 0) {
        diag_error(diags, (struct span){0}, _("Modules cannot be stored"), _("%s: %s."),
                   store_path(store, STR(STORE_DIR)), strerror(errno));
        return false;
    }
    if (vfs_system.lock(vfs_system.ctx, store->lock) == 0) {
        remove_leftovers(store);
        return true;
    }
    diag_error(diags, (struct span){0}, _("Modules are being fetched"),
               _("Another \"detour get\" is at work in this folder. Try again when it is done."));
    module_store_close(store);
    return false;
}

size_t module_store_packages(const struct module_store *store)
{
    return store->packages.n;
}

void module_store_close(struct module_store *store)
{
    if (store->lock < 0)
        return;
    close(store->lock);
    store->lock = -1;
}
