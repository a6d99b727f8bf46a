/* json_private: what the files of the JSON reader share: json_scan.c takes strings and numbers, json_read.c makes
 * values. */
#ifndef DETOUR_VALUE_JSON_PRIVATE_H
#define DETOUR_VALUE_JSON_PRIVATE_H

#include "value/json.h"

/* Where the reading stands. Items of open arrays and objects wait on two stacks, so that the arena gets each array
 * once, at its size. */
struct json_reader {
    struct arena *arena;
    struct str text;
    size_t at;
    unsigned depth, deepest;
    struct value *items;
    struct str *keys;
    size_t n_items, cap_items, n_keys, cap_keys;
    struct json_error *error;
};

/* Remembers the first problem, at `off` or where the reading stands; always false. */
bool json_fail_at(struct json_reader *r, size_t off, const char *why);
bool json_fail(struct json_reader *r, const char *why);

/* The byte at hand, or -1 at the end. */
static inline int json_peek(const struct json_reader *r)
{
    return r->at < r->text.n ? (unsigned char)r->text.p[r->at] : -1;
}

/* A string, its opening quote at hand: NFC, borrowed from the text where it has no escapes. */
bool json_read_string(struct json_reader *r, struct str *out);
/* A number, its first character at hand. */
bool json_read_number(struct json_reader *r, struct value *out);

#endif
