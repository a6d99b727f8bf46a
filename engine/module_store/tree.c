#include "module_store/tree.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/gettext.h"
#include "base/strbuf.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

enum { DEPTH_MAX = 64 };

static bool refuse(struct tree *tree, struct str path, const char *what)
{
    *tree->why = arena_printf(tree->arena, _("\"%.*s\" %s."), STR_ARG(path), what);
    return false;
}

/* -- filling -- */

bool tree_begin(struct tree *tree, struct arena *arena, const char *path, struct str *why)
{
    *tree = (struct tree){.arena = arena, .root = -1, .why = why};
    if (mkdir(path, 0777) == 0 && (tree->root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)) >= 0)
        return true;
    *why = arena_printf(arena, _("%s: %s."), path, strerror(errno));
    return false;
}

void tree_end(struct tree *tree)
{
    cleanup_fd(&tree->root);
    tree->root = -1;
}

/* A folder named so would be taken for a repository by git, with all that its configuration can start. */
static bool is_dot_git(struct str part)
{
    return part.n == 4 && strncasecmp(part.p, ".git", 4) == 0;
}

/* Relative, and no way up in it. */
static bool check_path(struct tree *tree, struct str path)
{
    size_t depth = 0;
    if (!path.n || path.n > TREE_PATH_MAX)
        return refuse(tree, str_sub(path, 0, 80), _("is no path of a file, or is too long"));
    for (size_t from = 0; from <= path.n; depth++) {
        size_t end = str_find_byte(path, '/', from);
        end = end == SIZE_MAX ? path.n : end;
        struct str part = str_sub(path, from, end);
        if (!part.n || str_is(part, ".") || str_is(part, "..") || part.n > 255 || is_dot_git(part))
            return refuse(tree, path, _("is a path that leads elsewhere, or into a .git folder"));
        from = end + 1;
    }
    for (size_t i = 0; i < path.n; i++)
        if ((unsigned char)path.p[i] < ' ' || path.p[i] == 0x7f)
            return refuse(tree, STR("…"), _("is a path with control characters in it"));
    return depth <= DEPTH_MAX || refuse(tree, path, _("lies in too many folders"));
}

bool tree_full(struct tree *tree, struct str path)
{
    *tree->why = arena_printf(tree->arena, _("\"%.*s\" is one too many: a package holds up to %d files and %d MiB."),
                              STR_ARG(path), TREE_FILES_MAX, TREE_BYTES_MAX >> 20);
    return false;
}

bool tree_has_room(struct tree *tree, struct str path, uint64_t size)
{
    if (size > TREE_FILE_MAX) {
        *tree->why =
            arena_printf(tree->arena, _("\"%.*s\" is larger than %d MiB."), STR_ARG(path), TREE_FILE_MAX >> 20);
        return false;
    }
    return (tree->n < TREE_FILES_MAX && size <= TREE_BYTES_MAX - tree->bytes) || tree_full(tree, path);
}

/* Opens the folder that `path` lies in, making what is missing of it. None of them can be a link: links come last. */
static int open_parent(struct tree *tree, struct str path, struct str *base)
{
    int dir = fcntl(tree->root, F_DUPFD_CLOEXEC, 0);
    size_t from = 0;
    for (size_t end; dir >= 0 && (end = str_find_byte(path, '/', from)) != SIZE_MAX; from = end + 1) {
        struct str part = arena_str(tree->arena, str_sub(path, from, end));
        if (mkdirat(dir, part.p, 0777) != 0 && errno != EEXIST) {
            close(dir);
            return -1;
        }
        int inner = openat(dir, part.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW), saved = errno;
        close(dir);
        errno = saved;
        dir = inner;
    }
    *base = arena_str(tree->arena, str_sub(path, from, path.n));
    return dir;
}

