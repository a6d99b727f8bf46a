#include "lab_host/provider.h"
#include "base/gettext.h"
#include "lab_host/files.h"
#include "lab_host/jobs.h"
#include "lab_host/tree.h"

#include <stdlib.h>
#include <unistd.h>

static const struct detour_host *host;

/* clang-format off */
static const struct detour_attribute attributes[] = {
    {"name", "string", DETOUR_REQUIRED | DETOUR_REPLACE,
     "Name of the machine and its host name: 1 to 40 of `a-z`, `0-9` and `-`. Unique on the computer that detour runs on."},
    {"suite", "string", DETOUR_OPTIONAL | DETOUR_COMPUTED | DETOUR_REPLACE,
     "Debian release: `bullseye`, `bookworm` (default) or `trixie`."},
    {"network", "string", DETOUR_OPTIONAL | DETOUR_COMPUTED | DETOUR_REPLACE,
     "Private network in CIDR notation, prefix 16 to 29; default `10.213.0.0/24`. Machines of one network reach each other, and this computer "
     "reaches them at the first address of the network. There is no route out."},
    {"address", "string", DETOUR_OPTIONAL | DETOUR_COMPUTED | DETOUR_REPLACE,
     "IPv4 address inside the network. Where it is not given, the lowest free one is allotted when the machine is made."},
    {"authorized_keys", "list(string)", DETOUR_OPTIONAL,
     "Public SSH keys that may log in as root. Changed in place; where it is not given, the file in the machine is left alone."},
    {"packages", "set(string)", DETOUR_OPTIONAL,
     "Debian packages that are installed from the mirror with this computer's network before the first boot, and cached for the next machine with the same set. "
     "Packages added later are installed with a restart; one taken out of the set stays installed."},
    {"mounts", "map(string)", DETOUR_OPTIONAL,
     "Folders of this computer seen read-only in the machine: path in the machine to folder here (relative to where detour runs). A change restarts the machine."},
    {"host_key", "string", DETOUR_COMPUTED, "Public SSH host key of the machine, `ssh-ed25519 AAAA…`, for `debian_host.host_key`."},
    {"running", "bool", DETOUR_COMPUTED, "Whether it runs. A machine that does not is planned to be started."},
    {0},
};

static const struct detour_attribute config[] = {
    {"mirror", "string", DETOUR_OPTIONAL, "Debian archive that machines are made from; default `http://deb.debian.org/debian`."},
    {0},
};

static const struct detour_type types[] = {
    {
        .name = "lab_host",
        .version = 0,
        .attributes = attributes,
        .doc = "A Debian machine on this computer, for trying out what is meant for real ones: systemd as PID 1, sshd, a network of its own. It is a "
               "container (systemd-nspawn) on a cached tree, so it is there in seconds and takes little room.\n\n"
               "Making one needs root, and `debootstrap`, `systemd-container`, `iproute2` and `openssh-client` on this computer. The first machine of a suite makes its base "
               "tree (about a minute). After a restart of the computer the machines are stopped, and the next plan starts them.\n\n"
               "A change of `name`, `suite`, `network` or `address` replaces the machine. Destroying it removes everything that was in it; base trees stay in "
               "`/var/cache/detour/lab`.",
        .example = "resource \"lab_host\" \"trial\" {\n"
                   "  name            = \"trial\"\n"
                   "  suite           = \"trixie\"\n"
                   "  authorized_keys = [trimspace(file(\"~/.ssh/id_ed25519.pub\"))]\n"
                   "}\n\n"
                   "resource \"debian_host\" \"trial\" {\n"
                   "  name     = lab_host.trial.name\n"
                   "  address  = lab_host.trial.address\n"
                   "  host_key = lab_host.trial.host_key\n"
                   "}\n",
        .import_id = "trial",
    },
    {0},
};
static const char provider_doc[] =
    "Local Debian machines for trying out what is meant for real ones, in the place of Vagrant or VirtualBox.\n\n"
    "- *Packages without a network.* `packages` are installed before the first boot with this computer's network. Inside the running machine apt has no source. "
    "To try `debian_package` for real, give it a repository as a folder: `mounts` shows it to the machine (`mounts = { \"/srv/apt\" = \"/tmp/repo\" }`), and a "
    "`debian_file` at `/etc/apt/sources.list.d/local.list` names it there (`deb [trusted=yes] file:/srv/apt ./`).\n"
    "- *Fresh base trees.* With no lab host left, remove `/var/cache/detour/lab`. Never under machines: they stand on it.\n"
    "- *Docker beside it* sets `net.bridge.bridge-nf-call-iptables=1` and drops what is forwarded: then machines reach this computer but not each other. Set it to 0.\n"
    "- *Limits of a container.* No kernel modules, no clock of its own; `/dev/net/tun` is there, so wireguard-go works. A machine that reboots stops instead, and the "
    "next apply starts it.\n"
    "- *If detour is killed*, the next run takes away what was half made.";
