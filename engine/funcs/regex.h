/*
 * regex: regular expressions of RE2's language, matched by PCRE2. A pattern is read by RE2's rules first (pattern.c),
 * so that look-around, back references, possessive operators and other things of Perl's are errors, and then written
 * down anew for PCRE2 without anything the two understand differently.
 */
#ifndef DETOUR_FUNCS_REGEX_H
#define DETOUR_FUNCS_REGEX_H

#include "base/strbuf.h"
#include "base/vec.h"

/* What became of a pattern: its groups, and the text for PCRE2. */
struct pattern {
    struct str text;         /* for pcre2_compile with UTF, DOLLAR_ENDONLY */
    const struct str *names; /* per capture group; empty for one without a name */
    size_t n_groups, n_named;
};

/* Reads RE2 syntax; false with the reason in `why`. */
bool pattern_read(struct arena *arena, struct str source, struct pattern *out, struct strbuf *why);

struct regex;

/* Compiles; NULL with the reason in `why`. Release with regex_free. */
struct regex *regex_new(struct arena *arena, struct str source, struct strbuf *why);
void regex_free(struct regex *regex);
const struct pattern *regex_pattern(const struct regex *regex);

enum regex_answer { REGEX_MATCH, REGEX_NONE, REGEX_FAILED };

/* The first match at or after `from`: 2 * (n_groups + 1) offsets in *offsets (SIZE_MAX for groups that took no part),
 * valid until the next call. REGEX_FAILED where matching takes too long, with the reason in `why`. */
enum regex_answer regex_match(struct regex *regex, struct str text, size_t from, const size_t **offsets,
                              struct strbuf *why);

/* regex_free through __attribute__((cleanup)). */
static inline void regex_cleanup(struct regex **regex)
{
    regex_free(*regex);
}
#define REGEX_AUTO __attribute__((cleanup(regex_cleanup))) struct regex *

#endif
