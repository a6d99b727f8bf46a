#include "lab_host/machine.h"
#include "base/cleanup.h"
#include "base/gettext.h"
#include "base/hex.h"
#include "base/rng.h"
#include "lab_host/boot.h"
#include "lab_host/cgroup.h"
#include "lab_host/files.h"
#include "lab_host/proc.h"
#include "lab_host/record.h"
#include "lab_host/tree.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>

static struct str in_folder(struct arena *arena, struct str name, const char *path)
{
    return arena_printf(arena, MACHINES "/%s/%s", name.p, path);
}

bool machine_load(struct arena *arena, struct str name, struct machine *out)
{
    enum record_state state;
    *out = (struct machine){0};
    if (spec_check_name(name) || !record_read(arena, name, &out->spec, &state))
        return false;
    out->whole = state == RECORD_WHOLE;
    return true;
}

/* -- the lab's lock: networks and addresses are shared by all machines -- */

static int lab_lock(struct work *work)
{
    if (!files_mkdir(work, MACHINES))
        return -1;
    return files_lock(work, MACHINES "/.lock", _("waiting for another run of detour"));
}

static struct str lock_path(struct arena *arena, struct str name)
{
    return arena_printf(arena, MACHINES "/.lock-%s", name.p);
}

/* Held while a machine is made, changed or taken away, so that a sweep can tell work from leftovers. */
static int machine_lock(struct work *work, struct str name, bool wait)
{
    struct str path = lock_path(work->arena, name);
    struct str stage = arena_printf(work->arena, _("waiting for another run that works on %s"), name.p);
    return files_lock(work, path.p, wait ? stage.p : NULL);
}

/* -- addresses -- */

/* Whether another machine of the network has the address; an empty address: whether there is another machine. */
static bool is_taken(struct arena *arena, const struct spec *spec, struct str address)
{
    DIR_AUTO dir = opendir(MACHINES);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        struct machine other;
        if (entry->d_name[0] == '.' || str_eq(str_c(entry->d_name), spec->name))
            continue;
        if (machine_load(arena, arena_str(arena, str_c(entry->d_name)), &other) &&
            !strcmp(other.spec.network.text, spec->network.text) && (!address.n || str_eq(other.spec.address, address)))
            return true;
    }
    return false;
}

static bool allot(struct work *work, struct spec *spec)
{
    uint32_t first = network_gateway(&spec->network) + 1;
    for (uint32_t i = 0; i < network_size(&spec->network); i++) {
        spec->address = network_print(work->arena, first + i);
        if (!is_taken(work->arena, spec, spec->address))
            return true;
    }
    work->attribute = "network";
    return work_fail(work, _("No address is left"), _("All %u addresses of %s are taken."),
                     network_size(&spec->network), spec->network.text);
}

static bool choose_address(struct work *work, struct spec *spec)
{
    if (!spec->address.n)
        return allot(work, spec);
    if (!is_taken(work->arena, spec, spec->address))
        return true;
    work->attribute = "address";
    return work_fail(work, _("The address is taken"), _("Another lab host of %s has %s."), spec->network.text,
                     spec->address.p);
}

/* -- making -- */

static bool refuse_existing(struct work *work, const struct spec *spec)
{
    struct machine there;
    if (!machine_load(work->arena, spec->name, &there) || !there.whole)
        return true;
    work->attribute = "name";
    return work_fail(
        work, _("The lab host exists already"),
        _("A lab host named %s (%s, %s) is on this machine, made by another configuration or known to another "
          "state. Choose another name, import it with its name as the id, or destroy it where it was made."),
        spec->name.p, there.spec.suite.p, there.spec.address.p);
}

/* Takes the name, an address and a folder. */
static bool reserve(struct work *work, struct spec *spec)
{
    FD_AUTO lock = lab_lock(work);
    spec->token = rng_uuid(work->arena);
    return lock >= 0 && choose_address(work, spec) && files_mkdir(work, in_folder(work->arena, spec->name, "").p) &&
           record_write(work, spec, RECORD_MAKING);
}

