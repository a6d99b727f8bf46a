#include "value/type.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/*
 * The interning table is read without a lock: slots only ever go from empty to a finished type, so an acquire load sees
 * all of it. Making a type takes the mutex. A grown table replaces the old one, which stays, for the readers still
 * inside it.
 */
struct table {
    struct table *older; /* keeps replaced tables reachable */
    size_t mask, used;
    _Atomic(const struct type *) slots[];
};

enum { TABLE_FIRST = 1024, NAMES_ON_STACK = 32 };

static _Atomic(struct table *) current;
static struct arena *type_arena;
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;

static const struct type the_dynamic = {.kind = TYPE_DYNAMIC, .has_dynamic = true, .hash = 0x9e3779b97f4a7c15};
static const struct type the_bool = {.kind = TYPE_BOOL, .hash = 0xbf58476d1ce4e5b9};
static const struct type the_number = {.kind = TYPE_NUMBER, .hash = 0x94d049bb133111eb};
static const struct type the_string = {.kind = TYPE_STRING, .hash = 0xd6e8feb86659fd93};
static const struct type the_empty_object = {.kind = TYPE_OBJECT, .hash = 0xa0761d6478bd642f};
static const struct type the_empty_tuple = {.kind = TYPE_TUPLE, .hash = 0xe7037ed1a0b428db};

const struct type *const type_dynamic = &the_dynamic;
const struct type *const type_bool = &the_bool;
const struct type *const type_number = &the_number;
const struct type *const type_string = &the_string;

static uint64_t mix(uint64_t h, uint64_t more)
{
    h = (h ^ more) * 0x9fb21c651e98df25;
    return h ^ (h >> 29);
}

static bool same_flags(const bool *a, const bool *b, size_t n)
{
    return (!a && !b) || (a && b && memcmp(a, b, n) == 0);
}

static bool same(const struct type *a, const struct type *b)
{
    if (a->hash != b->hash || a->kind != b->kind || a->n != b->n || a->elem != b->elem)
        return false;
    if (a->n && memcmp(a->items, b->items, a->n * sizeof(struct type *)) != 0)
        return false;
    if (a->kind != TYPE_OBJECT)
        return true;
    for (uint32_t i = 0; i < a->n; i++)
        if (!str_eq(a->names[i], b->names[i]))
            return false;
    return same_flags(a->optional, b->optional, a->n);
}

/* The interned twin of `want`, or NULL with *slot set to where it belongs. */
static const struct type *find(struct table *table, const struct type *want, size_t *slot)
{
    for (size_t i = (size_t)want->hash & table->mask;; i = (i + 1) & table->mask) {
        const struct type *t = atomic_load_explicit(&table->slots[i], memory_order_acquire);
        if (!t || same(t, want)) {
            *slot = i;
            return t;
        }
    }
}

static struct table *table_new(size_t size, struct table *older)
{
    struct table *table = heap_alloc(sizeof *table + size * sizeof table->slots[0]);
    table->older = older;
    table->mask = size - 1;
    table->used = older ? older->used : 0;
    for (size_t i = 0; i < size; i++)
        atomic_init(&table->slots[i], NULL);
    return table;
}

static struct table *table_grown(struct table *old)
{
    struct table *table = table_new((old->mask + 1) * 4, old);
    for (size_t i = 0; i <= old->mask; i++) {
        const struct type *t = atomic_load_explicit(&old->slots[i], memory_order_relaxed);
        size_t slot;
        if (t && !find(table, t, &slot))
            atomic_store_explicit(&table->slots[slot], t, memory_order_relaxed);
    }
    atomic_store_explicit(&current, table, memory_order_release);
    return table;
}

static void *keep(const void *from, size_t n, size_t size)
{
    if (!from || !n)
        return NULL;
    return memcpy(arena_calloc(type_arena, n, size), from, n * size);
}

static const struct type *type_keep(const struct type *want)
{
    struct type *t = keep(want, 1, sizeof *want);
    t->items = keep(want->items, want->n, sizeof(struct type *));
    t->optional = keep(want->optional, want->n, sizeof(bool));
    struct str *names = keep(want->names, want->n, sizeof(struct str));
    for (uint32_t i = 0; names && i < want->n; i++)
        names[i] = arena_str(type_arena, names[i]);
    t->names = names;
    return t;
}

static const struct type *make(const struct type *want)
{
    struct table *table = atomic_load_explicit(&current, memory_order_relaxed);
    if (!table) {
        type_arena = arena_new();
        table = table_new(TABLE_FIRST, NULL);
        atomic_store_explicit(&current, table, memory_order_release);
    } else if (table->used * 2 > table->mask) {
        table = table_grown(table);
    }
    size_t slot;
    const struct type *t = find(table, want, &slot);
    if (t)
        return t;
    t = type_keep(want);
    atomic_store_explicit(&table->slots[slot], t, memory_order_release);
    table->used++;
    return t;
}

