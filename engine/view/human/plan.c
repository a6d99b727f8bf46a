#include "view/human/plan.h"
#include "base/gettext.h"
#include "base/unicode.h"
#include "view/human/render.h"

/* -- headers -- */

static const char *will(const struct change *change)
{
    switch (change->action) {
    case ACTION_CREATE:
        return _("will be created");
    case ACTION_READ:
        return _("will be read during apply");
    case ACTION_UPDATE:
        return _("will be updated in-place");
    case ACTION_DELETE:
        return _("will be destroyed");
    case ACTION_FORGET:
        return _("will no longer be managed");
    case ACTION_REPLACE:
    case ACTION_CREATE_BEFORE_DELETE:
        if (change->reason == REASON_REPLACE_TAINTED)
            return _("is tainted, so must be replaced");
        if (change->reason == REASON_REPLACE_REQUESTED)
            return _("will be replaced, as requested");
        if (change->reason == REASON_REPLACE_TRIGGERS)
            return _("will be replaced due to changes in replace_triggered_by");
        return _("must be replaced");
    case ACTION_NOOP:
        break;
    }
    return change->moved_from ? _("has moved") : change->import_id.n ? _("will be imported") : _("stays as it is");
}

static void note(struct strbuf *out, const struct term *term, enum term_ink ink, struct str text)
{
    strbuf_lit(out, "  ");
    term_paint(out, term, ink, "# %.*s", STR_ARG(text));
    strbuf_addc(out, '\n');
}

static struct str key_text(struct arena *arena, struct key key)
{
    if (key.kind == KEY_INT)
        return arena_printf(arena, "[%lld]", (long long)key.index);
    return arena_printf(arena, "[\"%.*s\"]", STR_ARG(key.name));
}

/* Why it goes, for deletions; empty where the header says it all. */
static struct str because(struct arena *arena, const struct change *change)
{
    const struct addr *addr = change->addr;
    struct str key = key_text(arena, addr->key);
    switch (change->reason) {
    case REASON_DELETE_NO_CONFIG:
        return arena_printf(arena, _("(because %.*s.%.*s is not in configuration)"), STR_ARG(addr->type),
                            STR_ARG(addr->name));
    case REASON_DELETE_NO_MODULE:
        return arena_printf(arena, _("(because %.*s is not in configuration)"), STR_ARG(addr->module->text));
    case REASON_DELETE_COUNT_INDEX:
        return arena_printf(arena, _("(because index %.*s is out of range for count)"), STR_ARG(key));
    case REASON_DELETE_EACH_KEY:
        return arena_printf(arena, _("(because key %.*s is not in for_each map)"), STR_ARG(key));
    case REASON_DELETE_WRONG_REPETITION:
        if (addr->key.kind == KEY_NONE)
            return STR("(because resource uses count or for_each)");
        return arena_printf(arena, _("(because resource does not use %s)"),
                            addr->key.kind == KEY_INT ? "count" : "for_each");
    case REASON_READ_CONFIG_UNKNOWN:
        return arena_printf(arena, "%s", _("(config refers to values not yet known)"));
    case REASON_READ_DEPENDENCY_PENDING:
        return arena_printf(arena, "%s", _("(depends on a resource or a module with changes pending)"));
    default:
        return (struct str){0};
    }
}

static void header(struct strbuf *out, struct arena *arena, const struct change *change, const struct term *term)
{
    strbuf_printf(out, "%s  # %.*s", term_on(term, INK_BOLD), STR_ARG(change->addr->text));
    if (change->deposed.n)
        strbuf_printf(out, _(" (deposed object %.*s)"), STR_ARG(change->deposed));
    strbuf_printf(out, "%s ", term_off(term));
    bool danger = change->action == ACTION_DELETE || change->action == ACTION_REPLACE ||
                  change->action == ACTION_CREATE_BEFORE_DELETE;
    term_paint(out, term, danger ? INK_BOLD_RED : INK_NONE, "%s", will(change));
    if (change->action == ACTION_NOOP && change->moved_from)
        strbuf_printf(out, _(" from %.*s"), STR_ARG(change->moved_from->text));
    if (change->place.n)
        strbuf_printf(out, _(", on %.*s"), STR_ARG(change->place));
    strbuf_addc(out, '\n');
    if (change->moved_from && change->action != ACTION_NOOP)
        note(out, term, INK_NONE, arena_printf(arena, _("(moved from %.*s)"), STR_ARG(change->moved_from->text)));
    if (change->import_id.n)
        note(out, term, INK_NONE, arena_printf(arena, _("(imported from \"%.*s\")"), STR_ARG(change->import_id)));
    struct str why = because(arena, change);
    if (why.n)
        note(out, term, INK_NONE, why);
}

