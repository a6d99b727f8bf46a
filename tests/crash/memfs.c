#include "memfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INODES = 256, NAMES = 64, FILES = 64, OPS = 256, NAME_MAX_ = 96 };

struct bytes {
    char *p;
    size_t n;
};

/* The same inode as processes see it, and as the disk has it. */
struct inode {
    struct bytes live, durable;
    mode_t mode;
    unsigned version;
    bool locked;
};

struct name {
    char text[NAME_MAX_]; /* empty: a free seat */
    int inode;
};

enum op_kind { OP_WRITE, OP_TRUNCATE, OP_LINK, OP_UNLINK, OP_RENAME };

struct op {
    enum op_kind kind;
    int inode;
    size_t off;
    struct bytes data;
    char from[NAME_MAX_], to[NAME_MAX_];
    bool doomed; /* a sync of it failed: none after that helps */
};

struct file {
    int inode; /* -1: closed */
    size_t at;
    bool holds_lock;
};

struct memfs {
    struct vfs vfs;
    struct inode inodes[INODES];
    int n_inodes;
    struct name live[NAMES], durable[NAMES];
    struct file files[FILES];
    struct op ops[OPS];
    size_t n_ops;
    struct memfs_faults faults;
    struct memfs_counts counts;
    bool off;
};

static void check(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "memfs: %s\n", what);
    abort();
}

/* -- bytes and names -- */

static struct bytes bytes_copy(struct bytes b)
{
    struct bytes copy = {malloc(b.n ? b.n : 1), b.n};
    if (b.n)
        memcpy(copy.p, b.p, b.n);
    return copy;
}

static void bytes_resize(struct bytes *b, size_t n)
{
    b->p = realloc(b->p, n ? n : 1);
    if (n > b->n)
        memset(b->p + b->n, 0, n - b->n);
    b->n = n;
}

static void bytes_put(struct bytes *b, size_t off, const char *data, size_t n)
{
    if (off + n > b->n)
        bytes_resize(b, off + n);
    memcpy(b->p + off, data, n);
}

static struct name *name_find(struct name *names, const char *text)
{
    for (int i = 0; i < NAMES; i++)
        if (!strcmp(names[i].text, text))
            return &names[i];
    return NULL;
}

static void name_set(struct name *names, const char *text, int inode)
{
    struct name *seat = name_find(names, text);
    if (!seat)
        seat = name_find(names, "");
    check(seat && strlen(text) < NAME_MAX_, "too many names");
    strcpy(seat->text, text);
    seat->inode = inode;
}

static void name_remove(struct name *names, const char *text)
{
    struct name *seat = name_find(names, text);
    if (seat && *text)
        seat->text[0] = 0;
}

/* -- operations that are not durable yet -- */

static void op_apply(struct memfs *fs, const struct op *op, enum memfs_fate fate)
{
    struct bytes *disk = &fs->inodes[op->inode].durable;
    struct name *from;
    switch (op->kind) {
    case OP_WRITE:
        bytes_put(disk, op->off, op->data.p, fate == FATE_TORN ? op->data.n / 2 : op->data.n);
        return;
    case OP_TRUNCATE:
        bytes_resize(disk, op->off);
        return;
    case OP_LINK:
        name_set(fs->durable, op->to, op->inode);
        return;
    case OP_UNLINK:
        name_remove(fs->durable, op->from);
        return;
    case OP_RENAME:
        /* The new name points to the new file even where the creation of the old name was lost. */
        from = name_find(fs->durable, op->from);
        name_set(fs->durable, op->to, op->inode);
        if (from)
            from->text[0] = 0;
        return;
    }
}

static struct op *op_add(struct memfs *fs, enum op_kind kind, int inode)
{
    check(fs->n_ops < OPS, "too many operations");
    struct op *op = &fs->ops[fs->n_ops++];
    *op = (struct op){.kind = kind, .inode = inode};
    return op;
}

