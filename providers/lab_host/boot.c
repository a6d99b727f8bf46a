#include "lab_host/boot.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/gettext.h"
#include "lab_host/cgroup.h"
#include "lab_host/files.h"
#include "lab_host/machine.h"
#include "lab_host/proc.h"
#include "lab_host/tree.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

enum { BOOT_SECONDS = 90, STOP_MS = 15000, BANNER_MS = 1000, TAIL_BYTES = 1500 };

struct str boot_cgroup(struct arena *arena, struct str name)
{
    return arena_printf(arena, "detour-lab-%s", name.p);
}

static struct str root_of(struct arena *arena, struct str name)
{
    return arena_printf(arena, MACHINES "/%s/root", name.p);
}

static struct str console_of(struct arena *arena, struct str name)
{
    return arena_printf(arena, MACHINES "/%s/console.log", name.p);
}

static struct str unit_of(struct arena *arena, struct str name)
{
    return arena_printf(arena, "detour-lab-%s.service", name.p);
}

bool boot_runs(struct str name)
{
    ARENA_AUTO arena = arena_new();
    pid_t supervisor = proc_supervisor(root_of(arena, name).p);
    return supervisor && proc_leader(supervisor);
}

/* -- starting -- */

/* The unit outlives the session of whoever ran detour, and hands its cgroup over to the machine. */
static void add_unit(struct work *work, struct argv *argv, const struct spec *spec)
{
    struct str console = console_of(work->arena, spec->name);
    argv_add(work, argv, "systemd-run");
    argv_add(work, argv, "--quiet");
    argv_add(work, argv, "--collect");
    argv_add(work, argv, "--unit=%s", unit_of(work->arena, spec->name).p);
    argv_add(work, argv, "--description=Lab host %s", spec->name.p);
    argv_add(work, argv, "--slice=machine.slice");
    argv_add(work, argv, "--property=Delegate=yes");
    argv_add(work, argv, "--property=KillMode=mixed");
    argv_add(work, argv, "--property=TasksMax=16384");
    argv_add(work, argv, "--property=StandardOutput=append:%s", console.p);
    argv_add(work, argv, "--property=StandardError=append:%s", console.p);
    argv_add(work, argv, "--");
}

static void add_mounts(struct work *work, struct argv *argv, const struct spec *spec)
{
    vec_each (&spec->mount_to.list, i) {
        char folder[PATH_MAX];
        if (realpath(spec->mount_from.list.v[i].p, folder))
            argv_add(work, argv, "--bind-ro=%s:%s", folder, spec->mount_to.list.v[i].p);
    }
}

bool boot_check_mounts(struct work *work, const struct spec *spec)
{
    vec_each (&spec->mount_from.list, i) {
        char folder[PATH_MAX];
        if (realpath(spec->mount_from.list.v[i].p, folder))
            continue;
        work->attribute = "mounts";
        return work_fail_errno(work, _("A folder cannot be mounted"), "%s", spec->mount_from.list.v[i].p);
    }
    return true;
}

static void add_nspawn(struct work *work, struct argv *argv, const struct spec *spec)
{
    static const char *const fixed[] = {"systemd-nspawn",    "--quiet",        "--boot",
                                        "--register=no",     "--keep-unit",    "--link-journal=no",
                                        "--resolv-conf=off", "--timezone=off", "--capability=CAP_NET_ADMIN"};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        argv_add(work, argv, "%s", fixed[i]);
    argv_add(work, argv, "--directory=%s", root_of(work->arena, spec->name).p);
    argv_add(work, argv, "--machine=%s", spec->name.p);
    argv_add(work, argv, "--network-namespace-path=%s", net_namespace(work->arena, spec->name).p);
    if (!files_exist("/dev/net/tun"))
        return;
    argv_add(work, argv, "--bind=/dev/net/tun");
    argv_add(work, argv, "--property=DeviceAllow=/dev/net/tun rwm");
}

static bool launch(struct work *work, const struct spec *spec)
{
    bool units = files_exist(SYSTEMD_RUNS);
    struct argv argv = {0};
    if (units)
        add_unit(work, &argv, spec);
    else
        argv.cgroup = boot_cgroup(work->arena, spec->name).p;
    add_nspawn(work, &argv, spec);
    add_mounts(work, &argv, spec);
    work_stage(work, _("booting"));
    if (units)
        return run(work, &argv, NULL);
    return run_detached(work, &argv, console_of(work->arena, spec->name).p) > 0;
}

