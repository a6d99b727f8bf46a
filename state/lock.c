#include "state/lock.h"
#include "base/clock.h"
#include "base/gettext.h"
#include "base/rng.h"

#include <inttypes.h>
#include <time.h>

enum { PAUSE_FIRST = 1, PAUSE_LONGEST = 16 };

static void warn_taken_over(const struct backend *b, const struct lock_holder *was, struct diags *diags)
{
    diag_warning(
        diags, (struct span){0}, _("Lock of a process that is gone"),
        _("%s was left by %s of %.*s (process %" PRId64 ", since %.*s), which ended without giving it back. It "
          "was taken over; what that run did is in the journal."),
        b->lock.p, was->operation.n ? was->operation.p : _("a run"), STR_ARG(was->who), was->pid, STR_ARG(was->since));
}

static bool fail_system(const struct backend *b, struct diags *diags)
{
    diag_error(diags, (struct span){0}, _("The state cannot be locked"),
               _("%s: %s. Without the lock two runs could change the same things at once; nothing was changed."),
               b->lock.p, b->why);
    return false;
}

/* How to go on where the holder cannot be asked from here. */
static struct str remedy(const struct backend *b, const struct lock_holder *h, struct arena *arena)
{
    if (!b->remote && h->host.n && holder_same_host(h))
        return STR("");
    if (h->id.n)
        return arena_printf(arena,
                            _(" If that run has ended for certain, give the lock free: detour force-unlock %.*s"),
                            STR_ARG(h->id));
    return b->remote ? STR("") : arena_printf(arena, _(" If that run has ended for certain, delete %s."), b->lock.p);
}

static const char *purpose(const struct lock_holder *h, struct arena *arena)
{
    struct str what = h->operation.n ? arena_printf(arena, _(" for \"%.*s\""), STR_ARG(h->operation)) : STR("");
    return h->since.n ? arena_printf(arena, _("%.*s since %.*s"), STR_ARG(what), STR_ARG(h->since)).p : what.p;
}

static bool fail_held(const struct backend *b, const struct lock_holder *h, struct arena *arena, struct diags *diags)
{
    struct str process = h->pid > 0 ? arena_printf(arena, _(" (process %" PRId64 ")"), h->pid) : STR("");
    struct diag *diag = diag_error(diags, (struct span){0}, _("The state is locked"),
                                   _("%.*s holds it%s%.*s. Wait until that is done, or let this run "
                                     "wait with -lock-timeout=5m.%.*s"),
                                   STR_ARG(h->who.n ? h->who : STR("somebody")), purpose(h, arena), STR_ARG(process),
                                   STR_ARG(remedy(b, h, arena)));
    diag->code = DIAG_LOCKED;
    return false;
}

/* A quarter to the whole of the pause, so that many who wait do not all come at the same moment; at most until the end
 * of the time-out. A signal ends it early. */
static void pause_for(unsigned seconds, unsigned left)
{
    unsigned short random;
    rng_bytes(&random, sizeof random);
    unsigned long ms = seconds * 250ul + seconds * 750ul * random / 65535ul;
    if (ms > left * 1000ul)
        ms = left * 1000ul;
    struct timespec t = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&t, NULL);
}

static unsigned seconds_since(uint64_t start)
{
    return (unsigned)((clock_monotonic_ns() - start) / UINT64_C(1000000000));
}

bool lock_take(struct backend *b, const struct store_options *options, struct arena *arena, struct diags *diags)
{
    uint64_t start = clock_monotonic_ns();
    struct lock_holder mine = holder_here(arena, options->operation ? options->operation : "");
    for (unsigned pause = PAUSE_FIRST;; pause = pause < PAUSE_LONGEST ? pause * 2 : PAUSE_LONGEST) {
        struct lock_holder holder = {0};
        enum lock_outcome outcome = b->ops->lock(b, arena, &mine, &holder);
        if (outcome == LOCK_TAKEN_OVER)
            warn_taken_over(b, &holder, diags);
        if (outcome == LOCK_FAILED)
            return fail_system(b, diags);
        if (outcome != LOCK_HELD) {
            b->lock_id = arena_str(b->arena, mine.id);
            return true;
        }
        unsigned waited = seconds_since(start);
        if (waited >= options->lock_timeout_s || (options->waiting && !options->waiting(options->ctx, &holder, waited)))
            return fail_held(b, &holder, arena, diags);
        pause_for(pause, options->lock_timeout_s - waited);
    }
}

bool lock_give(struct backend *b, struct diags *diags)
{
    ARENA_AUTO arena = arena_new();
    if (b->ops->unlock(b))
        return true;
    struct str elsewhere =
        b->remote ? arena_printf(arena, _("; elsewhere: detour force-unlock %.*s"), STR_ARG(b->lock_id)) : STR("");
    diag_warning(diags, (struct span){0}, _("The lock cannot be given back"),
                 _("%s: %s. The next run on this machine takes it over%.*s"), b->lock.p, b->why, STR_ARG(elsewhere));
    return false;
}
