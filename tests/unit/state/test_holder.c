#include "state/holder.h"
#include "state/moved.h"

#include <criterion/criterion.h>
#include <sys/wait.h>
#include <unistd.h>

Test(holder, both_texts_are_read_back)
{
    struct arena *arena = arena_new();
    struct lock_holder mine = holder_here(arena, "apply"), back;
    cr_assert(holder_parse(arena, holder_text(arena, &mine), &back));
    cr_assert(str_eq(back.id, mine.id) && str_eq(back.who, mine.who) && str_is(back.operation, "apply"));
    cr_assert_eq(back.pid, getpid());
    cr_assert(holder_parse(arena, holder_remote_text(arena, &mine, STR("s3://b/k")), &back));
    cr_assert(str_eq(back.id, mine.id) && str_eq(back.since, mine.since) && str_eq(back.machine, mine.machine));
    cr_assert(str_eq(back.dir, mine.dir) && back.pid == mine.pid);
    cr_assert(holder_same_host(&back));
    arena_free(arena);
}

/* What GitLab answers, and what Terraform writes: no Info of ours in it. */
Test(holder, locks_of_others)
{
    struct arena *arena = arena_new();
    struct lock_holder h;
    cr_assert(holder_parse(arena,
                           STR("{\"ID\":\"7\",\"Operation\":\"OperationTypeApply\",\"Info\":\"\",\"Who\":\"ada@far\","
                               "\"Version\":\"1.11.0\",\"Created\":\"2026-11-28T12:00:00Z\",\"Path\":\"\"}"),
                           &h));
    cr_assert(str_is(h.id, "7") && str_is(h.who, "ada@far") && str_is(h.since, "2026-11-28T12:00:00Z"));
    cr_assert_not(holder_is_gone(&h));
    cr_assert_not(holder_parse(arena, STR("<html>"), &h));
    cr_assert_not(holder_parse(arena, STR("[]"), &h));
    arena_free(arena);
}

Test(holder, only_a_process_of_this_machine_and_folder_is_known_to_be_gone)
{
    struct arena *arena = arena_new();
    struct lock_holder h = holder_here(arena, "apply");
    cr_assert_not(holder_is_gone(&h), "this very process");
    pid_t child = fork();
    if (!child)
        _exit(0);
    waitpid(child, NULL, 0);
    h.pid = child;
    cr_assert(holder_is_gone(&h));
    struct str machine = h.machine;
    h.machine = STR("another start of the machine");
    cr_assert_not(holder_is_gone(&h));
    h.machine = machine;
    h.dir = STR("/elsewhere");
    cr_assert_not(holder_is_gone(&h));
    arena_free(arena);
}

Test(moved, a_note_is_read_back_and_a_state_is_none)
{
    struct arena *arena = arena_new();
    struct moved note = {STR("abc"), STR("s3, bucket \"b\""), 12}, back;
    cr_assert(moved_parse(arena, moved_text(arena, &note), &back));
    cr_assert(str_eq(back.lineage, note.lineage) && str_eq(back.to, note.to) && back.serial == 12);
    cr_assert_not(moved_parse(arena, STR("{\"format\":\"detour.state\",\"version\":1}"), &back));
    cr_assert_not(moved_parse(arena, STR(""), &back));
    cr_assert_not(moved_parse(arena, STR("detour.state.moved"), &back));
    arena_free(arena);
}