static bool op_of_folder(const struct op *op)
{
    return op->kind >= OP_LINK;
}

/* Whether the operation is on a name of the folder. */
static bool op_in(const struct op *op, const char *dir)
{
    const char *path = *op->to ? op->to : op->from, *slash = strrchr(path, '/');
    return slash && strlen(dir) == (size_t)(slash - path) && !strncmp(path, dir, strlen(dir));
}

/* Makes what matches durable, or dooms it: `dir` set for the names of a folder. */
static void ops_sync(struct memfs *fs, const char *dir, int inode, bool works)
{
    size_t kept = 0;
    for (size_t i = 0; i < fs->n_ops; i++) {
        struct op op = fs->ops[i];
        bool matches = dir ? op_of_folder(&op) && op_in(&op, dir) : !op_of_folder(&op) && op.inode == inode;
        if (matches && works && !op.doomed) {
            op_apply(fs, &op, FATE_KEPT);
            free(op.data.p);
            continue;
        }
        op.doomed |= matches && !works;
        fs->ops[kept++] = op;
    }
    fs->n_ops = kept;
}

/* -- system calls -- */

static int err(int number)
{
    errno = number;
    return -1;
}

/* At the start of each call: whether it is the one that fails, with errno set. */
static bool fails(struct memfs *fs)
{
    bool yes = ++fs->counts.calls == fs->faults.call_fails_at;
    if (yes)
        errno = fs->faults.error;
    return yes;
}

/* Before each call that changes the disk: false once the power is off. */
static bool change(struct memfs *fs)
{
    if (fs->faults.power_off_after && fs->counts.changes >= fs->faults.power_off_after)
        fs->off = true;
    fs->counts.changes += !fs->off;
    return !fs->off;
}

static struct file *file_of(struct memfs *fs, int fd)
{
    check(fd >= 0 && fd < FILES && fs->files[fd].inode >= 0, "bad file descriptor");
    return &fs->files[fd];
}

static int file_open(struct memfs *fs, int inode)
{
    for (int fd = 0; fd < FILES; fd++)
        if (fs->files[fd].inode < 0) {
            fs->files[fd] = (struct file){.inode = inode};
            return fd;
        }
    check(false, "too many open files");
    return -1;
}

static void truncate_to(struct memfs *fs, int inode, size_t size)
{
    bytes_resize(&fs->inodes[inode].live, size);
    fs->inodes[inode].version++;
    op_add(fs, OP_TRUNCATE, inode)->off = size;
}

static int create(struct memfs *fs, const char *path, mode_t mode)
{
    check(fs->n_inodes < INODES, "too many inodes");
    int inode = fs->n_inodes++;
    fs->inodes[inode] = (struct inode){.mode = mode};
    bytes_resize(&fs->inodes[inode].live, 0);
    bytes_resize(&fs->inodes[inode].durable, 0);
    name_set(fs->live, path, inode);
    strcpy(op_add(fs, OP_LINK, inode)->to, path);
    return file_open(fs, inode);
}

static int mem_open(void *ctx, const char *path, int flags, mode_t mode)
{
    struct memfs *fs = ctx;
    struct name *name = name_find(fs->live, path);
    if (fails(fs))
        return -1;
    if (fs->off)
        return err(EIO);
    if (!name && !(flags & O_CREAT))
        return err(ENOENT);
    if (name && (flags & O_CREAT) && (flags & O_EXCL))
        return err(EEXIST);
    if ((!name || (flags & O_TRUNC)) && !change(fs))
        return err(EIO);
    if (!name)
        return create(fs, path, mode);
    if (flags & O_TRUNC)
        truncate_to(fs, name->inode, 0);
    return file_open(fs, name->inode);
}

