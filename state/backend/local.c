/* local: the state as files of a folder. The snapshot is replaced by rename, the journal grows in place. */
#include "base/cleanup.h"
#include "base/gettext.h"
#include "state/backend/config.h"
#include "state/backend/lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 50 };

struct local {
    struct backend base;
    const struct vfs *vfs;
    struct str file;             /* the snapshot: the place, or what it links to */
    struct str dir, temp, extra; /* NUL-terminated; `extra`: the folder of further texts */
    struct lockfile lock;
    int journal;
};

static struct local *local_of(struct backend *b)
{
    return (struct local *)b;
}

/* -- the lock -- */

static enum lock_outcome local_lock(struct backend *b, struct arena *arena, const struct lock_holder *mine,
                                    struct lock_holder *holder)
{
    enum lock_outcome outcome = lockfile_take(&local_of(b)->lock, arena, mine, holder);
    if (outcome == LOCK_FAILED)
        backend_fail_errno(b);
    else if (outcome != LOCK_HELD)
        local_of(b)->vfs->unlink(local_of(b)->vfs->ctx, local_of(b)->temp.p); /* what a run that was killed left */
    return outcome;
}

static bool local_unlock(struct backend *b)
{
    lockfile_release(&local_of(b)->lock);
    return true;
}

static bool local_holder(struct backend *b, struct arena *arena, struct lock_holder *holder, bool *held)
{
    return lockfile_holder(&local_of(b)->lock, arena, holder, held) || backend_fail_errno(b);
}

/* The kernel's lock cannot be taken from a process that lives, and must not be gone around. */
static bool local_force_unlock(struct backend *b, const struct lock_holder *holder)
{
    struct local *l = local_of(b);
    int fd = l->vfs->open(l->vfs->ctx, b->lock.p, O_RDWR, 0);
    if (fd < 0)
        return backend_fail_errno(b);
    bool free = l->vfs->lock(l->vfs->ctx, fd) == 0;
    bool ok = free && l->vfs->unlink(l->vfs->ctx, b->lock.p) == 0;
    int saved = errno;
    l->vfs->close(l->vfs->ctx, fd);
    errno = saved;
    if (!free && (errno == EAGAIN || errno == EACCES))
        return backend_fail(b, _("process %" PRId64 " is alive and holds it; end that process first"), holder->pid);
    return ok || backend_fail_errno(b);
}

/* -- reading -- */

/* A file that is not there is empty. */
static bool read_file(struct local *l, struct arena *arena, struct str path, struct str *text, bool *exists)
{
    *text = (struct str){0};
    *exists = fs_read(l->vfs, arena, path.p, BACKEND_SIZE_MAX, text);
    if (*exists || errno == ENOENT)
        return true;
    if (errno == EFBIG)
        return backend_fail(&l->base, _("it has more than %d MiB, so it is no state that detour wrote"),
                            BACKEND_SIZE_MAX >> 20);
    return backend_fail_errno(&l->base);
}

/* Identity of the snapshot file: it is replaced by rename, so another content is another inode or time. */
static void identity(struct local *l, struct stat *out)
{
    *out = (struct stat){0};
    int fd = l->vfs->open(l->vfs->ctx, l->file.p, O_RDONLY, 0);
    if (fd < 0)
        return;
    l->vfs->fstat(l->vfs->ctx, fd, out);
    l->vfs->close(l->vfs->ctx, fd);
}

