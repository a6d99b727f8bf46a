#include "state/lock.h"
#include "base/clock.h"
#include "base/gettext.h"
#include "state/cut.h"
#include "value/json.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { LOCK_FILE_MAX = 4096, PAUSE_FIRST = 1, PAUSE_LONGEST = 16 };

enum attempt { TAKEN, HELD, FAILED };

static struct str this_host(struct arena *arena)
{
    char name[256] = "";
    gethostname(name, sizeof name - 1);
    return arena_str(arena, str_c(name));
}

static struct str this_user(struct arena *arena)
{
    const char *name = geteuid() == 0 ? getenv("SUDO_USER") : NULL;
    if (!name) {
        const struct passwd *entry = getpwuid(geteuid());
        name = entry ? entry->pw_name : NULL;
    }
    return name ? arena_str(arena, str_c(name)) : arena_printf(arena, "uid %u", (unsigned)geteuid());
}

/* -- what is written in the file */

static struct str holder_text(struct arena *arena, const char *operation)
{
    STRBUF_AUTO out = STRBUF_INIT(LOCK_FILE_MAX);
    struct str host = this_host(arena);
    strbuf_lit(&out, "{\"who\":");
    json_write_string(&out, arena_printf(arena, "%s@%s", this_user(arena).p, host.p), JSON_COMPACT);
    strbuf_lit(&out, ",\"host\":");
    json_write_string(&out, host, JSON_COMPACT);
    strbuf_lit(&out, ",\"operation\":");
    json_write_string(&out, str_c(operation), JSON_COMPACT);
    strbuf_printf(&out, ",\"since\":\"%s\",\"pid\":%d}\n", clock_timestamp(arena).p, (int)getpid());
    return arena_str(arena, strbuf_str(&out));
}

static struct str text_member(struct arena *arena, struct value object, const char *name)
{
    struct value v = value_attr(object, str_c(name));
    return value_is_set(v) && v.type == type_string ? arena_str(arena, v.u.string) : (struct str){0};
}

static bool holder_parse(struct arena *arena, struct str text, struct lock_holder *out)
{
    struct value v;
    struct json_error error = {0};
    *out = (struct lock_holder){0};
    if (!json_read(arena, text, &v, &error) || !value_is_set(v) || v.type->kind != TYPE_OBJECT)
        return false;
    *out = (struct lock_holder){
        .who = text_member(arena, v, "who"),
        .host = text_member(arena, v, "host"),
        .operation = text_member(arena, v, "operation"),
        .since = text_member(arena, v, "since"),
    };
    struct value pid = value_attr(v, STR("pid"));
    if (value_is_set(pid) && pid.type == type_number)
        number_to_int64(value_as_number(pid), &out->pid);
    return true;
}

static struct str file_text(const struct lock *lock, int fd, struct arena *arena)
{
    char *text = arena_alloc(arena, LOCK_FILE_MAX + 1);
    size_t have = 0;
    ssize_t n = 0;
    lock->vfs->lseek(lock->vfs->ctx, fd, 0, SEEK_SET);
    while (have < LOCK_FILE_MAX && (n = lock->vfs->read(lock->vfs->ctx, fd, text + have, LOCK_FILE_MAX - have)) > 0)
        have += (size_t)n;
    return str_from(text, have);
}

/* -- one attempt */

/* Whether the path still names the file that is open: its last holder may have removed it meanwhile. */
static bool same_file(const struct lock *lock, int fd)
{
    const struct vfs *vfs = lock->vfs;
    struct stat here, there;
    int again = vfs->open(vfs->ctx, lock->path.p, O_RDONLY, 0);
    if (again < 0)
        return false;
    bool same = vfs->fstat(vfs->ctx, fd, &here) == 0 && vfs->fstat(vfs->ctx, again, &there) == 0 &&
                here.st_dev == there.st_dev && here.st_ino == there.st_ino;
    vfs->close(vfs->ctx, again);
    return same;
}

static bool write_holder(const struct lock *lock, int fd, struct arena *arena, const char *operation)
{
    const struct vfs *vfs = lock->vfs;
    return vfs->ftruncate(vfs->ctx, fd, 0) == 0 && vfs->lseek(vfs->ctx, fd, 0, SEEK_SET) == 0 &&
           fs_write_all(vfs, fd, holder_text(arena, operation));
}

static void warn_taken_over(const struct lock *lock, const struct lock_holder *was, struct diags *diags)
{
    diag_warning(diags, (struct span){0}, _("Lock of a process that is gone"),
                 _("%s was left by %s of %.*s (process %" PRId64
                   ", since %.*s), which ended without giving it back. It "
                   "was taken over; what that run did is in the journal."),
                 lock->path.p, was->operation.n ? was->operation.p : _("a run"), STR_ARG(was->who), was->pid,
                 STR_ARG(was->since));
}

