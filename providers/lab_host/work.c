#include "lab_host/work.h"
#include "base/gettext.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

void work_init(struct work *work, const atomic_bool *stop)
{
    *work = (struct work){.arena = arena_new(), .stop = stop};
    pthread_mutex_init(&work->mutex, NULL);
}

void work_free(struct work *work)
{
    pthread_mutex_destroy(&work->mutex);
    arena_free(work->arena);
}

void work_stage(struct work *work, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    pthread_mutex_lock(&work->mutex);
    vsnprintf(work->stage, sizeof work->stage, format, args);
    work->stages++;
    pthread_mutex_unlock(&work->mutex);
    va_end(args);
}

static void fail(struct work *work, const char *summary, struct str detail)
{
    if (work->summary.n)
        return;
    work->summary = str_c(summary);
    work->detail = detail;
}

bool work_fail(struct work *work, const char *summary, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail(work, summary, arena_vprintf(work->arena, format, args));
    va_end(args);
    return false;
}

bool work_fail_errno(struct work *work, const char *summary, const char *format, ...)
{
    int error = errno;
    va_list args;
    va_start(args, format);
    struct str what = arena_vprintf(work->arena, format, args);
    va_end(args);
    fail(work, summary, arena_printf(work->arena, "%s: %s", what.p, strerror(error)));
    return false;
}

bool work_stopped(struct work *work)
{
    if (!work->stop || !atomic_load(work->stop))
        return false;
    work_fail(work, _("Stopped"), _("This was stopped before it was done; what was begun has been taken back."));
    return true;
}

void argv_add(struct work *work, struct argv *argv, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vec_push(work->arena, &argv->list, arena_vprintf(work->arena, format, args).p);
    va_end(args);
}

void work_pause(unsigned milliseconds)
{
    struct timespec t = {.tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000};
    nanosleep(&t, NULL);
}