/* -- waiting -- */

static bool wait_readable(int fd, short events, int ms)
{
    struct pollfd p = {.fd = fd, .events = events};
    return poll(&p, 1, ms) == 1;
}

/* Whether an SSH server greets us. */
static bool greets(struct str address)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(22)};
    char greeting[4];
    FD_AUTO fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || inet_pton(AF_INET, address.p, &to.sin_addr) != 1)
        return false;
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0 &&
        (errno != EINPROGRESS || !wait_readable(fd, POLLOUT, BANNER_MS)))
        return false;
    return wait_readable(fd, POLLIN, BANNER_MS) && recv(fd, greeting, sizeof greeting, 0) == sizeof greeting &&
           !memcmp(greeting, "SSH-", sizeof greeting);
}

/* systemctl inside answers once all that belongs to the boot is started; also where some unit failed. */
static bool is_up(struct work *work, struct str name)
{
    pid_t supervisor = proc_supervisor(root_of(work->arena, name).p);
    pid_t leader = supervisor ? proc_leader(supervisor) : 0;
    if (!leader)
        return false;
    struct str target = arena_printf(work->arena, "%d", (int)leader);
    return run_quietly(work, "nsenter", "--target", target.p, "--mount", "--pid", "--", "systemctl", "--quiet",
                       "is-active", "multi-user.target", NULL);
}

static struct str console_tail(struct work *work, struct str name)
{
    struct str text = str_trim(files_slurp(work->arena, console_of(work->arena, name).p));
    size_t from = text.n > TAIL_BYTES ? str_find_byte(text, '\n', text.n - TAIL_BYTES) : 0;
    return text.n ? str_sub(text, from == SIZE_MAX ? 0 : from, text.n) : str_c(_("(nothing)"));
}

static bool fail_boot(struct work *work, const struct spec *spec, const char *what)
{
    return work_fail(work, _("The lab host does not boot"), _("%s: %s. The end of its console:\n%.*s"), spec->name.p,
                     what, STR_ARG(console_tail(work, spec->name)));
}

static bool wait_ready(struct work *work, const struct spec *spec)
{
    uint64_t deadline = clock_monotonic_ns() + (uint64_t)BOOT_SECONDS * 1000000000;
    bool greeted = false;
    for (unsigned n = 0; clock_monotonic_ns() < deadline; n++) {
        if (work_stopped(work))
            return false;
        greeted = greeted || greets(spec->address);
        if (greeted && is_up(work, spec->name))
            return true;
        if (n % 20 == 19 && !boot_runs(spec->name))
            return fail_boot(work, spec, _("it ended"));
        work_pause(greeted ? 50 : 100);
    }
    return fail_boot(work, spec, greeted ? _("systemd is not done starting it") : _("sshd does not answer"));
}

bool boot(struct work *work, const struct spec *spec)
{
    return boot_check_mounts(work, spec) && launch(work, spec) && wait_ready(work, spec);
}

/* -- ending -- */

/* systemd-nspawn passes SIGTERM on as an order to power off. What was in its container may outlive a kill of it, but
 * not the end of its network, its cgroup or its tree. */
void boot_kill(struct work *work, struct str name)
{
    struct str root = root_of(work->arena, name);
    if (files_exist(SYSTEMD_RUNS))
        run_quietly(work, "systemctl", "kill", "--quiet", "--signal=KILL", unit_of(work->arena, name).p, NULL);
    for (pid_t pid; (pid = proc_supervisor(root.p)) > 0;)
        if (!proc_end(pid, SIGKILL, STOP_MS))
            break;
    if (files_exist(SYSTEMD_RUNS)) /* and until systemd has seen it: the unit's name must be free again */
        run_quietly(work, "systemctl", "stop", "--quiet", unit_of(work->arena, name).p, NULL);
    proc_kill_netns(net_namespace(work->arena, name).p);
    proc_kill_inside(arena_printf(work->arena, MACHINES "/%s", name.p).p);
    cgroup_remove(boot_cgroup(work->arena, name).p);
}

bool boot_stop(struct work *work, struct str name)
{
    pid_t supervisor = proc_supervisor(root_of(work->arena, name).p);
    work_stage(work, _("shutting down"));
    if (supervisor)
        proc_end(supervisor, SIGTERM, STOP_MS);
    boot_kill(work, name);
    return true;
}
