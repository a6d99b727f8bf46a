#include "debian.h"
#include "base/gettext.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

struct batch *batch_new(struct debian *self, detour_call *call, size_t n)
{
    struct arena *arena = arena_new();
    arena_wipe_on_free(arena);
    struct batch *batch = ARENA_NEW(arena, struct batch);
    *batch = (struct batch){.self = self, .kit = {self->host, call}, .arena = arena};
    batch->script = STRBUF_SECRET(0); /* it may hold the content of secret files */
    batch->items = ARENA_ARRAY(arena, struct item, n ? n : 1);
    batch->n = n;
    return batch;
}

void batch_free(struct batch *batch)
{
    strbuf_free(&batch->script);
    arena_free(batch->arena);
}

void batch_line(struct batch *batch, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    strbuf_vprintf(&batch->script, format, args);
    va_end(args);
}

void batch_word(struct batch *batch, struct str word)
{
    strbuf_addc(&batch->script, ' ');
    bool carried = transport_quote(&batch->script, word);
    assert(carried); /* strings of the language hold no NUL, and bytes travel as base64 */
    (void)carried;
}

void batch_fail(struct batch *batch, struct item *item, const char *attribute, const char *summary, const char *format,
                ...)
{
    va_list args;
    va_start(args, format);
    struct str detail = arena_vprintf(batch->arena, format, args);
    va_end(args);
    batch->kit.host->fail(batch->kit.call, item->request, attribute, summary, "%s", detail.p);
    item->failed = true;
}

void batch_fail_all(struct batch *batch, const struct transport_problem *problem)
{
    struct item *teller = batch->items;
    for (size_t i = 0; i < batch->n; i++)
        if (batch->items[i].kind->id == KIND_HOST)
            teller = &batch->items[i];
    struct str summary = arena_str(batch->arena, problem->summary);
    struct str rest = batch->n > 1 ? arena_printf(batch->arena, _("\nThis concerns all %zu objects of %.*s."), batch->n,
                                                  STR_ARG(machine_name(batch->machine)))
                                   : STR("");
    batch_fail(batch, teller, NULL, summary.p, "%.*s%.*s", STR_ARG(problem->detail), STR_ARG(rest));
    for (size_t i = 0; i < batch->n; i++)
        batch->items[i].failed = true;
}

/* Whose work a word of progress is about: of a package, where apt speaks. */
static size_t whose(struct batch *batch, struct str text)
{
    if (str_starts(text, STR("apt:")))
        batch_each(batch, KIND_PACKAGE, item) return item->request;
    return 0;
}

static void pass_on(void *ctx, const struct transport_section *section)
{
    struct batch *batch = ctx;
    if (str_is(section->name, "p") && batch->n)
        batch->kit.host->progress(batch->kit.call, whose(batch, section->body), "%.*s", STR_ARG(section->body));
}

static bool is_cancelled(void *ctx)
{
    struct batch *batch = ctx;
    return batch->kit.host->cancelled(batch->kit.call);
}

/* One script carries all content of a level; a strbuf that is full drops what does not fit. */
static bool fits(struct batch *batch, struct transport_problem *problem)
{
    enum { WRAPPING = 4096 };
    if (!batch->script.over && batch->script.n <= STRBUF_MAX - WRAPPING)
        return true;
    *problem = (struct transport_problem){
        .status = TRANSPORT_TOO_LONG,
        .summary = str_c(_("Too much at once")),
        .detail =
            arena_printf(batch->arena,
                         _("The changes of %.*s are more than 1 GiB of text in one go, and none of them was made. "
                           "Apply some of the files first, with -target."),
                         STR_ARG(machine_name(batch->machine)))};
    return false;
}

/* A session may have died while a person read the plan: then there is another, once. */
bool batch_run(struct batch *batch, bool careful, struct transport_problem *problem)
{
    struct transport_job job = {.script = strbuf_str(&batch->script),
                                .seconds = careful ? 3600 : 420, /* looking waits up to 300 for who changes things */
                                .careful = careful,
                                .watch = pass_on,
                                .cancelled = is_cancelled,
                                .ctx = batch};
    if (!fits(batch, problem))
        return false;
    for (int attempt = 0;; attempt++) {
        struct transport *session = machine_session(batch->machine, batch->arena, 0, problem);
        if (!session)
            return false;
        if (transport_run(session, batch->arena, &job, &batch->answer, problem))
            return true;
        machine_hang_up(batch->machine);
        if (problem->status != TRANSPORT_STALE || attempt)
            return false;
    }
}

const struct str *batch_section(struct batch *batch, const char *name, const struct item *item)
{
    return transport_section(&batch->answer, arena_printf(batch->arena, "%s%zu", name, (size_t)(item - batch->items)));
}

void batch_results(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++) {
        struct item *item = &batch->items[i];
        const struct str *body = batch_section(batch, "r", item);
        item->status = body ? atoi(body->p) : -1;
        size_t eol = body && body->n ? str_find_byte(*body, '\n', 0) : SIZE_MAX;
        item->words = eol == SIZE_MAX ? STR("") : str_trim(str_sub(*body, eol + 1, body->n));
    }
}
