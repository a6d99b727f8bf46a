/* work: the three calls that reach a machine: read, review, apply. One script each. */
#include "debian.h"
#include "debian_remote.h"
#include "base/clock.h"
#include "base/gettext.h"

#include <stdio.h>
#include <time.h>

static void take_object(struct batch *batch, size_t i, const struct detour_type *type, const detour_value *prior,
                        const detour_value *planned)
{
    struct item *item = &batch->items[i];
    struct kit kit = batch->kit;
    item->kind = kind_of(type);
    item->request = i;
    item->prior = prior;
    item->planned = planned;
    item->base = planned ? planned : prior;
    item->name = kit_text(kit, item->base, item->kind->key);
    item->status = -1;
    if (item->kind->id != KIND_FILE)
        return;
    item->known_sha256 = file_hash(kit, item->base);
    if (kit_attr(kit, item->base, "content"))
        item->known_content = kit_text(kit, item->base, "content");
}

static void take_change(struct batch *batch, size_t i, enum detour_action action, struct detour_blob private_in)
{
    batch->items[i].action = action;
    batch->items[i].private_in = private_in;
}

static struct machine *machine_for(struct batch *batch)
{
    if (!batch->n)
        return NULL;
    struct item *item = &batch->items[0];
    struct str name = kit_text(batch->kit, item->base, item->kind->id == KIND_HOST ? "name" : "host");
    return machine_of(batch->self, kit_copy(batch->kit, name));
}

static struct item *host_of(struct batch *batch)
{
    batch_each(batch, KIND_HOST, item) return item;
    return NULL;
}

/* A key that nobody has vouched for is only ever accepted by a person, reading a plan or writing a configuration. */
static void fail_unpinned(struct batch *batch, struct transport_problem *problem)
{
    problem->detail =
        arena_printf(batch->arena, _("%.*s\nIf that is right, write into its debian_host:\n  host_key = \"%.*s\""),
                     STR_ARG(problem->detail), STR_ARG(problem->host_key));
    batch_fail_all(batch, problem);
}

static void give_up(struct batch *batch, struct transport_problem *problem)
{
    if (problem->status == TRANSPORT_KEY_UNKNOWN)
        fail_unpinned(batch, problem);
    else
        batch_fail_all(batch, problem);
}

/* What stands there, for apply to hold to; nothing where the state says it, as the hash of a secret may give it away.
 */
static struct detour_blob file_blob(struct batch *batch, const struct item *item, const detour_value *state)
{
    if (str_eq(file_hash(batch->kit, state), item->path.sha256))
        return (struct detour_blob){0};
    struct str token = file_token(batch->kit, item);
    return (struct detour_blob){token.p, token.n};
}

static bool unreadable(const struct item *item)
{
    return (item->kind->id == KIND_FILE || item->kind->id == KIND_DIRECTORY) && item->path.unreadable;
}

static void read_one(struct batch *batch, struct item *item, struct detour_read *req)
{
    if (unreadable(item)) {
        batch_fail(batch, item, item->kind->key, _("Cannot be read"),
                   _("%.*s on %.*s: the account that detour connects with may not look at it. Connect as root, or set "
                     "`sudo = true` on the debian_host."),
                   STR_ARG(item->name), STR_ARG(machine_name(batch->machine)));
        return;
    }
    if (req->type->flags & DETOUR_DATA) {
        req->state = data_state(batch, item);
        return;
    }
    req->private_out = req->private_in;
    req->state = item->kind->state(batch, item);
    if (item->kind->id == KIND_FILE && req->state)
        req->private_out = file_blob(batch, item, req->state);
}

/* The part of a script that looks, once nothing else is at work there. */
static void look_lines(struct batch *batch, enum look look)
{
    batch_line(batch, "if wait_for_changes; then\n");
    observe_script(batch, look);
}

static void look_end(struct batch *batch)
{
    batch_line(batch, "else emit busy ''; fi\n");
}

