/* path: where inside a value: attributes and indexes. On disk, unknown and sensitive leaves are lists of paths beside
 * the value. */
#ifndef DETOUR_VALUE_PATH_H
#define DETOUR_VALUE_PATH_H

#include "base/vec.h"
#include "value/value.h"

enum path_step_kind { PATH_ATTR, PATH_INDEX };

struct path_step {
    enum path_step_kind kind;
    struct str name;    /* PATH_ATTR */
    struct value index; /* PATH_INDEX: a number, a string, or a set's element */
};

struct path {
    const struct path_step *steps;
    size_t n;
};

/* A list of paths with the marks at each (marks 0 where only the place matters). */
struct path_marks {
    struct path path;
    uint16_t marks;
};
struct paths {
    VEC(struct path_marks) list;
};

/* The path with one more step, copied into `arena`. */
struct path path_attr(struct arena *arena, struct path path, struct str name);
struct path path_index(struct arena *arena, struct path path, struct value index);
bool path_equal(struct path a, struct path b);
/* Whether a is b or an ancestor of b. */
bool path_covers(struct path a, struct path b);
int path_cmp(struct path a, struct path b);

/* The value at the path, with the marks of all it lies in; false where there is none. Unknown ancestors answer unknown.
 */
bool path_get(struct value root, struct path path, struct value *out);

/* .a["k"][0] */
void path_print(struct strbuf *out, struct path path);
/* ["a",{"index":"k"}…]: JSON list of steps, strings for attributes, {"index":…} for indexes. */
void path_json_write(struct strbuf *out, struct path path);

/* The value without any marks inside, and the places where they stood appended to `marks`. */
struct value paths_unmark(struct arena *arena, struct value v, struct paths *marks);
/* Puts marks back; paths that no longer exist are put on their nearest ancestor, so that nothing secret becomes bare.
 */
struct value paths_mark(struct arena *arena, struct value v, const struct paths *marks);

/* What to put at the i-th place, where v is now. */
typedef struct value paths_answer(void *ctx, size_t i, struct value v);
/* The value with what `f` answers at each of the places, none of which lies within another. Places that do not exist,
 * or lie in a set, are not asked for. */
struct value paths_replace(struct arena *arena, struct value v, const struct paths *places, paths_answer *f, void *ctx);

#endif
