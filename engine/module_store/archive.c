#include "module_store/archive.h"
#include "base/gettext.h"
#include "base/strbuf.h"
#include "module_store/archive_library.h"

enum { BLOCK = 64 << 10 };

struct unpacking {
    const struct archive_library *lib;
    struct archive *archive;
    struct tree *tree;
    struct strbuf content;
};

static bool damaged(struct unpacking *u)
{
    const char *text = u->lib->error_string(u->archive);
    *u->tree->why =
        arena_printf(u->tree->arena, _("The archive cannot be read: %s."), text ? text : _("it is damaged"));
    return false;
}

static bool refuse(struct unpacking *u, struct str path, const char *what)
{
    *u->tree->why = arena_printf(u->tree->arena, "\"%.*s\" %s.", STR_ARG(path), what);
    return false;
}

/* Only what the name promised: the fewer formats are tried, the less there is to attack. */
static void support(struct unpacking *u, enum origin_format format)
{
    int (*const *filter)(struct archive *);
    filter = format == FORMAT_TAR_GZ    ? &u->lib->read_support_filter_gzip
             : format == FORMAT_TAR_BZ2 ? &u->lib->read_support_filter_bzip2
             : format == FORMAT_TAR_XZ  ? &u->lib->read_support_filter_xz
             : format == FORMAT_TAR_ZST ? &u->lib->read_support_filter_zstd
                                        : NULL;
    if (filter)
        (*filter)(u->archive);
    if (format == FORMAT_ZIP)
        u->lib->read_support_format_zip(u->archive);
    else
        u->lib->read_support_format_tar(u->archive);
}

/* What stands in the archive, without "./" in front. */
static struct str path_of(struct unpacking *u, struct archive_entry *entry)
{
    const char *text = u->lib->entry_pathname(entry);
    struct str path = str_c(text ? text : u->lib->entry_pathname_utf8(entry));
    while (str_starts(path, STR("./")))
        path = str_sub(path, 2, path.n);
    return arena_str(u->tree->arena, path);
}

/* All of an entry's content; it is asked for again and again whether there is room, since sizes may lie. */
static bool read_content(struct unpacking *u, struct str path)
{
    strbuf_clear(&u->content);
    for (;;) {
        if (!strbuf_reserve(&u->content, BLOCK))
            return tree_has_room(u->tree, path, UINT64_MAX);
        la_ssize_t n = u->lib->read_data(u->archive, u->content.p + u->content.n, BLOCK);
        if (n < 0)
            return damaged(u);
        if (n == 0)
            return true;
        u->content.n += (size_t)n;
        if (!tree_has_room(u->tree, path, u->content.n))
            return false;
    }
}

static bool put_link(struct unpacking *u, struct archive_entry *entry, struct str path)
{
    const char *text = u->lib->entry_symlink(entry);
    return tree_put(u->tree, path, TREE_LINK, str_c(text ? text : u->lib->entry_symlink_utf8(entry)));
}

static bool put_file(struct unpacking *u, struct archive_entry *entry, struct str path)
{
    int64_t size = u->lib->entry_size_is_set(entry) ? u->lib->entry_size(entry) : 0;
    if (!tree_has_room(u->tree, path, size < 0 ? UINT64_MAX : (uint64_t)size) || !read_content(u, path))
        return false;
    return tree_put(u->tree, path, u->lib->entry_mode(entry) & 0100 ? TREE_EXECUTABLE : TREE_FILE,
                    strbuf_str(&u->content));
}

static bool put_entry(struct unpacking *u, struct archive_entry *entry)
{
    struct str path = path_of(u, entry);
    if (u->lib->entry_hardlink(entry))
        return refuse(u, path, _("is a hard link: a package holds files, folders and symbolic links"));
    switch (u->lib->entry_filetype(entry)) {
    case AE_IFDIR: /* folders come with what is in them */
        return true;
    case AE_IFLNK:
        return put_link(u, entry, path);
    case AE_IFREG:
        return put_file(u, entry, path);
    default:
        return refuse(u, path, _("is a device, a pipe or a socket: a package holds files, folders and symbolic links"));
    }
}

static bool unpack(struct unpacking *u, const char *path)
{
    if (u->lib->read_open_filename(u->archive, path, BLOCK) != ARCHIVE_OK)
        return damaged(u);
    for (;;) {
        struct archive_entry *entry;
        int answer = u->lib->read_next_header(u->archive, &entry);
        if (answer == ARCHIVE_EOF)
            return tree_finish(u->tree);
        if (answer != ARCHIVE_OK && answer != ARCHIVE_WARN)
            return damaged(u);
        if (!put_entry(u, entry))
            return false;
    }
}

bool archive_unpack(const char *path, enum origin_format format, struct tree *tree)
{
    const char *problem;
    struct unpacking u = {
        .lib = archive_library_load(&problem), .tree = tree, .content = STRBUF_INIT(TREE_FILE_MAX * 2)};
    if (!u.lib) {
        *tree->why =
            arena_printf(tree->arena, _("libarchive is needed for it: %s. Install the package libarchive13."), problem);
        return false;
    }
    u.archive = u.lib->read_new();
    support(&u, format);
    bool ok = unpack(&u, path);
    u.lib->read_free(u.archive);
    strbuf_free(&u.content);
    return ok;
}