static void risks(struct strbuf *out, struct arena *arena, const struct change *change, const struct term *term)
{
    static const struct {
        const char *label;
        enum term_ink ink;
    } levels[] = {[RISK_NOTE] = {N_("Note"), INK_NONE},
                  [RISK_RISK] = {N_("Risk"), INK_YELLOW},
                  [RISK_DANGER] = {N_("DANGER"), INK_BOLD_RED}};
    vec_each (&change->risks, i) {
        const struct risk *risk = &change->risks.v[i];
        note(out, term, levels[risk->level].ink,
             arena_printf(arena, "%s: %.*s", _(levels[risk->level].label), STR_ARG(risk->text)));
    }
}

static void symbol(struct strbuf *out, const struct term *term, enum action action)
{
    static const struct {
        const char *text;
        enum term_ink ink;
    } symbols[] = {
        [ACTION_NOOP] = {"    ", INK_NONE},
        [ACTION_CREATE] = {"  + ", INK_GREEN},
        [ACTION_READ] = {" <= ", INK_CYAN},
        [ACTION_UPDATE] = {"  ~ ", INK_YELLOW},
        [ACTION_DELETE] = {"  - ", INK_RED},
        [ACTION_REPLACE] = {"-/+ ", INK_RED},
        [ACTION_CREATE_BEFORE_DELETE] = {"+/- ", INK_RED},
        [ACTION_FORGET] = {"  . ", INK_NONE},
    };
    term_paint(out, term, symbols[action].ink, "%s", symbols[action].text);
}

/* What is not going to change at all has nothing to show but its header. */
static bool has_body(const struct change *change)
{
    return change->action != ACTION_FORGET && (change->action != ACTION_NOOP || change->import_id.n);
}

static void change_block(struct strbuf *out, struct arena *arena, const struct change *change,
                         const struct human_options *options)
{
    header(out, arena, change, &options->term);
    risks(out, arena, change, &options->term);
    struct render r = {
        .out = out, .term = &options->term, .arena = arena, .show_unchanged = change->action == ACTION_NOOP};
    symbol(out, &options->term, change->action);
    strbuf_printf(out, "%s \"%.*s\" \"%.*s\"", change->addr->mode == ADDR_DATA ? "data" : "resource",
                  STR_ARG(change->addr->type), STR_ARG(change->addr->name));
    if (has_body(change)) {
        strbuf_addc(out, ' ');
        render_diff(r, diff_of_change(arena, change), 0);
    }
    strbuf_addc(out, '\n');
}

void human_change(struct strbuf *out, const struct change *change, const struct human_options *options)
{
    ARENA_AUTO arena = arena_new();
    change_block(out, arena, change, options);
}

/* -- the legend -- */

static void legend(struct strbuf *out, const struct plan *plan, const struct term *term)
{
    static const struct {
        enum action action;
        const char *text;
    } rows[] = {
        {ACTION_CREATE, N_("create")},
        {ACTION_UPDATE, N_("update in-place")},
        {ACTION_DELETE, N_("destroy")},
        {ACTION_REPLACE, N_("destroy and then create replacement")},
        {ACTION_CREATE_BEFORE_DELETE, N_("create replacement and then destroy")},
        {ACTION_READ, N_("read (data resources)")},
        {ACTION_FORGET, N_("no longer managed, left as it is")},
    };
    unsigned used = 0;
    vec_each (&plan->changes, i)
        if (change_matters(&plan->changes.v[i]))
            used |= 1u << plan->changes.v[i].action;
    used &= ~(1u << ACTION_NOOP);
    if (!used)
        return;
    strbuf_printf(out, "%s\n", _("Resource actions are indicated with the following symbols:"));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!(used & (1u << rows[i].action)))
            continue;
        symbol(out, term, rows[i].action);
        strbuf_printf(out, "%s\n", _(rows[i].text));
    }
    strbuf_addc(out, '\n');
}

/* -- drift -- */

/* Drift matters to a plan where the plan changes the same object; elsewhere it was put right by what the configuration
 * says anyway. */
static bool drift_matters(const struct plan *plan, const struct change *drift)
{
    if (plan->mode == PLAN_REFRESH_ONLY)
        return true;
    const struct change *change = plan_find(plan, drift->addr);
    return change && change->action != ACTION_NOOP;
}

static void drifted(struct strbuf *out, const struct plan *plan, const struct human_options *options)
{
    size_t shown = 0;
    vec_each (&plan->drift, i) {
        struct change drift = plan->drift.v[i];
        if (!drift_matters(plan, &drift))
            continue;
        if (shown++ == 0)
            strbuf_printf(out, "%s\n\n", _("Objects have changed outside of detour since it last looked:"));
        ARENA_AUTO arena = arena_new();
        bool gone = drift.action == ACTION_DELETE;
        term_paint(out, &options->term, INK_BOLD, "  # %.*s", STR_ARG(drift.addr->text));
        strbuf_printf(out, " %s", gone ? _("has been deleted") : _("has changed"));
        if (drift.place.n)
            strbuf_printf(out, _(", on %.*s"), STR_ARG(drift.place));
        strbuf_addc(out, '\n');
        struct render r = {.out = out, .term = &options->term, .arena = arena};
        symbol(out, &options->term, drift.action);
        strbuf_printf(out, "resource \"%.*s\" \"%.*s\" ", STR_ARG(drift.addr->type), STR_ARG(drift.addr->name));
        render_diff(r, diff_of_change(arena, &drift), 0);
        strbuf_lit(out, "\n\n");
    }
}