/* The file is ours; is it free? */
static enum attempt settle(struct lock *lock, const struct store_options *options, struct arena *arena,
                           struct lock_holder *holder, struct diags *diags)
{
    if (holder_parse(arena, file_text(lock, lock->fd, arena), holder)) {
        if (!str_eq(holder->host, this_host(arena)))
            return HELD;
        warn_taken_over(lock, holder, diags);
    }
    return write_holder(lock, lock->fd, arena, options->operation ? options->operation : "") ? TAKEN : FAILED;
}

static enum attempt try_once(struct lock *lock, const struct store_options *options, struct arena *arena,
                             struct lock_holder *holder, struct diags *diags)
{
    const struct vfs *vfs = lock->vfs;
    for (;;) {
        lock->fd = vfs->open(vfs->ctx, lock->path.p, O_RDWR | O_CREAT, 0600);
        if (lock->fd < 0)
            return FAILED;
        if (vfs->lock(vfs->ctx, lock->fd) != 0) {
            bool held = errno == EAGAIN || errno == EACCES;
            if (held)
                holder_parse(arena, file_text(lock, lock->fd, arena), holder);
            return held ? HELD : FAILED;
        }
        if (same_file(lock, lock->fd))
            return settle(lock, options, arena, holder, diags);
        vfs->close(vfs->ctx, lock->fd);
    }
}

static enum attempt attempt(struct lock *lock, const struct store_options *options, struct arena *arena,
                            struct lock_holder *holder, struct diags *diags)
{
    enum attempt outcome = try_once(lock, options, arena, holder, diags);
    int saved = errno;
    if (outcome != TAKEN && lock->fd >= 0) {
        lock->vfs->close(lock->vfs->ctx, lock->fd);
        lock->fd = -1;
    }
    errno = saved;
    return outcome;
}

/* -- waiting */

static bool fail_system(const struct lock *lock, struct diags *diags)
{
    diag_error(diags, (struct span){0}, _("The state cannot be locked"),
               _("%s: %s. Without the lock two runs could change the same things at once; nothing was changed."),
               lock->path.p, strerror(errno));
    return false;
}

static bool fail_held(const struct lock *lock, const struct lock_holder *h, struct arena *arena, struct diags *diags)
{
    bool elsewhere = h->host.n && !str_eq(h->host, this_host(arena));
    struct diag *diag = diag_error(
        diags, (struct span){0}, _("The state is locked"),
        _("%.*s holds it for \"%.*s\" since %.*s (process %" PRId64 "). Wait until that is done, or let this run "
          "wait with -lock-timeout=5m.%s%s%s"),
        STR_ARG(h->who.n ? h->who : STR("somebody")), STR_ARG(h->operation), STR_ARG(h->since), h->pid,
        elsewhere ? _(" If that machine is gone for good, delete ") : "", elsewhere ? lock->path.p : "",
        elsewhere ? "." : "");
    diag->code = DIAG_LOCKED;
    return false;
}

/* Sleeps at most until the end of the time-out; a signal ends it early. */
static void pause_for(unsigned seconds)
{
    struct timespec t = {.tv_sec = (time_t)seconds};
    nanosleep(&t, NULL);
}

static unsigned seconds_since(uint64_t start)
{
    return (unsigned)((clock_monotonic_ns() - start) / UINT64_C(1000000000));
}

bool lock_take(struct lock *lock, const struct store_options *options, struct arena *arena, struct diags *diags)
{
    uint64_t start = clock_monotonic_ns();
    for (unsigned pause = PAUSE_FIRST;; pause = pause < PAUSE_LONGEST ? pause * 2 : PAUSE_LONGEST) {
        struct lock_holder holder = {0};
        enum attempt outcome = attempt(lock, options, arena, &holder, diags);
        if (outcome != HELD)
            return outcome == TAKEN || fail_system(lock, diags);
        unsigned waited = seconds_since(start);
        if (waited >= options->lock_timeout_s || (options->waiting && !options->waiting(options->ctx, &holder, waited)))
            return fail_held(lock, &holder, arena, diags);
        unsigned left = options->lock_timeout_s - waited;
        pause_for(pause < left ? pause : left);
    }
}

void lock_release(struct lock *lock)
{
    if (lock->fd < 0)
        return;
    lock->vfs->unlink(lock->vfs->ctx, lock->path.p);
    lock->vfs->close(lock->vfs->ctx, lock->fd);
    lock->fd = -1;
}
