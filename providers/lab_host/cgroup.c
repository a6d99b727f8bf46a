#include "lab_host/cgroup.h"
#include "base/cleanup.h"
#include "lab_host/work.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

/* Version 1 with systemd's own hierarchy, the hybrid's version 2, and version 2 alone. */
static const char *const roots[CGROUP_ROOTS] = {"/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified", "/sys/fs/cgroup"};

enum { PATH_BYTES = 512, TRIES = 50 };

static bool is_root(const char *path)
{
    char file[PATH_BYTES];
    snprintf(file, sizeof file, "%s/cgroup.procs", path);
    return access(file, F_OK) == 0;
}

void cgroup_open(const char *name, int procs[static CGROUP_ROOTS])
{
    char path[PATH_BYTES];
    for (int i = 0; i < CGROUP_ROOTS; i++) {
        procs[i] = -1;
        if (!name || !is_root(roots[i]))
            continue;
        snprintf(path, sizeof path, "%s/%s", roots[i], name);
        mkdir(path, 0755);
        snprintf(path, sizeof path, "%s/%s/cgroup.procs", roots[i], name);
        procs[i] = open(path, O_WRONLY | O_CLOEXEC);
    }
}

static unsigned kill_members(const char *path)
{
    char file[PATH_BYTES + 16];
    int pid;
    unsigned n = 0;
    snprintf(file, sizeof file, "%s/cgroup.procs", path);
    FILE_AUTO procs = fopen(file, "re");
    while (procs && fscanf(procs, "%d", &pid) == 1)
        n += pid > 0 && kill(pid, SIGKILL) == 0;
    return n;
}

/* Depth first; false where something is still in use. */
static bool remove_tree(const char *path)
{
    char below[PATH_BYTES];
    DIR_AUTO dir = opendir(path);
    bool ok = true;
    kill_members(path);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
            continue;
        int n = snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        ok &= n > 0 && n < (int)sizeof below && remove_tree(below);
    }
    return ok && (!dir || rmdir(path) == 0);
}

void cgroup_remove(const char *name)
{
    char path[PATH_BYTES];
    for (int i = 0; i < CGROUP_ROOTS; i++) {
        snprintf(path, sizeof path, "%s/%s", roots[i], name);
        for (int tries = 0; is_root(roots[i]) && !remove_tree(path) && tries < TRIES; tries++)
            work_pause(20);
    }
}
