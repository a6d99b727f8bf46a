/*
 * source: the registry of every text that a span can point into, and the way from byte offsets to lines and columns.
 * Owns the texts. Columns count grapheme clusters from 1 (the language's rule); display width is computed when
 * rendering.
 */
#ifndef DETOUR_DIAG_SOURCE_H
#define DETOUR_DIAG_SOURCE_H

#include "base/arena.h"

/* A range of bytes in one registered file; file 0 is "nowhere". */
struct span {
    uint32_t file, off, len;
};

/* The smallest span around both. One that is nowhere (file 0) does not count; of two files the first wins. */
static inline struct span span_join(struct span a, struct span b)
{
    if (!a.file)
        return b;
    if (!b.file || a.file != b.file)
        return a;
    uint32_t from = a.off < b.off ? a.off : b.off;
    uint32_t a_end = a.off + a.len, b_end = b.off + b.len;
    return (struct span){a.file, from, (a_end > b_end ? a_end : b_end) - from};
}

/* The empty span just behind a. */
static inline struct span span_end(struct span a)
{
    return (struct span){a.file, a.off + a.len, 0};
}

struct sources;

struct source {
    struct str name; /* as shown to people: "main.hcl", "modules/app/main.hcl" */
    struct str text;
    bool secret; /* values in it are not shown */
};

/* A position as people and editors count: line and column from 1, column in grapheme clusters, byte from 0. */
struct position {
    uint32_t line, column, byte;
};

/* An empty registry of texts; release it with sources_free. */
struct sources *sources_new(void);
void sources_free(struct sources *sources);

/* Registers a text (copied, with its name) and returns its file number, from 1. Thread-safe. */
uint32_t sources_add(struct sources *sources, struct str name, struct str text);

/* As sources_add, without copying the text: the caller keeps it for as long as the registry lives. */
uint32_t sources_add_borrowed(struct sources *sources, struct str name, struct str text);

/* The file holds values that may be secret: of its lines only the names are shown from now on, and its text is wiped
 * with the registry. */
void sources_hide(struct sources *sources, uint32_t file);

/* The file; NULL for 0. Thread-safe. The pointer stays valid as long as the registry. */
const struct source *sources_get(const struct sources *sources, uint32_t file);

/* Where byte `off` of `file` is. The line index is made at the first call for a file. Thread-safe. */
struct position sources_position(const struct sources *sources, uint32_t file, uint32_t off);

/* The whole line (without its newline) that `line` (from 1) names, to be shown: of a file that is hidden, up to the
 * first
 * "=" or ":"; empty past the end. Thread-safe. */
struct str sources_line(const struct sources *sources, uint32_t file, uint32_t line);

/* The text that the span covers. */
struct str sources_text(const struct sources *sources, struct span span);

#endif
