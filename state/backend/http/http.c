/*
 * http: the state on a web server that speaks the protocol of Terraform's http backend: GET, POST and DELETE of a
 * document, LOCK and UNLOCK. The journal is a second document beside the first, and so are further texts.
 */
#include "state/backend/http/http.h"
#include "base/gettext.h"

static struct str with_lock_id(struct http *h, struct arena *arena)
{
    bool query = str_find_byte(h->address, '?', 0) != SIZE_MAX;
    return arena_printf(arena, "%.*s%sID=%.*s", STR_ARG(h->address), query ? "&" : "?", STR_ARG(h->lock_id));
}

static bool http_write(struct backend *b, struct str text)
{
    ARENA_AUTO arena = arena_new();
    return http_post(http_of(b), arena, with_lock_id(http_of(b), arena), text);
}

/* -- life -- */

static void http_close(struct backend *b)
{
    struct http *h = http_of(b);
    client_close(&h->client);
    strbuf_free(&h->records);
    arena_free(b->arena);
}

static const struct backend_ops http_ops = {
    .lock = http_lock,
    .unlock = http_unlock,
    .holder = http_holder,
    .force_unlock = http_force_unlock,
    .read = http_read,
    .write = http_write,
    .journal_open = http_journal_open,
    .journal_append = http_journal_append,
    .journal_close = http_journal_close,
    .journal_drop = http_journal_drop,
    .journal_set_aside = http_journal_set_aside,
    .extra_write = http_extra_write,
    .extra_read = http_extra_read,
    .extra_drop = http_extra_drop,
    .close = http_close,
};

static struct str or_else(struct arena *arena, const struct backend_config *c, const char *name, struct str otherwise)
{
    struct str value = backend_value(c, name);
    return arena_str(arena, value.n ? value : otherwise);
}

/* GitLab and Gitea list every address of theirs as a state of its own. */
static bool keeps_texts(const struct backend_config *c)
{
    return backend_value(c, "history").n
               ? backend_value_bool(c, "history")
               : str_find(backend_value(c, "address"), STR("/terraform/state/"), 0) == SIZE_MAX;
}

static struct backend_ops ops_for(const struct backend_config *c)
{
    struct backend_ops ops = http_ops;
    if (!keeps_texts(c)) {
        ops.extra_write = NULL;
        ops.extra_read = NULL;
        ops.extra_drop = NULL;
    }
    return ops;
}

static bool check_address(const struct backend_config *c, struct diags *diags)
{
    struct str address = backend_value(c, "address");
    size_t host = str_find(address, STR("://"), 0);
    if (!str_starts(address, STR("http://")) && !str_starts(address, STR("https://"))) {
        diag_error(diags, (struct span){0}, _("Invalid address of a state"),
                   _("\"%.*s\" is no address of a web server; write https://HOST/PATH."), STR_ARG(address));
        return false;
    }
    struct str authority = str_sub(address, host + 3, str_find_byte(address, '/', host + 3));
    if (str_find_byte(authority, '@', 0) != SIZE_MAX) {
        diag_error(
            diags, (struct span){0}, _("Secret in an address"),
            _("The address of the state holds a user or a password, and addresses are shown in messages. Give them "
              "as DETOUR_HTTP_USERNAME and DETOUR_HTTP_PASSWORD."));
        return false;
    }
    return true;
}

static struct backend *http_open(const struct backend_config *c, struct diags *diags)
{
    if (!check_address(c, diags))
        return NULL;
    struct arena *arena = arena_new();
    arena_wipe_on_free(arena);
    struct http *h = ARENA_NEW(arena, struct http);
    struct str address = backend_value(c, "address");
    *h = (struct http){
        .base = {.ops = &h->ops, .arena = arena, .remote = true},
        .ops = ops_for(c),
        .client = {.backend = &h->base,
                   .retry = {backend_value_number(c, "retry_max", 5), 250,
                             backend_value_number(c, "retry_wait_max", 5) * 1000u},
                   .timeout_s = backend_value_number(c, "timeout", 30),
                   .user = or_else(arena, c, "username", STR("")),
                   .password = or_else(arena, c, "password", STR("")),
                   .ca_file = or_else(arena, c, "ca_file", STR("")),
                   .insecure = backend_value_bool(c, "skip_cert_verification")},
        .address = arena_str(arena, address),
        .lock_address = or_else(arena, c, "lock_address", address),
        .unlock_address = or_else(arena, c, "unlock_address", or_else(arena, c, "lock_address", address)),
        .journal_address = or_else(arena, c, "journal_address", http_beside(arena, address, "journal")),
        .update_method = or_else(arena, c, "update_method", STR("POST")),
        .lock_method = or_else(arena, c, "lock_method", STR("LOCK")),
        .unlock_method = or_else(arena, c, "unlock_method", STR("UNLOCK")),
        .records = STRBUF_INIT(BACKEND_SIZE_MAX),
    };
    h->base.place = h->address;
    h->base.journal = h->journal_address;
    h->base.lock = h->lock_address;
    return &h->base;
}

