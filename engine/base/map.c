#include "base/map.h"

static uint32_t hash_of(struct str key)
{
    return (uint32_t)str_hash(key);
}

static size_t slot_of(const struct map *map, struct str key, uint32_t hash)
{
    size_t mask = map->n_slots - 1, i = hash & mask;
    for (uint64_t slot; (slot = map->slots[i]); i = (i + 1) & mask)
        if ((uint32_t)(slot >> 32) == hash && str_eq(map->entries[(uint32_t)slot - 1].key, key))
            break;
    return i;
}

static struct map_entry *find(const struct map *map, struct str key, uint32_t hash)
{
    if (!map->n)
        return NULL;
    uint32_t at = (uint32_t)map->slots[slot_of(map, key, hash)];
    return at ? &map->entries[at - 1] : NULL;
}

struct map_entry *map_find(const struct map *map, struct str key)
{
    return map->n ? find(map, key, hash_of(key)) : NULL;
}

void *map_get(const struct map *map, struct str key)
{
    struct map_entry *entry = map_find(map, key);
    return entry ? entry->value : NULL;
}

/* All keys differ and their hashes are at hand, so neither is looked at. */
static void rehash(struct map *map)
{
    const uint64_t *old = map->slots;
    size_t n_old = map->n_slots;
    map->n_slots = n_old ? n_old * 2 : 8;
    map->slots = ARENA_ARRAY(map->arena, uint64_t, map->n_slots);
    for (size_t k = 0; k < n_old; k++) {
        size_t i = (old[k] >> 32) & (map->n_slots - 1);
        while (old[k] && map->slots[i])
            i = (i + 1) & (map->n_slots - 1);
        if (old[k])
            map->slots[i] = old[k];
    }
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
    uint32_t hash = hash_of(key);
    struct map_entry *entry = find(map, key, hash);
    if (entry) {
        void *old = entry->value;
        entry->value = value;
        return old;
    }
    if (map->n == map->cap)
        entries_grow(map);
    if ((map->n + 1) * 2 > map->n_slots)
        rehash(map);
    map->entries[map->n++] = (struct map_entry){key, value};
    size_t slot = hash & (map->n_slots - 1);
    while (map->slots[slot])
        slot = (slot + 1) & (map->n_slots - 1);
    map->slots[slot] = (uint64_t)hash << 32 | (uint32_t)map->n;
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
