/* What providers told, as diagnostics with spans; what goes on, as events. */
#include "core/run.h"

#include "base/gettext.h"

/* Equal problems of one call, told once. */
struct merged {
    const struct problem *first;
    size_t n;
    struct strbuf others;
};

static struct span where_of(const struct about *about, struct str attribute)
{
    if (!about || !about->task)
        return (struct span){0};
    const struct config_resource *config = about->task->config;
    if (about->where.file && !attribute.n)
        return about->where;
    struct path_step step = {.kind = PATH_ATTR, .name = attribute};
    return attribute.n ? eval_body_span(config->args, (struct path){&step, 1}, config->header) : config->header;
}

static const struct about *about_of(const struct call *call, const struct problem *p)
{
    return p->request < call_size(call) ? call_tag_of(call, p->request) : NULL;
}

/* A check's data source that cannot be read is a warning of the check. */
static enum severity severity_of(const struct call *call, const struct problem *p)
{
    const struct about *about = about_of(call, p);
    bool scoped = call_kind(call) == CALL_READ && about && about->task && about->task->config->check;
    return scoped ? DIAG_WARNING : p->severity;
}

static void report_problem(struct run *run, const struct call *call, const struct merged *merged)
{
    const struct problem *p = merged->first;
    const struct about *about = about_of(call, p);
    struct diags *diags = run->diags;
    struct diag *d = (severity_of(call, p) == DIAG_ERROR ? diag_error : diag_warning)(
        diags, where_of(about, p->attribute), "", "%.*s", STR_ARG(p->detail));
    d->summary = arena_str(diags->arena, p->summary);
    if (merged->n > 1)
        d->detail = arena_printf(diags->arena, _("%.*s\n\nThe same goes for %zu more: %.*s."), STR_ARG(p->detail),
                                 merged->n - 1, STR_ARG(strbuf_str(&merged->others)));
    if (!about)
        return;
    if (about->addr)
        d->object = arena_str(diags->arena, about->addr->text);
    if (about->place.n)
        diag_note(diags, d, str_c(_("machine")), arena_printf(diags->arena, _("is %.*s"), STR_ARG(about->place)));
}

enum { NAMED = 5 };

static void add_other(struct merged *merged, const struct call *call, const struct problem *p)
{
    const struct about *about = about_of(call, p);
    if (++merged->n > NAMED + 1 || !about || !about->addr) {
        if (merged->n == NAMED + 2)
            strbuf_lit(&merged->others, ", …");
        return;
    }
    if (merged->others.n)
        strbuf_lit(&merged->others, ", ");
    strbuf_add(&merged->others, about->addr->text);
}

static struct str problem_key(struct arena *arena, const struct call *call, const struct problem *p)
{
    return arena_printf(arena, "%d %.*s\n%.*s\n%.*s", (int)severity_of(call, p), STR_ARG(p->attribute),
                        STR_ARG(p->summary), STR_ARG(p->detail));
}

void report_call(struct run *run, struct call *call)
{
    const struct problem *list;
    size_t n = call_problems(call, &list);
    if (!n)
        return;
    ARENA_AUTO arena = arena_new();
    struct map known = MAP_INIT(arena);
    for (size_t i = 0; i < n; i++) {
        struct str key = problem_key(arena, call, &list[i]);
        struct merged *merged = map_get(&known, key);
        if (merged) {
            add_other(merged, call, &list[i]);
            continue;
        }
        merged = ARENA_NEW(arena, struct merged);
        *merged = (struct merged){.first = &list[i], .n = 1, .others = STRBUF_INIT(1 << 16)};
        map_put(&known, key, merged);
    }
    map_each (&known, i) {
        struct merged *merged = known.entries[i].value;
        report_problem(run, call, merged);
        strbuf_free(&merged->others);
    }
}

/* -- events -- */

void session_tell(struct session *session, struct session_event event)
{
    if (session->options.events.event)
        session->options.events.event(session->options.events.ctx, &event);
}

struct str object_id(struct value object)
{
    if (!value_is_set(object) || object.type->kind != TYPE_OBJECT)
        return (struct str){0};
    struct value id = value_attr(object, STR("id"));
    if (!value_exists(id) || !value_is_set(id) || id.type != type_string || value_has_secret(id) || object.marks)
        return (struct str){0};
    return id.u.string;
}

void session_tell_look(struct session *session, const struct lane_event *event)
{
    if (event->kind == LANE_PROGRESS)
        session_tell(session, (struct session_event){
                                  .kind = EVENT_LOOK_PROGRESS, .place = event->lane->name, .text = event->text});
}

void session_tick(struct session *session)
{
    if (session_cancelled(session) && !session->told_cancelling) {
        session->told_cancelling = true;
        session_tell(session, (struct session_event){.kind = EVENT_CANCELLING});
    }
    session_tell(session, (struct session_event){.kind = EVENT_TICK});
}
