/* The reading half of the journal. */
#include "base/gettext.h"
#include "state/decode.h"
#include "state/journal.h"
#include "state/line.h"

struct replay {
    struct decoder decoder;
    struct snapshot *snapshot;
    struct journal_replay so_far;
    bool unfit; /* a record was right, but could not be applied */
};

static bool is_record(struct str json, const char *name)
{
    return str_eq(json, str_c(name));
}

static bool replay_intent(struct replay *r, const struct fields *f)
{
    struct intent intent;
    if (!decode_intent(&r->decoder, f, &intent))
        return false;
    snapshot_intend(r->snapshot, &intent);
    return true;
}

static bool replay_result(struct replay *r, const struct fields *f)
{
    struct result result;
    struct state_object object;
    return decode_result(&r->decoder, f, &result, &object) &&
           (snapshot_apply(r->snapshot, &result) ||
            decode_fail(&r->decoder, f->record, _("this result does not fit what came before")));
}

/* The rest of BEGIN was read by journal_head already; it may stand only there. */
static bool replay_begin(struct replay *r, const struct fields *f)
{
    uint64_t version;
    if (!decode_number(&r->decoder, f->version, &version))
        return false;
    r->decoder.plain = version <= JOURNAL_PLAIN;
    return true;
}

static bool replay_record(struct replay *r, uint64_t seq, struct str json)
{
    struct fields f;
    if (!decode_fields(&r->decoder, json, &f))
        return false;
    r->so_far.ended = is_record(f.record, "\"END\"");
    if (seq == 1 && is_record(f.record, "\"BEGIN\""))
        return replay_begin(r, &f);
    if (r->so_far.ended)
        return true;
    if (is_record(f.record, "\"SECRETS\""))
        return decode_secrets(&r->decoder, f.secrets);
    if (is_record(f.record, "\"TYPE\""))
        return decode_type(&r->decoder, f.type);
    if (is_record(f.record, "\"INTENT\""))
        return replay_intent(r, &f);
    if (is_record(f.record, "\"RESULT\""))
        return replay_result(r, &f);
    return decode_fail(&r->decoder, json, _("this is not a record"));
}

/* Whether a whole, right line with a higher number stands anywhere in the text behind the first newline. */
static bool right_records_follow(struct str text, uint64_t seq)
{
    size_t newline = str_find_byte(text, '\n', 0);
    struct str rest = str_sub(text, newline == SIZE_MAX ? text.n : newline + 1, text.n);
    struct line line;
    while (rest.n) {
        if (line_read(rest, &line) && line.seq > seq)
            return true;
        newline = str_find_byte(rest, '\n', 0);
        rest = str_sub(rest, newline == SIZE_MAX ? rest.n : newline + 1, rest.n);
    }
    return false;
}

static bool replay_line(struct replay *r, struct str rest)
{
    struct line line;
    if (!line_read(rest, &line))
        return decode_fail(&r->decoder, rest, _("the record is cut short or its checksum is wrong"));
    if (line.seq != r->so_far.last_seq + 1)
        return decode_fail(&r->decoder, rest, _("the record's number does not follow the one before"));
    r->unfit = !replay_record(r, line.seq, line.json);
    if (r->unfit)
        return false;
    r->so_far.good += line.length;
    r->so_far.last_seq = line.seq;
    return true;
}

struct journal_replay journal_replay(struct snapshot *snapshot, struct secrets *secrets, struct str text)
{
    struct replay r = {.snapshot = snapshot};
    decoder_init(&r.decoder, snapshot_addrs(snapshot), secrets);
    struct str rest = text;
    while (rest.n && replay_line(&r, rest))
        rest = str_sub(text, r.so_far.good, text.n);
    if (rest.n) {
        r.so_far.torn = true;
        r.so_far.ended = false;
        r.so_far.closed = r.decoder.closed;
        r.so_far.damaged = r.unfit || right_records_follow(rest, r.so_far.last_seq);
        r.so_far.why = arena_str(snapshot_arena(snapshot), r.decoder.why);
    }
    decoder_free(&r.decoder);
    return r.so_far;
}

uint64_t journal_last_seq(struct str text)
{
    uint64_t seq = 0;
    struct line line;
    while (line_read(text, &line) && line.seq == seq + 1) {
        seq++;
        text = str_sub(text, line.length, text.n);
    }
    return seq;
}

struct journal_head journal_head(struct arena *arena, struct str text)
{
    struct journal_head head = {0};
    struct line line;
    if (!line_read(text, &line) || line.seq != 1)
        return head;
    struct decoder d;
    struct fields f;
    decoder_init(&d, NULL, NULL);
    struct str lineage;
    head.valid = decode_fields(&d, line.json, &f) && is_record(f.record, "\"BEGIN\"") &&
                 decode_string(&d, f.lineage, &lineage) && decode_number(&d, f.serial, &head.serial) &&
                 decode_number(&d, f.version, &head.version);
    if (head.valid)
        head.lineage = arena_str(arena, lineage);
    decoder_free(&d);
    return head;
}
