/* Any bytes as a journal: as they are, and line by line as records with right numbers and checksums. What is replayed
 * is a state that can be written and read back the same, and a replay of the good part gives it again. */
#include "state/format.h"
#include "state/journal.h"
#include "state/line.h"
#include "fuzz_secrets.h"

#include <assert.h>
#include <stdio.h>

static void check_round_trip(struct addrs *addrs, struct secrets *secrets, struct snapshot *snapshot)
{
    STRBUF_AUTO text = STRBUF_INIT(STRBUF_MAX), again = STRBUF_INIT(STRBUF_MAX);
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    struct absorbed absorbed = {0};
    assert(!snapshot_has_secret(snapshot) || secrets_ensure(secrets, &diags));
    assert(format_write(&text, snapshot, secrets, absorbed));
    struct snapshot *back = format_read(addrs, STR("fuzz"), strbuf_str(&text), secrets, &absorbed, &diags);
    if (!back)
        fprintf(stderr, "%s\n%.*s", diags.list.v[0].detail.p, STR_ARG(strbuf_str(&text)));
    assert(back && snapshot_count(back) == snapshot_count(snapshot));
    assert(snapshot_uncertain(back) == snapshot_uncertain(snapshot));
    assert(format_write(&again, back, secrets, absorbed));
    assert(str_eq(strbuf_str(&text), strbuf_str(&again)));
    snapshot_free(back);
}

static void check_journal(struct addrs *addrs, struct str text)
{
    ARENA_AUTO arena = arena_new();
    struct secrets *secrets = fuzz_secrets(), *others = fuzz_secrets();
    struct snapshot *snapshot = snapshot_new(addrs), *twin = snapshot_new(addrs);
    journal_head(arena, text);
    struct journal_replay replay = journal_replay(snapshot, secrets, text);
    assert(replay.good <= text.n && replay.torn == (replay.good < text.n));
    struct journal_replay good = journal_replay(twin, others, str_sub(text, 0, replay.good));
    assert(!good.torn && good.last_seq == replay.last_seq && snapshot_count(twin) == snapshot_count(snapshot));
    check_round_trip(addrs, secrets, snapshot);
    secrets_free(secrets);
    secrets_free(others);
    snapshot_free(snapshot);
    snapshot_free(twin);
}

static void as_records(struct strbuf *out, struct str text)
{
    struct str line;
    for (unsigned seq = 1; str_next_line(&text, &line); seq++) {
        char digits[16];
        int n = snprintf(digits, sizeof digits, "%u", seq);
        strbuf_printf(out, "%s %08x ", digits, line_crc(str_from(digits, (size_t)n), line));
        strbuf_add(out, line);
        strbuf_addc(out, '\n');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct addrs *addrs = addrs_new();
    struct str text = str_from((const char *)data, size);
    STRBUF_AUTO records = STRBUF_INIT(STRBUF_MAX);
    check_journal(addrs, text);
    as_records(&records, text);
    check_journal(addrs, strbuf_str(&records));
    addrs_free(addrs);
    return 0;
}
