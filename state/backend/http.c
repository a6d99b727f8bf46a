/*
 * http: the state on a web server that speaks the protocol of Terraform's http backend: GET, POST and DELETE of a
 * document, LOCK and UNLOCK. The journal is a second document beside the first: a plain server cannot append, so it is
 * posted whole for each group of records, after a look whether it still is what this run posted last.
 */
#include "base/gettext.h"
#include "base/rng.h"
#include "state/backend/config.h"
#include "state/backend/curl/client.h"
#include "value/json.h"

#include <inttypes.h>
#include <openssl/evp.h>

struct http {
    struct backend base;
    struct client client;
    struct str address, lock_address, unlock_address, journal_address;
    struct str update_method, lock_method, unlock_method;
    struct str lock_id, lock_text; /* while it is held */
    struct str run;                /* names the open journal */
    struct strbuf records;         /* of the open journal */
    uint64_t serial;               /* of the journal's document: servers with versions want another one each time */
};

static struct http *http_of(struct backend *b)
{
    return (struct http *)b;
}

/* -- requests -- */

static bool send(struct http *h, struct arena *arena, struct client_request *r, struct client_response *out)
{
    return client_send(&h->client, arena, r, out);
}

static struct str content_md5(struct arena *arena, struct str body)
{
    unsigned char digest[EVP_MAX_MD_SIZE], text[64];
    unsigned n = 0;
    if (EVP_Digest(body.p, body.n, digest, &n, EVP_md5(), NULL) != 1)
        return (struct str){0}; /* where MD5 is forbidden (FIPS); it is no defence but against bad lines */
    int length = EVP_EncodeBlock(text, digest, (int)n);
    return arena_printf(arena, "Content-MD5: %.*s", length, text);
}

static struct client_request with_body(struct arena *arena, const char *method, struct str url, struct str body)
{
    struct client_request r = {.method = method, .url = url, .body = body, .has_body = true};
    r.headers[r.n_headers++] = STR("Content-Type: application/json");
    struct str md5 = content_md5(arena, body);
    if (md5.n)
        r.headers[r.n_headers++] = md5;
    return r;
}

/* Why an answer is none that is wanted. */
static bool refuse(struct http *h, struct arena *arena, const char *method, const struct client_response *r)
{
    if (r->status >= 300 && r->status < 400)
        return backend_fail(&h->base, _("the server sends %s elsewhere, to %.*s (%ld): write that into \"address\""),
                            method, STR_ARG(client_header(r, "location")), r->status);
    if (client_is_html(r))
        return backend_fail(&h->base,
                            _("the answer to %s (%ld) is a web page, not of a server of states: a proxy or a login in "
                              "between? Look at the address in a browser"),
                            method, r->status);
    if (r->status == 401 || r->status == 403)
        return backend_fail(&h->base,
                            _("the server refuses %s (%ld). Check DETOUR_HTTP_USERNAME and DETOUR_HTTP_PASSWORD"),
                            method, r->status);
    return backend_fail(&h->base, _("the server answers %s with %ld: %.*s"), method, r->status,
                        STR_ARG(client_excerpt(arena, r)));
}

static struct str with_lock_id(struct http *h, struct arena *arena)
{
    bool query = str_find_byte(h->address, '?', 0) != SIZE_MAX;
    return arena_printf(arena, "%.*s%sID=%.*s", STR_ARG(h->address), query ? "&" : "?", STR_ARG(h->lock_id));
}

/* -- the lock -- */

static enum lock_outcome lock_once(struct http *h, struct arena *arena, struct str text, struct lock_holder *holder)
{
    struct client_request r = with_body(arena, h->lock_method.p, h->lock_address, text);
    struct client_response out;
    if (!send(h, arena, &r, &out))
        return LOCK_FAILED;
    if (out.status == 409 || out.status == 423) {
        holder_parse(arena, out.body, holder);
        return LOCK_HELD;
    }
    if (out.status >= 200 && out.status < 300 && !client_is_html(&out))
        return LOCK_TAKEN;
    if (out.status == 404 || out.status == 405 || out.status == 501)
        backend_fail(
            &h->base,
            _("the server has no locks (%s: %ld), and without one two runs fork the state. Set \"lock_address\", "
              "\"lock_method\" and their counterparts for unlock as the server wants them, or use another one"),
            h->lock_method.p, out.status);
    else
        refuse(h, arena, h->lock_method.p, &out);
    return LOCK_FAILED;
}

static bool unlock_text(struct http *h, struct arena *arena, struct str text)
{
    struct client_request r = with_body(arena, h->unlock_method.p, h->unlock_address, text);
    struct client_response out;
    if (!send(h, arena, &r, &out))
        return false;
    return (out.status >= 200 && out.status < 300) || refuse(h, arena, h->unlock_method.p, &out);
}

static void keep_lock(struct http *h, const struct lock_holder *mine, struct str text)
{
    h->lock_id = arena_str(h->base.arena, mine->id);
    h->lock_text = arena_str(h->base.arena, text);
}

