#include "value/convert_private.h"

/* The one type that several types can all be converted to. Scratch memory is an arena for each call from outside. */

struct kinds {
    size_t of[TYPE_OBJECT + 1];
};

static struct kinds count_kinds(const struct type *const *types, size_t n)
{
    struct kinds k = {0};
    for (size_t i = 0; i < n; i++)
        k.of[types[i]->kind]++;
    return k;
}

struct task {
    struct arena *scratch;
    bool allow_unsafe;
};

static const struct type *unify(const struct task *t, const struct type *const *types, size_t n);

static bool all_convert(const struct task *t, const struct type *const *types, size_t n, const struct type *to)
{
    for (size_t i = 0; i < n; i++)
        if (!convert_possible(types[i], to, t->allow_unsafe))
            return false;
    return true;
}

static const struct type *if_all_convert(const struct task *t, const struct type *const *types, size_t n,
                                         const struct type *to)
{
    return to && all_convert(t, types, n, to) ? to : NULL;
}

static const struct type *collection_of(enum type_kind kind, const struct type *elem)
{
    if (!elem)
        return NULL;
    return kind == TYPE_LIST ? type_list(elem) : kind == TYPE_SET ? type_set(elem) : type_map(elem);
}

static const struct type *unify_collections(const struct task *t, const struct type *const *types, size_t n)
{
    const struct type **elems = ARENA_ARRAY(t->scratch, const struct type *, n);
    for (size_t i = 0; i < n; i++)
        elems[i] = types[i]->elem;
    return if_all_convert(t, types, n, collection_of(types[0]->kind, unify(t, elems, n)));
}

/* All parts of all the types together: objects become a map, tuples a list. */
static const struct type *unify_all_parts(const struct task *t, const struct type *const *types, size_t n)
{
    size_t total = 0, m = 0;
    for (size_t i = 0; i < n; i++)
        total += types[i]->n;
    const struct type **parts = ARENA_ARRAY(t->scratch, const struct type *, total + 1);
    for (size_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < types[i]->n; k++)
            parts[m++] = types[i]->items[k];
    enum type_kind kind = types[0]->kind == TYPE_OBJECT ? TYPE_MAP : TYPE_LIST;
    return if_all_convert(t, types, n, collection_of(kind, unify(t, parts, m)));
}

static bool same_shape(const struct type *a, const struct type *b)
{
    if (a->n != b->n)
        return false;
    for (uint32_t i = 0; a->kind == TYPE_OBJECT && i < a->n; i++)
        if (!str_eq(a->names[i], b->names[i]))
            return false;
    return true;
}

/* Part by part, for types with the same names or the same length. */
static const struct type *unify_across(const struct task *t, const struct type *const *types, size_t n)
{
    const struct type *first = types[0];
    const struct type **across = ARENA_ARRAY(t->scratch, const struct type *, n);
    const struct type **items = ARENA_ARRAY(t->scratch, const struct type *, first->n + 1);
    for (uint32_t k = 0; k < first->n; k++) {
        for (size_t i = 0; i < n; i++)
            across[i] = types[i]->items[k];
        items[k] = unify(t, across, n);
        if (!items[k])
            return NULL;
    }
    const struct type *made =
        first->kind == TYPE_OBJECT ? type_object(first->names, items, NULL, first->n) : type_tuple(items, first->n);
    return all_convert(t, types, n, made) ? made : unify_all_parts(t, types, n);
}

static const struct type *unify_structures(const struct task *t, const struct type *const *types, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (!same_shape(types[0], types[i]))
            return unify_all_parts(t, types, n);
    return unify_across(t, types, n);
}

/* Collections mixed with structures that may be collections in disguise: those of `kind` are read as one collection. */
static const struct type *unify_disguised(const struct task *t, const struct type *const *types, size_t n,
                                          enum type_kind kind)
{
    const struct type **mixed = ARENA_ARRAY(t->scratch, const struct type *, n);
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (types[i]->kind == kind)
            mixed[m++] = types[i];
    const struct type *read_as = unify_all_parts(t, mixed, m);
    if (!read_as)
        return NULL;
    for (size_t i = 0; i < n; i++)
        mixed[i] = types[i]->kind == kind ? read_as : types[i];
    const struct type *made = unify(t, mixed, n);
    return made && made->kind == read_as->kind ? made : NULL;
}

/* -- preference: which of two types is more general (negative: a) -- */

static int more_general(const struct type *a, const struct type *b);

static int more_general_parts(const struct type *a, const struct type *b)
{
    bool a_wins = false, b_wins = false;
    if (!same_shape(a, b))
        return 0;
    for (uint32_t i = 0; i < a->n; i++) {
        int c = more_general(a->items[i], b->items[i]);
        a_wins |= c < 0;
        b_wins |= c > 0;
    }
    return a_wins == b_wins ? 0 : a_wins ? -1 : 1;
}