static bool busy(struct batch *batch, struct transport_problem *problem)
{
    if (!transport_section(&batch->answer, STR("busy")))
        return false;
    struct str name = machine_name(batch->machine);
    *problem = (struct transport_problem){
        .status = TRANSPORT_TIMEOUT,
        .summary = arena_printf(batch->arena, _("%.*s is being changed"), STR_ARG(name)),
        .detail =
            arena_printf(batch->arena,
                         _("Another detour is changing %.*s, and was waited for in vain: for five minutes to look, for "
                           "ten to change something. `lsof /run/detour.lock` there shows its processes. Nothing was "
                           "done; try again when it is through."),
                         STR_ARG(name))};
    return true;
}

void debian_read(void *self, detour_call *call, struct detour_read *reqs, size_t n)
{
    struct batch *batch = batch_new(self, call, n);
    struct transport_problem problem;
    for (size_t i = 0; i < n; i++)
        if (reqs[i].type->flags & DETOUR_DATA)
            take_object(batch, i, reqs[i].type, NULL, reqs[i].config);
        else
            take_object(batch, i, reqs[i].type, reqs[i].prior, NULL);
    batch->machine = machine_for(batch);
    for (size_t i = 0; i < n; i++)
        if (batch->items[i].kind->id == KIND_HOST)
            machine_learn(batch->machine, batch->kit, reqs[i].prior, reqs[i].config);
    batch_line(batch, "%s", remote_observe);
    look_lines(batch, LOOK_FETCH);
    look_end(batch);
    if (n && batch_run(batch, false, &problem) && !busy(batch, &problem)) {
        observe_answer(batch);
        for (size_t i = 0; i < n; i++)
            read_one(batch, &batch->items[i], &reqs[i]);
    } else if (n) {
        give_up(batch, &problem);
    }
    for (size_t i = 0; i < n; i++)
        reqs[i].failed = reqs[i].failed || batch->items[i].failed;
    batch_free(batch);
}

static void say(struct batch *batch, const struct item *item, enum detour_risk risk, struct str text)
{
    batch->kit.host->consequence(batch->kit.call, item->request, risk, "%.*s", STR_ARG(text));
}

/* The key that would be pinned is shown now, and apply holds to it. */
static void offer_key(struct batch *batch, struct item *host, struct detour_review *req, struct str key)
{
    say(batch, host, DETOUR_RISK,
        arena_printf(batch->arena,
                     _("host key %.*s will be pinned: compare it with what the machine's console or provider says"),
                     STR_ARG(transport_fingerprint(batch->arena, key))));
    struct str kept = kit_copy(batch->kit, key);
    req->private_out = (struct detour_blob){kept.p, kept.n};
    machine_pin(batch->machine, key);
}

/* A session for the review. A machine that cannot be reached yet is no failure of the plan. */
static bool review_session(struct batch *batch, struct item *host, struct detour_review *reqs)
{
    struct transport_problem problem;
    unsigned patience = host && host->action == DETOUR_CREATE ? 5 : 0;
    if (machine_session(batch->machine, batch->arena, patience, &problem))
        return true;
    if (problem.status == TRANSPORT_KEY_UNKNOWN && host) {
        offer_key(batch, host, &reqs[host->request], problem.host_key);
        if (machine_session(batch->machine, batch->arena, patience, &problem))
            return true;
    }
    if (problem.status == TRANSPORT_KEY_CHANGED || problem.status == TRANSPORT_KEY_UNKNOWN) {
        give_up(batch, &problem);
        return false;
    }
    struct item *teller = host ? host : &batch->items[0];
    say(batch, teller, problem.status == TRANSPORT_REFUSED ? DETOUR_RISK : DETOUR_NOTE,
        arena_printf(batch->arena, _("%.*s now, so what the changes would entail cannot be said"),
                     STR_ARG(problem.summary)));
    return false;
}

