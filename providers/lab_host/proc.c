#include "lab_host/proc.h"
#include "base/cleanup.h"
#include "lab_host/work.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

enum { ARGS_MAX = 8192, PATH_BYTES = 512 };

/* One process, as far as it is looked at. */
struct process {
    pid_t pid;
    char comm[32];
    char args[ARGS_MAX]; /* NUL between the arguments, two at the end */
    size_t n_args;
};

static ssize_t read_entry(pid_t pid, const char *name, char *buffer, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    FD_AUTO fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, buffer, size - 1);
    buffer[n > 0 ? n : 0] = 0;
    return n;
}

static bool process_read(pid_t pid, struct process *out)
{
    out->pid = pid;
    ssize_t n = read_entry(pid, "cmdline", out->args, sizeof out->args);
    out->n_args = n > 0 ? (size_t)n : 0;
    n = read_entry(pid, "comm", out->comm, sizeof out->comm);
    if (n > 0 && out->comm[n - 1] == '\n')
        out->comm[n - 1] = 0;
    return n > 0;
}

/* Calls `visit` for every process but this one; how often it answered true. */
static unsigned each_process(bool (*visit)(struct process *process, const void *ctx), const void *ctx)
{
    DIR_AUTO dir = opendir("/proc");
    struct process *process = heap_alloc(sizeof *process);
    unsigned n = 0;
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        pid_t pid = isdigit((unsigned char)entry->d_name[0]) ? (pid_t)atol(entry->d_name) : 0;
        if (pid > 0 && pid != getpid() && process_read(pid, process))
            n += visit(process, ctx);
    }
    free(process);
    return n;
}

/* Whether `text` is the path or something inside it. */
static bool names_path(const char *text, const char *path)
{
    size_t n = strlen(path);
    return !strncmp(text, path, n) && (text[n] == 0 || text[n] == '/');
}

/* An argument may be the path itself or --option=PATH. */
static bool has_argument(const struct process *process, const char *path)
{
    for (const char *arg = process->args; arg < process->args + process->n_args; arg += strlen(arg) + 1) {
        const char *equals = arg[0] == '-' ? strchr(arg, '=') : NULL;
        if (names_path(equals ? equals + 1 : arg, path))
            return true;
    }
    return false;
}

/* -- finding -- */

struct search {
    const char *root;
    pid_t *found;
};

static bool is_supervisor(struct process *process, const void *ctx)
{
    const struct search *search = ctx;
    if (strcmp(process->comm, "systemd-nspawn") || !has_argument(process, search->root))
        return false;
    if (!*search->found)
        *search->found = process->pid;
    return true;
}

pid_t proc_supervisor(const char *root)
{
    pid_t found = 0;
    each_process(is_supervisor, &(struct search){root, &found});
    return found;
}

pid_t proc_leader(pid_t supervisor)
{
    char name[64], children[256];
    snprintf(name, sizeof name, "task/%d/children", (int)supervisor);
    return read_entry(supervisor, name, children, sizeof children) > 0 ? (pid_t)atol(children) : 0;
}

/* -- ending -- */

static bool is_helper(const struct process *process)
{
    static const char *const names[] = {"systemd-nspawn", "debootstrap", "wget", "dpkg-deb", "tar", "chroot", "gpgv"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(process->comm, names[i]))
            return true;
    return false;
}

/* A tree that processes may have as their root: as it is, or mounted in the folder `root`. */
struct inside {
    const char *path;
    struct stat trees[2];
    int n;
};

/* In a container the link of a root reads "/", but what it leads to is still the same folder. */
static bool has_root(const struct process *process, const struct inside *inside)
{
    char link[64];
    struct stat st;
    snprintf(link, sizeof link, "/proc/%d/root", (int)process->pid);
    if (stat(link, &st) != 0)
        return false;
    for (int i = 0; i < inside->n; i++)
        if (st.st_dev == inside->trees[i].st_dev && st.st_ino == inside->trees[i].st_ino)
            return true;
    return false;
}

static bool kill_inside(struct process *process, const void *ctx)
{
    const struct inside *inside = ctx;
    bool mine = has_root(process, inside) || (is_helper(process) && has_argument(process, inside->path));
    return mine && kill(process->pid, SIGKILL) == 0;
}

unsigned proc_kill_inside(const char *path)
{
    struct inside inside = {.path = path};
    char root[PATH_BYTES];
    snprintf(root, sizeof root, "%s/root", path);
    inside.n += stat(path, &inside.trees[inside.n]) == 0;
    inside.n += stat(root, &inside.trees[inside.n]) == 0;
    return each_process(kill_inside, &inside);
}

static bool kill_netns(struct process *process, const void *ctx)
{
    const struct stat *wanted = ctx;
    char link[64];
    struct stat st;
    snprintf(link, sizeof link, "/proc/%d/ns/net", (int)process->pid);
    return stat(link, &st) == 0 && st.st_ino == wanted->st_ino && st.st_dev == wanted->st_dev &&
           kill(process->pid, SIGKILL) == 0;
}

unsigned proc_kill_netns(const char *path)
{
    struct stat st, ours;
    if (stat(path, &st) != 0 || stat("/proc/self/ns/net", &ours) != 0)
        return 0;
    if (st.st_ino == ours.st_ino || st.st_dev != ours.st_dev) /* not a namespace: a file left where one was mounted */
        return 0;
    return each_process(kill_netns, &st);
}

/* Dead but not yet waited for counts as gone: its parent is not us. */
static bool is_gone(pid_t pid)
{
    char stat_[256];
    if (read_entry(pid, "stat", stat_, sizeof stat_) <= 0)
        return true;
    const char *paren = strrchr(stat_, ')');
    return paren && paren[1] == ' ' && paren[2] == 'Z';
}

bool proc_end(pid_t pid, int signal, unsigned ms)
{
    if (kill(pid, signal) != 0)
        return errno == ESRCH;
    for (unsigned waited = 0; waited < ms; waited += 20) {
        if (is_gone(pid))
            return true;
        work_pause(20);
    }
    return false;
}
