/* connect: from an address to an authenticated session with a machine whose key is the pinned one. */
#include "transport/ssh/ssh.h"
#include "transport/ssh/hostkey.h"
#include "base/gettext.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

struct attempt {
    struct arena *arena;
    const struct transport_target *target;
    struct transport_problem *problem;
    struct str place;
    ssh_session session; /* connected, or NULL */
    struct str key;      /* what the machine showed */
    bool no_such_key;    /* it answered, and has no key of the kind asked for */
};

static void hang_up(struct attempt *a)
{
    if (!a->session)
        return;
    ssh_disconnect(a->session);
    ssh_free(a->session);
    a->session = NULL;
}

/* Nothing of the user's ~/.ssh/config or known_hosts has a say: the configuration alone says how a machine is reached.
 */
static bool set_options(struct attempt *a, const char *host_keys)
{
    const struct transport_target *t = a->target;
    unsigned port = t->port ? t->port : 22;
    long seconds = t->connect_seconds ? t->connect_seconds : 10;
    bool no = false, yes = true;
    ssh_session s = a->session;
    return ssh_options_set(s, SSH_OPTIONS_PROCESS_CONFIG, &no) == SSH_OK &&
           ssh_options_set(s, SSH_OPTIONS_HOST, arena_str(a->arena, t->address).p) == SSH_OK &&
           ssh_options_set(s, SSH_OPTIONS_USER, arena_str(a->arena, t->user).p) == SSH_OK &&
           ssh_options_set(s, SSH_OPTIONS_PORT, &port) == SSH_OK &&
           ssh_options_set(s, SSH_OPTIONS_TIMEOUT, &seconds) == SSH_OK &&
           ssh_options_set(s, SSH_OPTIONS_NODELAY, &yes) == SSH_OK &&
           ssh_options_set(s, SSH_OPTIONS_KNOWNHOSTS, "/dev/null") == SSH_OK &&
           ssh_options_set(s, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null") == SSH_OK &&
           ssh_options_set(s, SSH_OPTIONS_HOSTKEYS, host_keys) == SSH_OK;
}

static bool read_key(struct attempt *a)
{
    ssh_key key = NULL;
    char *base64 = NULL;
    if (ssh_get_server_publickey(a->session, &key) != SSH_OK)
        return false;
    bool ok = ssh_pki_export_pubkey_base64(key, &base64) == SSH_OK;
    if (ok)
        a->key = arena_printf(a->arena, "%s %s", ssh_key_type_to_char(ssh_key_type(key)), base64);
    ssh_string_free_char(base64);
    ssh_key_free(key);
    return ok;
}

/* A dead peer is noticed by the kernel within half a minute, however long the script at the other end takes. */
static void set_keepalive(ssh_session session)
{
    int fd = ssh_get_fd(session), on = 1, idle = 10, every = 5, count = 4;
    unsigned limit_ms = 30000;
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every, sizeof every);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit_ms, sizeof limit_ms);
}

static bool unreachable(struct attempt *a, const char *why)
{
    return link_problem(a->problem, TRANSPORT_UNREACHABLE,
                        arena_printf(a->arena, _("Cannot reach %.*s"), STR_ARG(a->place)),
                        arena_printf(a->arena,
                                     _("%s.\nSee that the machine is up, that its address and port are right, and "
                                       "that sshd answers there."),
                                     why));
}

static bool dial(struct attempt *a, const char *host_keys)
{
    hang_up(a);
    a->session = ssh_new();
    if (!a->session || !set_options(a, host_keys))
        return unreachable(a, a->session ? ssh_get_error(a->session) : "libssh");
    if (ssh_connect(a->session) != SSH_OK) {
        struct str why = arena_str(a->arena, str_c(ssh_get_error(a->session)));
        a->no_such_key = str_find(why, STR("no match for method"), 0) != SIZE_MAX;
        hang_up(a);
        return unreachable(a, why.p);
    }
    set_keepalive(a->session);
    return read_key(a) || unreachable(a, ssh_get_error(a->session));
}

static bool key_problem(struct attempt *a, enum transport_status status, struct str summary, struct str detail)
{
    link_problem(a->problem, status, summary, detail);
    a->problem->host_key = a->key;
    return false;
}

static bool changed(struct attempt *a, struct str shown)
{
    struct str pin = a->target->host_key, was = transport_fingerprint(a->arena, pin);
    a->key = shown;
    return key_problem(
        a, TRANSPORT_KEY_CHANGED,
        arena_printf(a->arena, _("Host key of %.*s is not the pinned one"), STR_ARG(a->place)),
        arena_printf(a->arena,
                     _("It shows %.*s,\nand pinned is %.*s.\nEither the machine was installed anew, or something else "
                       "answers at its address. If you know why the key changed, set `host_key` to the new one."),
                     STR_ARG(transport_fingerprint(a->arena, shown)), STR_ARG(was.n ? was : pin)));
}

/* A pinned fingerprint does not say which kind of key it is of, so the machine is asked for each before it is refused.
 */
