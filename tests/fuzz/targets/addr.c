/* Any bytes as an address: what parses prints as an address that parses to the same. */
#include "addr/addr.h"

#include <assert.h>

static void check_same(struct addrs *addrs, struct sources *sources, const struct target *target, struct diags *diags)
{
    struct target again;
    struct str text = target->addr ? target->addr->text : target->module->text;
    assert(addr_parse_target(addrs, sources, text, &again, diags));
    assert(again.addr == target->addr && again.module == target->module && again.whole == target->whole);
    if (target->addr)
        assert(target_covers(target, target->addr) && addr_parse(addrs, sources, text, diags) == target->addr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sources *sources = sources_new();
    struct addrs *addrs = addrs_new();
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    struct target target;
    if (addr_parse_target(addrs, sources, str_from((const char *)data, size), &target, &diags)) {
        assert(!diags_failed(&diags));
        check_same(addrs, sources, &target, &diags);
    } else {
        assert(diags_failed(&diags));
    }
    addrs_free(addrs);
    sources_free(sources);
    return 0;
}
