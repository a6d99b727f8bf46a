/*
 * format: a state as JSON text: versioned, readable, one object a line, exact (numbers keep all digits, types are kept
 * beside the values, sensitive and unknown places are lists of paths). Same state, same bytes.
 * Must not know files. The shape is described in README.md.
 */
#ifndef DETOUR_STATE_FORMAT_H
#define DETOUR_STATE_FORMAT_H

#include "state/model.h"
#include "state/secrets.h"

enum { STATE_FORMAT_VERSION = 2, STATE_FORMAT_PLAIN = 1 /* the last one without seals */ };

/* The journal that a snapshot took in when it was written, so that its remains are known as such after a crash. */
struct absorbed {
    bool set;
    uint64_t serial, seq;
};

/* Writes the snapshot, its secrets sealed. False where the text would be longer than the buffer's cap. `secrets` NULL:
 * there are none in it; else secrets_ensure was called where there are. */
bool format_write(struct strbuf *out, struct snapshot *snapshot, struct secrets *secrets, struct absorbed absorbed);

/* Reads a snapshot of this version or an older one; NULL after a diagnostic that names `path` and the line: not a
 * state, damaged, of a newer version, or sealed with a key that is not here. Everything is copied out of `text`.
 * `secrets` gets the key of the seals; NULL: there must be none. */
struct snapshot *format_read(struct addrs *addrs, struct str path, struct str text, struct secrets *secrets,
                             struct absorbed *absorbed, struct diags *diags);

/* Whether the text is of a version that had no seals. Cheap; says nothing else about the text. */
bool format_is_plain(struct str text);

#endif