/* clang-format on */

/* -- life of an instance -- */

static void *lab_open(const struct detour_host *given, detour_call *call, const detour_value *settings_value)
{
    host = given;
    struct kit kit = {host, call};
    struct str mirror = kit_text(kit, settings_value, "mirror");
    const char *why = mirror.n ? spec_check_mirror(mirror) : NULL;
    if (why) {
        host->fail(call, 0, "mirror", _("Invalid value"), _("\"%.*s\" cannot be used here: %s."), STR_ARG(mirror), why);
        return NULL;
    }
    struct settings *settings = heap_alloc(sizeof *settings);
    settings->mirror = strdup(mirror.n ? mirror.p : SPEC_MIRROR);
    return settings;
}

static void lab_close(void *self)
{
    struct settings *settings = self;
    if (settings)
        free(settings->mirror);
    free(settings);
}

static struct detour_str lab_lane(void *self, detour_call *call, const struct detour_type *type,
                                  const detour_value *object)
{
    (void)self, (void)call, (void)type, (void)object;
    return kit_to(STR("lab"));
}

static struct detour_str lab_place(void *self, detour_call *call, const struct detour_type *type,
                                   const detour_value *object)
{
    (void)self, (void)call, (void)type, (void)object;
    return kit_to(str_c(_("this machine")));
}

static void lab_validate(void *self, detour_call *call, struct detour_validate *reqs, size_t n)
{
    (void)self;
    for (size_t i = 0; i < n; i++)
        object_check((struct kit){host, call}, i, reqs[i].config);
}

/* -- reading: leftovers of runs that were killed go first -- */

static bool is_root(struct kit kit, size_t n)
{
    bool root = geteuid() == 0;
    for (size_t i = 0; !root && i < n; i++)
        kit.host->fail(
            kit.call, i, NULL, _("Lab hosts need root"),
            _("Making and looking at machines on this computer needs mounts, networks and control groups: run "
              "detour with sudo."));
    return root;
}

static void sweep(void)
{
    struct work work;
    work_init(&work, NULL);
    machine_sweep(&work);
    work_free(&work);
}

static void read_one(struct kit kit, struct detour_read *req)
{
    ARENA_AUTO arena = arena_new();
    struct machine machine;
    struct str token = object_token(req->private_in);
    bool there = machine_load(arena, kit_text(kit, req->prior, "name"), &machine) && machine.whole &&
                 (!token.n || str_eq(token, machine.spec.token));
    req->state = there ? object_of_machine(kit, req->prior, &machine) : NULL;
    if (there)
        req->private_out = object_private(kit, machine.spec.token);
}

static void lab_read(void *self, detour_call *call, struct detour_read *reqs, size_t n)
{
    (void)self;
    struct kit kit = {host, call};
    if (!is_root(kit, n))
        return;
    sweep();
    for (size_t i = 0; i < n; i++)
        read_one(kit, &reqs[i]);
}

/* -- planning -- */

static void plan_one(struct kit kit, struct detour_plan *req)
{
    struct kit_edit edit = {.kit = kit};
    if (!req->prior && !kit_set(kit, req->config, "suite"))
        kit_put_text(&edit, "suite", STR(SPEC_SUITE));
    if (!req->prior && !kit_set(kit, req->config, "network"))
        kit_put_text(&edit, "network", STR(SPEC_NETWORK));
    kit_put_bool(&edit, "running", true);
    req->planned = kit_edited(&edit, req->proposed);
    req->private_out = req->private_in;
}

static void lab_plan(void *self, detour_call *call, struct detour_plan *reqs, size_t n)
{
    (void)self;
    struct kit kit = {host, call};
    for (size_t i = 0; i < n; i++) {
        object_check(kit, i, reqs[i].config);
        plan_one(kit, &reqs[i]);
    }
}

