#include "transport/transport.h"
#include "base/clock.h"
#include <criterion/criterion.h>

static const struct transport_target here = {.local = true};

static bool run_job(struct arena *arena, const struct transport_job *job, struct transport_answer *answer,
                    struct transport_problem *problem)
{
    struct transport *transport = transport_open(arena, &here, problem);
    bool ok = transport_run(transport, arena, job, answer, problem);
    transport_close(transport);
    return ok;
}

static struct str echo_back(struct arena *arena, struct str text)
{
    STRBUF_AUTO script = STRBUF_INIT(0);
    strbuf_lit(&script, "emit back ");
    cr_assert(transport_quote(&script, text));
    struct transport_job job = {.script = strbuf_str(&script)};
    struct transport_answer answer;
    struct transport_problem problem;
    cr_assert(run_job(arena, &job, &answer, &problem), "%.*s", STR_ARG(problem.detail));
    return *transport_section(&answer, STR("back"));
}

Test(local, carries_any_text_both_ways)
{
    static const char *const texts[] = {"",           "plain",         "it's",  "''",    "a\nb\n",
                                        "\n\n",       "$HOME `id` \\", "\"x\"", "-n",    "%s\\n",
                                        "été 日本 😀", "\x01\xff\xfe",  "*",     "'\\''", "!"};
    ARENA_AUTO arena = arena_new();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_assert(str_eq(echo_back(arena, str_c(texts[i])), str_c(texts[i])), "case %zu", i);
    unsigned seed = 7;
    for (int round = 0; round < 20; round++) {
        char bytes[300];
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (char)(1 + (seed = seed * 1103515245 + 12345) / 65536 % 255);
        cr_assert(str_eq(echo_back(arena, str_from(bytes, sizeof bytes)), str_from(bytes, sizeof bytes)));
    }
}

Test(local, refuses_nul_bytes)
{
    STRBUF_AUTO script = STRBUF_INIT(0);
    cr_assert_not(transport_quote(&script, STR("a\0b")));
    cr_assert_eq(script.n, 0);
}

Test(local, a_long_script_and_a_long_answer)
{
    ARENA_AUTO arena = arena_new();
    size_t n = 3 << 20;
    char *big = arena_alloc(arena, n);
    memset(big, 'x', n);
    cr_assert_eq(echo_back(arena, str_from(big, n)).n, n);
}

Test(local, counts_executions)
{
    ARENA_AUTO arena = arena_new();
    unsigned long before = transport_executions();
    echo_back(arena, STR("one"));
    echo_back(arena, STR("two"));
    cr_assert_eq(transport_executions() - before, 2);
}

Test(local, says_why_an_answer_is_not_one)
{
    ARENA_AUTO arena = arena_new();
    static const struct {
        const char *script, *says;
    } cases[] = {{"exit 3", "exit status 3"}, {"echo stray; emit a b", "something other"}, {"if", "yntax"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct transport_job job = {.script = str_c(cases[i].script)};
        struct transport_answer answer;
        struct transport_problem problem;
        cr_assert_not(run_job(arena, &job, &answer, &problem));
        cr_assert_eq(problem.status, TRANSPORT_BROKEN);
        cr_assert(str_find(problem.detail, str_c(cases[i].says), 0) != SIZE_MAX, "%.*s", STR_ARG(problem.detail));
    }
}

Test(local, time_runs_out)
{
    ARENA_AUTO arena = arena_new();
    struct transport_job job = {.script = STR("sleep 20"), .seconds = 1};
    struct transport_answer answer;
    struct transport_problem problem;
    uint64_t start = clock_monotonic_ns();
    cr_assert_not(run_job(arena, &job, &answer, &problem));
    cr_assert_eq(problem.status, TRANSPORT_TIMEOUT);
    cr_assert_lt(clock_monotonic_ns() - start, 5000000000ull);
}

static bool at_once(void *ctx)
{
    (void)ctx;
    return true;
}

Test(local, stops_between_steps_when_asked)
{
    ARENA_AUTO arena = arena_new();
    struct transport_job job = {
        .script = STR("i=0\nwhile [ $i -lt 100 ]; do stopped && break; sleep 0.1; i=$((i+1)); done\nemit i $i"),
        .careful = true,
        .cancelled = at_once};
    struct transport_answer answer;
    struct transport_problem problem;
    cr_assert(run_job(arena, &job, &answer, &problem));
    cr_assert(!str_is(*transport_section(&answer, STR("i")), "100"));
    job.careful = false;
    cr_assert_not(run_job(arena, &job, &answer, &problem));
    cr_assert_eq(problem.status, TRANSPORT_CANCELLED);
}

static void count_section(void *ctx, const struct transport_section *section)
{
    *(size_t *)ctx += section->body.n;
}

Test(local, shows_sections_as_they_arrive)
{
    ARENA_AUTO arena = arena_new();
    size_t seen = 0;
    struct transport_job job = {.script = STR("emit p 12\nemit p 345"), .watch = count_section, .ctx = &seen};
    struct transport_answer answer;
    struct transport_problem problem;
    cr_assert(run_job(arena, &job, &answer, &problem));
    cr_assert_eq(seen, 5);
}

Test(hostkey, fingerprints_and_pins)
{
    ARENA_AUTO arena = arena_new();
    struct str key = STR("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl github");
    struct str print = transport_fingerprint(arena, key);
    cr_assert(str_is(print, "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"), "%.*s", STR_ARG(print));
    cr_assert(transport_pin_valid(key));
    cr_assert(transport_pin_valid(print));
    cr_assert_not(transport_pin_valid(STR("ssh-ed25519 nonsense")));
    cr_assert_not(transport_pin_valid(STR("SHA256:short")));
    cr_assert_not(transport_pin_valid(STR("")));
}
