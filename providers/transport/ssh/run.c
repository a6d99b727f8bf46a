/* run: one channel per script. */
#include "transport/ssh/ssh.h"
#include "base/gettext.h"

static bool lost(struct ssh *ssh, struct exchange *exchange, enum transport_status status,
                 struct transport_problem *problem)
{
    return link_problem(problem, status, arena_printf(exchange->arena, _("Connection to %s was lost"), ssh->base.place),
                        arena_printf(exchange->arena,
                                     _("%s.\nWhat was under way goes on there: plan again to see what was done."),
                                     ssh_get_error(ssh->session)));
}

static ssh_channel start(struct ssh *ssh, const char *command)
{
    ssh_channel channel = ssh_channel_new(ssh->session);
    if (!channel)
        return NULL;
    if (ssh_channel_open_session(channel) == SSH_OK && ssh_channel_request_exec(channel, command) == SSH_OK)
        return channel;
    ssh_channel_free(channel);
    return NULL;
}

static bool send_all(ssh_channel channel, struct str script)
{
    while (script.n) {
        int n = ssh_channel_write(channel, script.p, script.n < 65536 ? (uint32_t)script.n : 65536);
        if (n <= 0)
            return ssh_channel_is_eof(channel) != 0; /* sudo said no and went: its words are still to be read */
        script = str_sub(script, (size_t)n, script.n);
    }
    return ssh_channel_send_eof(channel) == SSH_OK;
}

/* What the command ended with, waiting for it; -1 where that is not known. */
static int exit_status(ssh_channel channel)
{
#if LIBSSH_VERSION_INT >= SSH_VERSION_INT(0, 11, 0)
    uint32_t status;
    return ssh_channel_get_exit_state(channel, &status, NULL, NULL) == SSH_OK ? (int)status : -1;
#else
    return ssh_channel_get_exit_status(channel);
#endif
}

static void ask_to_stop(struct ssh *ssh, struct exchange *exchange)
{
    struct str command = arena_printf(exchange->arena, "umask 077; : >%s", link_stop_file(exchange->arena, exchange).p);
    ssh_channel channel = start(ssh, command.p);
    if (!channel)
        return;
    ssh_channel_send_eof(channel);
    exit_status(channel);
    ssh_channel_free(channel);
}

static void drain_noise(ssh_channel channel, struct exchange *exchange)
{
    char bytes[4096];
    int n;
    while ((n = ssh_channel_read_nonblocking(channel, bytes, sizeof bytes, 1)) > 0)
        link_noise(exchange, bytes, (size_t)n);
}

static bool pump(struct ssh *ssh, ssh_channel channel, struct exchange *exchange, struct transport_problem *problem)
{
    char bytes[32768];
    for (;;) {
        enum link_wish wish = link_tick(&ssh->base, exchange, problem);
        if (wish == LINK_HANG_UP)
            return false;
        if (wish == LINK_ASK_TO_STOP)
            ask_to_stop(ssh, exchange);
        int n = ssh_channel_read_timeout(channel, bytes, sizeof bytes, 0, 200);
        if (n > 0)
            link_output(exchange, bytes, (size_t)n);
        drain_noise(channel, exchange);
        if (exchange->frame.state == FRAME_ENDED) /* a daemon it started may hold the channel open */
            return true;
        if (n == SSH_ERROR || !ssh_is_connected(ssh->session))
            return lost(ssh, exchange, TRANSPORT_BROKEN, problem);
        if (n == 0 && ssh_channel_is_eof(channel))
            return true;
    }
}

bool link_ssh_run(struct transport *transport, struct str script, struct exchange *exchange,
                  struct transport_problem *problem)
{
    struct ssh *ssh = (struct ssh *)transport;
    ssh_channel channel = start(ssh, link_command(transport));
    if (!channel)
        return lost(ssh, exchange, TRANSPORT_STALE, problem);
    bool ok = send_all(channel, script) || lost(ssh, exchange, TRANSPORT_BROKEN, problem);
    ok = ok && pump(ssh, channel, exchange, problem);
    if (ok && exchange->frame.state != FRAME_ENDED)
        exchange->exit_status = exit_status(channel);
    ssh_channel_close(channel);
    ssh_channel_free(channel);
    return ok;
}
