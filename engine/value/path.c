#include "value/path.h"

#include "value/json.h"
#include "value/print.h"
#include "value/value_private.h"

#include <stdlib.h>

enum { ELEMENT_WIDTH = 60 /* of a set's element in a printed path */ };

static struct path longer(struct arena *arena, struct path path, struct path_step step)
{
    struct path_step *steps = ARENA_ARRAY(arena, struct path_step, path.n + 1);
    if (path.n)
        memcpy(steps, path.steps, path.n * sizeof *steps);
    steps[path.n] = step;
    return (struct path){steps, path.n + 1};
}

struct path path_attr(struct arena *arena, struct path path, struct str name)
{
    return longer(arena, path, (struct path_step){.kind = PATH_ATTR, .name = arena_str(arena, name)});
}

struct path path_index(struct arena *arena, struct path path, struct value index)
{
    return longer(arena, path, (struct path_step){.kind = PATH_INDEX, .index = value_copy(arena, index)});
}

static int step_cmp(const struct path_step *a, const struct path_step *b)
{
    if (a->kind != b->kind)
        return a->kind == PATH_ATTR ? -1 : 1;
    return a->kind == PATH_ATTR ? str_cmp(a->name, b->name) : value_order(a->index, b->index);
}

int path_cmp(struct path a, struct path b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    for (size_t i = 0; i < n; i++) {
        int c = step_cmp(&a.steps[i], &b.steps[i]);
        if (c)
            return c;
    }
    return (a.n > b.n) - (a.n < b.n);
}

bool path_covers(struct path a, struct path b)
{
    return a.n <= b.n && path_cmp(a, (struct path){b.steps, a.n}) == 0;
}

bool path_equal(struct path a, struct path b)
{
    return a.n == b.n && path_cmp(a, b) == 0;
}

static bool step_text(const struct path_step *step, struct str *text)
{
    if (step->kind == PATH_ATTR)
        *text = step->name;
    else if (step->index.type == type_string && value_is_set(step->index))
        *text = step->index.u.string;
    else
        return false;
    return true;
}

static bool position(const struct path_step *step, uint32_t n, uint32_t *at)
{
    int64_t i;
    if (step->kind != PATH_INDEX || step->index.type != type_number || !value_is_set(step->index) ||
        !number_to_int64(value_as_number(step->index), &i) || i < 0 || i >= n)
        return false;
    *at = (uint32_t)i;
    return true;
}

