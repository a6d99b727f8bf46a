#include "base/process.h"

#include <criterion/criterion.h>
#include <errno.h>

static bool run(struct process p, struct strbuf *out, struct strbuf *why)
{
    return process_run(&p, out, why);
}

#define ARGV(...) ((const char *const[]){__VA_ARGS__, NULL})

Test(process, output_input_and_environment)
{
    STRBUF_AUTO out = STRBUF_INIT(1 << 16);
    STRBUF_AUTO why = STRBUF_INIT(1 << 16);
    char *environment[] = {"A=b", NULL};
    volatile pid_t running = 0;
    cr_assert(run((struct process){.argv = ARGV("cat"), .input = STR("in"), .running = &running}, &out, &why));
    cr_assert(str_is(strbuf_str(&out), "in"));
    cr_assert_eq(running, 0);
    strbuf_clear(&out);
    cr_assert(run((struct process){.argv = ARGV("env"), .environment = environment}, &out, &why));
    cr_assert(str_is(strbuf_str(&out), "A=b\n"));
    strbuf_clear(&out);
    cr_assert(run((struct process){.argv = ARGV("pwd"), .folder = STR("/"), .no_terminal = true}, &out, &why));
    cr_assert(str_is(strbuf_str(&out), "/\n"));
}

Test(process, failures)
{
    static const struct {
        const char *argv[4];
        int error;
        const char *why;
    } cases[] = {
        {{"/no/such/program", NULL}, ENOENT, "cannot run /no/such/program: No such file or directory"},
        {{"sh", "-c", "echo oh >&2; exit 3", NULL}, 0, "sh failed with exit code 3: oh"},
        {{"sh", "-c", "kill -9 $$", NULL}, 0, "sh was ended by signal 9"},
        {{"yes", NULL}, 0, "yes printed more than 1024 bytes"},
        {{"sleep", "20", NULL}, 0, "sleep did not end within 1 seconds"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        STRBUF_AUTO out = STRBUF_INIT(1024);
        STRBUF_AUTO why = STRBUF_INIT(1024);
        cr_assert_not(run((struct process){.argv = cases[i].argv, .seconds = 1}, &out, &why));
        cr_assert_eq(errno, cases[i].error);
        cr_assert(str_eq(strbuf_str(&why), str_c(cases[i].why)), "%.*s", (int)why.n, why.p);
    }
}