static enum lock_outcome http_lock(struct backend *b, struct arena *arena, const struct lock_holder *mine,
                                   struct lock_holder *holder)
{
    struct http *h = http_of(b);
    struct str text = holder_remote_text(arena, mine, b->place);
    enum lock_outcome outcome = lock_once(h, arena, text, holder);
    if (outcome == LOCK_HELD && holder_is_gone(holder) &&
        unlock_text(h, arena, holder_remote_text(arena, holder, b->place))) {
        struct lock_holder other = {0};
        outcome = lock_once(h, arena, text, &other);
        if (outcome == LOCK_TAKEN)
            outcome = LOCK_TAKEN_OVER;
        else if (outcome == LOCK_HELD)
            *holder = other;
    }
    if (outcome == LOCK_HELD && str_eq(holder->id, mine->id))
        outcome = LOCK_TAKEN; /* by an attempt whose answer was lost */
    if (outcome == LOCK_TAKEN || outcome == LOCK_TAKEN_OVER)
        keep_lock(h, mine, text);
    return outcome;
}

static bool http_unlock(struct backend *b)
{
    ARENA_AUTO arena = arena_new();
    return unlock_text(http_of(b), arena, http_of(b)->lock_text);
}

/* The protocol has no question for it: an attempt to lock answers it. */
static bool http_holder(struct backend *b, struct arena *arena, struct lock_holder *holder, bool *held)
{
    struct lock_holder mine = holder_here(arena, "force-unlock");
    struct str text = holder_remote_text(arena, &mine, b->place);
    enum lock_outcome outcome = lock_once(http_of(b), arena, text, holder);
    *held = outcome == LOCK_HELD;
    return outcome == LOCK_HELD || (outcome != LOCK_FAILED && unlock_text(http_of(b), arena, text));
}

static bool http_force_unlock(struct backend *b, const struct lock_holder *holder)
{
    ARENA_AUTO arena = arena_new();
    return unlock_text(http_of(b), arena, holder_remote_text(arena, holder, b->place));
}

/* -- documents -- */

/* No document: *exists false. */
static bool get(struct http *h, struct arena *arena, struct str url, struct str *text, bool *exists)
{
    struct client_request r = {.method = "GET", .url = url};
    struct client_response out;
    *text = (struct str){0};
    *exists = false;
    if (!send(h, arena, &r, &out))
        return false;
    if (out.status == 404 || out.status == 204 || (out.status == 200 && !out.body.n))
        return true;
    if (out.status != 200 || client_is_html(&out))
        return refuse(h, arena, "GET", &out);
    *exists = true;
    *text = out.body;
    return true;
}

static bool post(struct http *h, struct arena *arena, struct str url, struct str body)
{
    struct client_request r = with_body(arena, h->update_method.p, url, body);
    struct client_response out;
    if (!send(h, arena, &r, &out))
        return false;
    if (out.status >= 200 && out.status < 300 && !client_is_html(&out))
        return true;
    if (out.status == 409 || out.status == 423)
        return backend_fail(
            &h->base,
            _("the lock is not this run's any more (%ld): it was forced open, and somebody else may be at "
              "work. Nothing was written"),
            out.status);
    return refuse(h, arena, h->update_method.p, &out);
}

static bool http_write(struct backend *b, struct str text)
{
    ARENA_AUTO arena = arena_new();
    return post(http_of(b), arena, with_lock_id(http_of(b), arena), text);
}

/* -- the journal's document -- */

/* {"format":…, "version":1, "serial":n, "lineage":run, "records":"lines"} */
static struct str journal_document(struct http *h, struct arena *arena, struct str records)
{
    STRBUF_AUTO out = STRBUF_INIT(BACKEND_SIZE_MAX);
    strbuf_printf(&out, "{\"format\":\"detour.journal\",\"version\":1,\"serial\":%" PRIu64 ",\"lineage\":\"%.*s\"",
                  h->serial, STR_ARG(h->run));
    strbuf_lit(&out, ",\"records\":");
    json_write_string(&out, records, JSON_COMPACT);
    strbuf_lit(&out, "}\n");
    return arena_str(arena, strbuf_str(&out));
}

static struct str text_of(struct value object, const char *name)
{
    struct value v = value_attr(object, str_c(name));
    return value_exists(v) && value_is_set(v) && v.type == type_string ? v.u.string : (struct str){0};
}

struct journal_document {
    struct str run, records;
    uint64_t serial;
};

static bool parse_document(struct http *h, struct arena *arena, struct str text, struct journal_document *out)
{
    struct value v;
    struct json_error error = {0};
    *out = (struct journal_document){0};
    if (!json_read(arena, text, &v, &error) || !value_is_set(v) || v.type->kind != TYPE_OBJECT ||
        !str_is(text_of(v, "format"), "detour.journal"))
        return backend_fail(&h->base,
                            _("%s holds something that is no journal of detour; set \"journal_address\" to an "
                              "address of its own"),
                            h->journal_address.p);
    int64_t serial = 0;
    struct value n = value_attr(v, STR("serial"));
    if (value_exists(n) && value_is_set(n) && n.type == type_number)
        number_to_int64(value_as_number(n), &serial);
    *out = (struct journal_document){text_of(v, "lineage"), text_of(v, "records"), (uint64_t)serial};
    return true;
}