/* Lists before tuples before sets, maps before objects. */
static int kind_rank(const struct type *t)
{
    switch (t->kind) {
    case TYPE_LIST:
        return 1;
    case TYPE_TUPLE:
        return 2;
    case TYPE_SET:
        return 3;
    case TYPE_MAP:
        return 11;
    case TYPE_OBJECT:
        return 12;
    default:
        return 20;
    }
}

static int more_general(const struct type *a, const struct type *b)
{
    if (a == b)
        return 0;
    if (a == type_dynamic || b == type_dynamic)
        return a == type_dynamic ? 1 : -1;
    if (type_is_primitive(a) && type_is_primitive(b))
        return a == type_string ? -1 : b == type_string ? 1 : 0;
    if (a->kind == b->kind)
        return a->elem ? more_general(a->elem, b->elem) : more_general_parts(a, b);
    int ra = kind_rank(a), rb = kind_rank(b);
    return ra / 10 == rb / 10 ? ra - rb : 0;
}

/* How many types are more general than each; those with none come first, then those that only these were above, and so
 * on. */
static const struct type *unify_by_preference(const struct task *t, const struct type *const *types, size_t n)
{
    size_t *above = ARENA_ARRAY(t->scratch, size_t, n), *queue = ARENA_ARRAY(t->scratch, size_t, n), m = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            above[i] += more_general(types[k], types[i]) < 0;
    for (size_t i = 0; i < n; i++)
        if (above[i] == 0)
            queue[m++] = i;
    for (size_t at = 0; at < m; at++) {
        const struct type *candidate = types[queue[at]];
        if (all_convert(t, types, n, candidate))
            return candidate;
        for (size_t k = 0; k < n; k++)
            if (more_general(candidate, types[k]) < 0 && --above[k] == 0)
                queue[m++] = k;
    }
    return NULL;
}

/* Each type once, in order of appearance. */
static size_t unique(const struct task *t, const struct type *const *types, size_t n, const struct type **out)
{
    size_t slots = 16, m = 0;
    while (slots < n * 2)
        slots *= 2;
    const struct type **seen = ARENA_ARRAY(t->scratch, const struct type *, slots);
    for (size_t i = 0; i < n; i++) {
        size_t slot = (size_t)types[i]->hash & (slots - 1);
        while (seen[slot] && seen[slot] != types[i])
            slot = (slot + 1) & (slots - 1);
        if (!seen[slot])
            out[m++] = seen[slot] = types[i];
    }
    return m;
}

static bool all_equal(const struct type *const *types, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (types[i] != types[0])
            return false;
    return true;
}

/* All types are of one kind, or of that kind and "any", whose path cannot be foretold. */
static bool only(const struct kinds *k, enum type_kind kind, size_t n)
{
    return k->of[kind] && k->of[kind] + k->of[TYPE_DYNAMIC] == n;
}

static bool mixed(const struct kinds *k, enum type_kind collection, enum type_kind structure, size_t n)
{
    return k->of[collection] && k->of[collection] + k->of[structure] + k->of[TYPE_DYNAMIC] == n;
}

static const struct type *unify_unique(const struct task *t, const struct type *const *types, size_t n)
{
    struct kinds k = count_kinds(types, n);
    const struct type *made = NULL;
    for (enum type_kind kind = TYPE_LIST; kind <= TYPE_OBJECT; kind++) {
        if (!only(&k, kind, n))
            continue;
        if (k.of[TYPE_DYNAMIC])
            return type_dynamic;
        return types[0]->elem ? unify_collections(t, types, n) : unify_structures(t, types, n);
    }
    if (mixed(&k, TYPE_MAP, TYPE_OBJECT, n))
        made = unify_disguised(t, types, n, TYPE_OBJECT);
    else if (mixed(&k, TYPE_LIST, TYPE_TUPLE, n))
        made = unify_disguised(t, types, n, TYPE_TUPLE);
    else if (k.of[TYPE_OBJECT] && k.of[TYPE_TUPLE])
        return NULL;
    return made ? made : unify_by_preference(t, types, n);
}

static const struct type *unify(const struct task *t, const struct type *const *types, size_t n)
{
    if (n == 0)
        return NULL;
    if (all_equal(types, n))
        return types[0];
    const struct type **distinct = ARENA_ARRAY(t->scratch, const struct type *, n);
    return unify_unique(t, distinct, unique(t, types, n, distinct));
}

const struct type *unify_types(const struct type *const *types, size_t n, bool allow_unsafe)
{
    if (n == 0 || all_equal(types, n))
        return n ? types[0] : NULL;
    struct task t = {.scratch = arena_new(), .allow_unsafe = allow_unsafe};
    const struct type *made = unify(&t, types, n);
    arena_free(t.scratch);
    return made;
}

const struct type *convert_unify(const struct type *const *types, size_t n)
{
    return n ? unify_types(types, n, true) : type_dynamic;
}
