#include "lab_host/tree.h"
#include "base/cleanup.h"
#include "base/digest.h"
#include "base/gettext.h"
#include "lab_host/cgroup.h"
#include "lab_host/files.h"
#include "lab_host/proc.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

enum { LAYER_DIGITS = 12 };

/* What every machine has: an init system, a way in, and what debian_host needs. */
#define INCLUDE "openssh-server,iproute2,systemd,systemd-sysv,dbus,sudo,ca-certificates"

#define TEMPORARY TREE_CACHE "/.tmp-"

/* -- names -- */

static struct str layer_name(struct arena *arena, struct str suite, const struct strs *packages)
{
    struct digest d = digest_sha256(strs_lines(arena, packages));
    struct str hex = digest_hex(arena, d);
    return arena_printf(arena, "%s+%.*s", suite.p, LAYER_DIGITS, hex.p);
}

static struct str cached(struct arena *arena, struct str name)
{
    return arena_printf(arena, TREE_CACHE "/%s", name.p);
}

bool tree_has(struct arena *arena, struct str suite, const struct strs *packages)
{
    return files_exist(cached(arena, suite).p) &&
           (!packages->list.n || files_exist(cached(arena, layer_name(arena, suite, packages)).p));
}

struct str tree_lower(struct arena *arena, struct str suite, const struct strs *packages)
{
    struct str base = cached(arena, suite);
    if (!packages->list.n)
        return base;
    return arena_printf(arena, "%s/upper:%s", cached(arena, layer_name(arena, suite, packages)).p, base.p);
}

/* -- building, each name by one process at a time -- */

/* The cgroup in which apt works on a temporary tree. */
static const char *tree_cgroup(struct arena *arena, const char *temporary)
{
    return arena_printf(arena, "detour-lab-tree-%s", temporary + sizeof TEMPORARY - 1).p;
}

/* Removes a temporary tree with the processes and mounts that a kill may have left. */
static bool discard(struct work *work, const char *path)
{
    if (!files_exist(path))
        return true;
    proc_kill_inside(path);
    cgroup_remove(tree_cgroup(work->arena, path));
    return files_unmount(work, path) && files_remove(work, path);
}

typedef bool build_tree(struct work *work, const struct spec *spec, const char *temporary);

static bool build_locked(struct work *work, const struct spec *spec, build_tree *make, struct str name)
{
    struct str final = cached(work->arena, name), temporary = arena_printf(work->arena, TEMPORARY "%s", name.p);
    if (files_exist(final.p))
        return true;
    bool ok = discard(work, temporary.p) && files_mkdir(work, temporary.p) && make(work, spec, temporary.p);
    if (ok && rename(temporary.p, final.p) == 0)
        return true;
    if (ok)
        work_fail_errno(work, _("A tree cannot be kept"), "%s", final.p);
    discard(work, temporary.p);
    return false;
}

static struct str build_lock(struct arena *arena, const char *name)
{
    return arena_printf(arena, TREE_CACHE "/.lock-%s", name);
}

static bool build(struct work *work, const struct spec *spec, build_tree *make, struct str name)
{
    if (files_exist(cached(work->arena, name).p))
        return true;
    struct str path = build_lock(work->arena, name.p);
    struct str wait = arena_printf(work->arena, _("waiting for the tree of %s, which another run makes"), name.p);
    int lock = files_lock(work, path.p, wait.p);
    bool ok = lock >= 0 && build_locked(work, spec, make, name);
    files_unlock(lock, path.p);
    return ok;
}

/* "I: Unpacking libc6..." becomes the stage. */
static void debootstrap_line(struct work *work, struct str line)
{
    if (str_starts(line, STR("I: ")))
        work_stage(work, "debootstrap: %.*s", (int)(line.n - 3 < 100 ? line.n - 3 : 100), line.p + 3);
}

static bool at(struct work *work, const char *tree, const char *path, struct str content, mode_t mode)
{
    return files_write(work, arena_printf(work->arena, "%s/%s", tree, path).p, content, mode);
}

