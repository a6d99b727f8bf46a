/*
 * map: string keys to pointers, in an arena; iterates in insertion order, so results never depend on hashing.
 * Keys are borrowed: they must live as long as the map.
 */
#ifndef DETOUR_BASE_MAP_H
#define DETOUR_BASE_MAP_H

#include "base/arena.h"

struct map_entry {
    struct str key;
    void *value;
};

struct map {
    struct arena *arena;
    struct map_entry *entries; /* insertion order; read them through map_each */
    size_t n, cap;
    uint64_t *slots; /* index + 1 into entries below half of the key's hash; 0 for free */
    size_t n_slots;
};

/* An empty map that grows in `arena`. */
#define MAP_INIT(arena_) ((struct map){.arena = (arena_)})

/* The value under `key`, or NULL. */
void *map_get(const struct map *map, struct str key);

/* The entry under `key`, or NULL: tells a NULL value from an absent key. */
struct map_entry *map_find(const struct map *map, struct str key);

/* Sets `key`; returns the value that stood there before, or NULL. */
void *map_put(struct map *map, struct str key, void *value);

/* `map_each(&m, i) use(m.entries[i].key, m.entries[i].value);` */
#define map_each(map, i) for (size_t i = 0; i < (map)->n; i++)

/* The key nearest to `key` that is close enough to offer as "Did you mean", or the empty slice. */
struct str map_near(const struct map *map, struct str key);

#endif