static void review_connected(struct batch *batch, struct detour_review *reqs)
{
    struct transport_problem problem;
    batch_line(batch, "%s%s", remote_observe, remote_packages);
    look_lines(batch, LOOK_ONLY);
    package_review_script(batch);
    directory_review_script(batch);
    look_end(batch);
    if (!batch_run(batch, false, &problem) || busy(batch, &problem)) {
        if (problem.status == TRANSPORT_SUDO)
            give_up(batch, &problem);
        else
            say(batch, &batch->items[0], DETOUR_NOTE, problem.summary);
        return;
    }
    observe_answer(batch);
    package_review(batch, reqs);
    directory_review(batch, reqs);
    file_review(batch, reqs);
    user_review(batch, reqs);
    service_review(batch, reqs);
}

static bool host_unpinned(struct batch *batch, const struct item *host)
{
    return !host_key_comes(host->private_in) && host->action == DETOUR_CREATE &&
           !kit_bool(batch->kit, host->planned, "local", false) && !kit_attr(batch->kit, host->planned, "host_key");
}

void debian_review(void *self, detour_call *call, struct detour_review *reqs, size_t n)
{
    struct batch *batch = batch_new(self, call, n);
    for (size_t i = 0; i < n; i++) {
        take_object(batch, i, reqs[i].type, reqs[i].prior, reqs[i].planned);
        take_change(batch, i, reqs[i].action, reqs[i].private_in);
    }
    batch->machine = machine_for(batch);
    struct item *host = n ? host_of(batch) : NULL;
    bool known = n && machine_is_known(batch->machine);
    if (host && host->action != DETOUR_DELETE)
        known = machine_learn(batch->machine, batch->kit, host->planned, NULL) && !host_key_comes(host->private_in);
    if (known && review_session(batch, host, reqs))
        review_connected(batch, reqs);
    if (host && !known && host_unpinned(batch, host))
        say(batch, host, DETOUR_RISK,
            str_c(_("its host key is not known yet: the first one that answers will be pinned; give `host_key` to be "
                    "sure")));
    for (size_t i = 0; i < n; i++)
        reqs[i].failed = reqs[i].failed || batch->items[i].failed;
    batch_free(batch);
}

static bool wait_a_little(struct batch *batch)
{
    struct timespec half = {0, 500000000};
    nanosleep(&half, NULL);
    return !batch->kit.host->cancelled(batch->kit.call);
}

/* Trust at first contact: only where the plan said so, because nobody could look at that time. */
static bool pin_first(struct batch *batch, struct item *host, const struct transport_problem *problem)
{
    if (!host || host->action != DETOUR_CREATE || host->private_in.n)
        return false;
    machine_pin(batch->machine, problem->host_key);
    batch->kit.host->warn(batch->kit.call, host->request, "host_key", _("Host key pinned at first contact"),
                          _("%.*s showed %.*s, which nobody has compared. Any other key is refused from now on."),
                          STR_ARG(host->name), STR_ARG(transport_fingerprint(batch->arena, problem->host_key)));
    return true;
}

/* A session for an apply; tries for up to a minute where `patient`. */
static bool try_session(struct batch *batch, struct item *host, bool patient, struct transport_problem *problem)
{
    uint64_t end = clock_monotonic_ns() + 60 * 1000000000ull;
    for (;;) {
        if (machine_session(batch->machine, batch->arena, patient ? 5 : 0, problem))
            return true;
        if (problem->status == TRANSPORT_KEY_UNKNOWN && pin_first(batch, host, problem))
            continue;
        if (problem->status != TRANSPORT_UNREACHABLE || !patient || clock_monotonic_ns() > end)
            return false;
        batch->kit.host->progress(batch->kit.call, host ? host->request : 0, _("waiting for sshd at %.*s"),
                                  STR_ARG(machine_place(batch->machine, batch->arena)));
        if (!wait_a_little(batch))
            return false;
    }
}

/* The connection broke while the script was out. It runs to its end all the same: looks at what it did, once it is
 * done. */