static bool masked(struct work *work, const char *tree, const char *unit)
{
    struct str link = arena_printf(work->arena, "%s/etc/systemd/system/%s", tree, unit);
    return symlink("/dev/null", link.p) == 0 || work_fail_errno(work, _("A file cannot be written"), "%s", link.p);
}

static bool removed(struct work *work, const char *tree, const char *path)
{
    unlink(arena_printf(work->arena, "%s/%s", tree, path).p);
    return true;
}

/* What must differ between machines goes; what would get in the way of a run (apt at work by itself) is masked. */
static bool neutralise(struct work *work, const char *tree)
{
    static const char *const keys[] = {"ed25519", "rsa", "ecdsa"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        removed(work, tree, arena_printf(work->arena, "etc/ssh/ssh_host_%s_key", keys[i]).p);
        removed(work, tree, arena_printf(work->arena, "etc/ssh/ssh_host_%s_key.pub", keys[i]).p);
    }
    removed(work, tree, "etc/resolv.conf");
    return at(work, tree, "etc/machine-id", STR(""), 0444) && at(work, tree, "etc/hostname", STR("lab\n"), 0644) &&
           at(work, tree, "etc/apt/sources.list", STR("# This machine has no route to a mirror.\n"), 0644) &&
           masked(work, tree, "apt-daily.timer") && masked(work, tree, "apt-daily-upgrade.timer") &&
           masked(work, tree, "console-getty.service");
}

static bool make_base(struct work *work, const struct spec *spec, const char *temporary)
{
    struct argv argv = {0};
    argv_add(work, &argv, "debootstrap");
    argv_add(work, &argv, "--variant=minbase");
    argv_add(work, &argv, "--include=%s", INCLUDE);
    argv_add(work, &argv, "%s", spec->suite.p);
    argv_add(work, &argv, "%s", temporary);
    argv_add(work, &argv, "%s", spec->mirror.p);
    work_stage(work, _("debootstrap: %s"), spec->suite.p);
    return run(work, &argv, debootstrap_line) && run_now(work, "chroot", temporary, "apt-get", "clean", NULL) &&
           files_remove(work, arena_printf(work->arena, "%s/var/lib/apt/lists", temporary).p) &&
           files_mkdir(work, arena_printf(work->arena, "%s/var/lib/apt/lists/partial", temporary).p) &&
           neutralise(work, temporary) && chmod(temporary, 0755) == 0;
}

/* -- packages -- */

static void apt_line(struct work *work, struct str line)
{
    static const struct str words[] = {STR_INIT("Get:"), STR_INIT("Unpacking "), STR_INIT("Setting up ")};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_starts(line, words[i]))
            work_stage(work, "apt: %.*s", (int)(line.n < 100 ? line.n : 100), line.p);
}

/* apt-get inside the tree, in a container that has this machine's network and boots nothing. */
static struct argv inside(struct work *work, const char *root, const char *cgroup)
{
    static const char *const fixed[] = {"--quiet",
                                        "--register=no",
                                        "--pipe",
                                        "--as-pid2",
                                        "--resolv-conf=replace-host",
                                        "--timezone=off",
                                        "--link-journal=no",
                                        "--setenv=DEBIAN_FRONTEND=noninteractive"};
    struct argv argv = {0};
    argv_add(work, &argv, "systemd-nspawn");
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        argv_add(work, &argv, "%s", fixed[i]);
    if (!files_exist(SYSTEMD_RUNS)) {
        argv_add(work, &argv, "--keep-unit");
        argv.cgroup = cgroup;
    }
    argv_add(work, &argv, "--directory=%s", root);
    argv_add(work, &argv, "apt-get");
    argv_add(work, &argv, "-oDir::Etc::SourceList=/etc/apt/detour-bake.list");
    argv_add(work, &argv, "-oDir::Etc::SourceParts=/dev/null");
    argv_add(work, &argv, "-oDPkg::Lock::Timeout=60");
    argv_add(work, &argv, "-oDpkg::Use-Pty=0");
    return argv;
}

