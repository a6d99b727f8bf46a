/*
 * format: a state as JSON text: versioned, readable, one object a line, exact (numbers keep all digits, types are kept
 * beside the values, sensitive and unknown places are lists of paths). Same state, same bytes.
 * Must not know files. The shape is described in README.md.
 */
#ifndef DETOUR_STATE_FORMAT_H
#define DETOUR_STATE_FORMAT_H

#include "state/model.h"

enum { STATE_FORMAT_VERSION = 1 };

/* The journal that a snapshot took in when it was written, so that its remains are known as such after a crash. */
struct absorbed {
    bool set;
    uint64_t serial, seq;
};

/* Writes the snapshot. False where the text would be longer than the buffer's cap. */
bool format_write(struct strbuf *out, struct snapshot *snapshot, struct absorbed absorbed);

/* Reads a snapshot of this version or an older one; NULL after a diagnostic that names `path` and the line: not a
 * state, damaged, or of a newer version. Everything is copied out of `text`. */
struct snapshot *format_read(struct addrs *addrs, struct str path, struct str text, struct absorbed *absorbed,
                             struct diags *diags);

#endif
