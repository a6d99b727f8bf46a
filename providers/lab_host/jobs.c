#include "lab_host/jobs.h"
#include "base/gettext.h"

enum { WORKERS = 8, WATCH_MS = 50 };

struct job {
    enum detour_action action;
    struct spec spec;
    struct machine now; /* before; of an update and a deletion */
    struct work work;
    int reserved; /* see machine_reserve */
    bool ok, answered;
    unsigned stages; /* of those that were passed on */
};

struct jobs {
    struct kit kit;
    const struct settings *settings;
    struct detour_apply *reqs;
    struct job *list;
    size_t n;
    atomic_size_t next; /* the first that no worker has taken */
    atomic_bool stop;
};

/* -- on the workers -- */

static bool job_run(struct job *job)
{
    switch (job->action) {
    case DETOUR_CREATE:
        return machine_create(&job->work, &job->spec, job->reserved);
    case DETOUR_UPDATE:
        return machine_update(&job->work, &job->now, &job->spec);
    case DETOUR_DELETE:
        return machine_destroy(&job->work, job->spec.name);
    }
    return false;
}

static void *worker(void *arg)
{
    struct jobs *jobs = arg;
    for (size_t i; (i = atomic_fetch_add(&jobs->next, 1)) < jobs->n;) {
        struct job *job = &jobs->list[i];
        if (!job->answered)
            job->ok = job_run(job);
        pthread_mutex_lock(&job->work.mutex);
        job->work.finished = true;
        pthread_mutex_unlock(&job->work.mutex);
    }
    return NULL;
}

/* -- on the lane's thread -- */

static void answer_gone(struct jobs *jobs, size_t i)
{
    jobs->reqs[i].state = NULL;
}

static void answer_found(struct jobs *jobs, size_t i, const struct machine *machine)
{
    struct detour_apply *req = &jobs->reqs[i];
    req->state = object_of_machine(jobs->kit, req->planned ? req->planned : req->prior, machine);
    req->private_out = object_private(jobs->kit, machine->spec.token);
}

static void answer(struct jobs *jobs, size_t i)
{
    struct job *job = &jobs->list[i];
    struct machine machine;
    if (!job->ok)
        jobs->kit.host->fail(jobs->kit.call, i, job->work.attribute, job->work.summary.p, "%.*s",
                             STR_ARG(job->work.detail));
    if (machine_load(job->work.arena, job->spec.name, &machine) && machine.whole &&
        (job->action != DETOUR_CREATE || job->ok))
        answer_found(jobs, i, &machine);
    else if (job->action == DETOUR_DELETE && !job->ok)
        jobs->reqs[i].state = jobs->reqs[i].prior;
    else
        answer_gone(jobs, i);
    job->answered = true;
    jobs->kit.host->done(jobs->kit.call, i);
}

/* Passes on what a job does now, and its answer once it is there; whether it is over. */
static bool watch(struct jobs *jobs, size_t i)
{
    struct job *job = &jobs->list[i];
    char stage[sizeof job->work.stage];
    if (job->answered)
        return true;
    pthread_mutex_lock(&job->work.mutex);
    bool finished = job->work.finished, news = job->work.stages != job->stages;
    job->stages = job->work.stages;
    memcpy(stage, job->work.stage, sizeof stage);
    pthread_mutex_unlock(&job->work.mutex);
    if (news)
        jobs->kit.host->progress(jobs->kit.call, i, "%s", stage);
    if (finished)
        answer(jobs, i);
    return finished;
}

static void watch_all(struct jobs *jobs)
{
    for (size_t over = 0; over < jobs->n;) {
        over = 0;
        for (size_t i = 0; i < jobs->n; i++)
            over += watch(jobs, i);
        if (jobs->kit.host->cancelled(jobs->kit.call))
            atomic_store(&jobs->stop, true);
        if (over < jobs->n)
            work_pause(WATCH_MS);
    }
}

/* What was made anew under the same name is not ours: then our machine is gone already. */
static bool is_ours(const struct job *job, const struct detour_apply *req)
{
    struct str token = object_token(req->private_in);
    return !token.n || str_eq(token, job->now.spec.token);
}

static void prepare(struct jobs *jobs, size_t i)
{
    struct job *job = &jobs->list[i];
    struct detour_apply *req = &jobs->reqs[i];
    work_init(&job->work, &jobs->stop);
    job->reserved = -1;
    job->action = req->action;
    job->spec = object_spec(jobs->kit, job->work.arena, req->planned ? req->planned : req->prior, jobs->settings);
    if (job->action == DETOUR_CREATE)
        return;
    bool there = machine_load(job->work.arena, job->spec.name, &job->now) && is_ours(job, req);
    if (there || job->action == DETOUR_UPDATE)
        job->spec.mirror = arena_str(job->work.arena, str_c(jobs->settings->mirror));
    if (there)
        return;
    job->answered = true;
    if (job->action == DETOUR_UPDATE)
        jobs->kit.host->fail(jobs->kit.call, i, NULL, _("The lab host is gone"),
                             _("%s was taken away since the plan was made. Plan again."), job->spec.name.p);
    answer_gone(jobs, i);
}

/* Addresses do not depend on which worker comes first: those that are given are taken before others are allotted, and
 * these in the order of the requests, which is that of the resources' addresses. */
static void reserve_all(struct jobs *jobs)
{
    for (int given = 1; given >= 0; given--)
        for (size_t i = 0; i < jobs->n; i++) {
            struct job *job = &jobs->list[i];
            bool now = job->reserved < 0 && (job->spec.address.n > 0) == given;
            if (job->action == DETOUR_CREATE && !job->answered && now)
                job->reserved = machine_reserve(&job->work, &job->spec);
        }
}

void jobs_apply(struct kit kit, const struct settings *settings, struct detour_apply *reqs, size_t n)
{
    struct jobs jobs = {.kit = kit, .settings = settings, .reqs = reqs, .n = n};
    pthread_t threads[WORKERS];
    size_t n_threads = n < WORKERS ? n : WORKERS, started = 0;
    jobs.list = kit_alloc(kit, n * sizeof *jobs.list);
    for (size_t i = 0; i < n; i++)
        prepare(&jobs, i);
    reserve_all(&jobs);
    while (started < n_threads && pthread_create(&threads[started], NULL, worker, &jobs) == 0)
        started++;
    if (!started)
        worker(&jobs);
    watch_all(&jobs);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < n; i++)
        work_free(&jobs.list[i].work);
}