static bool same_identity(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* What went wrong did so at another file than the snapshot, which is named where `why` is told. */
static bool fail_beside(struct local *l, struct str path)
{
    char why[sizeof l->base.why];
    memcpy(why, l->base.why, sizeof why);
    return backend_fail(&l->base, "%s: %s", path.p, why);
}

/* A pipe would be waited for, and a link to nowhere be taken for a state that is not there yet. */
static bool is_file(struct local *l)
{
    struct stat at;
    if (l->vfs != &vfs_system || stat(l->file.p, &at) == 0)
        return l->vfs != &vfs_system || S_ISREG(at.st_mode) || S_ISDIR(at.st_mode) ||
               backend_fail(&l->base, _("it is no file"));
    if (errno != ENOENT)
        return errno == ENOTDIR || backend_fail_errno(&l->base);
    return lstat(l->file.p, &at) != 0 ||
           backend_fail(&l->base, _("it is a symbolic link to a file that is not there (is a disk not mounted?)"));
}

static bool read_both(struct local *l, struct arena *arena, struct backend_texts *out)
{
    bool exists;
    struct backend_journal journal = {.name = l->base.journal};
    *out = (struct backend_texts){0};
    if (!read_file(l, arena, l->file, &out->snapshot, &out->exists))
        return false;
    if (!read_file(l, arena, l->base.journal, &journal.text, &exists))
        return fail_beside(l, l->base.journal);
    if (exists)
        vec_push(arena, &out->journals, journal);
    return true;
}

/* A checkpoint may replace the snapshot and drop the journal between our two reads: then read both again. */
static bool local_read(struct backend *b, struct arena *arena, struct backend_texts *out)
{
    struct local *l = local_of(b);
    if (!is_file(l))
        return false;
    for (int i = 0; i < TRIES; i++) {
        struct stat before, after;
        identity(l, &before);
        if (!read_both(l, arena, out))
            return false;
        identity(l, &after);
        if (same_identity(&before, &after))
            return true;
    }
    return backend_fail(b, _("it changes faster than it can be read; try again in a moment"));
}

/* -- the snapshot -- */

static bool write_temp(struct local *l, struct str temp, struct str text)
{
    int fd = l->vfs->open(l->vfs->ctx, temp.p, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0)
        return false;
    bool ok = fs_write_all(l->vfs, fd, text) && l->vfs->fsync(l->vfs->ctx, fd) == 0;
    int saved = errno;
    if (l->vfs->close(l->vfs->ctx, fd) != 0 && ok)
        return false;
    errno = saved;
    return ok;
}

/* Invariant 4. The name of the temporary file is fixed: the lock keeps it ours, and no run leaves a second one. */
static bool replace(struct local *l, struct str path, struct str temp, struct str dir, struct str text)
{
    bool ok = write_temp(l, temp, text) && l->vfs->rename(l->vfs->ctx, temp.p, path.p) == 0;
    int saved = errno;
    if (!ok)
        l->vfs->unlink(l->vfs->ctx, temp.p);
    errno = saved;
    if (!ok && errno == EISDIR)
        return backend_fail_errno(&l->base) || fail_beside(l, temp);
    return (ok && l->vfs->fsync_dir(l->vfs->ctx, dir.p) == 0) || backend_fail_errno(&l->base);
}

static bool local_write(struct backend *b, struct str text)
{
    struct local *l = local_of(b);
    return replace(l, l->file, l->temp, l->dir, text);
}

/* -- the journal -- */

static void local_journal_close(struct backend *b)
{
    struct local *l = local_of(b);
    if (l->journal >= 0)
        l->vfs->close(l->vfs->ctx, l->journal);
    l->journal = -1;
}

static bool local_journal_drop(struct backend *b, struct str name)
{
    struct local *l = local_of(b);
    return l->vfs->unlink(l->vfs->ctx, name.p) == 0 || errno == ENOENT || backend_fail_errno(b);
}

/* Never over an old file: were the truncation lost, old records would follow the new BEGIN. */
static bool local_journal_open(struct backend *b, struct str begin)
{
    struct local *l = local_of(b);
    if (!local_journal_drop(b, b->journal))
        return false;
    l->journal = l->vfs->open(l->vfs->ctx, b->journal.p, O_WRONLY | O_CREAT | O_EXCL, 0600);
    return (l->journal >= 0 && fs_write_all(l->vfs, l->journal, begin) &&
            l->vfs->fdatasync(l->vfs->ctx, l->journal) == 0 && l->vfs->fsync_dir(l->vfs->ctx, l->dir.p) == 0) ||
           backend_fail_errno(b);
}

static bool local_journal_append(struct backend *b, struct str records)
{
    struct local *l = local_of(b);
    return (fs_write_all(l->vfs, l->journal, records) && l->vfs->fdatasync(l->vfs->ctx, l->journal) == 0) ||
           backend_fail_errno(b);
}

/* A name beside the journal that is not taken: what is there is never overwritten. */
static struct str free_name(struct local *l, const char *kind)
{
    for (unsigned i = 1;; i++) {
        struct str name = arena_printf(l->base.arena, "%s.%s.%u", l->base.journal.p, kind, i);
        int fd = l->vfs->open(l->vfs->ctx, name.p, O_WRONLY | O_CREAT | O_EXCL, 0600);
        if (fd >= 0)
            l->vfs->close(l->vfs->ctx, fd);
        if (fd >= 0 || errno != EEXIST)
            return name;
    }
}

static bool local_journal_set_aside(struct backend *b, const struct backend_journal *journal, const char *kind,
                                    bool copy, struct str *kept)
{
    struct local *l = local_of(b);
    *kept = free_name(l, kind);
    if (copy)
        return fs_replace(l->vfs, kept->p, journal->text, 0600) || backend_fail_errno(b);
    return (l->vfs->rename(l->vfs->ctx, journal->name.p, kept->p) == 0 &&
            l->vfs->fsync_dir(l->vfs->ctx, l->dir.p) == 0) ||
           backend_fail_errno(b);
}

static bool local_journal_cut(struct backend *b, const struct backend_journal *journal, size_t good)
{
    struct local *l = local_of(b);
    int fd = l->vfs->open(l->vfs->ctx, journal->name.p, O_WRONLY, 0);
    bool ok =
        fd >= 0 && l->vfs->ftruncate(l->vfs->ctx, fd, (off_t)good) == 0 && l->vfs->fdatasync(l->vfs->ctx, fd) == 0;
    int saved = errno;
    if (fd >= 0)
        l->vfs->close(l->vfs->ctx, fd);
    errno = saved;
    return ok || backend_fail_errno(b);
}

/* -- further texts: files of a folder that is made with the first of them -- */

static struct str extra_path(struct local *l, struct arena *arena, const char *name)
{
    return arena_printf(arena, "%s/%s", l->extra.p, name);
}

static bool extra_replace(struct local *l, const char *name, struct str text)
{
    ARENA_AUTO arena = arena_new();
    return replace(l, extra_path(l, arena, name), extra_path(l, arena, "tmp"), l->extra, text);
}

/* They hold what the state holds, and change with each run: nothing for version control. */
static bool extra_folder(struct local *l)
{
    if (l->vfs->mkdir(l->vfs->ctx, l->extra.p, 0700) != 0)
        return errno == EEXIST || backend_fail_errno(&l->base);
    return extra_replace(l, ".gitignore", STR("*\n"));
}

static bool local_extra_write(struct backend *b, const char *name, struct str text)
{
    return extra_folder(local_of(b)) && extra_replace(local_of(b), name, text);
}

static bool local_extra_read(struct backend *b, struct arena *arena, const char *name, struct str *text, bool *exists)
{
    return read_file(local_of(b), arena, extra_path(local_of(b), arena, name), text, exists);
}

static bool local_extra_drop(struct backend *b, const char *name)
{
    ARENA_AUTO arena = arena_new();
    return local_journal_drop(b, extra_path(local_of(b), arena, name));
}

/* -- life -- */

static void local_close(struct backend *b)
{
    local_journal_close(b);
    lockfile_release(&local_of(b)->lock);
    arena_free(b->arena);
}

static const struct backend_ops local_ops = {
    .lock = local_lock,
    .unlock = local_unlock,
    .holder = local_holder,
    .force_unlock = local_force_unlock,
    .read = local_read,
    .write = local_write,
    .journal_open = local_journal_open,
    .journal_append = local_journal_append,
    .journal_close = local_journal_close,
    .journal_drop = local_journal_drop,
    .journal_set_aside = local_journal_set_aside,
    .journal_cut = local_journal_cut,
    .extra_write = local_extra_write,
    .extra_read = local_extra_read,
    .extra_drop = local_extra_drop,
    .close = local_close,
};

/* A link is followed once: what is replaced, and what lies beside it, is the file itself, so that all who come to it by
 * other names share its lock and its journal. */
static struct str behind_links(struct arena *arena, const struct vfs *vfs, const char *path)
{
    struct stat at;
    bool link = vfs == &vfs_system && lstat(path, &at) == 0 && S_ISLNK(at.st_mode);
    CLEANUP(cleanup_ptr) char *target = link ? realpath(path, NULL) : NULL;
    return arena_str(arena, str_c(target ? target : path));
}

struct backend *backend_local(const struct vfs *given, const char *path)
{
    struct arena *arena = arena_new();
    struct local *l = ARENA_NEW(arena, struct local);
    const struct vfs *vfs = given ? given : &vfs_system;
    struct str place = arena_str(arena, str_c(path ? path : "detour.state"));
    struct str file = behind_links(arena, vfs, place.p);
    const char *name = file.p;
    *l = (struct local){
        .base = {.ops = &local_ops,
                 .arena = arena,
                 .place = place,
                 .journal = arena_printf(arena, "%s.journal", name),
                 .lock = arena_printf(arena, "%s.lock", name)},
        .vfs = vfs,
        .file = file,
        .dir = fs_dirname(arena, str_c(name)),
        .temp = arena_printf(arena, "%s.tmp", name),
        .extra = arena_printf(arena, "%s.d", name),
        .journal = -1,
    };
    l->lock = (struct lockfile){.vfs = l->vfs, .path = l->base.lock, .fd = -1};
    return &l->base;
}

static struct backend *local_open(const struct backend_config *c, struct diags *diags)
{
    (void)diags;
    ARENA_AUTO arena = arena_new();
    return backend_local(NULL, fs_join(arena, c->dir, backend_value(c, "path")).p);
}

static const struct backend_field fields[] = {
    {.name = "path",
     .otherwise = "detour.state",
     .identity = true,
     .doc = N_("the file, from the configuration's folder")},
    {.name = NULL},
};

const struct backend_type backend_type_local = {"local", N_("Files in the folder"), fields, local_open};
