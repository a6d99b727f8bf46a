/* origin_private: what the two files of origins share: origin_parts.c reads the parts, origin.c says what the whole is.
 */
#ifndef DETOUR_MODULE_STORE_ORIGIN_PRIVATE_H
#define DETOUR_MODULE_STORE_ORIGIN_PRIVATE_H

#include "module_store/origin.h"

struct origin_reading {
    struct arena *arena;
    struct str source; /* all of it */
    struct str rest;   /* without what was taken off */
    struct str query;  /* behind the question mark */
    struct origin *out;
    struct str *why;
};

/* Sets *why. False. */
bool origin_refuse(struct origin_reading *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A letter, a digit, _ or -. */
bool origin_is_word(char c);
/* Whether there is nothing else in it than these and the characters given, and something. */
bool origin_is_made_of(struct str s, const char *besides_words);
/* Where the character stands last; SIZE_MAX: nowhere. */
size_t origin_last(struct str s, char c);
/* Refuses blanks, control characters, backslashes, and what is too long. */
bool origin_check_characters(struct origin_reading *r);

/* Takes the subfolder behind "//" off r->rest, which stands before the query. */
bool origin_take_subdir(struct origin_reading *r);
/* Takes the query off r->rest. */
void origin_split(struct origin_reading *r);
/* Takes the next "name=value" off the query; false at its end. */
bool origin_next_parameter(struct str *query, struct str *whole, struct str *name, struct str *value);
/* %20 and the like, in place; false where no two hexadecimal digits follow. */
bool origin_percent_decode(struct arena *arena, struct str *value);

/* [user@]host[:port] of a URL; *host is set. */
bool origin_check_authority(struct origin_reading *r, struct str authority, struct str *host);
/* r->rest as a URL scheme://[user@]host[:port]/path. */
bool origin_check_url(struct origin_reading *r, struct str *scheme, struct str *host, struct str *path);
/* Whether the host is this machine. */
bool origin_is_here(struct str host);

#endif
