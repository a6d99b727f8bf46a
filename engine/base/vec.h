/*
 * vec: growable arrays in an arena. `VEC(struct span) spans = {0}; vec_push(arena, &spans, s);`
 * The elements move when the array grows: keep indexes, not pointers, while pushing.
 */
#ifndef DETOUR_BASE_VEC_H
#define DETOUR_BASE_VEC_H

#include "base/arena.h"

#define VEC(T)                                                                                                         \
    struct {                                                                                                           \
        T *v;                                                                                                          \
        size_t n, cap;                                                                                                 \
    }

/* Appends `item`, growing in `arena`. */
#define vec_push(arena, vec, item)                                                                                     \
    ((vec)->v = vec_room((arena), (vec)->v, (vec)->n, &(vec)->cap, sizeof *(vec)->v), (vec)->v[(vec)->n++] = (item))

/* `vec_each(&spans, i) use(spans.v[i]);` */
#define vec_each(vec, i) for (size_t i = 0; i < (vec)->n; i++)

/* Room for one more element; returns the array, moved when it had to grow. */
static inline void *vec_room(struct arena *arena, void *v, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return v;
    size_t grown = *cap ? *cap * 2 : 4;
    void *moved = arena_calloc(arena, grown, size);
    if (n)
        memcpy(moved, v, n * size);
    *cap = grown;
    return moved;
}

#endif
