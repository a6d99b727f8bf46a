/* local: scripts on this machine, in a process group of their own, so that Ctrl-C reaches detour and not half a change.
 */
#include "transport/link.h"
#include "base/cleanup.h"
#include "base/gettext.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

struct local {
    struct transport base;
};

struct pipes {
    int in, out, err;
    pid_t pid;
    struct str left; /* of the script */
};

static void run_child(const struct transport *transport, int in, int out, int err)
{
    dup2(in, 0);
    dup2(out, 1);
    dup2(err, 2);
    close_range(3, ~0u, 0);
    setsid();
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    if (transport->sudo)
        execlp("sudo", "sudo", "-n", "--", "sh", "-s", (char *)NULL);
    else
        execl("/bin/sh", "sh", "-s", (char *)NULL);
    _exit(127);
}

/* Starts the shell. Standard input is a socket: a child that dies early must not bring SIGPIPE on us. */
static bool start(const struct transport *transport, struct pipes *p)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC) ||
        (p->pid = fork()) < 0) {
        int *all[] = {in, out, err};
        for (size_t i = 0; i < 6; i++)
            if (all[i / 2][i % 2] >= 0)
                close(all[i / 2][i % 2]);
        return false;
    }
    if (p->pid == 0)
        run_child(transport, in[1], out[1], err[1]);
    close(in[1]);
    close(out[1]);
    close(err[1]);
    p->in = in[0];
    p->out = out[0];
    p->err = err[0];
    return true;
}

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void send_more(struct pipes *p)
{
    ssize_t n = p->left.n ? send(p->in, p->left.p, p->left.n, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
    if (n > 0)
        p->left = str_sub(p->left, (size_t)n, p->left.n);
    if (!p->left.n || (n < 0 && errno != EAGAIN && errno != EINTR))
        close_end(&p->in);
}

static void receive(int *fd, struct exchange *exchange, void (*take)(struct exchange *, const char *, size_t))
{
    char bytes[16384];
    ssize_t n = read(*fd, bytes, sizeof bytes);
    if (n > 0)
        take(exchange, bytes, (size_t)n);
    else if (n == 0 || errno != EINTR)
        close_end(fd);
}

static void ask_to_stop(struct exchange *exchange)
{
    int fd = open(link_stop_file(exchange->arena, exchange).p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
}

static bool pump(struct transport *transport, struct pipes *p, struct exchange *exchange,
                 struct transport_problem *problem)
{
    while (p->out >= 0 || p->err >= 0) {
        enum link_wish wish = link_tick(transport, exchange, problem);
        if (wish == LINK_HANG_UP) {
            kill(-p->pid, SIGTERM);
            return false;
        }
        if (wish == LINK_ASK_TO_STOP)
            ask_to_stop(exchange);
        struct pollfd fds[] = {{p->out, POLLIN, 0}, {p->err, POLLIN, 0}, {p->in, POLLOUT, 0}};
        if (poll(fds, 3, 200) <= 0)
            continue;
        if (fds[0].revents)
            receive(&p->out, exchange, link_output);
        if (fds[1].revents)
            receive(&p->err, exchange, link_noise);
        if (fds[2].revents)
            send_more(p);
        if (exchange->frame.state == FRAME_ENDED) /* a daemon it started may hold the pipes open */
            return true;
    }
    return true;
}

static bool local_run(struct transport *transport, struct str script, struct exchange *exchange,
                      struct transport_problem *problem)
{
    struct pipes p = {.left = script};
    if (!start(transport, &p))
        return link_problem(problem, TRANSPORT_BROKEN, str_c(_("Cannot start a shell")),
                            arena_printf(exchange->arena, _("Starting /bin/sh on this machine: %s."), strerror(errno)));
    bool ok = pump(transport, &p, exchange, problem);
    close_end(&p.in);
    close_end(&p.out);
    close_end(&p.err);
    int status = 0;
    while (waitpid(p.pid, &status, 0) < 0 && errno == EINTR)
        ;
    exchange->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return ok;
}

static void local_close(struct transport *transport)
{
    free(transport);
}

struct transport *link_local_open(const struct transport_target *target)
{
    static const struct link_ops ops = {local_run, local_close};
    struct local *local = heap_alloc(sizeof *local);
    *local = (struct local){{.ops = &ops, .sudo = target->sudo, .place = strdup("this machine")}};
    return &local->base;
}