static ssize_t mem_read(void *ctx, int fd, void *buf, size_t n)
{
    struct memfs *fs = ctx;
    struct file *file = file_of(fs, fd);
    struct bytes *live = &fs->inodes[file->inode].live;
    if (fails(fs))
        return -1;
    if (fs->off)
        return err(EIO);
    size_t left = file->at < live->n ? live->n - file->at : 0;
    n = n < left ? n : left;
    if (n)
        memcpy(buf, live->p + file->at, n);
    file->at += n;
    return (ssize_t)n;
}

static ssize_t mem_write(void *ctx, int fd, const void *buf, size_t n)
{
    struct memfs *fs = ctx;
    struct file *file = file_of(fs, fd);
    if (fails(fs))
        return -1;
    if (!change(fs))
        return err(EIO);
    unsigned number = ++fs->counts.writes, full_at = fs->faults.no_space_at;
    if (full_at && number > full_at)
        return err(ENOSPC);
    if (full_at && number == full_at)
        n /= 2;
    struct op *op = op_add(fs, OP_WRITE, file->inode);
    op->off = file->at;
    op->data = bytes_copy((struct bytes){(char *)buf, n});
    bytes_put(&fs->inodes[file->inode].live, file->at, buf, n);
    fs->inodes[file->inode].version++;
    file->at += n;
    return n ? (ssize_t)n : err(ENOSPC);
}

static int sync_one(struct memfs *fs, const char *dir, int inode)
{
    if (!change(fs))
        return err(EIO);
    bool works = ++fs->counts.syncs != fs->faults.sync_fails_at;
    ops_sync(fs, dir, inode, works);
    return works ? 0 : err(EIO);
}

static int mem_sync(void *ctx, int fd)
{
    struct memfs *fs = ctx;
    if (fails(fs))
        return -1;
    return sync_one(fs, NULL, file_of(fs, fd)->inode);
}

/* Folders are there already: what can be lost of them is their names. */
static int mem_mkdir(void *ctx, const char *path, mode_t mode)
{
    (void)path;
    (void)mode;
    return fails(ctx) ? -1 : err(((struct memfs *)ctx)->off ? EIO : EEXIST);
}

static int mem_fsync_dir(void *ctx, const char *dir)
{
    return fails(ctx) ? -1 : sync_one(ctx, dir, -1);
}

static int mem_ftruncate(void *ctx, int fd, off_t size)
{
    struct memfs *fs = ctx;
    if (fails(fs))
        return -1;
    if (!change(fs))
        return err(EIO);
    truncate_to(fs, file_of(fs, fd)->inode, (size_t)size);
    return 0;
}

static off_t mem_lseek(void *ctx, int fd, off_t off, int whence)
{
    check(whence == SEEK_SET, "lseek");
    file_of(ctx, fd)->at = (size_t)off;
    return off;
}

static int mem_fstat(void *ctx, int fd, struct stat *st)
{
    struct memfs *fs = ctx;
    int inode = file_of(fs, fd)->inode;
    if (fails(fs))
        return -1;
    *st = (struct stat){.st_ino = (ino_t)inode + 1, .st_size = (off_t)fs->inodes[inode].live.n, .st_mode = S_IFREG};
    st->st_mtim.tv_nsec = fs->inodes[inode].version;
    return fs->off ? err(EIO) : 0;
}

static int mem_lock(void *ctx, int fd)
{
    struct memfs *fs = ctx;
    struct file *file = file_of(fs, fd);
    if (fails(fs))
        return -1;
    if (fs->off)
        return err(EIO);
    if (fs->inodes[file->inode].locked && !file->holds_lock)
        return err(EAGAIN);
    fs->inodes[file->inode].locked = file->holds_lock = true;
    return 0;
}

static int mem_close(void *ctx, int fd)
{
    struct memfs *fs = ctx;
    struct file *file = file_of(fs, fd);
    if (file->holds_lock)
        fs->inodes[file->inode].locked = false;
    file->inode = -1;
    return fails(fs) ? -1 : 0;
}

