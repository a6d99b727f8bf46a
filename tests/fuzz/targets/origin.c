/* Any bytes as the source of a module: what comes out is safe to hand to git and libcurl, and reads the same again. */
#include "module_store/origin.h"

#include <assert.h>

static void see(struct arena *arena, const struct origin *o)
{
    struct origin again;
    struct str why;
    assert(o->kind == ORIGIN_FOLDER ||
           (o->key.n && o->url.n && o->name.n && o->url.p[0] != '-' && o->name.p[0] != '.'));
    assert(!o->ref.n || o->ref.p[0] != '-');
    assert(str_find(o->subdir, STR(".."), 0) == SIZE_MAX || str_find(o->subdir, STR("/../"), 0) == SIZE_MAX);
    assert(!memchr(o->url.p ? o->url.p : "", '\n', o->url.n));
    assert(str_find(o->url, STR("ext::"), 0) != 0);
    if (o->kind == ORIGIN_GIT)
        assert(origin_parse(arena, o->key, &again, &why) && str_eq(again.key, o->key) && str_eq(again.url, o->url));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA_AUTO arena = arena_new();
    struct origin origin;
    struct str why = {0};
    if (origin_parse(arena, str_from((const char *)data, size), &origin, &why))
        see(arena, &origin);
    else
        assert(why.n);
    return 0;
}