static bool dial_pinned(struct attempt *a)
{
    struct str pin = a->target->host_key;
    const char *first = hostkey_first(pin);
    if (dial(a, first) && hostkey_matches(a->arena, pin, a->key))
        return true;
    if (!a->session && (strcmp(first, HOSTKEY_ANY) == 0 || !a->no_such_key))
        return false; /* nothing answers: no other kind of key will change that */
    struct str shown = a->session ? a->key : (struct str){0};
    for (size_t i = 0; i < HOSTKEY_KINDS; i++)
        if (strcmp(first, HOSTKEY_ANY) == 0 && dial(a, hostkey_kinds[i]) && hostkey_matches(a->arena, pin, a->key))
            return true;
    if (!shown.n && !dial(a, HOSTKEY_ANY))
        return false;
    return changed(a, shown.n ? shown : a->key);
}

static bool dial_unpinned(struct attempt *a)
{
    if (!dial(a, HOSTKEY_ANY))
        return false;
    return key_problem(a, TRANSPORT_KEY_UNKNOWN,
                       arena_printf(a->arena, _("Host key of %.*s is not pinned"), STR_ARG(a->place)),
                       arena_printf(a->arena, _("It shows %.*s."), STR_ARG(transport_fingerprint(a->arena, a->key))));
}

static struct str identity_path(struct attempt *a)
{
    struct str file = a->target->identity_file;
    const char *home = getenv("HOME");
    if (str_starts(file, STR("~/")) && home)
        return arena_printf(a->arena, "%s/%.*s", home, (int)file.n - 2, file.p + 2);
    return arena_str(a->arena, file);
}

static bool use_identity(struct attempt *a)
{
    struct str path = identity_path(a);
    ssh_key key = NULL;
    if (ssh_pki_import_privkey_file(path.p, NULL, NULL, NULL, &key) != SSH_OK)
        return link_problem(a->problem, TRANSPORT_REFUSED, str_c(_("Private key cannot be read")),
                            arena_printf(a->arena,
                                         _("%s is missing, not readable, not a private key, or protected by a "
                                           "passphrase. Keys with a passphrase are used through ssh-agent: run "
                                           "`ssh-add %s` and leave out `identity_file`."),
                                         path.p, path.p));
    int got = ssh_userauth_publickey(a->session, NULL, key);
    ssh_key_free(key);
    return got == SSH_AUTH_SUCCESS;
}

static bool authenticate(struct attempt *a)
{
    bool given = a->target->identity_file.n > 0;
    bool ok = given ? use_identity(a) : ssh_userauth_publickey_auto(a->session, NULL, NULL) == SSH_AUTH_SUCCESS;
    if (ok || a->problem->status)
        return ok;
    if (!ssh_is_connected(a->session)) /* sshd was starting or stopping just then: that is no refusal */
        return unreachable(a, ssh_get_error(a->session));
    const char *agent = getenv("SSH_AUTH_SOCK");
    struct str tried = given ? a->target->identity_file
                             : (agent ? str_c(_("the keys of ssh-agent and ~/.ssh/id_*"))
                                      : str_c(_("~/.ssh/id_* (no ssh-agent is running)")));
    return link_problem(
        a->problem, TRANSPORT_REFUSED, arena_printf(a->arena, _("%.*s refused the key"), STR_ARG(a->place)),
        arena_printf(a->arena,
                     _("Tried %.*s for user %.*s.\nAdd the public key to that account's ~/.ssh/authorized_keys, or set "
                       "`identity_file` or `user`."),
                     STR_ARG(tried), STR_ARG(a->target->user)));
}

static bool library_there(struct attempt *a)
{
    const char *why;
    if (ssh_library_load(&why))
        return true;
    return link_problem(a->problem, TRANSPORT_UNREACHABLE, str_c(_("libssh cannot be loaded")),
                        arena_printf(a->arena, _("%s. Install the package libssh-4."), why));
}

static void close_session(struct transport *transport)
{
    struct ssh *ssh = (struct ssh *)transport;
    ssh_disconnect(ssh->session);
    ssh_free(ssh->session);
    free(ssh);
}

struct transport *link_ssh_open(struct arena *arena, const struct transport_target *target,
                                struct transport_problem *problem)
{
    static const struct link_ops ops = {link_ssh_run, close_session};
    *problem = (struct transport_problem){0};
    struct attempt a = {.arena = arena, .target = target, .problem = problem};
    a.place = arena_printf(arena, "%.*s@%.*s:%u", STR_ARG(target->user), STR_ARG(target->address),
                           target->port ? target->port : 22u);
    if (!library_there(&a))
        return NULL;
    bool connected = target->host_key.n ? dial_pinned(&a) : dial_unpinned(&a);
    if (connected)
        *problem = (struct transport_problem){0}; /* of attempts with another kind of key */
    if (!connected || !authenticate(&a)) {
        hang_up(&a);
        return NULL;
    }
    struct ssh *ssh = heap_alloc(sizeof *ssh);
    *ssh = (struct ssh){{.ops = &ops, .sudo = target->sudo, .place = strdup(a.place.p), .host_key = strdup(a.key.p)},
                        a.session};
    return &ssh->base;
}
