#include "lab_host/files.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/gettext.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>

enum { READ_MAX = 64 << 20, NFTW_FDS = 32, UNMOUNT_TRIES = 100, LOCK_SILENT_TRIES = 100, LOCK_PAUSE_MS = 20 };

bool files_mkdir(struct work *work, const char *path)
{
    char *copy = (char *)arena_str(work->arena, str_c(path)).p;
    for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(copy, 0755);
        *slash = '/';
    }
    if (mkdir(path, 0755) == 0 || errno == EEXIST)
        return true;
    return work_fail_errno(work, _("A folder cannot be made"), "%s", path);
}

/* The umask must not decide who may read what. */
bool files_write(struct work *work, const char *path, struct str content, mode_t mode)
{
    if (fs_replace(&vfs_system, path, content, mode) && chmod(path, mode) == 0)
        return true;
    return work_fail_errno(work, _("A file cannot be written"), "%s", path);
}

struct str files_slurp(struct arena *arena, const char *path)
{
    struct str content;
    return fs_read(&vfs_system, arena, path, READ_MAX, &content) ? content : STR("");
}

bool files_exist(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

bool files_overlay(struct work *work, const char *lower, const char *upper, const char *scratch, const char *root)
{
    struct str options = arena_printf(work->arena, "lowerdir=%s,upperdir=%s,workdir=%s", lower, upper, scratch);
    if (mount("overlay", root, "overlay", 0, options.p) == 0)
        return true;
    return work_fail_errno(work, _("A tree cannot be mounted"), "overlay on %s (%s)", root, options.p);
}

bool files_mounted(const char *path)
{
    struct stat here, above;
    char parent[1024];
    snprintf(parent, sizeof parent, "%s/..", path);
    return stat(path, &here) == 0 && stat(parent, &above) == 0 && here.st_dev != above.st_dev;
}

/* The mount point of a line of /proc/self/mountinfo: its fifth field. Ours have no blanks. */
static struct str mount_point(struct str line)
{
    for (int field = 0; field < 4; field++) {
        size_t blank = str_find_byte(line, ' ', 0);
        line = str_sub(line, blank == SIZE_MAX ? line.n : blank + 1, line.n);
    }
    size_t end = str_find_byte(line, ' ', 0);
    return str_sub(line, 0, end == SIZE_MAX ? line.n : end);
}

static bool is_below(struct str point, struct str path)
{
    return str_starts(point, path) && (point.n == path.n || point.p[path.n] == '/');
}

/* The last mount in the table that is at the path or below it. */
static struct str last_mount(struct arena *arena, struct str path)
{
    struct str table = files_slurp(arena, "/proc/self/mountinfo"), line, found = {0};
    while (str_next_line(&table, &line))
        if (is_below(mount_point(line), path))
            found = mount_point(line);
    return found;
}

/* A process that was killed a moment ago may still keep it busy. */
static bool unmount_one(const char *point)
{
    for (int i = 0; i < UNMOUNT_TRIES; i++) {
        if (umount2(point, UMOUNT_NOFOLLOW) == 0 || errno == EINVAL || errno == ENOENT)
            return true;
        if (errno != EBUSY)
            return false;
        work_pause(20);
    }
    return umount2(point, UMOUNT_NOFOLLOW | MNT_DETACH) == 0;
}

bool files_unmount(struct work *work, const char *path)
{
    for (;;) {
        struct str point = last_mount(work->arena, str_c(path));
        if (!point.n)
            return true;
        if (!unmount_one(arena_str(work->arena, point).p))
            return work_fail_errno(work, _("A tree cannot be unmounted"), "%.*s", STR_ARG(point));
    }
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)at;
    return kind == FTW_DP ? rmdir(path) : unlink(path);
}

bool files_remove(struct work *work, const char *path)
{
    if (!files_exist(path) || nftw(path, remove_entry, NFTW_FDS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0)
        return true;
    return work_fail_errno(work, _("A folder cannot be removed"), "%s", path);
}

/* Whether the path still names the file that is open: whoever held it may have removed it. */
static bool same_file(int fd, const char *path)
{
    struct stat here, there;
    return fstat(fd, &here) == 0 && stat(path, &there) == 0 && here.st_dev == there.st_dev &&
           here.st_ino == there.st_ino;
}

/* As files_lock, but the file may be one that was removed meanwhile. */
static int lock_once(struct work *work, const char *path, const char *stage)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        work_fail_errno(work, _("A lock file cannot be opened"), "%s", path);
        return -1;
    }
    for (unsigned tries = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; tries++) {
        if (!stage || work_stopped(work)) {
            close(fd);
            return -1;
        }
        if (tries == LOCK_SILENT_TRIES)
            work_stage(work, "%s", stage);
        work_pause(LOCK_PAUSE_MS);
    }
    return fd;
}

int files_lock(struct work *work, const char *path, const char *stage)
{
    for (;;) {
        int fd = lock_once(work, path, stage);
        if (fd < 0 || same_file(fd, path))
            return fd;
        close(fd);
    }
}

void files_unlock(int fd, const char *path)
{
    if (fd < 0)
        return;
    unlink(path);
    close(fd);
}
