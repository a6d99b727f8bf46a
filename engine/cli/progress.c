#include "cli/progress.h"
#include "base/clock.h"
#include "base/gettext.h"
#include "base/map.h"
#include "view/json/stream.h"

#include <stdio.h>

enum { STILL_EVERY_S = 10, SHOWN_AT_ONCE = 8 };

/* A piece of work that is under way. */
struct running {
    const struct addr *addr;
    enum action action;
    struct str place;
    uint64_t since_ns, told_ns;
    char text[96];
};

struct progress {
    struct cli *cli;
    bool json, live; /* live: repaint at the bottom of a terminal */
    size_t painted;  /* lines on the screen to take off again */
    VEC(struct running) running;
    struct map places; /* text of an address -> its place in `running` + 1, or 0 */
};

struct progress *progress_new(struct cli *cli, bool json)
{
    struct progress *p = ARENA_NEW(cli->arena, struct progress);
    *p = (struct progress){.cli = cli, .json = json, .live = !json && cli->out.moves, .places = MAP_INIT(cli->arena)};
    return p;
}

/* Takes the repainted lines off the screen, before something else is printed. */
static void clear(struct progress *p)
{
    if (!p->painted)
        return;
    STRBUF_AUTO out = STRBUF_INIT(0);
    strbuf_printf(&out, "\033[%zuA\r\033[J", p->painted);
    cli_print(strbuf_str(&out));
    p->painted = 0;
}

static const char *doing(enum action action)
{
    switch (action) {
    case ACTION_CREATE:
        return _("Creating");
    case ACTION_UPDATE:
        return _("Modifying");
    case ACTION_DELETE:
        return _("Destroying");
    case ACTION_READ:
        return _("Reading");
    default:
        return _("Working");
    }
}

static const char *still_doing(enum action action)
{
    switch (action) {
    case ACTION_CREATE:
        return _("Still creating");
    case ACTION_UPDATE:
        return _("Still modifying");
    case ACTION_DELETE:
        return _("Still destroying");
    default:
        return _("Still reading");
    }
}

static const char *done(enum action action)
{
    switch (action) {
    case ACTION_CREATE:
        return _("Creation complete");
    case ACTION_UPDATE:
        return _("Modifications complete");
    case ACTION_DELETE:
        return _("Destruction complete");
    default:
        return _("Read complete");
    }
}

static void add_place(struct strbuf *out, struct str place)
{
    if (place.n)
        strbuf_printf(out, _(" on %.*s"), STR_ARG(place));
}

static void paint(struct progress *p)
{
    if (!p->live || !p->running.n)
        return;
    STRBUF_AUTO out = STRBUF_INIT(0);
    uint64_t now = clock_monotonic_ns();
    for (size_t i = 0; i < p->running.n && i < SHOWN_AT_ONCE; i++) {
        const struct running *r = &p->running.v[i];
        STRBUF_AUTO line = STRBUF_INIT(0);
        strbuf_printf(&line, "  %.*s: %s", STR_ARG(r->addr->text), doing(r->action));
        add_place(&line, r->place);
        strbuf_printf(&line, "… %us %s", (unsigned)((now - r->since_ns) / 1000000000u), r->text);
        struct str text = strbuf_str(&line);
        term_paint(&out, &p->cli->out, INK_DIM, "%.*s\n",
                   (int)(text.n < p->cli->out.width ? text.n : p->cli->out.width), text.p);
        p->painted++;
    }
    if (p->running.n > SHOWN_AT_ONCE) {
        strbuf_printf(&out, _("  … and %zu more\n"), p->running.n - SHOWN_AT_ONCE);
        p->painted++;
    }
    cli_print(strbuf_str(&out));
}

/* The key is a copy: addresses end with their session, and tests have many. */
static void set_place(struct progress *p, const struct addr *addr, uintptr_t place)
{
    struct map_entry *entry = map_find(&p->places, addr->text);
    if (entry)
        entry->value = (void *)place;
    else
        map_put(&p->places, arena_str(p->cli->arena, addr->text), (void *)place);
}

static struct running *find(struct progress *p, const struct session_event *e)
{
    uintptr_t place = (uintptr_t)map_get(&p->places, e->addr->text);
    return place ? &p->running.v[place - 1] : NULL;
}

static void start(struct progress *p, const struct session_event *e)
{
    uint64_t now = clock_monotonic_ns();
    struct running r = {e->addr, e->action, arena_str(p->cli->arena, e->place), now, now, ""};
    vec_push(p->cli->arena, &p->running, r);
    set_place(p, e->addr, p->running.n);
}

/* The last one moves into the gap. */
static void stop(struct progress *p, const struct session_event *e)
{
    struct running *r = find(p, e);
    if (!r)
        return;
    *r = p->running.v[--p->running.n];
    set_place(p, r->addr, (uintptr_t)(r - p->running.v) + 1);
    set_place(p, e->addr, 0);
}

