/* The half of work that runs programs. */
#include "base/cleanup.h"
#include "base/gettext.h"
#include "lab_host/cgroup.h"
#include "lab_host/work.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { TAIL_LINES = 12, LINE_MAX_ = 1024, POLL_MS = 200 };

/* The last lines of a program's output. */
struct tail {
    struct str lines[TAIL_LINES];
    size_t n;
    char partial[LINE_MAX_];
    size_t n_partial;
};

extern char **environ;

static bool overridden(const char *entry)
{
    static const char *const names[] = {"LC_ALL=", "LANG=", "LANGUAGE=", "PATH=", "DEBIAN_FRONTEND=", "TMPDIR="};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strncmp(entry, names[i], strlen(names[i])))
            return true;
    return false;
}

/* Ours, with messages in English (they are parsed) and the PATH of root. */
static char **make_environment(struct work *work)
{
    VEC(char *) list = {0};
    for (char **e = environ; *e; e++)
        if (!overridden(*e))
            vec_push(work->arena, &list, *e);
    vec_push(work->arena, &list, "LC_ALL=C.UTF-8");
    vec_push(work->arena, &list, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    vec_push(work->arena, &list, "DEBIAN_FRONTEND=noninteractive");
    vec_push(work->arena, &list, NULL);
    return list.v;
}

static char *const *end_argv(struct work *work, const struct argv *argv)
{
    const char **copy = ARENA_ARRAY(work->arena, const char *, argv->list.n + 1);
    memcpy(copy, argv->list.v, argv->list.n * sizeof *copy);
    return (char *const *)copy;
}

/* All that a child needs between fork and exec, made before: there it may call nothing but the system. */
struct child {
    char *const *argv, *const *environment;
    int in, out, cgroups[CGROUP_ROOTS];
};

static bool child_open(struct work *work, const struct argv *argv, int out, struct child *child)
{
    *child = (struct child){.argv = end_argv(work, argv), .environment = make_environment(work), .out = out};
    cgroup_open(argv->cgroup, child->cgroups);
    child->in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return child->in >= 0;
}

static void child_close(struct child *child)
{
    if (child->in >= 0)
        close(child->in);
    for (int i = 0; i < CGROUP_ROOTS; i++)
        if (child->cgroups[i] >= 0)
            close(child->cgroups[i]);
}

static _Noreturn void become(const struct child *child)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    for (int i = 0; i < CGROUP_ROOTS; i++)
        if (child->cgroups[i] >= 0 && write(child->cgroups[i], "0", 1) != 1)
            _exit(126);
    if (dup2(child->in, 0) < 0 || dup2(child->out, 1) < 0 || dup2(child->out, 2) < 0)
        _exit(126);
    close_range(3, ~0u, 0);
    execvpe(child->argv[0], child->argv, child->environment);
    _exit(127);
}

static pid_t start(struct work *work, const struct argv *argv, int out)
{
    struct child child;
    pid_t pid = child_open(work, argv, out, &child) ? fork() : -1;
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setpgid(0, 0);
        become(&child);
    }
    child_close(&child);
    return pid;
}

/* -- output -- */

static void tail_line(struct work *work, struct tail *tail, run_line *line)
{
    struct str text = str_trim(str_from(tail->partial, tail->n_partial));
    tail->n_partial = 0;
    if (!text.n)
        return;
    tail->lines[tail->n++ % TAIL_LINES] = arena_str(work->arena, text);
    if (line)
        line(work, text);
}

static void tail_bytes(struct work *work, struct tail *tail, const char *bytes, size_t n, run_line *line)
{
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] == '\n' || bytes[i] == '\r')
            tail_line(work, tail, line);
        else if (tail->n_partial < LINE_MAX_)
            tail->partial[tail->n_partial++] = bytes[i];
    }
}

static struct str tail_text(struct work *work, const struct tail *tail)
{
    struct str text = STR("");
    size_t from = tail->n > TAIL_LINES ? tail->n - TAIL_LINES : 0;
    for (size_t i = from; i < tail->n; i++)
        text = arena_printf(work->arena, "%.*s\n  %.*s", STR_ARG(text), STR_ARG(tail->lines[i % TAIL_LINES]));
    return text;
}

