#include "base/rewrite.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

void rewriter_end(struct rewriter *r)
{
    int saved = errno;
    if (r->spare)
        unlink(r->spare);
    free(r->spare);
    r->spare = NULL;
    errno = saved;
}

static bool same_nature(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_uid == b->st_uid && a->st_gid == b->st_gid &&
           (a->st_mode & 07777) == (b->st_mode & 07777);
}

/* Whether nothing but its name and its text would tell that the spare was another file: no link elsewhere, no access
 * list. */
static bool is_plain(int fd, const struct stat *old)
{
    struct stat spare;
    return fstat(fd, &spare) == 0 && S_ISREG(spare.st_mode) && spare.st_nlink == 1 && same_nature(&spare, old) &&
           flistxattr(fd, NULL, 0) <= 0;
}

/* The spare, emptied; -1 where there is none that can become a file like `old`. */
static int reuse(struct rewriter *r, const struct stat *old)
{
    int fd = r->spare ? open(r->spare, O_WRONLY | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (fd >= 0 && is_plain(fd, old) && ftruncate(fd, 0) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    rewriter_end(r);
    return -1;
}

/* The mode and the owner that `old` has. Only root can give files away; others own what they may replace, mostly. */
static bool keep_nature(int fd, const struct stat *old)
{
    struct stat made;
    if (fstat(fd, &made) != 0)
        return false;
    if ((made.st_uid != old->st_uid || made.st_gid != old->st_gid) && geteuid() == 0 &&
        fchown(fd, old->st_uid, old->st_gid) != 0)
        return false;
    return (made.st_mode & 07777) == (old->st_mode & 07777) || fchmod(fd, old->st_mode & 07777) == 0;
}

/* A new spare beside the file `path`. */
static int make(struct rewriter *r, const char *path, const struct stat *old)
{
    size_t size = strlen(path) + sizeof ".tmp." + 20;
    char *spare = heap_alloc(size);
    snprintf(spare, size, "%s.tmp.%d", path, (int)getpid());
    int fd = open(spare, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, old->st_mode & 07777);
    if (fd < 0) {
        int saved = errno;
        free(spare);
        errno = saved;
        return -1;
    }
    r->spare = spare;
    return fd;
}

/* Writes the text, and has the system begin to bring it to the disk: where an exchange of names were to get there
 * first, a power cut between would leave an empty file. */
static bool fill(int fd, const struct stat *old, struct str data)
{
    bool ok = keep_nature(fd, old) && fs_write_all(&vfs_system, fd, data);
    if (ok)
        sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE); /* where it cannot, the file system does so by itself */
    int saved = errno;
    if (close(fd) != 0 && ok)
        return false;
    errno = saved;
    return ok;
}

/* Not all file systems can exchange. */
static bool give_name(struct rewriter *r, const char *path)
{
    if (renameat2(AT_FDCWD, r->spare, AT_FDCWD, path, RENAME_EXCHANGE) == 0)
        return true;
    if ((errno != EINVAL && errno != ENOSYS) || rename(r->spare, path) != 0)
        return false;
    free(r->spare);
    r->spare = NULL;
    return true;
}

static bool put(struct rewriter *r, const char *path, const struct stat *old, struct str data)
{
    int fd = reuse(r, old);
    if (fd < 0)
        fd = make(r, path, old);
    if (fd >= 0 && fill(fd, old, data) && give_name(r, path))
        return true;
    rewriter_end(r);
    return false;
}

bool rewriter_put(struct rewriter *r, const char *path, struct str data)
{
    struct stat old;
    if (lstat(path, &old) != 0)
        return false;
    CLEANUP(cleanup_ptr) char *target = S_ISLNK(old.st_mode) ? realpath(path, NULL) : NULL;
    if (S_ISLNK(old.st_mode) && (!target || stat(target, &old) != 0))
        return false;
    return put(r, target ? target : path, &old, data);
}
