#include "fixture.h"
#include "state/journal.h"
#include "state/line.h"

#include <stdio.h>
#include <stdlib.h>

/* BEGIN, TYPE, INTENT, RESULT, RESULT, END. */
static void write_six(struct fixture *f, struct strbuf *out)
{
    struct journal_writer *w = journal_writer_new(NULL);
    struct intent i = intend(f, "detour_data.a", INTENT_CREATE);
    struct result a = set(f, "detour_data.a", "1"), b = set(f, "detour_data.b", "2");
    journal_begin(w, out, STR("lin"), 5);
    journal_intent(w, out, &i);
    journal_result(w, out, &a);
    journal_result(w, out, &b);
    journal_end(w, out);
    cr_assert_eq(journal_seq(w), 6);
    journal_writer_free(w);
}

static struct journal_replay replay(struct fixture *f, struct str text, struct snapshot **s)
{
    *s = snapshot_new(f->addrs);
    return journal_replay(*s, f->secrets, text);
}

Test(journal, replays_what_was_written)
{
    struct fixture f = fixture_new();
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    struct snapshot *s;
    write_six(&f, &out);
    struct journal_head head = journal_head(f.arena, strbuf_str(&out));
    cr_assert(head.valid && head.serial == 5 && str_is(head.lineage, "lin") && head.version == JOURNAL_VERSION);
    struct journal_replay r = replay(&f, strbuf_str(&out), &s);
    cr_assert(!r.torn && r.ended && r.last_seq == 6 && r.good == out.n, "%.*s", STR_ARG(r.why));
    cr_assert(holds(s, at(&f, "detour_data.a"), "", "1") && holds(s, at(&f, "detour_data.b"), "", "2"));
    cr_assert_eq(snapshot_uncertain(s), 0);
    cr_assert_eq(journal_last_seq(strbuf_str(&out)), 6);
    snapshot_free(s);
    fixture_free(&f);
}

Test(journal, stops_where_it_is_cut_short)
{
    struct fixture f = fixture_new();
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    write_six(&f, &out);
    for (size_t n = 0; n < out.n; n++) {
        struct snapshot *s;
        char *exact = malloc(n ? n : 1);
        memcpy(exact, out.p, n);
        struct journal_replay r = replay(&f, str_from(exact, n), &s);
        cr_assert(r.good <= n && !r.damaged, "%zu", n);
        cr_assert_eq(r.torn, n > 0 && exact[n - 1] != '\n', "%zu", n);
        cr_assert(r.last_seq < 3 ? !snapshot_uncertain(s) : r.last_seq > 3 || snapshot_uncertain(s) == 1, "%zu", n);
        snapshot_free(s);
        free(exact);
    }
    fixture_free(&f);
}

Test(journal, notices_any_changed_byte)
{
    struct fixture f = fixture_new();
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    write_six(&f, &out);
    for (size_t i = 0; i < out.n; i++) {
        struct snapshot *s;
        out.p[i] ^= 1;
        struct journal_replay r = replay(&f, strbuf_str(&out), &s);
        cr_assert(r.torn && r.good <= i, "byte %zu", i);
        out.p[i] ^= 1;
        snapshot_free(s);
    }
    fixture_free(&f);
}

Test(journal, tells_damage_from_a_torn_end)
{
    struct fixture f = fixture_new();
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    struct snapshot *s;
    write_six(&f, &out);
    size_t second = str_find_byte(strbuf_str(&out), '\n', 0) + 1;
    out.p[second + 14] ^= 1;
    struct journal_replay r = replay(&f, strbuf_str(&out), &s);
    cr_assert(r.torn && r.damaged && r.last_seq == 1);
    cr_assert_gt(r.why.n, 0);
    snapshot_free(s);
    fixture_free(&f);
}

Test(journal, refuses_records_that_do_not_fit)
{
    struct fixture f = fixture_new();
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    struct snapshot *s;
    struct journal_writer *w = journal_writer_new(NULL);
    struct result depose = other(&f, RESULT_DEPOSE, "detour_data.a", "k");
    journal_begin(w, &out, STR("lin"), 5);
    journal_result(w, &out, &depose);
    struct journal_replay r = replay(&f, strbuf_str(&out), &s);
    cr_assert(r.torn && r.damaged && r.last_seq == 1);
    journal_writer_free(w);
    snapshot_free(s);
    fixture_free(&f);
}

Test(line, reads_only_the_one_way_to_write_a_record)
{
    const char *bad[] = {"",        "1", "1 00000000 {}\n", "01 00000000 {}\n", "x\n", " \n", "1 0000000 {}\n",
                         "1  {}\n", "\n"};
    struct line line;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not(line_read(str_c(bad[i]), &line), "%s", bad[i]);
    char good[64];
    snprintf(good, sizeof good, "12 %08x {}\n12 ...", line_crc(STR("12"), STR("{}")));
    cr_assert(line_read(str_c(good), &line));
    cr_assert(line.seq == 12 && str_is(line.json, "{}") && line.length == 15);
}