static bool get_journal(struct http *h, struct arena *arena, struct journal_document *out)
{
    struct str text;
    bool exists;
    *out = (struct journal_document){0};
    return get(h, arena, h->journal_address, &text, &exists) && (!exists || parse_document(h, arena, text, out));
}

static bool post_journal(struct http *h, struct arena *arena, struct str records)
{
    h->serial++;
    return post(h, arena, h->journal_address, journal_document(h, arena, records));
}

/* A checkpoint may come between the two: then both are read again. */
static bool http_read(struct backend *b, struct arena *arena, struct backend_texts *out)
{
    struct http *h = http_of(b);
    struct journal_document journal;
    struct str again;
    bool exists;
    do {
        *out = (struct backend_texts){0};
        if (!get(h, arena, h->address, &out->snapshot, &out->exists) || !get_journal(h, arena, &journal) ||
            !(journal.records.n ? get(h, arena, h->address, &again, &exists) : (again = out->snapshot, true)))
            return false;
    } while (!str_eq(again, out->snapshot));
    h->serial = journal.serial;
    if (journal.records.n) {
        struct backend_journal j = {b->journal, journal.records};
        vec_push(arena, &out->journals, j);
    }
    return true;
}

static bool http_journal_open(struct backend *b, struct str begin)
{
    struct http *h = http_of(b);
    ARENA_AUTO arena = arena_new();
    h->run = rng_uuid(b->arena);
    strbuf_clear(&h->records);
    strbuf_add(&h->records, begin);
    return post_journal(h, arena, begin);
}

/* The server's lock guards the state, and not this document: so look before writing. */
static bool still_ours(struct http *h, struct arena *arena)
{
    struct journal_document there;
    if (!get_journal(h, arena, &there))
        return false;
    return (str_eq(there.run, h->run) && there.records.n >= h->records.n) ||
           backend_fail(&h->base,
                        _("somebody else writes this journal: the lock was forced open, and this run must not go on"));
}

static bool http_journal_append(struct backend *b, struct str records)
{
    struct http *h = http_of(b);
    ARENA_AUTO arena = arena_new();
    if (!still_ours(h, arena))
        return false;
    strbuf_add(&h->records, records);
    if (h->records.over)
        return backend_fail(b, _("the records are too many"));
    return post_journal(h, arena, strbuf_str(&h->records));
}

static void http_journal_close(struct backend *b)
{
    strbuf_clear(&http_of(b)->records);
}

/* An empty journal in place of the old one: DELETE is refused by many servers, or takes its time. */
static bool http_journal_drop(struct backend *b, struct str name)
{
    (void)name;
    ARENA_AUTO arena = arena_new();
    http_of(b)->run = rng_uuid(b->arena);
    return post_journal(http_of(b), arena, STR(""));
}

/* The server has no third place: it goes into a file here. */
static bool http_journal_set_aside(struct backend *b, const struct backend_journal *journal, const char *kind,
                                   bool copy, struct str *kept)
{
    ARENA_AUTO arena = arena_new();
    *kept = arena_printf(b->arena, "detour.state.journal.%s.%.8s", kind, rng_uuid(arena).p);
    if (!fs_replace(&vfs_system, kept->p, journal->text, 0600))
        return backend_fail_errno(b);
    return copy || http_journal_drop(b, journal->name);
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
    .close = http_close,
};

static struct str or_else(struct arena *arena, const struct backend_config *c, const char *name, struct str otherwise)
{
    struct str value = backend_value(c, name);
    return arena_str(arena, value.n ? value : otherwise);
}

/* `address`.journal, in front of a query. */
static struct str beside(struct arena *arena, struct str address)
{
    size_t query = str_find_byte(address, '?', 0);
    return arena_printf(arena, "%.*s.journal%.*s", STR_ARG(str_sub(address, 0, query)),
                        STR_ARG(query == SIZE_MAX ? STR("") : str_sub(address, query, address.n)));
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
        .base = {.ops = &http_ops, .arena = arena, .remote = true},
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
        .journal_address = or_else(arena, c, "journal_address", beside(arena, address)),
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
    {.name = "skip_cert_verification", .doc = N_("trust any certificate: true or false")},
    {.name = "retry_max",
     .environment = {"DETOUR_HTTP_RETRY_MAX", "TF_HTTP_RETRY_MAX"},
     .doc = N_("how often a request is tried again: 5")},
    {.name = "retry_wait_max",
     .environment = {"DETOUR_HTTP_RETRY_WAIT_MAX", "TF_HTTP_RETRY_WAIT_MAX"},
     .doc = N_("the longest pause between attempts in seconds: 5")},
    {.name = "timeout",
     .environment = {"DETOUR_HTTP_TIMEOUT"},
     .doc = N_("seconds of silence that end an attempt: 30")},
    {.name = NULL},
};

const struct backend_type backend_type_http = {"http", N_("A web server with LOCK and UNLOCK"), fields, http_open};
