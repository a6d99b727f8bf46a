#include "base/process.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/gettext.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

extern char **environ;

enum { ERRORS_MAX = 2048, CHUNK = 64 << 10 };

struct child {
    pid_t pid;
    int in, out, err; /* our ends; -1 where closed */
};

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* The ends of three pipes: ours in child->…, the program's in theirs[0..2]. The input is a socket, since writing to one
 * whose reader has gone can be told not to raise SIGPIPE. */
static bool open_pipes(struct child *c, int theirs[3])
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
    bool ok = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) == 0 && pipe2(out, O_CLOEXEC) == 0 &&
              pipe2(err, O_CLOEXEC) == 0;
    *c = (struct child){-1, in[1], out[0], err[0]};
    theirs[0] = in[0], theirs[1] = out[1], theirs[2] = err[1];
    return ok;
}

static void close_all(struct child *c, int theirs[3])
{
    close_end(&c->in);
    close_end(&c->out);
    close_end(&c->err);
    for (int i = 0; i < 3; i++)
        close_end(&theirs[i]);
}

/* In a process group of its own, so that it can be ended with all that it started; default signals. */
static int spawn(struct child *c, const struct process *p, const char *folder, const int theirs[3])
{
    char *const *argv = (char *const *)(uintptr_t)p->argv;
    short group = p->no_terminal ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, (short)(group | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    for (int i = 0; i < 3; i++)
        posix_spawn_file_actions_adddup2(&actions, theirs[i], i);
    if (*folder)
        posix_spawn_file_actions_addchdir_np(&actions, folder);
    int error = posix_spawnp(&c->pid, argv[0], &actions, &attributes, argv, p->environment ? p->environment : environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
}

/* What is there to read, into `sb`; closes the end of file. */
static void drain(int *fd, struct strbuf *sb)
{
    char chunk[CHUNK];
    ssize_t n = read(*fd, chunk, sizeof chunk);
    if (n > 0)
        strbuf_add(sb, str_from(chunk, (size_t)n));
    else if (n == 0 || errno != EINTR)
        close_end(fd);
}

/* More of the input; closes its end when all is written, or nobody reads it. */
static void feed(int *fd, struct str *input)
{
    ssize_t n = input->n ? send(*fd, input->p, input->n, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
    if (n > 0)
        *input = str_sub(*input, (size_t)n, input->n);
    if (!input->n || (n < 0 && errno != EINTR && errno != EAGAIN))
        close_end(fd);
}

/* Feeds and reads until the program closes its output. False when time or room ran out. */
static bool exchange(struct child *c, struct str input, unsigned seconds, struct strbuf *out, struct strbuf *errors)
{
    uint64_t end = clock_monotonic_ns() + seconds * 1000000000ull;
    while ((c->out >= 0 || c->err >= 0) && !out->over) {
        struct pollfd fds[] = {{c->in, POLLOUT, 0}, {c->out, POLLIN, 0}, {c->err, POLLIN, 0}};
        uint64_t now = clock_monotonic_ns();
        if (now >= end || (poll(fds, 3, (int)((end - now) / 1000000) + 1) < 0 && errno != EINTR))
            return false;
        if (fds[0].revents)
            feed(&c->in, &input);
        if (fds[1].revents)
            drain(&c->out, out);
        if (fds[2].revents)
            drain(&c->err, errors);
    }
    return !out->over;
}

static int wait_for(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

/* The last words of the program, on one line. */
static void quote_errors(struct strbuf *why, struct str errors)
{
    errors = str_trim(errors);
    if (!errors.n)
        return;
    strbuf_lit(why, ": ");
    for (size_t i = 0; i < errors.n; i++)
        strbuf_addc(why, errors.p[i] == '\n' ? ' ' : errors.p[i]);
}

static bool report(const char *name, int status, bool finished, unsigned seconds, const struct strbuf *out,
                   struct str errors, struct strbuf *why)
{
    if (finished && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (out->over)
        strbuf_printf(why, _("%s printed more than %zu bytes"), name, out->max);
    else if (!finished)
        strbuf_printf(why, _("%s did not end within %u seconds"), name, seconds);
    else if (WIFEXITED(status))
        strbuf_printf(why, _("%s failed with exit code %d"), name, WEXITSTATUS(status));
    else
        strbuf_printf(why, _("%s was ended by signal %d"), name, WTERMSIG(status));
    quote_errors(why, errors);
    return false;
}

static bool converse(struct child *c, const struct process *p, struct strbuf *out, struct strbuf *why)
{
    STRBUF_AUTO errors = STRBUF_INIT(ERRORS_MAX);
    unsigned seconds = p->seconds ? p->seconds : PROCESS_SECONDS;
    if (p->running)
        *p->running = c->pid;
    bool finished = exchange(c, p->input, seconds, out, &errors);
    if (!finished)
        kill(-c->pid, SIGKILL);
    close_end(&c->in);
    int status = wait_for(c->pid);
    if (p->running)
        *p->running = 0;
    errno = 0;
    return report(p->argv[0], status, finished, seconds, out, strbuf_str(&errors), why);
}

bool process_run(const struct process *process, struct strbuf *out, struct strbuf *why)
{
    STRBUF_AUTO dir = STRBUF_INIT(1 << 16);
    struct child c;
    int theirs[3];
    strbuf_add(&dir, process->folder);
    strbuf_addc(&dir, '\0');
    int error = open_pipes(&c, theirs) ? spawn(&c, process, dir.p, theirs) : errno;
    if (error) {
        close_all(&c, theirs);
        strbuf_printf(why, _("cannot run %s: %s"), process->argv[0], strerror(error));
        errno = error;
        return false;
    }
    for (int i = 0; i < 3; i++)
        close_end(&theirs[i]);
    bool ok = converse(&c, process, out, why);
    int saved = errno;
    close_all(&c, theirs);
    errno = saved;
    return ok;
}
