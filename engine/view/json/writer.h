/* writer: JSON text built piece by piece; commas are put where they belong. */
#ifndef DETOUR_VIEW_JSON_WRITER_H
#define DETOUR_VIEW_JSON_WRITER_H

#include "base/strbuf.h"
#include "value/path.h"

enum { WRITER_DEPTH = 1024 }; /* modules within one another make for depth */

/* The version of Terraform whose formats plans and states are written in: readers tell these files by it. */
#define FORMAT_OF "1.11.0"

struct writer {
    struct strbuf *out;
    unsigned depth;
    bool filled[WRITER_DEPTH]; /* whether something stands in the array or object of that depth already */
};

/* A writer that appends to `out`. */
static inline struct writer writer_to(struct strbuf *out)
{
    return (struct writer){.out = out};
}

void writer_open(struct writer *w, char bracket); /* '{' or '[' */
void writer_close(struct writer *w, char bracket);
void writer_key(struct writer *w, const char *key);
void writer_key_str(struct writer *w, struct str key);
void writer_str(struct writer *w, struct str s);
void writer_c(struct writer *w, const char *s);
void writer_bool(struct writer *w, bool b);
void writer_int(struct writer *w, int64_t i);
void writer_null(struct writer *w);
/* A type in cty's notation. */
void writer_type(struct writer *w, const struct type *type);

/* A value: unknown leaves are left out of objects and null elsewhere; marks do not matter (callers say where secrets
 * are). */
void writer_value(struct writer *w, struct value v);
/* The places of unknown values as a mask: true for a leaf, objects and lists around it; {} or [] or false where there
 * are none. */
void writer_unknown_mask(struct writer *w, struct value v);
/* The places of sensitive values, likewise. */
void writer_sensitive_mask(struct writer *w, struct value v);

#define writer_field_str(w, key, s) (writer_key((w), (key)), writer_str((w), (s)))
#define writer_field_c(w, key, s) (writer_key((w), (key)), writer_c((w), (s)))
#define writer_field_bool(w, key, b) (writer_key((w), (key)), writer_bool((w), (b)))
#define writer_field_int(w, key, i) (writer_key((w), (key)), writer_int((w), (i)))

#endif