/* Not a terminal: long work says so now and then, so that a log shows that it lives. */
static void tell_still(struct progress *p, struct strbuf *out)
{
    uint64_t now = clock_monotonic_ns();
    for (size_t i = 0; !p->live && i < p->running.n; i++) {
        struct running *r = &p->running.v[i];
        if (now - r->told_ns < STILL_EVERY_S * 1000000000ull)
            continue;
        r->told_ns = now;
        strbuf_printf(out, "%.*s: %s", STR_ARG(r->addr->text), still_doing(r->action));
        add_place(out, r->place);
        strbuf_printf(out, _("... [%us elapsed]"), (unsigned)((now - r->since_ns) / 1000000000u));
        strbuf_printf(out, "%s%s\n", *r->text ? " " : "", r->text);
    }
}

static void note_text(struct progress *p, const struct session_event *e)
{
    struct running *r = find(p, e);
    if (r)
        snprintf(r->text, sizeof r->text, "%.*s", STR_ARG(e->text));
}

static void add_line(struct strbuf *out, const struct session_event *e)
{
    strbuf_printf(out, "%.*s", STR_ARG(e->addr->text));
    if (e->deposed.n)
        strbuf_printf(out, _(" (deposed object %.*s)"), STR_ARG(e->deposed));
    strbuf_lit(out, ": ");
}

static void line_started(struct strbuf *out, const struct session_event *e)
{
    add_line(out, e);
    strbuf_printf(out, "%s", doing(e->action));
    add_place(out, e->place);
    strbuf_lit(out, "...");
    if (e->id.n)
        strbuf_printf(out, " [id=%.*s]", STR_ARG(e->id));
    strbuf_addc(out, '\n');
}

static void line_done(struct strbuf *out, const struct session_event *e)
{
    add_line(out, e);
    strbuf_printf(out, _("%s after %us"), done(e->action), (unsigned)(e->elapsed_ns / 1000000000u));
    if (e->id.n && e->action != ACTION_DELETE)
        strbuf_printf(out, " [id=%.*s]", STR_ARG(e->id));
    strbuf_addc(out, '\n');
}

static void line_import(struct strbuf *out, const struct session_event *e)
{
    add_line(out, e);
    strbuf_printf(out, "%s", _("Preparing import"));
    add_place(out, e->place);
    strbuf_printf(out, "... [id=%.*s]\n", STR_ARG(e->id));
}

static void line_read(struct strbuf *out, const struct session_event *e)
{
    strbuf_printf(out, ngettext("Reading %zu object", "Reading %zu objects", e->count), e->count);
    add_place(out, e->place);
    strbuf_lit(out, "...\n");
}

static void line_errored(struct strbuf *out, const struct session_event *e)
{
    add_line(out, e);
    strbuf_printf(out, _("FAILED after %us"), (unsigned)(e->elapsed_ns / 1000000000u));
    add_place(out, e->place);
    strbuf_addc(out, '\n');
}

static void line_skipped(struct strbuf *out, const struct session_event *e)
{
    add_line(out, e);
    strbuf_printf(out, "%s\n", _("not started: what it depends on failed, or the run was interrupted"));
}

static void describe(struct progress *p, struct strbuf *out, const struct session_event *e)
{
    switch (e->kind) {
    case EVENT_READ_START:
        line_read(out, e);
        break;
    case EVENT_LOOK_PROGRESS:
        strbuf_printf(out, "%.*s: %.*s\n", STR_ARG(e->place), STR_ARG(e->text));
        break;
    case EVENT_IMPORT_START:
        line_import(out, e);
        break;
    case EVENT_DATA_START:
    case EVENT_APPLY_START:
        line_started(out, e);
        break;
    case EVENT_DATA_COMPLETE:
    case EVENT_APPLY_COMPLETE:
        line_done(out, e);
        break;
    case EVENT_APPLY_ERRORED:
        line_errored(out, e);
        break;
    case EVENT_APPLY_SKIPPED:
        line_skipped(out, e);
        break;
    case EVENT_LOCK_WAIT:
        strbuf_printf(out, _("Waiting for the lock of the state: %.*s\n"), STR_ARG(e->text));
        break;
    case EVENT_CANCELLING:
        strbuf_printf(out, "\n%s\n",
                      _("Interrupted: finishing what runs, starting nothing new. Interrupt again to stop at once."));
        break;
    case EVENT_TICK:
        tell_still(p, out);
        break;
    default:
        break;
    }
}

static void track(struct progress *p, const struct session_event *e)
{
    if (e->kind == EVENT_DATA_START || e->kind == EVENT_APPLY_START)
        start(p, e);
    else if (e->kind == EVENT_DATA_COMPLETE || e->kind == EVENT_APPLY_COMPLETE || e->kind == EVENT_APPLY_ERRORED)
        stop(p, e);
    else if (e->kind == EVENT_APPLY_PROGRESS)
        note_text(p, e);
}

static void on_event(void *ctx, const struct session_event *e)
{
    struct progress *p = ctx;
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (p->json) {
        stream_event(&out, e);
        cli_print(strbuf_str(&out));
        return;
    }
    describe(p, &out, e);
    track(p, e);
    bool repaint = p->live && (out.n || e->kind == EVENT_TICK);
    if (!out.n && !repaint)
        return;
    clear(p);
    cli_print(strbuf_str(&out));
    if (repaint)
        paint(p);
}

struct session_events progress_events(struct progress *p)
{
    return (struct session_events){p, on_event};
}