static bool key_position(struct value map, struct str key, uint32_t *at)
{
    struct value item = value_map_get(map, key);
    if (!value_exists(item))
        return false;
    uint32_t lo = 0, hi = map.n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (str_cmp(map.u.map.keys[mid], key) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    *at = lo;
    return true;
}

static bool element_position(struct value set, const struct path_step *step, uint32_t *at)
{
    if (step->kind != PATH_INDEX)
        return false;
    for (uint32_t i = 0; i < set.n; i++)
        if (value_same(set.u.items[i], step->index)) {
            *at = i;
            return true;
        }
    return false;
}

/* Which part of the known value v the step leads to. */
static bool part_position(struct value v, const struct path_step *step, uint32_t *at)
{
    struct str text;
    if (!value_is_set(v))
        return false;
    switch (v.type->kind) {
    case TYPE_LIST:
    case TYPE_TUPLE:
        return position(step, v.n, at);
    case TYPE_SET:
        return element_position(v, step, at);
    case TYPE_MAP:
        return step_text(step, &text) && key_position(v, text, at);
    case TYPE_OBJECT:
        if (!step_text(step, &text) || type_attr(v.type, text) < 0)
            return false;
        *at = (uint32_t)type_attr(v.type, text);
        return true;
    default:
        return false;
    }
}

/* What the part of an unknown value is: unknown too, of the type that is known of it. */
static bool unknown_part(struct value v, const struct path_step *step, struct value *out)
{
    const struct type *type = v.type;
    struct str text;
    uint32_t at;
    if (type == type_dynamic)
        *out = value_unknown(type_dynamic);
    else if (type->elem)
        *out = value_unknown(type->elem);
    else if (type->kind == TYPE_TUPLE && position(step, type->n, &at))
        *out = value_unknown(type->items[at]);
    else if (type->kind == TYPE_OBJECT && step_text(step, &text) && type_attr(type, text) >= 0)
        *out = value_unknown(type->items[type_attr(type, text)]);
    else
        return false;
    return true;
}

bool path_get(struct value root, struct path path, struct value *out)
{
    struct value v = root;
    unsigned marks = 0;
    for (size_t i = 0; i < path.n; i++) {
        uint32_t at;
        marks |= v.marks;
        if (v.state == VALUE_UNKNOWN) {
            if (!unknown_part(v, &path.steps[i], &v))
                return false;
        } else if (part_position(v, &path.steps[i], &at)) {
            v = value_parts(v)[at];
        } else {
            return false;
        }
    }
    *out = value_mark(v, (uint16_t)marks);
    return true;
}

static void print_index(struct strbuf *out, struct value index)
{
    struct arena *scratch = arena_new();
    strbuf_addc(out, '[');
    if (index.type == type_string && value_is_set(index) && !index.marks)
        print_quoted(out, index.u.string);
    else
        strbuf_add(out, value_brief(scratch, index, ELEMENT_WIDTH));
    strbuf_addc(out, ']');
    arena_free(scratch);
}

void path_print(struct strbuf *out, struct path path)
{
    for (size_t i = 0; i < path.n; i++) {
        const struct path_step *step = &path.steps[i];
        if (step->kind == PATH_INDEX) {
            print_index(out, step->index);
        } else if (print_is_identifier(step->name)) {
            strbuf_addc(out, '.');
            strbuf_add(out, step->name);
        } else {
            print_index(out, value_string(step->name));
        }
    }
}

void path_json_write(struct strbuf *out, struct path path)
{
    strbuf_addc(out, '[');
    for (size_t i = 0; i < path.n; i++) {
        const struct path_step *step = &path.steps[i];
        if (i)
            strbuf_addc(out, ',');
        if (step->kind == PATH_ATTR) {
            json_write_string(out, step->name, JSON_COMPACT);
        } else {
            strbuf_lit(out, "{\"index\":");
            json_write(out, step->index, JSON_COMPACT);
            strbuf_addc(out, '}');
        }
    }
    strbuf_addc(out, ']');
}

/* -- marks and where they stand -- */

static struct path_step step_to(struct value v, uint32_t i)
{
    switch (v.type->kind) {
    case TYPE_OBJECT:
        return (struct path_step){.kind = PATH_ATTR, .name = v.type->names[i]};
    case TYPE_MAP:
        return (struct path_step){.kind = PATH_INDEX, .index = value_string(v.u.map.keys[i])};
    case TYPE_SET:
        return (struct path_step){.kind = PATH_INDEX, .index = v.u.items[i]};
    default:
        return (struct path_step){.kind = PATH_INDEX, .index = value_int(i)};
    }
}

static bool has_marks(struct value v)
{
    return v.marks || (v.deep & (DEEP_SENSITIVE | DEEP_EPHEMERAL));
}

static struct value unmark_at(struct arena *arena, struct value v, struct path path, struct paths *marks)
{
    if (!has_marks(v))
        return v;
    if (v.marks)
        vec_push(arena, &marks->list, ((struct path_marks){path, v.marks}));
    const struct value *parts = value_parts(v);
    v = value_unmark(v);
    if (!parts || !has_marks(v))
        return v;
    struct value *bare = ARENA_ARRAY(arena, struct value, v.n);
    for (uint32_t i = 0; i < v.n; i++)
        bare[i] =
            has_marks(parts[i]) ? unmark_at(arena, parts[i], longer(arena, path, step_to(v, i)), marks) : parts[i];
    return value_with_parts(v, bare);
}

struct value paths_unmark(struct arena *arena, struct value v, struct paths *marks)
{
    return unmark_at(arena, v, (struct path){0}, marks);
}

/* A place to mark and the part of the value at hand that its path goes through. */
struct place {
    const struct path_marks *at;
    uint32_t part;
};

static int place_cmp(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return (x->part > y->part) - (x->part < y->part);
}

/* What becomes of a part of a value that the places lead into. */
typedef struct value change_part(const void *ctx, struct arena *arena, struct value v, struct place *places, size_t n,
                                 size_t depth);

/* `places` all lead into parts of v. */
static struct value change_parts(struct arena *arena, struct value v, struct place *places, size_t n, size_t depth,
                                 change_part *change, const void *ctx)
{
    struct value *parts = ARENA_ARRAY(arena, struct value, v.n);
    memcpy(parts, value_parts(v), v.n * sizeof *parts);
    qsort(places, n, sizeof *places, place_cmp);
    for (size_t i = 0, end; i < n; i = end) {
        uint32_t part = places[i].part;
        for (end = i; end < n && places[end].part == part;)
            end++;
        parts[part] = change(ctx, arena, parts[part], places + i, end - i, depth + 1);
    }
    return value_with_parts(v, parts);
}

/* Marks what lies below v; what has no place there any more, or lies in a set, marks v itself. */
static struct value mark_places(const void *ctx, struct arena *arena, struct value v, struct place *places, size_t n,
                                size_t depth)
{
    size_t inside = 0;
    unsigned own = 0;
    for (size_t i = 0; i < n; i++) {
        struct place place = places[i];
        bool goes_on = place.at->path.n > depth && v.type->kind != TYPE_SET &&
                       part_position(v, &place.at->path.steps[depth], &place.part);
        if (goes_on)
            places[inside++] = place;
        else
            own |= place.at->marks;
    }
    if (inside)
        v = change_parts(arena, v, places, inside, depth, mark_places, ctx);
    return value_mark(v, (uint16_t)own);
}

struct value paths_mark(struct arena *arena, struct value v, const struct paths *marks)
{
    size_t n = marks->list.n;
    if (n == 0)
        return v;
    struct place *places = heap_alloc(n * sizeof *places);
    for (size_t i = 0; i < n; i++)
        places[i] = (struct place){.at = &marks->list.v[i]};
    v = mark_places(NULL, arena, v, places, n, 0);
    free(places);
    return v;
}

/* -- other values at places -- */

struct replacing {
    const struct paths *places;
    paths_answer *f;
    void *ctx;
};

static struct value replace_places(const void *ctx, struct arena *arena, struct value v, struct place *places, size_t n,
                                   size_t depth)
{
    const struct replacing *r = ctx;
    size_t inside = 0;
    for (size_t i = 0; i < n; i++) {
        struct place place = places[i];
        if (place.at->path.n == depth)
            return r->f(r->ctx, (size_t)(place.at - r->places->list.v), v);
        if (v.type->kind != TYPE_SET && part_position(v, &place.at->path.steps[depth], &place.part))
            places[inside++] = place;
    }
    return inside ? change_parts(arena, v, places, inside, depth, replace_places, r) : v;
}

struct value paths_replace(struct arena *arena, struct value v, const struct paths *places, paths_answer *f, void *ctx)
{
    size_t n = places->list.n;
    struct replacing r = {places, f, ctx};
    struct place *all = heap_alloc(n * sizeof *all);
    for (size_t i = 0; i < n; i++)
        all[i] = (struct place){.at = &places->list.v[i]};
    v = replace_places(&r, arena, v, all, n, 0);
    free(all);
    return v;
}
