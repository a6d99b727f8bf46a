/*
 * diag: problems that a person has to mend, collected and passed up; nothing below the CLI prints.
 * Owns the list of diagnostics of one operation. Must not know how they are shown (diag/snippet renders one, view/
 * prints). Contract: functions that can meet a user's problem take `struct diags *`, append any number, and return bool
 * or a pointer. A list belongs to one thread; workers keep their own and diags_append merges them.
 */
#ifndef DETOUR_DIAG_DIAG_H
#define DETOUR_DIAG_DIAG_H

#include "base/vec.h"
#include "diag/source.h"

enum severity { DIAG_ERROR, DIAG_WARNING };

/* What programs may tell apart by the exit code; the rest is DIAG_PLAIN. */
enum diag_code {
    DIAG_PLAIN,
    DIAG_LOCKED,          /* the state is locked by somebody else */
    DIAG_DIGEST_MISMATCH, /* the plan is not the one that was approved */
    DIAG_PROTECTED,       /* prevent_destroy or a limit stands in the way */
    DIAG_CONDITION,       /* a condition of the configuration does not hold; `object` is what it belongs to */
};

/* One "value in play": `text` is already printed, secrets masked, e.g. {"var.size", "is \"big\""}. */
struct diag_note {
    struct str label, text;
};

/* All text lives in the arena of the list. */
struct diag {
    enum severity severity;
    enum diag_code code;
    struct str summary;  /* names the kind: "Unsupported attribute" */
    struct str detail;   /* what is wrong, with the values, and what to write instead */
    struct span subject; /* what the caret underlines; file 0 where the problem has no place */
    struct span context; /* what to show around it; file 0: the subject's line */
    struct str object;   /* `resource "debian_file" "motd"`, or the address of an instance; may be empty */
    VEC(struct diag_note) notes;
};

struct diags {
    struct arena *arena;
    VEC(struct diag) list;
    size_t n_errors;   /* all of them, whether in the list or not */
    struct diag spare; /* stands for those beyond DIAGS_MAX */
};

/* Beyond these one more says so, and no others are kept: nobody reads them, and bad input could fill the memory. */
enum { DIAGS_MAX = 10000 };

/* An empty list whose text goes to `arena`. */
#define DIAGS_INIT(arena_) ((struct diags){.arena = (arena_)})

/* Appends an error and returns it, for further fields (valid until the next append). `summary` is a literal in _();
 * `format` makes the detail. */
struct diag *diag_error(struct diags *diags, struct span subject, const char *summary, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
struct diag *diag_warning(struct diags *diags, struct span subject, const char *summary, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds a value in play; copies both texts into the list's arena. */
void diag_note(struct diags *diags, struct diag *diag, struct str label, struct str text);

/* Copies all of `from` behind `to`. */
void diags_append(struct diags *to, const struct diags *from);

/* Sorted by file and offset (place-less ones first, in order of arrival) and without duplicates: for the view alone. */
void diags_tidy(struct diags *diags);

/* Whether there are errors among them. */
static inline bool diags_failed(const struct diags *diags)
{
    return diags->n_errors > 0;
}

#endif
