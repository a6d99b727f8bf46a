/*
 * arena: bump allocation for everything whose life is a run, a graph node or a task.
 * One owner: an arena is used by one thread at a time. Memory is zeroed and 8-aligned. Running out of memory aborts
 * with a message: the state journal makes that as recoverable as a power cut.
 */
#ifndef DETOUR_BASE_ARENA_H
#define DETOUR_BASE_ARENA_H

#include "base/str.h"

#include <stdarg.h>

struct arena;

/* A new, empty arena; release it with arena_free. */
struct arena *arena_new(void);

/* Releases the arena and all that was allocated from it. NULL is fine. */
void arena_free(struct arena *arena);

/* From now on every page is wiped (explicit_bzero) before it is released or reused: for arenas that hold secrets. */
void arena_wipe_on_free(struct arena *arena);

/* Forgets all allocations and keeps one page for reuse. */
void arena_reset(struct arena *arena);

/* `size` zeroed bytes, 8-aligned; never NULL. */
void *arena_alloc(struct arena *arena, size_t size);

/* `n * size` zeroed bytes; aborts when the product overflows. */
void *arena_calloc(struct arena *arena, size_t n, size_t size);

/* A copy of `s`, followed by a NUL byte that its length does not count. */
struct str arena_str(struct arena *arena, struct str s);
struct str arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct str arena_vprintf(struct arena *arena, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* Bytes handed out so far (for budgets and tests). */
size_t arena_used(const struct arena *arena);

/*
 * A budget of `bytes` more from now on; SIZE_MAX: none. Nothing fails when it is used up: whoever allocates in a loop
 * that input decides the length of asks arena_over() and stops with a diagnostic. Answers the limit that stood before,
 * for arena_restore_limit().
 */
size_t arena_limit(struct arena *arena, size_t bytes);
void arena_restore_limit(struct arena *arena, size_t limit);
bool arena_over(const struct arena *arena);
/* What is left of it: SIZE_MAX where there is none. For memory beside the arena that grows with what goes into it. */
size_t arena_left(const struct arena *arena);

#define ARENA_NEW(arena, T) ((T *)arena_alloc((arena), sizeof(T)))
#define ARENA_ARRAY(arena, T, n) ((T *)arena_calloc((arena), (n), sizeof(T)))

/* malloc that aborts with a message, for the few blocks that do not live in an arena. */
void *heap_alloc(size_t size);
void *heap_realloc(void *p, size_t size);

/* Makes room for one more in a heap array `p` of `n` items: `cap` doubles, beginning with `first`. */
#define HEAP_ROOM(p, n, cap, first)                                                                                    \
    do {                                                                                                               \
        if ((n) == (cap)) {                                                                                            \
            (cap) = (cap) ? (cap)*2 : (first);                                                                         \
            (p) = heap_realloc((p), (cap) * sizeof *(p));                                                              \
        }                                                                                                              \
    } while (0)

/* arena_free through __attribute__((cleanup)). */
static inline void arena_cleanup(struct arena **arena)
{
    arena_free(*arena);
}
#define ARENA_AUTO __attribute__((cleanup(arena_cleanup))) struct arena *

#endif