static bool look_again(struct batch *batch)
{
    struct transport_problem problem;
    strbuf_clear(&batch->script);
    batch_line(batch, "%s", remote_observe);
    look_lines(batch, LOOK_FETCH);
    look_end(batch);
    bool ran = false;
    for (int attempt = 0; !ran && attempt < 3; attempt++) { /* networks that come back do so by halves */
        if (!try_session(batch, NULL, true, &problem))
            return false;
        ran = batch_run(batch, false, &problem);
    }
    if (!ran || busy(batch, &problem))
        return false;
    observe_answer(batch);
    return true;
}

/* Things go before things come, and within each, what others stand on comes first: packages bring accounts and folders,
 * accounts own files, services read them. */
static void all_steps(struct batch *batch)
{
    static void (*const steps[])(struct batch * batch) = {
        host_steps,    service_remove_steps, file_remove_steps,  directory_remove_steps,
        package_steps, user_remove_steps,    group_remove_steps, group_steps,
        user_steps,    directory_steps,      file_steps,         service_steps,
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        steps[i](batch);
}

static bool only_forgets(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        if (batch->items[i].kind->id != KIND_HOST || batch->items[i].action != DETOUR_DELETE)
            return false;
    return true;
}

static bool not_begun(const struct item *item)
{
    bool has_step = item->kind->id != KIND_HOST && item->kind->id != KIND_PACKAGE;
    return has_step && !item->failed && (item->status == -1 || item->status == STEP_STOPPED);
}

/* What was not begun after a stop is told once. */
static void tell_interrupted(struct batch *batch)
{
    size_t n = 0;
    for (size_t i = 0; i < batch->n; i++)
        n += not_begun(&batch->items[i]);
    for (size_t i = 0; n && i < batch->n; i++) {
        struct item *item = &batch->items[i];
        if (!not_begun(item))
            continue;
        if (n != SIZE_MAX)
            batch_fail(batch, item, NULL, _("Interrupted"), _("Stopped as asked: %zu objects on %.*s were not begun."),
                       n, STR_ARG(machine_name(batch->machine)));
        item->failed = true;
        n = SIZE_MAX;
    }
}

static void apply_answered(struct batch *batch, struct detour_apply *reqs)
{
    const struct str *window = transport_section(&batch->answer, STR("window"));
    if (window)
        machine_note_window(batch->machine, *window);
    observe_answer(batch);
    batch_results(batch);
    tell_interrupted(batch);
    for (size_t i = 0; i < batch->n; i++) {
        struct item *item = &batch->items[i];
        bool told = item->failed;
        if (!told)
            item->kind->judge(batch, item);
        bool gone = item->action == DETOUR_DELETE && !item->failed;
        if (gone) /* to us: a unit that was stopped and disabled may be there still */
            reqs[i].state = NULL;
        else
            reqs[i].state = told || unreadable(item) ? item->prior : item->kind->state(batch, item);
        if (item->kind->id == KIND_FILE && reqs[i].state)
            reqs[i].private_out = file_blob(batch, item, reqs[i].state);
    }
}

/* Whether all that was planned and known is so in `state`. */
static bool as_planned(struct kit kit, const detour_value *planned, const detour_value *state)
{
    for (size_t i = 0; state && i < kit.host->length(planned); i++) {
        const detour_value *want = kit.host->at(planned, i);
        const detour_value *have = kit.host->attr(state, kit_copy(kit, kit_from(kit.host->key_at(planned, i))).p);
        bool same = kit.host->state(want) == DETOUR_UNKNOWN || (have && kit.host->equal(want, have));
        if (!same)
            return false;
    }
    return state != NULL;
}

/* Takes what was seen as the answer; false where that does not show that the change was made. */
static bool accept(struct batch *batch, struct item *item, struct detour_apply *req)
{
    if (unreadable(item)) {
        req->state = item->prior;
        return false;
    }
    bool file = item->kind->id == KIND_FILE;
    item->failed = item->kind->id == KIND_SERVICE && (!item->planned || service_restart_owed(batch->kit, item));
    req->state = item->kind->state(batch, item);
    if (file && !item->prior && !str_eq(item->path.sha256, item->known_sha256))
        req->state = NULL; /* what stands there is not ours */
    return !item->failed && (item->planned ? as_planned(batch->kit, item->planned, req->state) : req->state == NULL);
}

/* The answer never came. A look at the machine says what was done; the rest has failed. */
static void apply_failed(struct batch *batch, struct detour_apply *reqs, struct transport_problem *problem)
{
    bool seen = problem->status == TRANSPORT_BROKEN && look_again(batch);
    size_t bad = 0;
    struct item *first = NULL;
    for (size_t i = 0; seen && i < batch->n; i++) {
        struct item *item = &batch->items[i];
        item->failed = !accept(batch, item, &reqs[i]);
        bad += item->failed;
        first = first || !item->failed ? first : item;
    }
    if (first) {
        struct str summary = arena_str(batch->arena, problem->summary);
        batch_fail(batch, first, NULL, summary.p, _("%.*s\n%zu of %zu objects of %.*s are not as planned yet."),
                   STR_ARG(problem->detail), bad, batch->n, STR_ARG(machine_name(batch->machine)));
    } else if (!seen) {
        if (problem->status == TRANSPORT_BROKEN)
            problem->detail = arena_printf(batch->arena, _("%.*s\nIt was tried again, and did not answer."),
                                           STR_ARG(problem->detail));
        give_up(batch, problem);
        for (size_t i = 0; i < batch->n; i++)
            reqs[i].state = reqs[i].prior;
    }
}

static void apply_host(struct batch *batch, struct item *host)
{
    if (host->action == DETOUR_DELETE)
        return;
    machine_learn(batch->machine, batch->kit, host->planned, NULL);
    if (host->private_in.n && !host_key_comes(host->private_in))
        machine_pin(batch->machine, str_from(host->private_in.p, host->private_in.n));
}

/* In one session: what is to be done, and a look at what became of it. */
static void carry_out(struct batch *batch, struct item *host, struct detour_apply *reqs)
{
    struct transport_problem problem;
    bool patient = host && host_is_new(batch->kit, host);
    batch_line(batch, "%s%s%s", remote_observe, remote_change, remote_packages);
    batch_line(batch, "W=");
    transport_quote(&batch->script, machine_windows(batch->machine));
    batch_line(batch, "\nif lock; then\n");
    all_steps(batch);
    observe_script(batch, LOOK_FETCH);
    batch_line(batch, "else emit busy ''; fi\n");
    if (try_session(batch, host, patient, &problem) && batch_run(batch, true, &problem) && !busy(batch, &problem))
        apply_answered(batch, reqs);
    else
        apply_failed(batch, reqs, &problem);
}

void debian_apply(void *self, detour_call *call, struct detour_apply *reqs, size_t n)
{
    struct batch *batch = batch_new(self, call, n);
    for (size_t i = 0; i < n; i++) {
        take_object(batch, i, reqs[i].type, reqs[i].prior, reqs[i].planned);
        take_change(batch, i, reqs[i].action, reqs[i].private_in);
    }
    batch->machine = machine_for(batch);
    struct item *host = n ? host_of(batch) : NULL;
    if (host)
        apply_host(batch, host);
    if (only_forgets(batch)) {
        for (size_t i = 0; i < n; i++)
            reqs[i].state = NULL;
    } else {
        carry_out(batch, host, reqs);
    }
    if (host && host->action == DETOUR_DELETE) {
        reqs[host->request].state = NULL;
        machine_hang_up(batch->machine);
    }
    for (size_t i = 0; i < n; i++)
        reqs[i].failed = reqs[i].failed || batch->items[i].failed;
    batch_free(batch);
}
