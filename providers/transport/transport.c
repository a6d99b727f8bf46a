#include "transport/link.h"
#include "base/clock.h"
#include "base/gettext.h"
#include "base/hex.h"
#include "base/rng.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static atomic_ulong executions;

bool link_problem(struct transport_problem *problem, enum transport_status status, struct str summary,
                  struct str detail)
{
    *problem = (struct transport_problem){.status = status, .summary = summary, .detail = detail};
    return false;
}

struct transport *transport_open(struct arena *arena, const struct transport_target *target,
                                 struct transport_problem *problem)
{
    return target->local ? link_local_open(target) : link_ssh_open(arena, target, problem);
}

void transport_close(struct transport *transport)
{
    if (!transport)
        return;
    free(transport->place);
    free(transport->host_key);
    transport->ops->close(transport);
}

struct str transport_host_key(const struct transport *transport)
{
    return str_c(transport->host_key);
}

unsigned long transport_executions(void)
{
    return atomic_load(&executions);
}

bool transport_quote(struct strbuf *script, struct str text)
{
    if (text.n && memchr(text.p, 0, text.n))
        return false;
    strbuf_addc(script, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\'')
            strbuf_lit(script, "'\\''");
        else
            strbuf_addc(script, text.p[i]);
    }
    strbuf_addc(script, '\'');
    return true;
}

const struct str *transport_section(const struct transport_answer *answer, struct str name)
{
    for (size_t i = 0; i < answer->sections.n; i++)
        if (str_eq(answer->sections.v[i].name, name))
            return &answer->sections.v[i].body;
    return NULL;
}

const char *link_command(const struct transport *transport)
{
    return transport->sudo ? "sudo -n -- sh -s" : "sh -s";
}

struct str link_stop_file(struct arena *arena, const struct exchange *exchange)
{
    return arena_printf(arena, "/tmp/.detour-stop-%s", exchange->frame.nonce);
}

void link_output(struct exchange *exchange, const char *bytes, size_t n)
{
    frame_feed(&exchange->frame, bytes, n);
    struct transport_section section;
    while (frame_next(&exchange->frame, exchange->arena, &section)) {
        vec_push(exchange->arena, &exchange->answer->sections, section);
        if (exchange->job->watch)
            exchange->job->watch(exchange->job->ctx, &section);
    }
}

void link_noise(struct exchange *exchange, const char *bytes, size_t n)
{
    size_t room = exchange->noise.max - exchange->noise.n;
    strbuf_add(&exchange->noise, str_from(bytes, n < room ? n : room));
}

enum link_wish link_tick(struct transport *transport, struct exchange *exchange, struct transport_problem *problem)
{
    if (clock_monotonic_ns() > exchange->deadline_ns) {
        link_problem(problem, TRANSPORT_TIMEOUT, str_c(_("Script takes too long")),
                     arena_printf(exchange->arena, _("%s did not finish in the time allowed. It may still be at work."),
                                  transport->place));
        return LINK_HANG_UP;
    }
    const struct transport_job *job = exchange->job;
    if (exchange->stopping || !job->cancelled || !job->cancelled(job->ctx))
        return LINK_GO_ON;
    exchange->stopping = true;
    if (job->careful)
        return LINK_ASK_TO_STOP;
    link_problem(problem, TRANSPORT_CANCELLED, str_c(_("Interrupted")), str_c(_("Stopped as asked.")));
    return LINK_HANG_UP;
}

/* The script is the body of a function, so that the shell has all of it, parsed, before any of it runs. */
static void wrap(struct strbuf *out, const char *nonce, struct str script)
{
    strbuf_printf(out, "detour() {\nN=%s\n", nonce);
    strbuf_lit(out, "LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nexport LC_ALL PATH\n"
                    "umask 022\ncd /\n"
                    "emit() { printf '@%s %s %s\\n%s\\n' \"$N\" \"$1\" \"${#2}\" \"$2\"; }\n"
                    "stopped() { [ -e \"/tmp/.detour-stop-$N\" ]; }\n"
                    "printf '@%s begin\\n' \"$N\"\n");
    strbuf_add(out, script);
    strbuf_lit(out, "\nif stopped; then rm -f \"/tmp/.detour-stop-$N\"; fi\nprintf '@%s end\\n' \"$N\"\n}\n"
                    "detour </dev/null\n");
}

static void make_nonce(char nonce[static FRAME_NONCE])
{
    unsigned char bytes[FRAME_NONCE / 2];
    rng_bytes(bytes, sizeof bytes);
    hex_write(nonce, bytes, sizeof bytes);
}

static bool sudo_refused(struct transport *transport, struct exchange *exchange, struct transport_problem *problem)
{
    return link_problem(
        problem, TRANSPORT_SUDO, str_c(_("sudo refused")),
        arena_printf(exchange->arena,
                     _("%s: %.*s\nGive the account the right to run sh as root without a password (a file in "
                       "/etc/sudoers.d with \"USER ALL=(ALL) NOPASSWD: ALL\"), or connect as root and drop `sudo`."),
                     transport->place, STR_ARG(str_trim(strbuf_str(&exchange->noise)))));
}

/* The script ran to its end, or why that cannot be said. */
static bool judge(struct transport *transport, struct exchange *exchange, struct transport_problem *problem)
{
    if (exchange->frame.state == FRAME_ENDED)
        return true;
    struct str noise = str_trim(strbuf_str(&exchange->noise));
    if (exchange->frame.state == FRAME_BEFORE && transport->sudo &&
        (str_find(noise, STR("sudo"), 0) != SIZE_MAX || exchange->exit_status == 1))
        return sudo_refused(transport, exchange, problem);
    if (exchange->frame.state == FRAME_BAD)
        return link_problem(problem, TRANSPORT_BROKEN, str_c(_("Unreadable answer")),
                            arena_printf(exchange->arena, _("The answer of %s cannot be read: %s.\n%.*s"),
                                         transport->place, exchange->frame.why, STR_ARG(noise)));
    return link_problem(problem, TRANSPORT_BROKEN, str_c(_("Answer cut short")),
                        arena_printf(exchange->arena,
                                     _("%s stopped answering before the end (exit status %d). Plan again to see what "
                                       "was done.\n%.*s"),
                                     transport->place, exchange->exit_status, STR_ARG(noise)));
}

bool transport_run(struct transport *transport, struct arena *arena, const struct transport_job *job,
                   struct transport_answer *answer, struct transport_problem *problem)
{
    *answer = (struct transport_answer){0};
    *problem = (struct transport_problem){0};
    unsigned seconds = job->seconds ? job->seconds : 1800;
    struct exchange exchange = {.arena = arena,
                                .job = job,
                                .answer = answer,
                                .noise = STRBUF_INIT(65536),
                                .deadline_ns = clock_monotonic_ns() + seconds * 1000000000ull};
    char nonce[FRAME_NONCE];
    make_nonce(nonce);
    frame_init(&exchange.frame, nonce);
    STRBUF_AUTO script = STRBUF_SECRET(0); /* it may carry secrets */
    wrap(&script, exchange.frame.nonce, job->script);
    atomic_fetch_add(&executions, 1);
    bool ok =
        transport->ops->run(transport, strbuf_str(&script), &exchange, problem) && judge(transport, &exchange, problem);
    answer->noise = arena_str(arena, strbuf_str(&exchange.noise));
    strbuf_free(&exchange.noise);
    frame_free(&exchange.frame);
    return ok;
}
