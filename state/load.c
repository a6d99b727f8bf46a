#include "state/load.h"
#include "base/gettext.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>

enum { FILE_MAX = STRBUF_MAX, TRIES = 50 };

struct state_paths state_paths_of(struct arena *arena, const char *path)
{
    if (!path)
        path = "detour.state";
    return (struct state_paths){
        .dir = fs_dirname(arena, str_c(path)),
        .snapshot = arena_str(arena, str_c(path)),
        .temp = arena_printf(arena, "%s.tmp", path),
        .journal = arena_printf(arena, "%s.journal", path),
        .lock = arena_printf(arena, "%s.lock", path),
    };
}

/* A file that is not there is empty. */
static bool read_file(const struct vfs *vfs, struct arena *arena, struct str path, struct str *text, bool *exists,
                      struct diags *diags)
{
    *text = (struct str){0};
    *exists = fs_read(vfs, arena, path.p, FILE_MAX, text);
    if (*exists || errno == ENOENT)
        return true;
    diag_error(diags, (struct span){0}, _("The state cannot be read"), _("%s: %s. Nothing was changed."), path.p,
               strerror(errno));
    return false;
}

/* Identity of the snapshot file: it is replaced by rename, so another content is another inode or time. */
static bool identity(const struct vfs *vfs, struct str path, struct stat *out)
{
    *out = (struct stat){0};
    int fd = vfs->open(vfs->ctx, path.p, O_RDONLY, 0);
    if (fd < 0)
        return false;
    bool ok = vfs->fstat(vfs->ctx, fd, out) == 0;
    vfs->close(vfs->ctx, fd);
    return ok;
}

static bool same_identity(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

struct texts {
    struct str snapshot, journal;
    bool exists;
};

/* A checkpoint may replace the snapshot and drop the journal between our two reads: then read both again. */
static bool read_both(const struct vfs *vfs, const struct state_paths *paths, struct arena *arena, struct texts *out,
                      struct diags *diags)
{
    for (int i = 0; i < TRIES; i++) {
        struct stat before, after;
        bool journal_exists;
        identity(vfs, paths->snapshot, &before);
        if (!read_file(vfs, arena, paths->snapshot, &out->snapshot, &out->exists, diags) ||
            !read_file(vfs, arena, paths->journal, &out->journal, &journal_exists, diags))
            return false;
        identity(vfs, paths->snapshot, &after);
        if (same_identity(&before, &after))
            return true;
    }
    diag_error(diags, (struct span){0}, _("The state cannot be read"),
               _("%s changes faster than it can be read. Try again in a moment."), paths->snapshot.p);
    return false;
}

static bool read_snapshot(const struct state_paths *paths, struct addrs *addrs, const struct texts *texts,
                          struct loaded *out, struct absorbed *absorbed, struct diags *diags)
{
    *absorbed = (struct absorbed){0};
    out->exists = texts->exists;
    out->snapshot =
        texts->exists ? format_read(addrs, paths->snapshot, texts->snapshot, absorbed, diags) : snapshot_new(addrs);
    return out->snapshot != NULL;
}

/* A journal without a whole BEGIN was cut short before anything was done under it, unless more than that one line
 * follows. */
static bool says_nothing(const struct loaded *out, struct str text)
{
    return !out->head.valid && str_find_byte(text, '\n', 0) == SIZE_MAX;
}

static bool continues(const struct loaded *out)
{
    return out->exists && out->head.valid && str_eq(out->head.lineage, snapshot_lineage(out->snapshot)) &&
           out->head.serial == snapshot_serial(out->snapshot);
}

/* The snapshot took this journal in; the crash came before the journal was dropped. */
static bool is_absorbed(const struct loaded *out, const struct absorbed *absorbed, struct str text)
{
    return absorbed->set && out->head.valid && out->head.serial == absorbed->serial &&
           str_eq(out->head.lineage, snapshot_lineage(out->snapshot)) && journal_last_seq(text) <= absorbed->seq;
}

static bool check_version(const struct state_paths *paths, const struct loaded *out, struct diags *diags)
{
    if (!out->head.valid || out->head.version <= JOURNAL_VERSION)
        return true;
    diag_error(diags, (struct span){0}, _("Journal of a newer format"),
               _("%s has format version %" PRIu64
                 "; this detour knows up to version %d. Nothing was changed. Use a detour "
                 "at least as new as the one that wrote it."),
               paths->journal.p, out->head.version, JOURNAL_VERSION);
    return false;
}

static bool take_journal(const struct state_paths *paths, struct str text, const struct absorbed *absorbed,
                         struct arena *arena, struct loaded *out, struct diags *diags)
{
    out->journal_text = text;
    out->head = journal_head(arena, text);
    if (!check_version(paths, out, diags))
        return false;
    if (says_nothing(out, text))
        out->fate = JOURNAL_NONE;
    else if (continues(out))
        out->fate = JOURNAL_APPLIED;
    else
        out->fate = is_absorbed(out, absorbed, text) ? JOURNAL_ABSORBED : JOURNAL_FOREIGN;
    if (out->fate == JOURNAL_APPLIED)
        out->replay = journal_replay(out->snapshot, text);
    return true;
}

bool state_load(const struct vfs *vfs, const struct state_paths *paths, struct addrs *addrs, struct arena *arena,
                struct loaded *out, struct diags *diags)
{
    struct texts texts;
    struct absorbed absorbed;
    *out = (struct loaded){0};
    if (!read_both(vfs, paths, arena, &texts, diags) || !read_snapshot(paths, addrs, &texts, out, &absorbed, diags))
        return false;
    if (take_journal(paths, texts.journal, &absorbed, arena, out, diags))
        return true;
    snapshot_free(out->snapshot);
    return false;
}