/* -- outputs -- */

static struct diff *output_diff(struct arena *arena, const struct plan_output *output)
{
    struct value none = {0};
    struct value before = value_exists(output->before) && output->action != ACTION_CREATE ? output->before : none;
    struct value after = value_exists(output->after) && output->action != ACTION_DELETE ? output->after : none;
    if (output->sensitive) {
        before = value_exists(before) ? value_mark(before, MARK_SENSITIVE) : before;
        after = value_exists(after) ? value_mark(after, MARK_SENSITIVE) : after;
    }
    return diff_of_values(arena, before, after);
}

static void output_changes(struct strbuf *out, const struct plan *plan, const struct term *term)
{
    size_t width = 0;
    vec_each (&plan->outputs, i) {
        const struct plan_output *output = &plan->outputs.v[i];
        size_t w = output->action == ACTION_NOOP ? 0 : unicode_width(output->name);
        width = w > width ? w : width;
    }
    if (!width)
        return;
    strbuf_printf(out, "\n%s\n", _("Changes to Outputs:"));
    vec_each (&plan->outputs, i) {
        const struct plan_output *output = &plan->outputs.v[i];
        if (output->action == ACTION_NOOP)
            continue;
        ARENA_AUTO arena = arena_new();
        struct diff *diff = output_diff(arena, output);
        if (!diff)
            continue;
        struct render r = {.out = out, .term = term, .arena = arena};
        render_symbol(r, diff->action == DIFF_SAME ? DIFF_UPDATE : diff->action);
        strbuf_add(out, output->name);
        strbuf_add_n(out, ' ', width - unicode_width(output->name));
        strbuf_lit(out, " = ");
        render_diff(r, diff, 0);
        strbuf_addc(out, '\n');
    }
}

/* -- the whole -- */

void human_counts(struct strbuf *out, const struct plan *plan, const struct term *term)
{
    struct plan_counts n = plan_count(plan);
    strbuf_printf(out, "%s%s%s ", term_on(term, INK_BOLD), _("Plan:"), term_off(term));
    if (n.import)
        strbuf_printf(out, _("%zu to import, "), n.import);
    strbuf_printf(out, _("%zu to add, %zu to change, "), n.add, n.change);
    if (n.replace)
        strbuf_printf(out, _("%zu to replace, "), n.replace);
    strbuf_printf(out, _("%zu to destroy"), n.destroy);
    if (n.forget)
        strbuf_printf(out, _(", %zu to forget"), n.forget);
    strbuf_addc(out, '.');
}

static bool is_shown(const struct change *change)
{
    return change_matters(change);
}

static void nothing(struct strbuf *out, const struct plan *plan, const struct term *term)
{
    term_paint(out, term, INK_BOLD, "%s", _("No changes."));
    if (plan->mode == PLAN_DESTROY)
        strbuf_printf(out, " %s\n", _("No objects need to be destroyed."));
    else if (plan->mode == PLAN_REFRESH_ONLY)
        strbuf_printf(out, " %s\n", _("What is stored matches what is there."));
    else
        strbuf_printf(out, " %s\n", _("Your infrastructure matches the configuration."));
}

static void changes(struct strbuf *out, const struct plan *plan, const struct human_options *options)
{
    legend(out, plan, &options->term);
    ARENA_AUTO scratch = arena_new();
    bool titled = false;
    vec_each (&plan->changes, i) {
        if (!is_shown(&plan->changes.v[i]))
            continue;
        if (!titled)
            strbuf_printf(out, "%s\n\n",
                          plan->errored ? _("Planning failed for some objects. What could be planned:")
                                        : _("detour will perform the following actions:"));
        titled = true;
        change_block(out, scratch, &plan->changes.v[i], options);
        arena_reset(scratch);
        strbuf_addc(out, '\n');
    }
}

void human_plan(struct strbuf *out, const struct plan *plan, const struct human_options *options)
{
    drifted(out, plan, options);
    if (plan_is_empty(plan)) {
        if (!plan->errored)
            nothing(out, plan, &options->term);
        return;
    }
    changes(out, plan, options);
    human_counts(out, plan, &options->term);
    strbuf_addc(out, '\n');
    output_changes(out, plan, &options->term);
    if (options->show_digest && !plan->errored) {
        ARENA_AUTO arena = arena_new();
        strbuf_printf(out, _("\nDigest: sha256:%.*s\n"), STR_ARG(digest_hex(arena, plan->digest)));
    }
}
