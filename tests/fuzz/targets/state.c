/* Any bytes as a state: what is read can be written and read back the same; what is refused is refused with one error.
 */
#include "fuzz_secrets.h"
#include "state/format.h"

#include <assert.h>

static struct snapshot *read_state(struct addrs *addrs, struct secrets *secrets, struct str text, size_t *n_errors)
{
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    struct absorbed absorbed;
    struct snapshot *snapshot = format_read(addrs, STR("fuzz"), text, secrets, &absorbed, &diags);
    *n_errors = diags.n_errors;
    return snapshot;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    struct addrs *addrs = addrs_new();
    struct secrets *secrets = fuzz_secrets();
    size_t n_errors;
    struct snapshot *snapshot = read_state(addrs, secrets, str_from((const char *)data, size), &n_errors);
    assert(snapshot ? n_errors == 0 : n_errors == 1);
    if (snapshot) {
        STRBUF_AUTO text = STRBUF_INIT(STRBUF_MAX), again = STRBUF_INIT(STRBUF_MAX);
        assert(!snapshot_has_secret(snapshot) || secrets_ensure(secrets, &diags));
        assert(format_write(&text, snapshot, secrets, (struct absorbed){0}));
        struct snapshot *back = read_state(addrs, secrets, strbuf_str(&text), &n_errors);
        assert(back && format_write(&again, back, secrets, (struct absorbed){0}));
        assert(str_eq(strbuf_str(&text), strbuf_str(&again)));
        snapshot_free(back);
    }
    snapshot_free(snapshot);
    secrets_free(secrets);
    addrs_free(addrs);
    return 0;
}