static bool mount_tree(struct work *work, const struct spec *spec, const char *lower)
{
    struct arena *arena = work->arena;
    struct str upper = in_folder(arena, spec->name, "upper"), scratch = in_folder(arena, spec->name, "work"),
               root = in_folder(arena, spec->name, "root");
    if (files_mounted(root.p))
        return true;
    return files_mkdir(work, upper.p) && files_mkdir(work, scratch.p) && files_mkdir(work, root.p) &&
           files_overlay(work, lower, upper.p, scratch.p, root.p);
}

static bool put(struct work *work, const struct spec *spec, const char *path, struct str content, mode_t mode)
{
    return files_write(work, in_folder(work->arena, spec->name, path).p, content, mode);
}

static struct str machine_id(struct arena *arena)
{
    unsigned char bytes[16];
    rng_bytes(bytes, sizeof bytes);
    return arena_printf(arena, "%.*s\n", STR_ARG(hex_text(arena, bytes, sizeof bytes)));
}

static bool write_keys(struct work *work, const struct spec *spec)
{
    if (!spec->keys_given)
        return true;
    struct str folder = in_folder(work->arena, spec->name, "root/root/.ssh");
    return files_mkdir(work, folder.p) && chmod(folder.p, 0700) == 0 &&
           put(work, spec, "root/root/.ssh/authorized_keys", strs_lines(work->arena, &spec->keys), 0600);
}

static bool make_host_key(struct work *work, const struct spec *spec)
{
    struct str key = in_folder(work->arena, spec->name, "root/etc/ssh/ssh_host_ed25519_key");
    struct str comment = arena_printf(work->arena, "root@%s", spec->name.p);
    return run_now(work, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment.p, "-f", key.p, NULL);
}

static bool personalise(struct work *work, const struct spec *spec)
{
    struct arena *arena = work->arena;
    struct str name = arena_printf(arena, "%s\n", spec->name.p);
    struct str hosts =
        arena_printf(arena, "127.0.0.1 localhost\n::1 localhost ip6-localhost\n%s %s\n", spec->address.p, spec->name.p);
    return put(work, spec, "root/etc/hostname", name, 0644) && put(work, spec, "root/etc/hosts", hosts, 0644) &&
           put(work, spec, "root/etc/machine-id", machine_id(arena), 0444) && write_keys(work, spec) &&
           make_host_key(work, spec);
}

static bool connect(struct work *work, const struct spec *spec)
{
    FD_AUTO lock = lab_lock(work);
    return lock >= 0 && net_up(work, spec->name, &spec->network, spec->address);
}

static bool make(struct work *work, struct spec *spec)
{
    struct str lower;
    work_stage(work, _("making the tree"));
    return tree_ready(work, spec, &lower) && mount_tree(work, spec, lower.p) && personalise(work, spec) &&
           connect(work, spec) && boot(work, spec) && record_write(work, spec, RECORD_WHOLE);
}

/* -- taking away -- */

/* Nothing may be left that a name in use elsewhere could be mistaken for, so processes go first and the record last. */
static bool take_away(struct work *work, struct str name)
{
    struct arena *arena = work->arena;
    struct str folder = arena_printf(arena, MACHINES "/%s", name.p);
    struct machine machine;
    bool known = machine_load(arena, name, &machine);
    if (!files_exist(folder.p))
        return true;
    if (known && !record_write(work, &machine.spec, RECORD_GOING))
        return false;
    boot_kill(work, name);
    FD_AUTO lock = lab_lock(work);
    bool last = known && !is_taken(arena, &machine.spec, STR(""));
    return lock >= 0 && net_down(work, name, last ? &machine.spec.network : NULL) && files_unmount(work, folder.p) &&
           files_remove(work, folder.p);
}

/* Also where the user asked to stop: what is half done must not stay. */
static bool take_away_anyway(struct work *work, struct str name)
{
    struct work other;
    work_init(&other, NULL);
    bool ok = take_away(&other, name);
    if (!ok)
        work_fail(work, "%s", "%.*s", STR_ARG(other.detail));
    work_free(&other);
    return ok;
}

static bool make_room(struct work *work, const struct spec *spec)
{
    return refuse_existing(work, spec) && take_away(work, spec->name);
}

static bool create(struct work *work, struct spec *spec, bool reserved)
{
    if (!reserved && !make_room(work, spec))
        return false;
    if ((reserved || reserve(work, spec)) && boot_check_mounts(work, spec) && make(work, spec))
        return true;
    take_away_anyway(work, spec->name);
    return false;
}

