/* Any bytes as a saved plan: refused with one diagnostic, or read; what is read is written and read back with the same
 * digest. */
#include "plan/file.h"

#include <assert.h>
#include <stdlib.h>

static const struct schema *schema_of(void *ctx, enum addr_mode mode, struct str type)
{
    (void)mode;
    return type.n ? ctx : NULL;
}

static void check_round_trip(struct addrs *addrs, struct sources *sources, struct plan_file *file, void *schema)
{
    ARENA_AUTO arena = arena_new();
    STRBUF_AUTO text = STRBUF_INIT(STRBUF_MAX);
    struct diags diags = DIAGS_INIT(arena);
    struct plan_file back;
    plan_file_write(&text, file, NULL);
    assert(plan_file_read(addrs, sources, STR("plan"), strbuf_str(&text), schema_of, schema, NULL, &back, &diags));
    assert(!memcmp(&back.plan->digest, &file->plan->digest, sizeof back.plan->digest));
    plan_free(back.plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA_AUTO arena = arena_new();
    struct schema_attr attr = {.name = STR("v"), .type = type_dynamic, .flags = SCHEMA_OPTIONAL};
    const struct schema *schema = schema_make(arena, &attr, 1, NULL, 0, (struct str){0});
    struct addrs *addrs = addrs_new();
    struct sources *sources = sources_new();
    struct diags diags = DIAGS_INIT(arena);
    struct plan_file file;
    void *ctx = (void *)(uintptr_t)schema;
    if (plan_file_read(addrs, sources, STR("plan"), str_from((const char *)data, size), schema_of, ctx, NULL, &file,
                       &diags)) {
        check_round_trip(addrs, sources, &file, ctx);
        plan_free(file.plan);
    } else {
        assert(diags.n_errors == 1);
    }
    sources_free(sources);
    addrs_free(addrs);
    return 0;
}
