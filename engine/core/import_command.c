/* The import command: one object into the state, by the way that import blocks go, and nothing besides. */
#include "core/applying.h"

#include "base/gettext.h"

static bool not_managed(struct run *run, const struct addr *addr)
{
    const struct prior *prior = prior_find(run->priors, addr);
    if (!prior)
        return true;
    struct str id = object_id(prior->stored);
    struct diag *d = diag_error(run->diags, (struct span){0}, _("Managed already"),
                                _("%.*s is in the state already%s%.*s%s. To import another object there, let the state "
                                  "forget this one first."),
                                STR_ARG(addr->text), id.n ? _(", as \"") : "", STR_ARG(id), id.n ? "\"" : "");
    d->object = arena_str(run->diags->arena, addr->text);
    return false;
}

/* Writes the one object that was imported. */
static bool store(struct run *run, struct plan *plan, struct diags *diags)
{
    struct session *session = run->session;
    struct apply_result result = {0};
    struct applying a = {.run = *run, .plan = plan, .arena = plan->arena, .result = &result};
    if (!session_need_store(session, diags))
        return false;
    record_imported(&a);
    return result.imported && record_flush(&a) && store_checkpoint(session->store, diags);
}

static const struct change *change_at(const struct plan *plan, const struct addr *addr)
{
    vec_each (&plan->changes, i)
        if (plan->changes.v[i].addr == addr && plan->changes.v[i].import_id.n)
            return &plan->changes.v[i];
    return NULL;
}

/* What the plan would do besides is for the next plan: the state gets the object as it is. */
static bool finish(struct run *run, const struct addr *addr, struct import_result *result)
{
    struct plan *plan = run->plan;
    const struct change *found = change_at(plan, addr);
    if (!found)
        return false;
    struct change only = *found;
    result->next = only.action;
    if (only.action != ACTION_NOOP) {
        only.action = ACTION_NOOP;
        only.after = only.before;
        only.private_planned = (struct blob){0};
    }
    plan->changes.n = 0;
    vec_push(plan->arena, &plan->changes, only);
    return store(run, plan, run->diags);
}

static bool prepare(struct session *session, struct str addr, struct str id, const struct addr **out,
                    struct diags *diags)
{
    if (!session_prepare(session, diags) || !session_open_state(session, diags))
        return false;
    *out = addr_parse(session->addrs, session->sources, addr, diags);
    if (*out && (*out)->mode != ADDR_MANAGED)
        diag_error(diags, (struct span){0}, _("Invalid import target"),
                   _("%.*s is a data source: it is read, not managed, so there is nothing to import."), STR_ARG(addr));
    else if (*out && !id.n)
        diag_error(diags, (struct span){0}, _("Invalid import id"), _("The id is empty."));
    else
        return *out && import_ask(session, session->tree, *out, id, diags);
    return false;
}

bool session_import(struct session *session, struct str text, struct str id, struct import_result *result,
                    struct diags *diags)
{
    const struct addr *addr;
    size_t errors = diags->n_errors;
    if (!prepare(session, text, id, &addr, diags))
        return false;
    ARENA_AUTO scratch = arena_new();
    struct plan *plan = session_new_plan(session, PLAN_NORMAL);
    struct plan_options options = {.mode = PLAN_NORMAL, .targets = &addr->text, .n_targets = 1};
    struct run run = run_for(session, plan, &options, scratch, diags);
    tree_reset(session->tree);
    if (!session_read_state(&run) || !not_managed(&run, addr))
        return false;
    plan_walk(&run);
    bool ok = diags->n_errors == errors && finish(&run, addr, result);
    tree_reset(session->tree);
    session->priors = NULL;
    return ok;
}
