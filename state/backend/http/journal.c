/*
 * journal: a document beside the state: {"format":…, "version":1, "serial":n, "lineage":run, "records":"lines"}. A
 * plain server cannot append, so it is posted whole for each group of records, after a look whether it still is what
 * this run posted last.
 */
#include "base/gettext.h"
#include "base/rng.h"
#include "state/backend/http/http.h"
#include "value/json.h"

#include <inttypes.h>

/* Empty where it would be too large. */
static struct str journal_document(struct http *h, struct arena *arena, struct str records)
{
    STRBUF_AUTO out = STRBUF_INIT(BACKEND_SIZE_MAX);
    strbuf_printf(&out, "{\"format\":\"detour.journal\",\"version\":1,\"serial\":%" PRIu64 ",\"lineage\":\"%.*s\"",
                  h->serial, STR_ARG(h->run));
    strbuf_lit(&out, ",\"records\":");
    json_write_string(&out, records, JSON_COMPACT);
    strbuf_lit(&out, "}\n");
    return out.over ? (struct str){0} : arena_str(arena, strbuf_str(&out));
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
        !str_is(http_member_text(v, "format"), "detour.journal"))
        return backend_fail(&h->base,
                            _("%s holds something that is no journal of detour; set \"journal_address\" to an "
                              "address of its own"),
                            h->journal_address.p);
    *out = (struct journal_document){http_member_text(v, "lineage"), http_member_text(v, "records"),
                                     http_member_number(v, "serial")};
    return true;
}

static bool get_journal(struct http *h, struct arena *arena, struct journal_document *out)
{
    struct str text;
    bool exists;
    *out = (struct journal_document){0};
    return http_get(h, arena, h->journal_address, &text, &exists) && (!exists || parse_document(h, arena, text, out));
}

static bool no_journals(struct http *h)
{
    if (h->status != 403 && h->status != 404 && h->status != 405 && h->status != 501)
        return false;
    return backend_fail(&h->base,
                        _("the server takes no second document there (%s: %ld), and without a journal a run that is "
                          "lost loses what it did. Set \"journal_address\" to an address that it takes"),
                        h->update_method.p, h->status);
}

static bool post_journal(struct http *h, struct arena *arena, struct str records)
{
    h->serial++;
    struct str document = journal_document(h, arena, records);
    if (!document.n)
        return backend_fail(&h->base, _("the records are too many"));
    return http_post(h, arena, h->journal_address, document) || no_journals(h);
}

/* A checkpoint may come between the two: then both are read again. */
bool http_read(struct backend *b, struct arena *arena, struct backend_texts *out)
{
    struct http *h = http_of(b);
    struct journal_document journal;
    struct str again;
    bool exists;
    do {
        *out = (struct backend_texts){0};
        if (!http_get(h, arena, h->address, &out->snapshot, &out->exists) || !get_journal(h, arena, &journal) ||
            !(journal.records.n ? http_get(h, arena, h->address, &again, &exists) : (again = out->snapshot, true)))
            return false;
    } while (!str_eq(again, out->snapshot));
    h->serial = journal.serial;
    if (journal.records.n) {
        struct backend_journal j = {b->journal, journal.records};
        vec_push(arena, &out->journals, j);
    }
    return true;
}

bool http_journal_open(struct backend *b, struct str begin)
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

bool http_journal_append(struct backend *b, struct str records)
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

void http_journal_close(struct backend *b)
{
    strbuf_clear(&http_of(b)->records);
}

/* An empty journal in place of the old one: DELETE is refused by many servers, or takes its time. */
bool http_journal_drop(struct backend *b, struct str name)
{
    (void)name;
    ARENA_AUTO arena = arena_new();
    http_of(b)->run = rng_uuid(b->arena);
    return post_journal(http_of(b), arena, STR(""));
}

/* The server has no third place: it goes into a file here. */
bool http_journal_set_aside(struct backend *b, const struct backend_journal *journal, const char *kind, bool copy,
                            struct str *kept)
{
    ARENA_AUTO arena = arena_new();
    *kept = arena_printf(b->arena, "detour.state.journal.%s.%.8s", kind, rng_uuid(arena).p);
    if (!fs_replace(&vfs_system, kept->p, journal->text, 0600))
        return backend_fail_errno(b);
    return copy || http_journal_drop(b, journal->name);
}
