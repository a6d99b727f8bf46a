/* The shell of the steps, run here in a folder of its own by /bin/sh, as the current user. */
#include "debian_remote.h"
#include "transport/transport.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct arena *arena;
static char folder[64];

static void set_up(void)
{
    arena = arena_new();
    strcpy(folder, "/tmp/detour-steps-XXXXXX");
    cr_assert(mkdtemp(folder));
}

static void tear_down(void)
{
    struct str command = arena_printf(arena, "rm -rf %s", folder);
    cr_assert_eq(system(command.p), 0);
    arena_free(arena);
}

TestSuite(steps, .init = set_up, .fini = tear_down);

static struct transport_answer run_script(const char *format, ...)
{
    STRBUF_AUTO script = STRBUF_INIT(0);
    va_list args;
    va_start(args, format);
    strbuf_printf(&script, "%s%s%sF=%s O=%u:%u\n", remote_observe, remote_change, remote_packages, folder, getuid(),
                  getgid());
    strbuf_vprintf(&script, format, args);
    va_end(args);
    struct transport_answer answer;
    struct transport_problem problem;
    struct transport *here = transport_open(arena, &(struct transport_target){.local = true}, &problem);
    struct transport_job job = {.script = strbuf_str(&script), .careful = true};
    cr_assert(transport_run(here, arena, &job, &answer, &problem), "%.*s", STR_ARG(problem.detail));
    transport_close(here);
    return answer;
}

static int status_of(const struct transport_answer *answer, const char *section)
{
    const struct str *body = transport_section(answer, str_c(section));
    return body ? atoi(body->p) : -1;
}

static struct str slurp(const char *name)
{
    struct str path = arena_printf(arena, "%s/%s", folder, name);
    FILE *file = fopen(path.p, "r");
    if (!file)
        return STR("(missing)");
    char *bytes = arena_alloc(arena, 4096);
    size_t n = fread(bytes, 1, 4096, file);
    fclose(file);
    return str_from(bytes, n);
}

#define HASH_OF_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

Test(steps, a_file_is_put_and_nothing_is_left_beside_it)
{
    struct transport_answer a =
        run_script("e= b='it'\\''s \"$HOME\" `id`\n\n'\nrun 0 put_file \"$F/a b\" $O 0640 137 absent f:x\n"
                   "b= e=AAH/\nrun 1 put_file \"$F/bin\" $O 0600 - any f:y\nemit ls \"$(ls -A \"$F\")\"\n");
    cr_assert_eq(status_of(&a, "r0"), 0, "%.*s", STR_ARG(*transport_section(&a, STR("r0"))));
    cr_assert(str_is(slurp("a b"), "it's \"$HOME\" `id`\n\n"));
    cr_assert(str_eq(slurp("bin"), STR("\0\1\xff")));
    cr_assert(str_is(*transport_section(&a, STR("ls")), "a b\nbin"));
    struct stat st;
    cr_assert(stat(arena_printf(arena, "%s/a b", folder).p, &st) == 0 && (st.st_mode & 07777) == 0640);
}

Test(steps, a_file_that_changed_is_left_alone)
{
    struct transport_answer a = run_script(
        "printf abc >\"$F/f\"; ln -s f \"$F/l\"; mkdir \"$F/d\"\ne= b=new\n"
        "run 0 put_file \"$F/f\" $O 0640 137 f:other f:wanted\nrun 1 put_file \"$F/f\" $O 0640 137 absent f:wanted\n"
        "run 2 put_file \"$F/l\" $O 0640 137 absent f:wanted\nrun 3 put_file \"$F/d\" $O 0640 - any f:wanted\n"
        "run 4 put_file \"$F/no/f\" $O 0640 - any f:wanted\nrun 5 remove_file \"$F/f\" f:other\n"
        "run 6 put_file \"$F/f\" $O 0600 177 f:other f:" HASH_OF_ABC "\n");
    static const int expected[] = {12, 12, 12, 13, 11, 12, 0};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        cr_assert_eq(status_of(&a, arena_printf(arena, "r%zu", i).p), expected[i], "step %zu", i);
    cr_assert(str_is(slurp("f"), "abc"));
}

Test(steps, directories)
{
    struct transport_answer a = run_script(
        "run 0 put_directory \"$F/a\" $O 0700 no\nrun 1 put_directory \"$F/x/y\" $O 0700 no\n"
        "run 2 put_directory \"$F/x/y\" $O 0700 yes\n: >\"$F/a/inside\"\nrun 3 remove_directory \"$F/a\" no\n"
        "run 4 remove_directory \"$F/x/y\" no\nrun 5 remove_directory \"$F/a\" yes\n"
        "run 6 remove_directory \"$F/a\" no\n: >\"$F/f\"\nrun 7 put_directory \"$F/f\" $O 0700 no\n");
    static const int expected[] = {0, 11, 0, 16, 0, 0, 0, 13};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        cr_assert_eq(status_of(&a, arena_printf(arena, "r%zu", i).p), expected[i], "step %zu", i);
    cr_assert(str_find(*transport_section(&a, STR("r3")), STR("inside"), 0) != SIZE_MAX);
}

Test(steps, looking_costs_a_process_for_each_sort_and_any_name_will_do)
{
    struct transport_answer a =
        run_script("printf abc >\"$F/new\nline\"; printf abc >\"$F/it's\"; ln -s nowhere \"$F/-l\"\n"
                   "look_paths paths \"$F/new\nline\" \"$F/none\" \"$F/it's\" \"$F/-l\" \"$F\"\n"
                   "look_files files ' x ' \"$F/new\nline\" \"$F/none\" \"$F/-l\"\nlook_files again ' " HASH_OF_ABC
                   " ' \"$F/it's\"\n");
    struct str paths = *transport_section(&a, STR("paths")), files = *transport_section(&a, STR("files"));
    cr_assert(str_starts(paths, STR("10111\n81a4 3 ")), "%.*s", STR_ARG(paths));
    cr_assert(str_find(paths, STR("\na1ff "), 0) != SIZE_MAX && str_find(paths, STR("\n41c0 "), 0) != SIZE_MAX);
    cr_assert(str_starts(files, STR("100\n" HASH_OF_ABC)), "%.*s", STR_ARG(files));
    cr_assert(str_is(*transport_section(&a, STR("content")), HASH_OF_ABC " YWJj"));
    cr_assert_eq(a.sections.n, 4, "known content does not travel");
}

Test(steps, specs_that_are_satisfied)
{
    struct transport_answer a =
        run_script("cat >\"$F/dpkg-query\" <<'X'\n#!/bin/sh\ncase $4 in here) echo 'installed=1.0' ;; half) echo "
                   "'half-configured=1' ;; "
                   "*) exit 1 ;; esac\nX\nchmod +x \"$F/dpkg-query\"\nPATH=$F:$PATH\n"
                   "o=\nfor s in here here=1.0 here=2 here- here+ gone gone- gone=1 half half-; do\n"
                   "if satisfied \"$s\"; then o=\"$o $s\"; fi\ndone\nemit o \"$o\"\n");
    cr_assert(str_is(*transport_section(&a, STR("o")), " here here=1.0 here+ gone-"), "%.*s",
              STR_ARG(*transport_section(&a, STR("o"))));
}

Test(steps, after_a_stop_no_step_begins)
{
    struct transport_answer a = run_script("stopped() { true; }\nrun 0 true\nrun 1 put_directory \"$F/a\" $O 0700 no\n"
                                           "stopped() { false; }\n");
    cr_assert_eq(status_of(&a, "r0"), 125);
    cr_assert_eq(status_of(&a, "r1"), 125);
}
