#include "base/arena.h"
#include "base/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { PAGE_FIRST = 4096, PAGE_PREFAULT = 1 << 20, PAGE_HUGE = 2 << 20, PAGE_LARGEST = 4 << 20, ALIGN = 8 };

struct page {
    struct page *next;
    size_t cap, used;
    char data[];
};

struct arena {
    struct page *pages; /* newest first */
    size_t used, next_size;
    size_t limit; /* of `used`; SIZE_MAX: none */
    bool wipe;
};

static _Noreturn void out_of_memory(size_t size)
{
    fprintf(stderr, "detour: out of memory (%zu bytes asked for); the state journal holds what was done so far\n",
            size);
    abort();
}

void *heap_alloc(size_t size)
{
    void *p = malloc(size ? size : 1);
    if (!p)
        out_of_memory(size);
    return p;
}

void *heap_realloc(void *p, size_t size)
{
    void *q = realloc(p, size ? size : 1);
    if (!q)
        out_of_memory(size);
    return q;
}

struct arena *arena_new(void)
{
    struct arena *a = heap_alloc(sizeof *a);
    *a = (struct arena){.next_size = PAGE_FIRST, .limit = SIZE_MAX};
    return a;
}

/* The largest pages are mappings of their own, so that huge pages of the system can back them. */
static bool is_mapped(const struct page *page)
{
    return sizeof *page + page->cap >= PAGE_HUGE;
}

static void page_release(struct arena *a, struct page *page)
{
    if (a->wipe)
        explicit_bzero(page->data, page->used);
    if (is_mapped(page))
        munmap(page, sizeof *page + page->cap);
    else
        free(page);
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    for (struct page *p = a->pages, *next; p; p = next) {
        next = p->next;
        page_release(a, p);
    }
    free(a);
}

void arena_wipe_on_free(struct arena *a)
{
    a->wipe = true;
}

void arena_reset(struct arena *a)
{
    struct page *keep = a->pages;
    if (!keep)
        return;
    for (struct page *p = keep->next, *next; p; p = next) {
        next = p->next;
        page_release(a, p);
    }
    explicit_bzero(keep->data, keep->used); /* what is handed out is zero; and secrets are gone */
    keep->next = NULL;
    keep->used = 0;
    a->used = 0;
}

/* Has the kernel map a large block in one go: one fault per 4 KiB costs more than most of what is done with them. Where
 * it cannot (before Linux 5.14) the pages come one by one. */
static void prefault(void *block, size_t size)
{
#ifdef MADV_POPULATE_WRITE
    const uintptr_t mask = 4095;
    uintptr_t from = ((uintptr_t)block + mask) & ~mask, to = ((uintptr_t)block + size) & ~mask;
    madvise((void *)from, to - from, MADV_POPULATE_WRITE);
#else
    (void)block, (void)size;
#endif
}

static void *map_block(size_t size)
{
    void *block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED)
        return NULL;
    madvise(block, size, MADV_HUGEPAGE); /* a wish: without them it is slower */
    return block;
}

/* `size` zeroed bytes: fresh memory of the system is that already, and calloc knows. */
static struct page *page_new(size_t size)
{
    struct page *page = size < PAGE_HUGE ? calloc(1, size) : map_block(size);
    if (!page)
        out_of_memory(size);
    if (size >= PAGE_PREFAULT)
        prefault(page, size);
    page->cap = size - sizeof *page;
    return page;
}

__attribute__((cold, noinline)) static struct page *page_add(struct arena *a, size_t room)
{
    size_t size = sizeof(struct page) + room;
    if (size < a->next_size)
        size = a->next_size;
    if (size >= PAGE_HUGE)
        size = (size + PAGE_HUGE - 1) & ~(size_t)(PAGE_HUGE - 1);
    if (a->next_size < PAGE_LARGEST)
        a->next_size *= 2;
    struct page *page = page_new(size);
    page->next = a->pages;
    a->pages = page;
    return page;
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (size > SIZE_MAX / 2)
        out_of_memory(size);
    size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    struct page *page = a->pages;
    if (!page || page->cap - page->used < size)
        page = page_add(a, size);
    void *p = page->data + page->used;
    page->used += size;
    a->used += size;
    return p;
}

void *arena_calloc(struct arena *a, size_t n, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(n, size, &total))
        out_of_memory(SIZE_MAX);
    return arena_alloc(a, total);
}

struct str arena_str(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    return str_from(p, s.n);
}

/* Most texts fit what is left of the page, and are written there at once; for others that rest is spent. */
struct str arena_vprintf(struct arena *a, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    struct page *page = a->pages;
    size_t room = page ? page->cap - page->used : 0;
    char *p = room ? page->data + page->used : NULL;
    size_t n = format_text(p, room, format, args);
    if (n < room) {
        arena_alloc(a, n + 1);
    } else {
        if (page)
            page->used = page->cap;
        p = arena_alloc(a, n + 1);
        format_text(p, n + 1, format, again);
    }
    va_end(again);
    return str_from(p, n);
}

struct str arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct str s = arena_vprintf(a, format, args);
    va_end(args);
    return s;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}

size_t arena_limit(struct arena *a, size_t bytes)
{
    size_t before = a->limit;
    if (__builtin_add_overflow(a->used, bytes, &a->limit))
        a->limit = SIZE_MAX;
    return before;
}

void arena_restore_limit(struct arena *a, size_t limit)
{
    a->limit = limit;
}

bool arena_over(const struct arena *a)
{
    return a->used > a->limit;
}

size_t arena_left(const struct arena *a)
{
    return a->limit == SIZE_MAX ? SIZE_MAX : arena_over(a) ? 0 : a->limit - a->used;
}