static bool apt_update(struct work *work, const char *root, const char *cgroup)
{
    struct argv argv = inside(work, root, cgroup);
    work_stage(work, "apt: update");
    argv_add(work, &argv, "-oAPT::Update::Error-Mode=any");
    argv_add(work, &argv, "update");
    return run(work, &argv, apt_line);
}

static bool apt_install(struct work *work, const char *root, const char *cgroup, const struct strs *packages)
{
    struct argv argv = inside(work, root, cgroup);
    argv_add(work, &argv, "install");
    argv_add(work, &argv, "--yes");
    argv_add(work, &argv, "--no-install-recommends");
    argv_add(work, &argv, "--");
    vec_each (&packages->list, i)
        argv_add(work, &argv, "%s", packages->list.v[i].p);
    return run(work, &argv, apt_line);
}

static bool apt_clean(struct work *work, const char *root, const char *cgroup)
{
    struct argv argv = inside(work, root, cgroup);
    argv_add(work, &argv, "clean");
    return run(work, &argv, NULL) && files_remove(work, arena_printf(work->arena, "%s/var/lib/apt/lists", root).p) &&
           files_mkdir(work, arena_printf(work->arena, "%s/var/lib/apt/lists/partial", root).p);
}

bool tree_install(struct work *work, const char *root, const char *cgroup, const struct spec *spec,
                  const struct strs *packages)
{
    struct str sources = arena_printf(work->arena, "deb %s %s main\n", spec->mirror.p, spec->suite.p);
    bool ok = at(work, root, "etc/apt/detour-bake.list", sources, 0644) &&
              at(work, root, "usr/sbin/policy-rc.d", STR("#!/bin/sh\nexit 101\n"), 0755) &&
              apt_update(work, root, cgroup) && apt_install(work, root, cgroup, packages) &&
              apt_clean(work, root, cgroup);
    removed(work, root, "usr/sbin/policy-rc.d");
    removed(work, root, "etc/apt/detour-bake.list");
    removed(work, root, "etc/resolv.conf");
    return ok;
}

static bool make_layer(struct work *work, const struct spec *spec, const char *temporary)
{
    struct str base = cached(work->arena, spec->suite);
    const char *upper = arena_printf(work->arena, "%s/upper", temporary).p;
    const char *scratch = arena_printf(work->arena, "%s/work", temporary).p;
    const char *root = arena_printf(work->arena, "%s/root", temporary).p;
    return files_mkdir(work, upper) && files_mkdir(work, scratch) && files_mkdir(work, root) &&
           files_overlay(work, base.p, upper, scratch, root) &&
           tree_install(work, root, tree_cgroup(work->arena, temporary), spec, &spec->packages) &&
           files_unmount(work, root) && files_remove(work, scratch) && files_remove(work, root) &&
           at(work, temporary, "packages", strs_lines(work->arena, &spec->packages), 0644);
}

bool tree_ready(struct work *work, const struct spec *spec, struct str *lower)
{
    *lower = tree_lower(work->arena, spec->suite, &spec->packages);
    return files_mkdir(work, TREE_CACHE) && build(work, spec, make_base, spec->suite) &&
           (!spec->packages.list.n ||
            build(work, spec, make_layer, layer_name(work->arena, spec->suite, &spec->packages)));
}

/* What is locked is being made right now. */
static void sweep_one(struct work *work, const char *name)
{
    struct str path = build_lock(work->arena, name);
    int lock = files_lock(work, path.p, NULL);
    if (lock >= 0)
        discard(work, arena_printf(work->arena, TEMPORARY "%s", name).p);
    files_unlock(lock, path.p);
}

void tree_sweep(struct work *work)
{
    DIR_AUTO dir = opendir(TREE_CACHE);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (!strncmp(entry->d_name, ".tmp-", 5))
            sweep_one(work, entry->d_name + 5);
}