int machine_reserve(struct work *work, struct spec *spec)
{
    int lock = files_mkdir(work, MACHINES) ? machine_lock(work, spec->name, false) : -1;
    if (lock >= 0 && !files_exist(in_folder(work->arena, spec->name, "").p) && reserve(work, spec))
        return lock;
    files_unlock(lock, lock_path(work->arena, spec->name).p);
    return -1;
}

bool machine_create(struct work *work, struct spec *spec, int reserved)
{
    int lock = reserved;
    if (lock < 0)
        lock = files_mkdir(work, MACHINES) ? machine_lock(work, spec->name, true) : -1;
    bool ok = lock >= 0 && create(work, spec, reserved >= 0);
    files_unlock(lock, lock_path(work->arena, spec->name).p);
    return ok;
}

bool machine_destroy(struct work *work, struct str name)
{
    int lock = files_mkdir(work, MACHINES) ? machine_lock(work, name, true) : -1;
    work_stage(work, _("stopping"));
    bool ok = lock >= 0 && take_away(work, name);
    files_unlock(lock, lock_path(work->arena, name).p);
    return ok;
}

/* -- changing -- */

bool machine_runs(struct arena *arena, const struct machine *machine)
{
    return net_is_up(arena, machine->spec.name, &machine->spec.network) && boot_runs(machine->spec.name);
}

static bool start(struct work *work, const struct spec *spec)
{
    struct machine now = {.spec = *spec};
    struct str lower = tree_lower(work->arena, spec->suite, &spec->packages);
    if (machine_runs(work->arena, &now))
        return true;
    boot_kill(work, spec->name);
    return mount_tree(work, spec, lower.p) && connect(work, spec) && boot(work, spec);
}

/* The tree that the machine was made on stays its lowest folder, whatever is installed later. */
static bool start_as_made(struct work *work, const struct machine *now, const struct spec *spec)
{
    struct spec as = *spec;
    as.packages = now->spec.packages;
    return start(work, &as);
}

static struct strs missing(struct arena *arena, const struct machine *now, const struct spec *spec)
{
    struct strs have = machine_packages(arena, now, &spec->packages), lack = {0};
    vec_each (&spec->packages.list, i)
        if (!strs_has(&have, spec->packages.list.v[i]))
            strs_add(arena, &lack, spec->packages.list.v[i]);
    return lack;
}

static bool install(struct work *work, const struct machine *now, const struct spec *spec, const struct strs *packages)
{
    struct str root = in_folder(work->arena, spec->name, "root");
    struct str lower = tree_lower(work->arena, spec->suite, &now->spec.packages);
    return mount_tree(work, spec, lower.p) &&
           tree_install(work, root.p, boot_cgroup(work->arena, spec->name).p, spec, packages);
}

static bool update(struct work *work, const struct machine *now, const struct spec *spec)
{
    struct strs lack = missing(work->arena, now, spec);
    bool mounts =
        !strs_equal(&now->spec.mount_to, &spec->mount_to) || !strs_equal(&now->spec.mount_from, &spec->mount_from);
    if (!boot_check_mounts(work, spec) || ((lack.list.n || mounts) && !boot_stop(work, spec->name)))
        return false;
    if (lack.list.n && !install(work, now, spec, &lack))
        return false;
    struct spec record = *spec;
    record.packages = now->spec.packages;
    record.token = now->spec.token;
    return start_as_made(work, now, spec) && write_keys(work, spec) && record_write(work, &record, RECORD_WHOLE);
}

bool machine_update(struct work *work, const struct machine *now, const struct spec *spec)
{
    int lock = machine_lock(work, spec->name, true);
    bool ok = lock >= 0 && update(work, now, spec);
    files_unlock(lock, lock_path(work->arena, spec->name).p);
    return ok;
}

/* -- looking -- */