/* `want` lives on the caller's stack and borrows its arrays; they are copied the first time only. */
static const struct type *intern(const struct type *want)
{
    struct table *table = atomic_load_explicit(&current, memory_order_acquire);
    size_t slot;
    const struct type *t = table ? find(table, want, &slot) : NULL;
    if (t)
        return t;
    pthread_mutex_lock(&making);
    t = make(want);
    pthread_mutex_unlock(&making);
    return t;
}

static const struct type *collection(enum type_kind kind, const struct type *elem)
{
    struct type want = {
        .kind = kind,
        .has_dynamic = elem->has_dynamic,
        .has_optional = elem->has_optional,
        .elem = elem,
        .hash = mix(elem->hash, (uint64_t)kind),
    };
    return intern(&want);
}

const struct type *type_list(const struct type *elem)
{
    return collection(TYPE_LIST, elem);
}

const struct type *type_set(const struct type *elem)
{
    return collection(TYPE_SET, elem);
}

const struct type *type_map(const struct type *elem)
{
    return collection(TYPE_MAP, elem);
}

static void sum_up_items(struct type *want)
{
    for (uint32_t i = 0; i < want->n; i++) {
        want->has_dynamic |= want->items[i]->has_dynamic;
        want->has_optional |= want->items[i]->has_optional;
        want->hash = mix(want->hash, want->items[i]->hash);
    }
}

const struct type *type_tuple(const struct type *const *items, size_t n)
{
    if (n == 0)
        return &the_empty_tuple;
    struct type want = {.kind = TYPE_TUPLE, .n = (uint32_t)n, .items = items, .hash = the_empty_tuple.hash};
    sum_up_items(&want);
    return intern(&want);
}

static const struct type *object_sorted(const struct str *names, const struct type *const *types, const bool *optional,
                                        size_t n)
{
    struct type want = {.kind = TYPE_OBJECT, .n = (uint32_t)n, .items = types, .names = names};
    want.hash = the_empty_object.hash;
    for (size_t i = 0; optional && i < n; i++)
        if (optional[i])
            want.optional = optional; /* without a flag set it is as good as none */
    sum_up_items(&want);
    for (size_t i = 0; i < n; i++)
        want.hash = mix(want.hash, str_hash(names[i]) + (want.optional && optional[i]));
    want.has_optional |= want.optional != NULL;
    return intern(&want);
}

struct attribute {
    struct str name;
    const struct type *type;
    bool optional;
};

static int attribute_cmp(const void *a, const void *b)
{
    return str_cmp(((const struct attribute *)a)->name, ((const struct attribute *)b)->name);
}

static const struct type *object_unsorted(const struct str *names, const struct type *const *types,
                                          const bool *optional, size_t n)
{
    struct arena *scratch = arena_new();
    struct attribute *attrs = ARENA_ARRAY(scratch, struct attribute, n);
    struct str *sorted = ARENA_ARRAY(scratch, struct str, n);
    const struct type **items = ARENA_ARRAY(scratch, const struct type *, n);
    bool *flags = ARENA_ARRAY(scratch, bool, n);
    for (size_t i = 0; i < n; i++)
        attrs[i] = (struct attribute){names[i], types[i], optional && optional[i]};
    qsort(attrs, n, sizeof *attrs, attribute_cmp);
    for (size_t i = 0; i < n; i++) {
        sorted[i] = attrs[i].name;
        items[i] = attrs[i].type;
        flags[i] = attrs[i].optional;
    }
    const struct type *t = object_sorted(sorted, items, flags, n);
    arena_free(scratch);
    return t;
}

const struct type *type_object(const struct str *names, const struct type *const *types, const bool *optional, size_t n)
{
    if (n == 0)
        return &the_empty_object;
    for (size_t i = 1; i < n; i++)
        if (str_cmp(names[i - 1], names[i]) >= 0)
            return object_unsorted(names, types, optional, n);
    return object_sorted(names, types, optional, n);
}

const struct type *type_empty_object(void)
{
    return &the_empty_object;
}

int type_attr(const struct type *object, struct str name)
{
    uint32_t lo = 0, hi = object->n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        int c = str_cmp(object->names[mid], name);
        if (c == 0)
            return (int)mid;
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return -1;
}

static const struct type *items_without_optional(const struct type *type)
{
    const struct type *few[NAMES_ON_STACK];
    const struct type **items = type->n <= NAMES_ON_STACK ? few : heap_alloc(type->n * sizeof *items);
    for (uint32_t i = 0; i < type->n; i++)
        items[i] = type_without_optional(type->items[i]);
    const struct type *bare =
        type->kind == TYPE_TUPLE ? type_tuple(items, type->n) : type_object(type->names, items, NULL, type->n);
    if (items != few)
        free(items);
    return bare;
}

const struct type *type_without_optional(const struct type *type)
{
    if (!type->has_optional)
        return type;
    if (type->elem)
        return collection(type->kind, type_without_optional(type->elem));
    return items_without_optional(type);
}

const struct type *type_keyword(struct str word)
{
    if (str_is(word, "string"))
        return type_string;
    if (str_is(word, "number"))
        return type_number;
    if (str_is(word, "bool"))
        return type_bool;
    return str_is(word, "any") ? type_dynamic : NULL;
}