static bool put_file(int dir, struct str name, struct str content, mode_t mode)
{
    int fd = openat(dir, name.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return false;
    bool ok = fs_write_all(&vfs_system, fd, content);
    return close(fd) == 0 && ok;
}

/* Puts a file or a link in its folder. */
static bool put(struct tree *tree, struct str path, enum tree_kind kind, struct str content)
{
    struct str base;
    FD_AUTO dir = open_parent(tree, path, &base);
    bool ok = dir >= 0;
    if (ok && kind == TREE_LINK)
        ok = symlinkat(arena_str(tree->arena, content).p, dir, base.p) == 0;
    else if (ok)
        ok = put_file(dir, base, content, kind == TREE_EXECUTABLE ? 0777 : 0666);
    if (!ok)
        refuse(tree, path,
               errno == EEXIST || errno == ENOTDIR || errno == EISDIR ? _("is there twice") : strerror(errno));
    return ok;
}

bool tree_put(struct tree *tree, struct str path, enum tree_kind kind, struct str content)
{
    if (!check_path(tree, path) || !tree_has_room(tree, path, content.n))
        return false;
    tree->n++;
    tree->bytes += content.n;
    if (kind != TREE_LINK)
        return put(tree, path, kind, content);
    if (!content.n || content.n > TREE_PATH_MAX || str_find_byte(content, '\0', 0) != SIZE_MAX)
        return refuse(tree, path, _("is a link to nowhere"));
    struct tree_link link = {arena_str(tree->arena, path), arena_str(tree->arena, content)};
    vec_push(tree->arena, &tree->links, link);
    return true;
}

/* Whether following the link, and every link behind it, stays in the tree; the kernel watches that. A link to what
 * does not exist is harmless: nothing is added to the tree later. */
static bool stays_inside(const struct tree *tree, struct str path)
{
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    long fd = syscall(SYS_openat2, tree->root, path.p, &how, sizeof how);
    if (fd >= 0)
        close((int)fd);
    return fd >= 0 || errno == ENOENT;
}

bool tree_finish(struct tree *tree)
{
    vec_each (&tree->links, i)
        if (!put(tree, tree->links.v[i].path, TREE_LINK, tree->links.v[i].target))
            return false;
    vec_each (&tree->links, i)
        if (!stays_inside(tree, tree->links.v[i].path))
            return refuse(tree, tree->links.v[i].path,
                          errno == ENOSYS ? _("is a link, and this kernel cannot tell where it leads")
                                          : _("is a link that leads out of the package"));
    return true;
}

/* -- the digest -- */

struct entry {
    struct str path;
    enum tree_kind kind;
    struct digest digest;
};

struct listing {
    struct arena *arena, *scratch;
    VEC(struct entry) entries;
    uint64_t bytes;
    struct str *why;
};

static bool complain(struct listing *l, struct str path, const char *what)
{
    *l->why = arena_printf(l->arena, _("\"%.*s\" %s."), STR_ARG(path), what);
    return false;
}

static bool read_content(struct listing *l, int dir, const char *name, const struct stat *st, struct str *content)
{
    if (S_ISLNK(st->st_mode)) {
        char *target = arena_alloc(l->scratch, TREE_PATH_MAX + 1);
        ssize_t n = readlinkat(dir, name, target, TREE_PATH_MAX);
        *content = str_from(target, n > 0 ? (size_t)n : 0);
        return n > 0;
    }
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    char *bytes = arena_alloc(l->scratch, (size_t)st->st_size + 1);
    size_t have = 0;
    for (ssize_t n = 1; fd >= 0 && n > 0 && have <= (size_t)st->st_size; have += n > 0 ? (size_t)n : 0)
        n = read(fd, bytes + have, (size_t)st->st_size + 1 - have);
    *content = str_from(bytes, have);
    if (fd >= 0)
        close(fd);
    return fd >= 0 && have == (size_t)st->st_size;
}

static bool list_object(struct listing *l, int dir, const char *name, struct str path, const struct stat *st)
{
    struct str content;
    bool link = S_ISLNK(st->st_mode);
    if (!link && !S_ISREG(st->st_mode))
        return complain(l, path, _("is neither file, folder nor link"));
    l->bytes += (uint64_t)st->st_size;
    if (st->st_size > TREE_FILE_MAX || l->bytes > TREE_BYTES_MAX || l->entries.n >= TREE_FILES_MAX)
        return complain(l, path, _("is more than a package holds"));
    if (!read_content(l, dir, name, st, &content))
        return complain(l, path, _("cannot be read"));
    struct entry entry = {path,
                          link                    ? TREE_LINK
                          : st->st_mode & S_IXUSR ? TREE_EXECUTABLE
                                                  : TREE_FILE,
                          digest_sha256(content)};
    vec_push(l->arena, &l->entries, entry);
    arena_reset(l->scratch);
    return true;
}

static bool list_folder(struct listing *l, int fd, struct str prefix, unsigned depth);

static bool list_entry(struct listing *l, int dir, const char *name, struct str prefix, unsigned depth)
{
    struct stat st;
    struct str path =
        prefix.n ? arena_printf(l->arena, "%.*s/%s", STR_ARG(prefix), name) : arena_str(l->arena, str_c(name));
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return complain(l, path, strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return list_object(l, dir, name, path, &st);
    if (depth >= DEPTH_MAX)
        return complain(l, path, _("lies in too many folders"));
    int inner = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return inner < 0 ? complain(l, path, strerror(errno)) : list_folder(l, inner, path, depth + 1);
}

/* Takes over fd. */
static bool list_folder(struct listing *l, int fd, struct str prefix, unsigned depth)
{
    DIR_AUTO folder = fdopendir(fd);
    if (!folder) {
        close(fd);
        return complain(l, prefix, strerror(errno));
    }
    for (struct dirent *entry; (entry = readdir(folder));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            !list_entry(l, fd, entry->d_name, prefix, depth))
            return false;
    return true;
}

static int entry_order(const void *a, const void *b)
{
    return str_cmp(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

static struct digest listing_digest(struct listing *l)
{
    static const char *const kinds[] = {[TREE_FILE] = "file", [TREE_EXECUTABLE] = "exec", [TREE_LINK] = "link"};
    STRBUF_AUTO text = STRBUF_INIT(STRBUF_MAX);
    strbuf_lit(&text, "detour module tree 1\n");
    if (l->entries.n)
        qsort(l->entries.v, l->entries.n, sizeof *l->entries.v, entry_order);
    vec_each (&l->entries, i) {
        const struct entry *entry = &l->entries.v[i];
        strbuf_printf(&text, "%s %zu %.*s %.*s\n", kinds[entry->kind], entry->path.n, STR_ARG(entry->path),
                      STR_ARG(digest_hex(l->scratch, entry->digest)));
    }
    return digest_sha256(strbuf_str(&text));
}

bool tree_digest(struct arena *arena, const char *path, struct digest *digest, struct str *why)
{
    ARENA_AUTO scratch = arena_new();
    struct listing l = {.arena = arena, .scratch = scratch, .why = why};
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        *why = arena_printf(arena, _("%s: %s."), path, strerror(errno));
        return false;
    }
    if (!list_folder(&l, fd, STR(""), 0))
        return false;
    *digest = listing_digest(&l);
    return true;
}

/* -- removing -- */

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *at)
{
    (void)st, (void)flag, (void)at;
    return remove(path);
}

bool tree_remove(const char *path)
{
    return nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT;
}