/* A machine that does not run has no tree mounted: then the folders below it are looked through. */
static struct str look(struct arena *arena, const struct machine *machine, const char *path)
{
    struct str name = machine->spec.name;
    const char *root = in_folder(arena, name, "root").p;
    if (files_mounted(root))
        return files_slurp(arena, arena_printf(arena, "%s/%s", root, path).p);
    struct str folders = tree_lower(arena, machine->spec.suite, &machine->spec.packages);
    folders = arena_printf(arena, "%s:%.*s", in_folder(arena, name, "upper").p, STR_ARG(folders));
    for (size_t from = 0; from < folders.n;) {
        size_t end = str_find_byte(folders, ':', from);
        struct str folder = str_sub(folders, from, end == SIZE_MAX ? folders.n : end);
        const char *file = arena_printf(arena, "%.*s/%s", STR_ARG(folder), path).p;
        if (files_exist(file))
            return files_slurp(arena, file);
        from = end == SIZE_MAX ? folders.n : end + 1;
    }
    return STR("");
}

/* Without its comment. */
struct str machine_public_key(struct arena *arena, const struct machine *machine)
{
    struct str key = str_trim(look(arena, machine, "etc/ssh/ssh_host_ed25519_key.pub"));
    size_t blank = str_find_byte(key, ' ', 0);
    size_t end = blank == SIZE_MAX ? SIZE_MAX : str_find_byte(key, ' ', blank + 1);
    return arena_str(arena, str_sub(key, 0, end == SIZE_MAX ? key.n : end));
}

struct strs machine_keys(struct arena *arena, const struct machine *machine)
{
    struct strs keys = {0};
    struct str text = look(arena, machine, "root/.ssh/authorized_keys"), line;
    while (str_next_line(&text, &line)) {
        line = str_trim(line);
        if (line.n && line.p[0] != '#')
            strs_add(arena, &keys, line);
    }
    return keys;
}

/* "name", "name:arch", "name=version" and "name/…" are all about `name`. */
static struct str bare_name(struct str package)
{
    size_t n = 0;
    while (n < package.n && !strchr(":=/~", package.p[n]))
        n++;
    return str_sub(package, 0, n);
}

static bool is_installed(struct arena *arena, struct str status, struct str package)
{
    struct str head = arena_printf(arena, "\nPackage: %.*s\n", STR_ARG(bare_name(package)));
    size_t at = str_find(status, head, 0);
    if (at == SIZE_MAX)
        return false;
    size_t end = str_find(status, STR("\n\n"), at + 1);
    struct str paragraph = str_sub(status, at, end == SIZE_MAX ? status.n : end);
    return str_find(paragraph, STR("\nStatus: install ok installed"), 0) != SIZE_MAX ||
           str_find(paragraph, STR("\nStatus: hold ok installed"), 0) != SIZE_MAX;
}

struct strs machine_packages(struct arena *arena, const struct machine *machine, const struct strs *packages)
{
    struct strs found = {0};
    if (!packages->list.n)
        return found;
    struct str status = arena_printf(arena, "\n%s", look(arena, machine, "var/lib/dpkg/status").p);
    vec_each (&packages->list, i)
        if (is_installed(arena, status, packages->list.v[i]))
            strs_add(arena, &found, packages->list.v[i]);
    return found;
}

/* -- leftovers -- */

static void sweep_one(struct work *work, struct str name)
{
    struct machine machine;
    if (machine_load(work->arena, name, &machine) && machine.whole)
        return;
    int lock = machine_lock(work, name, false);
    if (lock < 0)
        return;
    /* Again, under the lock: it may have become whole meanwhile. */
    if (!machine_load(work->arena, name, &machine) || !machine.whole)
        take_away(work, name);
    files_unlock(lock, lock_path(work->arena, name).p);
}

/* The lock file of a run that was killed before or after there was a machine. */
static void sweep_lock(struct work *work, struct str name)
{
    if (files_exist(in_folder(work->arena, name, "").p))
        return;
    int lock = machine_lock(work, name, false);
    files_unlock(lock, lock_path(work->arena, name).p);
}

void machine_sweep(struct work *work)
{
    static const struct str lock = STR_INIT(".lock-");
    DIR_AUTO dir = opendir(MACHINES);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (str_starts(str_c(entry->d_name), lock))
            sweep_lock(work, arena_str(work->arena, str_c(entry->d_name + lock.n)));
        else if (entry->d_name[0] != '.')
            sweep_one(work, arena_str(work->arena, str_c(entry->d_name)));
    tree_sweep(work);
}
