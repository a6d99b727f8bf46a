#include "base/fs.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

static int sys_open(void *ctx, const char *path, int flags, mode_t mode)
{
    (void)ctx;
    return open(path, flags | O_CLOEXEC, mode);
}

static ssize_t sys_read(void *ctx, int fd, void *buf, size_t n)
{
    (void)ctx;
    return read(fd, buf, n);
}

static ssize_t sys_write(void *ctx, int fd, const void *buf, size_t n)
{
    (void)ctx;
    return write(fd, buf, n);
}

static int sys_fdatasync(void *ctx, int fd)
{
    (void)ctx;
    return fdatasync(fd);
}

static int sys_fsync(void *ctx, int fd)
{
    (void)ctx;
    return fsync(fd);
}

static int sys_ftruncate(void *ctx, int fd, off_t size)
{
    (void)ctx;
    return ftruncate(fd, size);
}

static off_t sys_lseek(void *ctx, int fd, off_t off, int whence)
{
    (void)ctx;
    return lseek(fd, off, whence);
}

static int sys_fstat(void *ctx, int fd, struct stat *st)
{
    (void)ctx;
    return fstat(fd, st);
}

/* The lock of the open file description, not of the process: it also keeps out a second store of the same process. */
static int sys_lock(void *ctx, int fd)
{
    (void)ctx;
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(fd, F_OFD_SETLK, &all);
}

static int sys_close(void *ctx, int fd)
{
    (void)ctx;
    return close(fd);
}

static int sys_rename(void *ctx, const char *from, const char *to)
{
    (void)ctx;
    return rename(from, to);
}

static int sys_unlink(void *ctx, const char *path)
{
    (void)ctx;
    return unlink(path);
}

static int sys_mkdir(void *ctx, const char *path, mode_t mode)
{
    (void)ctx;
    return mkdir(path, mode);
}

static int sys_fsync_dir(void *ctx, const char *dir)
{
    (void)ctx;
    FD_AUTO fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -1 : fsync(fd);
}

const struct vfs vfs_system = {
    .open = sys_open,
    .read = sys_read,
    .write = sys_write,
    .fdatasync = sys_fdatasync,
    .fsync = sys_fsync,
    .ftruncate = sys_ftruncate,
    .lseek = sys_lseek,
    .fstat = sys_fstat,
    .lock = sys_lock,
    .close = sys_close,
    .rename = sys_rename,
    .unlink = sys_unlink,
    .mkdir = sys_mkdir,
    .fsync_dir = sys_fsync_dir,
};

static bool read_into(const struct vfs *vfs, int fd, char *buf, size_t cap, size_t *n)
{
    *n = 0;
    while (*n < cap) {
        ssize_t got = vfs->read(vfs->ctx, fd, buf + *n, cap - *n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0)
            return true;
        *n += (size_t)got;
    }
    return true;
}

/* Reads until end of file: the size that fstat tells is a hint, since pipes and /proc files have none. */
static bool read_all(const struct vfs *vfs, int fd, struct arena *arena, size_t max, struct str *content)
{
    struct stat st;
    if (vfs->fstat(vfs->ctx, fd, &st) != 0)
        return false;
    size_t cap = st.st_size > 0 ? (size_t)st.st_size + 1 : 4096, have = 0;
    char *buf = NULL;
    for (;;) {
        if (have > max || (size_t)(st.st_size > 0 ? st.st_size : 0) > max) {
            errno = EFBIG;
            return false;
        }
        char *grown = arena_alloc(arena, cap + 1);
        if (have)
            memcpy(grown, buf, have);
        buf = grown;
        size_t n;
        if (!read_into(vfs, fd, buf + have, cap - have, &n))
            return false;
        have += n;
        if (have < cap)
            break;
        cap *= 2;
    }
    *content = str_from(buf, have);
    return true;
}

bool fs_read(const struct vfs *vfs, struct arena *arena, const char *path, size_t max, struct str *content)
{
    int fd = vfs->open(vfs->ctx, path, O_RDONLY, 0);
    if (fd < 0)
        return false;
    bool ok = read_all(vfs, fd, arena, max, content);
    int saved = errno;
    vfs->close(vfs->ctx, fd);
    errno = saved;
    return ok;
}

bool fs_write_all(const struct vfs *vfs, int fd, struct str data)
{
    while (data.n) {
        ssize_t put = vfs->write(vfs->ctx, fd, data.p, data.n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        data = str_sub(data, (size_t)put, data.n);
    }
    return true;
}

static bool write_synced(const struct vfs *vfs, const char *path, struct str data, mode_t mode)
{
    int fd = vfs->open(vfs->ctx, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
    if (fd < 0)
        return false;
    bool ok = fs_write_all(vfs, fd, data) && vfs->fsync(vfs->ctx, fd) == 0;
    int saved = errno;
    if (vfs->close(vfs->ctx, fd) != 0 && ok)
        return false;
    errno = saved;
    return ok;
}

bool fs_replace(const struct vfs *vfs, const char *path, struct str data, mode_t mode)
{
    ARENA_AUTO arena = arena_new();
    struct str temp = arena_printf(arena, "%s.tmp.%d", path, (int)getpid());
    struct str dir = fs_dirname(arena, str_c(path));
    if (!write_synced(vfs, temp.p, data, mode) || vfs->rename(vfs->ctx, temp.p, path) != 0) {
        int saved = errno;
        vfs->unlink(vfs->ctx, temp.p);
        errno = saved;
        return false;
    }
    return vfs->fsync_dir(vfs->ctx, dir.p) == 0;
}

struct str fs_join(struct arena *arena, struct str dir, struct str name)
{
    if (!dir.n || str_is(dir, ".") || (name.n && name.p[0] == '/'))
        return arena_str(arena, name);
    const char *slash = dir.p[dir.n - 1] == '/' ? "" : "/";
    return arena_printf(arena, "%.*s%s%.*s", STR_ARG(dir), slash, STR_ARG(name));
}

struct str fs_dirname(struct arena *arena, struct str path)
{
    size_t n = path.n;
    while (n > 0 && path.p[n - 1] != '/')
        n--;
    if (n == 0)
        return STR(".");
    return arena_str(arena, str_from(path.p, n > 1 ? n - 1 : 1));
}
