#include "view/human/history.h"
#include "base/gettext.h"
#include "value/print.h"
#include "view/human/render.h"

#include <inttypes.h>

/* -- the table -- */

enum { SHORT_DIGEST = 12 };

static struct str changes_of(struct arena *arena, const struct past *p)
{
    struct str text = arena_printf(arena, "+%" PRIu64 " ~%" PRIu64 " -%" PRIu64, p->added, p->changed, p->removed);
    if (p->moved)
        text = arena_printf(arena, "%s >%" PRIu64, text.p, p->moved);
    return text;
}

static void row(struct strbuf *out, struct arena *arena, const struct past *p)
{
    struct str changes = p->when.n ? changes_of(arena, p) : STR("");
    strbuf_printf(out, "%6" PRIu64 "  %-20.*s  %-20.*s  %-14.*s  %-14.*s  %.*s%s\n", p->serial, STR_ARG(p->when),
                  STR_ARG(p->who), STR_ARG(p->operation), STR_ARG(changes),
                  STR_ARG(str_sub(p->digest, 0, SHORT_DIGEST)), p->kept ? "" : _(" (text dropped)"));
}

void human_history(struct strbuf *out, const struct history *history, struct str lineage, const struct term *term)
{
    ARENA_AUTO arena = arena_new();
    bool any = false;
    for (size_t i = history->list.n; i > 0; i--) {
        const struct past *p = &history->list.v[i - 1];
        if (!str_eq(p->lineage, lineage))
            continue;
        if (!any)
            term_paint(out, term, INK_BOLD, "%6s  %-20s  %-20s  %-14s  %-14s  %s\n", _("SERIAL"), _("WHEN"), _("WHO"),
                       _("OPERATION"), _("CHANGES"), _("PLAN"));
        any = true;
        row(out, arena, p);
    }
    if (!any)
        strbuf_printf(out, "%s\n", _("There is no history of this state yet."));
}

/* -- a comparison -- */

static struct value value_or(const struct state_object *o, struct value otherwise)
{
    return o ? o->value : otherwise;
}

static struct diff *difference(struct arena *arena, const struct state_difference *d, struct registry *registry)
{
    const struct provider_type *type = registry_type(registry, d->addr->mode, d->addr->type);
    struct value none = type ? value_null(type->schema->implied) : (struct value){0};
    struct value before = value_or(d->before, none), after = value_or(d->after, none);
    struct change change = {.addr = d->addr, .before = before, .after = after};
    if (!type)
        return diff_of_values(arena, before, after);
    change.schema = type->schema;
    return diff_of_change(arena, &change);
}

static const char *verb(const struct state_difference *d)
{
    if (!d->before)
        return _("was added");
    if (!d->after)
        return _("was removed");
    if (d->before->status != d->after->status)
        return d->after->status == OBJECT_TAINTED ? _("was tainted") : _("was untainted");
    return _("changed");
}

static void object(struct strbuf *out, struct arena *arena, const struct state_difference *d, struct registry *registry,
                   const struct human_options *options)
{
    struct render r = {.out = out, .term = &options->term, .arena = arena, .no_null_suffix = true};
    enum diff_action action = !d->before ? DIFF_CREATE : !d->after ? DIFF_DELETE : DIFF_UPDATE;
    if (d->deposed.n)
        term_paint(out, &options->term, INK_BOLD, _("# %.*s (deposed object %.*s) %s\n"), STR_ARG(d->addr->text),
                   STR_ARG(d->deposed), verb(d));
    else
        term_paint(out, &options->term, INK_BOLD, "# %.*s %s\n", STR_ARG(d->addr->text), verb(d));
    render_symbol(r, action);
    strbuf_printf(out, "%s \"%.*s\" \"%.*s\" ", d->addr->mode == ADDR_DATA ? "data" : "resource",
                  STR_ARG(d->addr->type), STR_ARG(d->addr->name));
    render_diff(r, difference(arena, d, registry), 0);
    strbuf_lit(out, "\n\n");
}

static void output_value(struct strbuf *out, const struct state_output *o)
{
    if (o)
        value_print(out, o->sensitive ? value_mark(o->value, MARK_SENSITIVE) : o->value, 0);
    else
        strbuf_lit(out, "null");
}

static void output(struct strbuf *out, const struct output_difference *d, const struct term *term)
{
    ARENA_AUTO arena = arena_new();
    struct render r = {.out = out, .term = term, .arena = arena};
    render_symbol(r, !d->before ? DIFF_CREATE : !d->after ? DIFF_DELETE : DIFF_UPDATE);
    strbuf_printf(out, "%.*s = ", STR_ARG(d->name));
    if (d->before && d->after) {
        output_value(out, d->before);
        strbuf_lit(out, " -> ");
    }
    output_value(out, d->after ? d->after : d->before);
    strbuf_addc(out, '\n');
}

void human_comparison(struct strbuf *out, const struct state_comparison *c, struct registry *registry,
                      const struct human_options *options)
{
    ARENA_AUTO arena = arena_new();
    vec_each (&c->objects, i)
        object(out, arena, &c->objects.v[i], registry, options);
    if (c->outputs.n)
        strbuf_printf(out, "%s\n", _("Outputs:"));
    vec_each (&c->outputs, i)
        output(out, &c->outputs.v[i], &options->term);
    if (!c->objects.n && !c->outputs.n)
        strbuf_printf(out, "%s\n", _("No differences."));
}
