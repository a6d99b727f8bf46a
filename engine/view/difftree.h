/*
 * difftree: a change as a tree of differences, the common ground of the human, markdown and HTML views.
 * Owns the comparison of two values for people (which element became which); knows nothing of text.
 */
#ifndef DETOUR_VIEW_DIFFTREE_H
#define DETOUR_VIEW_DIFFTREE_H

#include "plan/change.h"

enum diff_action { DIFF_SAME, DIFF_CREATE, DIFF_UPDATE, DIFF_DELETE };

enum diff_kind {
    DIFF_PRIMITIVE,   /* bool, number, string or null: before and after */
    DIFF_OBJECT,      /* children by attribute name, sorted */
    DIFF_MAP,         /* children by key, sorted */
    DIFF_SEQUENCE,    /* list or tuple: children in order, removed ones where they stood */
    DIFF_SET,         /* children without order */
    DIFF_UNKNOWN,     /* to be known after apply; `old` is what goes, or NULL */
    DIFF_SENSITIVE,   /* not to be shown */
    DIFF_TYPE_CHANGE, /* of another kind than before: `old` and `new` */
    DIFF_BLOCK,       /* the body of a resource or nested block: children are attributes and blocks */
};

struct diff_child;

struct diff {
    enum diff_kind kind;
    enum diff_action action;
    bool replace;      /* this is what forces the replacement */
    bool nested_block; /* a child of a DIFF_BLOCK written as `name { … }` */
    bool sensitive_before, sensitive_after;
    struct value before, after; /* primitives */
    const struct diff *old, *new;
    VEC(struct diff_child) children;
};

struct diff_child {
    struct str key;
    struct diff *diff;
};

/* The body of a change: its attributes and nested blocks, by the change's schema. Attributes that are null before and
 * after are left out. */
struct diff *diff_of_change(struct arena *arena, const struct change *change);

/* The difference between two values; (struct value){0} stands for "not there". */
struct diff *diff_of_values(struct arena *arena, struct value before, struct value after);

/* The difference between two lists of strings, always by content (longest common subsequence), as line diffs want it.
 */
struct diff *diff_of_lines(struct arena *arena, struct value before, struct value after);

#endif