static const struct backend_field fields[] = {
    {.name = "address",
     .environment = {"DETOUR_HTTP_ADDRESS", "TF_HTTP_ADDRESS"},
     .required = true,
     .identity = true,
     .doc = N_("where the state is: https://HOST/PATH")},
    {.name = "lock_address",
     .environment = {"DETOUR_HTTP_LOCK_ADDRESS", "TF_HTTP_LOCK_ADDRESS"},
     .doc = N_("where it is locked; the address")},
    {.name = "unlock_address",
     .environment = {"DETOUR_HTTP_UNLOCK_ADDRESS", "TF_HTTP_UNLOCK_ADDRESS"},
     .doc = N_("where it is unlocked; the address for locking")},
    {.name = "journal_address",
     .environment = {"DETOUR_HTTP_JOURNAL_ADDRESS"},
     .doc = N_("where the journal is; the address with .journal behind it")},
    {.name = "history",
     .kind = SETTING_BOOL,
     .doc =
         N_("keep the history and the list of environments behind the address, as .history, .history.SERIAL and "
            ".environments: true or false; true, but false on GitLab and Gitea (/terraform/state/), which would list "
            "each as a state of its own. GitLab keeps versions itself")},
    {.name = "update_method",
     .environment = {"DETOUR_HTTP_UPDATE_METHOD", "TF_HTTP_UPDATE_METHOD"},
     .doc = N_("the method that writes: POST")},
    {.name = "lock_method",
     .environment = {"DETOUR_HTTP_LOCK_METHOD", "TF_HTTP_LOCK_METHOD"},
     .doc = N_("the method that locks: LOCK")},
    {.name = "unlock_method",
     .environment = {"DETOUR_HTTP_UNLOCK_METHOD", "TF_HTTP_UNLOCK_METHOD"},
     .doc = N_("the method that unlocks: UNLOCK")},
    {.name = "username", .environment = {"DETOUR_HTTP_USERNAME", "TF_HTTP_USERNAME"}, .doc = N_("who logs in")},
    {.name = "password",
     .environment = {"DETOUR_HTTP_PASSWORD", "TF_HTTP_PASSWORD"},
     .secret = true,
     .doc = N_("the password or token")},
    {.name = "ca_file", .environment = {"DETOUR_HTTP_CA_FILE"}, .doc = N_("a file of certificates to trust, PEM")},
    {.name = "skip_cert_verification", .kind = SETTING_BOOL, .doc = N_("trust any certificate: true or false")},
    {.name = "retry_max",
     .kind = SETTING_NUMBER,
     .environment = {"DETOUR_HTTP_RETRY_MAX", "TF_HTTP_RETRY_MAX"},
     .doc = N_("how often a request is tried again: 5")},
    {.name = "retry_wait_max",
     .kind = SETTING_NUMBER,
     .environment = {"DETOUR_HTTP_RETRY_WAIT_MAX", "TF_HTTP_RETRY_WAIT_MAX"},
     .doc = N_("the longest pause between attempts in seconds: 5")},
    {.name = "timeout",
     .kind = SETTING_NUMBER,
     .environment = {"DETOUR_HTTP_TIMEOUT"},
     .doc = N_("seconds of silence that end an attempt: 30")},
    {.name = NULL},
};

const struct backend_type backend_type_http = {"http", N_("A web server with LOCK and UNLOCK"), fields, http_open};