static int mem_rename(void *ctx, const char *from, const char *to)
{
    struct memfs *fs = ctx;
    struct name *name = name_find(fs->live, from);
    if (fails(fs))
        return -1;
    if (!change(fs))
        return err(EIO);
    if (!name)
        return err(ENOENT);
    struct op *op = op_add(fs, OP_RENAME, name->inode);
    strcpy(op->from, from);
    strcpy(op->to, to);
    int inode = name->inode;
    name->text[0] = 0;
    name_set(fs->live, to, inode);
    return 0;
}

static int mem_unlink(void *ctx, const char *path)
{
    struct memfs *fs = ctx;
    if (fails(fs))
        return -1;
    if (fs->off)
        return err(EIO);
    if (!name_find(fs->live, path))
        return err(ENOENT);
    if (!change(fs))
        return err(EIO);
    strcpy(op_add(fs, OP_UNLINK, 0)->from, path);
    name_remove(fs->live, path);
    return 0;
}

/* -- the disk -- */

struct memfs *memfs_new(void)
{
    struct memfs *fs = calloc(1, sizeof *fs);
    for (int i = 0; i < FILES; i++)
        fs->files[i].inode = -1;
    fs->vfs = (struct vfs){
        .ctx = fs,
        .open = mem_open,
        .read = mem_read,
        .write = mem_write,
        .fdatasync = mem_sync,
        .fsync = mem_sync,
        .ftruncate = mem_ftruncate,
        .lseek = mem_lseek,
        .fstat = mem_fstat,
        .lock = mem_lock,
        .close = mem_close,
        .rename = mem_rename,
        .unlink = mem_unlink,
        .mkdir = mem_mkdir,
        .fsync_dir = mem_fsync_dir,
    };
    return fs;
}

void memfs_free(struct memfs *fs)
{
    for (int i = 0; i < fs->n_inodes; i++) {
        free(fs->inodes[i].live.p);
        free(fs->inodes[i].durable.p);
    }
    for (size_t i = 0; i < fs->n_ops; i++)
        free(fs->ops[i].data.p);
    free(fs);
}

const struct vfs *memfs_vfs(struct memfs *fs)
{
    return &fs->vfs;
}

void memfs_set_faults(struct memfs *fs, struct memfs_faults faults)
{
    fs->faults = faults;
}

struct memfs_counts memfs_counted(const struct memfs *fs)
{
    return fs->counts;
}

size_t memfs_unsynced(const struct memfs *fs)
{
    return fs->n_ops;
}

bool memfs_can_tear(const struct memfs *fs, size_t i)
{
    return fs->ops[i].kind == OP_WRITE && fs->ops[i].data.n > 1;
}

struct memfs *memfs_after_crash(const struct memfs *old, const enum memfs_fate *fates)
{
    struct memfs *fs = memfs_new();
    fs->n_inodes = old->n_inodes;
    for (int i = 0; i < old->n_inodes; i++)
        fs->inodes[i] = (struct inode){.durable = bytes_copy(old->inodes[i].durable), .mode = old->inodes[i].mode};
    memcpy(fs->durable, old->durable, sizeof fs->durable);
    for (size_t i = 0; i < old->n_ops; i++)
        if (fates[i] != FATE_LOST)
            op_apply(fs, &old->ops[i], fates[i]);
    for (int i = 0; i < fs->n_inodes; i++)
        fs->inodes[i].live = bytes_copy(fs->inodes[i].durable);
    memcpy(fs->live, fs->durable, sizeof fs->live);
    return fs;
}

bool memfs_content(const struct memfs *fs, const char *path, struct str *out)
{
    struct name *name = name_find(((struct memfs *)fs)->live, path);
    if (name)
        *out = str_from(fs->inodes[name->inode].live.p, fs->inodes[name->inode].live.n);
    return name != NULL;
}

mode_t memfs_mode(const struct memfs *fs, const char *path)
{
    struct name *name = name_find(((struct memfs *)fs)->live, path);
    return name ? fs->inodes[name->inode].mode : 0;
}
