/* Any bytes as a file: what is formatted still parses, and formatting again changes nothing more, save that "${"${x}"}"
 * loses one
 * "${ }" each time. Files with errors come back as they were. */
#include "syntax/fmt.h"
#include "syntax/parse.h"

#include <assert.h>

static struct str format(struct arena *arena, struct str text, bool *ok)
{
    struct sources *sources = sources_new();
    struct diags diags = DIAGS_INIT(arena);
    struct str result =
        arena_str(arena, fmt_source(arena, &diags, sources, sources_add(sources, STR("fuzz.hcl"), text)));
    *ok = !diags_failed(&diags);
    assert(*ok || str_eq(result, text));
    sources_free(sources);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA_AUTO arena = arena_new();
    struct str text = str_from((const char *)data, size);
    bool ok;
    struct str now = format(arena, text, &ok);
    if (!ok)
        return 0;
    for (size_t rounds = 0, last = SIZE_MAX; last != now.n; rounds++) {
        assert(rounds < size + 3);
        last = now.n;
        struct str next = format(arena, now, &ok);
        assert(ok && (next.n < now.n || str_eq(next, now)));
        now = next;
    }
    return 0;
}
