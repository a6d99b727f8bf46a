#include "state/store_private.h"
#include "base/gettext.h"
#include "state/history.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void store_bug(const char *what)
{
    fprintf(stderr, "detour: internal error: %s\n", what);
    abort();
}

/* -- the journal -- */

void store_journal_close(struct store *s)
{
    journal_writer_free(s->writer);
    s->writer = NULL;
    s->backend->ops->journal_close(s->backend);
}

bool store_journal_drop(struct store *s)
{
    return s->backend->ops->journal_drop(s->backend, s->backend->journal);
}

static bool journal_create(struct store *s)
{
    STRBUF_AUTO begin = STRBUF_INIT(BACKEND_SIZE_MAX);
    journal_begin(s->writer, &begin, snapshot_lineage(s->snapshot), snapshot_serial(s->snapshot));
    return s->backend->ops->journal_open(s->backend, strbuf_str(&begin));
}

bool store_begin(struct store *s, struct diags *diags)
{
    bool renewed, plain = store_has_plain_secrets(s);
    if (!secrets_renew(s->secrets, &renewed, diags) || !store_settle_snapshot(s, renewed || plain, diags))
        return false;
    s->writer = journal_writer_new(s->secrets);
    if (journal_create(s))
        return true;
    bool failed = store_fail_at(s, s->backend->journal, _("The journal cannot be opened"), diags);
    store_journal_close(s);
    store_journal_drop(s);
    return failed;
}

/* -- group commit (invariant 7): the mutex is held, but not while the leader writes -- */

static void lead(struct store *s)
{
    uint64_t upto = s->asked;
    struct strbuf full = s->pending;
    s->pending = s->writing;
    s->writing = full;
    s->leading = true;
    pthread_mutex_unlock(&s->mutex);
    bool ok = full.over ? backend_fail(s->backend, _("the records are too many"))
                        : s->backend->ops->journal_append(s->backend, strbuf_str(&full));
    pthread_mutex_lock(&s->mutex);
    s->leading = false;
    if (ok) {
        s->durable = upto;
        strbuf_clear(&s->writing);
    } else {
        s->error = arena_str(s->arena, str_c(s->backend->why));
    }
    pthread_cond_broadcast(&s->synced);
}

/* Waits until all that is pending now is durable; false after a failure, which s->error tells. */
static bool commit(struct store *s)
{
    uint64_t ticket = ++s->asked;
    s->recorded = true;
    while (s->durable < ticket && !s->error.n) {
        if (s->leading)
            pthread_cond_wait(&s->synced, &s->mutex);
        else
            lead(s);
    }
    return s->durable >= ticket;
}

/* -- records -- */

/* Makes the key before the first secret is written. */
static bool key_for(struct store *s, bool secret, struct diags *diags)
{
    if (!secret || secrets_ensure(s->secrets, diags))
        return true;
    s->error = arena_str(s->arena, str_c(_("there is no key for the secrets")));
    return false;
}

static bool intents_have_secret(const struct intent *intents, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (value_exists(intents[i].planned.value) && value_has_secret(intents[i].planned.value))
            return true;
    return false;
}

static bool results_have_secret(const struct result *results, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct result *r = &results[i];
        struct value v = r->kind == RESULT_SET ? r->object->value : r->value;
        if (r->sensitive || (value_exists(v) && value_has_secret(v)))
            return true;
    }
    return false;
}

bool store_intents(struct store *s, const struct intent *intents, size_t n, struct diags *diags)
{
    pthread_mutex_lock(&s->mutex);
    if (!s->writer)
        store_bug("store_intents before store_begin");
    bool ok = !s->error.n && key_for(s, intents_have_secret(intents, n), diags);
    if (ok && n) {
        for (size_t i = 0; i < n; i++) {
            journal_intent(s->writer, &s->pending, &intents[i]);
            snapshot_intend(s->snapshot, &intents[i]);
        }
        ok = commit(s);
    }
    pthread_mutex_unlock(&s->mutex);
    if (ok)
        return true;
    diag_error(diags, (struct span){0}, _("The journal cannot be written"),
               _("%s: %s. What is not in the journal must not be done, so nothing more is started."),
               s->backend->journal.p, s->error.p);
    return false;
}

void store_take(struct store *s, const struct result *result)
{
    tally_note(s->tally, s->snapshot, result);
    if (!snapshot_apply(s->snapshot, result))
        store_bug("a result does not fit the state");
}

bool store_results(struct store *s, const struct result *results, size_t n, struct diags *diags)
{
    bool ok = true;
    pthread_mutex_lock(&s->mutex);
    if (!s->writer)
        store_bug("store_results before store_begin");
    for (size_t i = 0; i < n; i++)
        store_take(s, &results[i]);
    ok = key_for(s, results_have_secret(results, n), diags);
    for (size_t i = 0; ok && i < n; i++)
        journal_result(s->writer, &s->pending, &results[i]);
    if (n && ok)
        ok = commit(s);
    s->recorded |= n > 0;
    pthread_mutex_unlock(&s->mutex);
    if (ok)
        return true;
    diag_error(diags, (struct span){0}, _("The journal cannot be written"),
               _("%s: %s. These results are in memory only until the state is written; nothing more is started."),
               s->backend->journal.p, s->error.p);
    return false;
}

void store_rescue(struct store *s, struct strbuf *out)
{
    pthread_mutex_lock(&s->mutex);
    strbuf_add(out, strbuf_str(&s->writing));
    strbuf_add(out, strbuf_str(&s->pending));
    pthread_mutex_unlock(&s->mutex);
}
