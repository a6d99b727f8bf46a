/* Any bytes as detour.lock.hcl: what is read is written so that it reads the same again. */
#include "module_store/pins.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA_AUTO arena = arena_new();
    struct sources *sources = sources_new();
    struct diags diags = DIAGS_INIT(arena);
    struct map pins = MAP_INIT(arena), again = MAP_INIT(arena);
    if (pins_parse(arena, sources, STR(PINS_FILE), str_from((const char *)data, size), &pins, &diags)) {
        struct str text = pins_text(arena, &pins);
        assert(pins_parse(arena, sources, STR(PINS_FILE), text, &again, &diags) && again.n == pins.n);
        assert(str_eq(pins_text(arena, &again), text));
    } else {
        assert(diags_failed(&diags));
    }
    sources_free(sources);
    return 0;
}
