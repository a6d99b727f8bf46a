#include "base/map.h"

static size_t slot_of(const struct map *map, struct str key)
{
    size_t mask = map->n_slots - 1, i = (size_t)str_hash(key) & mask;
    while (map->slots[i] && !str_eq(map->entries[map->slots[i] - 1].key, key))
        i = (i + 1) & mask;
    return i;
}

struct map_entry *map_find(const struct map *map, struct str key)
{
    if (!map->n)
        return NULL;
    uint32_t at = map->slots[slot_of(map, key)];
    return at ? &map->entries[at - 1] : NULL;
}

void *map_get(const struct map *map, struct str key)
{
    struct map_entry *entry = map_find(map, key);
    return entry ? entry->value : NULL;
}

static void rehash(struct map *map)
{
    map->n_slots = map->n_slots ? map->n_slots * 2 : 8;
    map->slots = ARENA_ARRAY(map->arena, uint32_t, map->n_slots);
    for (size_t i = 0; i < map->n; i++)
        map->slots[slot_of(map, map->entries[i].key)] = (uint32_t)(i + 1);
}

static void entries_grow(struct map *map)
{
    size_t cap = map->cap ? map->cap * 2 : 4;
    struct map_entry *moved = ARENA_ARRAY(map->arena, struct map_entry, cap);
    if (map->n)
        memcpy(moved, map->entries, map->n * sizeof *moved);
    map->entries = moved;
    map->cap = cap;
}

void *map_put(struct map *map, struct str key, void *value)
{
    struct map_entry *entry = map_find(map, key);
    if (entry) {
        void *old = entry->value;
        entry->value = value;
        return old;
    }
    if (map->n == map->cap)
        entries_grow(map);
    map->entries[map->n++] = (struct map_entry){key, value};
    if (map->n * 2 > map->n_slots)
        rehash(map);
    else
        map->slots[slot_of(map, key)] = (uint32_t)map->n;
    return NULL;
}

struct str map_near(const struct map *map, struct str key)
{
    unsigned best = key.n <= 3 ? 1 : key.n <= 6 ? 2 : 3;
    struct str near = {0};
    if (key.n < 2) /* every other letter would be near */
        return near;
    for (size_t i = 0; i < map->n; i++) {
        unsigned d = str_distance(map->entries[i].key, key, best);
        if (d < best || (d == best && !near.n)) {
            best = d;
            near = map->entries[i].key;
        }
    }
    return near;
}