/* Until the output ends; kills the program's process group where the user asked to stop. */
static void follow(struct work *work, pid_t child, int fd, struct tail *tail, run_line *line)
{
    char buffer[4096];
    bool killed = false;
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (!killed && work->stop && atomic_load(work->stop)) {
            kill(-child, SIGTERM);
            killed = true;
        }
        if (poll(&p, 1, POLL_MS) == 0)
            continue;
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        tail_bytes(work, tail, buffer, (size_t)n, line);
    }
    tail_line(work, tail, line);
}

static int wait_for(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static bool report(struct work *work, const struct argv *argv, int status, const struct tail *tail)
{
    const char *program = argv->list.v[0];
    if (work_stopped(work))
        return false;
    if (status == 127)
        return work_fail(
            work, _("A program is missing"),
            _("%s is not installed. Run: apt install debootstrap systemd-container iproute2 openssh-client"), program);
    struct str said = tail_text(work, tail);
    return work_fail(work, _("A program failed"), _("%s answered %d:%s"), program, status,
                     said.n ? said.p : _(" and said nothing"));
}

/* The exit status, or -1 where it could not be started. */
static int execute(struct work *work, const struct argv *argv, run_line *line, struct tail *tail)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    FD_AUTO from = ends[0];
    pid_t child = start(work, argv, ends[1]);
    close(ends[1]);
    if (child < 0)
        return -1;
    follow(work, child, from, tail, line);
    int status = wait_for(child);
    if (argv->cgroup)
        cgroup_remove(argv->cgroup);
    return status;
}

bool run(struct work *work, const struct argv *argv, run_line *line)
{
    struct tail *tail = ARENA_NEW(work->arena, struct tail);
    int status = execute(work, argv, line, tail);
    if (status < 0)
        return work_fail_errno(work, _("A program cannot be started"), "%s", argv->list.v[0]);
    return status == 0 || report(work, argv, status, tail);
}

static struct argv collect(struct work *work, va_list args)
{
    struct argv argv = {0};
    for (const char *arg; (arg = va_arg(args, const char *));)
        argv_add(work, &argv, "%s", arg);
    return argv;
}

bool run_now(struct work *work, ...)
{
    va_list args;
    va_start(args, work);
    struct argv argv = collect(work, args);
    va_end(args);
    return run(work, &argv, NULL);
}

bool run_quietly(struct work *work, ...)
{
    va_list args;
    va_start(args, work);
    struct argv argv = collect(work, args);
    va_end(args);
    struct tail *tail = ARENA_NEW(work->arena, struct tail);
    return execute(work, &argv, NULL, tail) == 0;
}

/* -- what stays -- */

/* Forks twice, so that the program is nobody's child but init's; its process comes back through the pipe. */
static _Noreturn void detach(const struct child *child, int answer)
{
    setsid();
    pid_t grandchild = fork();
    if (grandchild == 0)
        become(child);
    ssize_t sent = write(answer, &grandchild, sizeof grandchild);
    _exit(sent == sizeof grandchild ? 0 : 1);
}

static pid_t start_detached(const struct child *child, int from, int to)
{
    pid_t pid = -1, middle = fork();
    if (middle == 0)
        detach(child, to);
    close(to);
    if (middle < 0 || read(from, &pid, sizeof pid) != sizeof pid)
        pid = -1;
    if (middle > 0)
        wait_for(middle);
    return pid;
}

pid_t run_detached(struct work *work, const struct argv *argv, const char *log)
{
    struct child child;
    int ends[2];
    pid_t pid = -1;
    FD_AUTO out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (child_open(work, argv, out, &child) && out >= 0 && pipe2(ends, O_CLOEXEC) == 0) {
        FD_AUTO from = ends[0];
        pid = start_detached(&child, from, ends[1]);
    }
    if (pid < 0)
        work_fail_errno(work, _("A program cannot be started"), "%s", argv->list.v[0]);
    child_close(&child);
    return pid;
}