static const char *missing_program(struct arena *arena)
{
    static const char *const programs[] = {"debootstrap", "systemd-nspawn", "ip", "ssh-keygen", "nsenter"};
    static const char *const folders[] = {"/usr/sbin", "/usr/bin",        "/sbin",
                                          "/bin",      "/usr/local/sbin", "/usr/local/bin"};
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        bool found = false;
        for (size_t k = 0; k < sizeof folders / sizeof *folders; k++)
            found |= files_exist(arena_printf(arena, "%s/%s", folders[k], programs[i]).p);
        if (!found)
            return programs[i];
    }
    return NULL;
}

static void review_create(struct kit kit, size_t i, const struct spec *spec)
{
    ARENA_AUTO arena = arena_new();
    const char *missing = missing_program(arena);
    if (geteuid() != 0)
        kit.host->consequence(kit.call, i, DETOUR_RISK, "%s", _("applying needs root: run detour with sudo"));
    if (missing)
        kit.host->consequence(
            kit.call, i, DETOUR_RISK,
            _("%s is not installed: apt install debootstrap systemd-container iproute2 openssh-client"), missing);
    if (!tree_has(arena, spec->suite, &spec->packages))
        kit.host->consequence(
            kit.call, i, DETOUR_NOTE,
            _("its tree is not in the cache yet: making it takes a minute or two and downloads from %s"),
            spec->mirror.p);
}

static bool changed(struct kit kit, const struct detour_review *req, const char *name)
{
    const detour_value *before = kit.host->attr(req->prior, name), *after = kit.host->attr(req->planned, name);
    return before && after && !kit.host->equal(before, after);
}

static void review_one(struct kit kit, const struct settings *settings, size_t i, const struct detour_review *req)
{
    ARENA_AUTO arena = arena_new();
    struct spec spec = object_spec(kit, arena, req->planned ? req->planned : req->prior, settings);
    if (req->action == DETOUR_CREATE)
        review_create(kit, i, &spec);
    else if (req->action == DETOUR_UPDATE && (changed(kit, req, "packages") || changed(kit, req, "mounts")))
        kit.host->consequence(kit.call, i, DETOUR_RISK, _("%s is restarted"), spec.name.p);
}

static void lab_review(void *self, detour_call *call, struct detour_review *reqs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        review_one((struct kit){host, call}, self, i, &reqs[i]);
}

/* -- doing -- */

static void lab_apply(void *self, detour_call *call, struct detour_apply *reqs, size_t n)
{
    struct kit kit = {host, call};
    for (size_t i = 0; i < n; i++)
        reqs[i].state = reqs[i].prior;
    if (!is_root(kit, n))
        return;
    sweep();
    jobs_apply(kit, self, reqs, n);
}

/* The read that follows finds it. Keys, packages and folders are compared with what the block says. */
static void import_one(struct kit kit, size_t i, struct detour_import *req)
{
    static const char *const own[] = {"authorized_keys", "packages", "mounts"};
    struct kit_edit edit = {.kit = kit};
    const char *why = spec_check_name(kit_from(req->id));
    if (why) {
        kit.host->fail(kit.call, i, NULL, _("Not an import id"), _("\"%.*s\" is no name of a lab host: %s."),
                       (int)req->id.n, req->id.p, why);
        return;
    }
    kit_put_text(&edit, "name", kit_from(req->id));
    for (size_t k = 0; k < sizeof own / sizeof *own; k++) {
        const detour_value *v = kit_attr(kit, req->config, own[k]);
        if (v && kit.host->wholly_known(v))
            kit_put(&edit, own[k], v);
    }
    req->state = kit_edited(&edit, NULL);
}

static void lab_import(void *self, detour_call *call, struct detour_import *reqs, size_t n)
{
    (void)self;
    struct kit kit = {host, call};
    for (size_t i = 0; i < n; i++)
        import_one(kit, i, &reqs[i]);
}

static const struct detour_provider provider = {
    .size = sizeof provider,
    .abi = DETOUR_ABI_VERSION,
    .name = "lab",
    .doc = provider_doc,
    .config = config,
    .types = types,
    .open = lab_open,
    .close = lab_close,
    .lane = lab_lane,
    .place = lab_place,
    .validate = lab_validate,
    .read = lab_read,
    .plan = lab_plan,
    .review = lab_review,
    .apply = lab_apply,
    .import = lab_import,
};

const struct detour_provider *lab_provider(void)
{
    return &provider;
}
