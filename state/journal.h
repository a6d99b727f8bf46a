/*
 * journal: what happened since the snapshot, one record a line: `seq crc32 {json}`.
 * seq counts from 1 without gaps; crc32 (8 hexadecimal digits) covers the seq's digits, a blank and the JSON text.
 * Records: BEGIN (lineage and serial of the snapshot it continues), TYPE (a value type, named by number further on),
 * SECRETS (the wrapped key of the seals that follow, where the snapshot does not have it), INTENT, RESULT, END. This
 * file makes and replays the text; the store does the I/O.
 */
#ifndef DETOUR_STATE_JOURNAL_H
#define DETOUR_STATE_JOURNAL_H

#include "state/model.h"
#include "state/secrets.h"

/* Makes records for one journal: numbers them and remembers which types it has named. */
struct journal_writer;

enum { JOURNAL_VERSION = 2, JOURNAL_PLAIN = 1 /* the last one without seals */ };

/* `secrets` as for format_write; may be NULL. */
struct journal_writer *journal_writer_new(struct secrets *secrets);
void journal_writer_free(struct journal_writer *writer);

/* Each appends whole lines to `out`. Not thread-safe. */
void journal_begin(struct journal_writer *writer, struct strbuf *out, struct str lineage, uint64_t serial);
void journal_intent(struct journal_writer *writer, struct strbuf *out, const struct intent *intent);
void journal_result(struct journal_writer *writer, struct strbuf *out, const struct result *result);
void journal_end(struct journal_writer *writer, struct strbuf *out);
/* Sequence number of the last record made. */
uint64_t journal_seq(const struct journal_writer *writer);

/* What a journal's first record says. */
struct journal_head {
    bool valid; /* it has a whole BEGIN */
    struct str lineage;
    uint64_t serial, version; /* version of the journal's format: refuse what is newer than JOURNAL_VERSION */
};
/* Reads the first record only; lineage borrows from `text` or lives in `arena`. */
struct journal_head journal_head(struct arena *arena, struct str text);

/* Sequence number of the last right record; 0 where there is none. */
uint64_t journal_last_seq(struct str text);

/* How far a replay came. */
struct journal_replay {
    size_t good;       /* bytes of whole, right records */
    uint64_t last_seq; /* of the last one */
    bool ended;        /* the last one is an END */
    bool torn;         /* bytes follow `good` */
    bool damaged; /* … and right records follow the bad one: or it is right itself and cannot be applied: damage, rather
                   than a write that was cut short */
    bool closed;    /* the first bad record holds a secret that cannot be opened: nothing may be cut off */
    struct str why; /* what is wrong with the first bad record; for messages */
};
/* Applies the records to the snapshot, up to the first bad one. `secrets` (may be NULL) has the key of the snapshot, or
 * gets that of the journal. */
struct journal_replay journal_replay(struct snapshot *snapshot, struct secrets *secrets, struct str text);

#endif
