#include "lab_host/files.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static atomic_bool stop;

static struct work *work_of_test(void)
{
    struct work *work = malloc(sizeof *work);
    atomic_store(&stop, false);
    work_init(work, &stop);
    return work;
}

static void work_done(struct work *work)
{
    work_free(work);
    free(work);
}

Test(run, tells_how_a_program_failed)
{
    struct work *work = work_of_test();
    cr_assert(run_now(work, "true", NULL));
    cr_assert_not(run_now(work, "sh", "-c", "echo one; echo two >&2; exit 3", NULL));
    cr_assert_str_eq(work->summary.p, "A program failed");
    cr_assert_str_eq(work->detail.p, "sh answered 3:\n  one\n  two");
    work_done(work);
}

Test(run, tells_what_is_missing)
{
    struct work *work = work_of_test();
    cr_assert_not(run_now(work, "no-such-program", NULL));
    cr_assert_str_eq(work->summary.p, "A program is missing");
    work_done(work);
}

Test(run, speaks_english_and_has_no_input)
{
    struct work *work = work_of_test();
    cr_assert(run_now(work, "sh", "-c", "test \"$LC_ALL\" = C.UTF-8 && test -z \"$(cat)\"", NULL));
    work_done(work);
}

static void *stop_soon(void *arg)
{
    (void)arg;
    work_pause(100);
    atomic_store(&stop, true);
    return NULL;
}

Test(run, stops_when_asked)
{
    struct work *work = work_of_test();
    pthread_t thread;
    pthread_create(&thread, NULL, stop_soon, NULL);
    cr_assert_not(run_now(work, "sleep", "60", NULL));
    cr_assert_str_eq(work->summary.p, "Stopped");
    pthread_join(thread, NULL);
    work_done(work);
}

Test(run, a_detached_program_stays)
{
    struct work *work = work_of_test();
    struct argv argv = {0};
    char log[] = "/tmp/detour-lab-XXXXXX";
    close(mkstemp(log));
    argv_add(work, &argv, "sh");
    argv_add(work, &argv, "-c");
    argv_add(work, &argv, "echo here; exec sleep 60");
    pid_t pid = run_detached(work, &argv, log);
    cr_assert_gt(pid, 0);
    for (int i = 0; i < 100 && !files_slurp(work->arena, log).n; i++)
        work_pause(20);
    cr_assert(str_is(files_slurp(work->arena, log), "here\n"));
    cr_assert_neq(getpgid(pid), getpgrp());
    cr_assert_eq(kill(pid, SIGKILL), 0);
    unlink(log);
    work_done(work);
}

Test(files, locks_and_removes)
{
    struct work *work = work_of_test();
    char dir[] = "/tmp/detour-lab-XXXXXX";
    cr_assert_not_null(mkdtemp(dir));
    const char *deep = arena_printf(work->arena, "%s/a/b/c", dir).p;
    const char *lock = arena_printf(work->arena, "%s/lock", dir).p;
    cr_assert(files_mkdir(work, deep));
    cr_assert(files_write(work, arena_printf(work->arena, "%s/file", deep).p, STR("x"), 0600));
    cr_assert_not(files_mounted(deep));
    int fd = files_lock(work, lock, NULL);
    cr_assert_geq(fd, 0);
    cr_assert_eq(files_lock(work, lock, NULL), -1);
    files_unlock(fd, lock);
    cr_assert_not(files_exist(lock));
    cr_assert(symlink("/etc", arena_printf(work->arena, "%s/link", deep).p) == 0);
    cr_assert(files_remove(work, dir));
    cr_assert(!files_exist(dir) && files_exist("/etc/passwd"));
    work_done(work);
}
