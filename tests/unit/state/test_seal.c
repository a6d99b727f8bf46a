#include "fixture.h"
#include "state/format.h"
#include "state/journal.h"

#define WHERE STR("resource\ndetour_data.a\n\n[\"input\"]")

static struct seal *sealer(unsigned char first)
{
    unsigned char key[SEAL_KEY_SIZE] = {first};
    return seal_new(key);
}

Test(seal, opens_what_it_sealed_at_its_place_alone)
{
    const char *plains[] = {"", "x", "\"thirty-one bytes of some text..\"", "thirty-one bytes of some text..",
                            "a\0b\x80\0"};
    struct arena *arena = arena_new();
    struct seal *s = sealer(1), *other = sealer(2);
    for (size_t i = 0; i < sizeof plains / sizeof *plains; i++) {
        STRBUF_AUTO text = STRBUF_INIT(4096);
        struct str plain = i == 4 ? str_from("a\0b\x80\0", 5) : str_c(plains[i]), back;
        seal_put(s, &text, WHERE, plain);
        cr_assert_eq((text.n / 4 * 3 - SEAL_NONCE_SIZE - SEAL_TAG_SIZE) / SEAL_BLOCK, plain.n / SEAL_BLOCK + 1, "%zu",
                     i);
        cr_assert_eq(seal_get(s, arena, WHERE, strbuf_str(&text), &back), SEAL_OPENED);
        cr_assert(str_eq(back, plain), "%zu", i);
        cr_assert_eq(seal_get(s, arena, STR("elsewhere"), strbuf_str(&text), &back), SEAL_WRONG);
        cr_assert_eq(seal_get(other, arena, WHERE, strbuf_str(&text), &back), SEAL_WRONG);
    }
    seal_free(s);
    seal_free(other);
    arena_free(arena);
}

Test(seal, keeps_the_seal_of_what_did_not_change)
{
    struct arena *arena = arena_new();
    STRBUF_AUTO first = STRBUF_INIT(4096);
    STRBUF_AUTO again = STRBUF_INIT(4096);
    STRBUF_AUTO changed = STRBUF_INIT(4096);
    STRBUF_AUTO back = STRBUF_INIT(4096);
    struct seal *s = sealer(1), *later = sealer(1);
    struct str plain;
    seal_put(s, &first, WHERE, STR("one"));
    seal_put(s, &again, WHERE, STR("one"));
    cr_assert(str_eq(strbuf_str(&first), strbuf_str(&again)));
    strbuf_clear(&again);
    cr_assert_eq(seal_get(later, arena, WHERE, strbuf_str(&first), &plain), SEAL_OPENED);
    seal_put(later, &again, WHERE, STR("one"));
    cr_assert(str_eq(strbuf_str(&first), strbuf_str(&again)), "as read from a file");
    seal_put(later, &changed, WHERE, STR("two"));
    seal_put(later, &back, WHERE, STR("one"));
    cr_assert(!str_eq(strbuf_str(&first), strbuf_str(&changed)) && !str_eq(strbuf_str(&first), strbuf_str(&back)));
    for (unsigned i = 0; i < 1000; i++) {
        struct str where = arena_printf(arena, "place %u", i);
        strbuf_clear(&again);
        seal_put(s, &again, where, where);
        cr_assert_eq(seal_get(s, arena, where, strbuf_str(&again), &plain), SEAL_OPENED);
        cr_assert(str_eq(plain, where));
    }
    seal_free(s);
    seal_free(later);
    arena_free(arena);
}

Test(seal, notices_every_change_and_every_cut)
{
    struct arena *arena = arena_new();
    STRBUF_AUTO text = STRBUF_INIT(4096);
    struct seal *s = sealer(1);
    struct str plain;
    seal_put(s, &text, WHERE, STR("secret"));
    for (size_t i = 0; i < text.n; i++) {
        char *exact = malloc(i ? i : 1);
        memcpy(exact, text.p, i);
        cr_assert_neq(seal_get(s, arena, WHERE, str_from(exact, i), &plain), SEAL_OPENED, "cut at %zu", i);
        free(exact);
        struct str changed = arena_str(arena, strbuf_str(&text));
        ((char *)changed.p)[i] = changed.p[i] == 'A' ? 'B' : 'A';
        cr_assert_neq(seal_get(s, arena, WHERE, changed, &plain), SEAL_OPENED, "changed at %zu", i);
    }
    cr_assert_eq(seal_get(s, arena, WHERE, STR(""), &plain), SEAL_CUT);
    cr_assert_eq(seal_get(s, arena, WHERE, STR("===="), &plain), SEAL_CUT);
    seal_free(s);
    arena_free(arena);
}

/* -- in states and journals -- */

/* {"id": text, sensitive}, with bytes of the provider's */
static struct result secret(struct fixture *f, const char *addr, const char *text)
{
    struct result r = set(f, addr, text);
    struct state_object *o = (struct state_object *)r.object;
    struct value items[] = {value_mark(value_string_copy(f->arena, str_c(text)), MARK_SENSITIVE)};
    o->value = value_object_of(o->value.type, KEEP(f->arena, items));
    o->private = STR("made from what is secret");
    return r;
}

static bool has(struct str text, const char *part)
{
    return str_find(text, str_c(part), 0) != SIZE_MAX;
}

static struct str written(struct fixture *f, struct snapshot *s)
{
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    cr_assert(format_write(&out, s, f->secrets, (struct absorbed){0}));
    return arena_str(f->arena, strbuf_str(&out));
}

static struct snapshot *read_text(struct fixture *f, struct secrets *secrets, struct str text)
{
    struct absorbed absorbed;
    return format_read(f->addrs, STR("detour.state"), text, secrets, &absorbed, &f->diags);
}

Test(seal, states_hold_no_secret_in_plain_text)
{
    struct fixture f = fixture_new();
    struct snapshot *s = snapshot_new(f.addrs);
    struct result a = secret(&f, "detour_data.a", "hush-one"), b = secret(&f, "detour_data.b", "hush-two");
    struct result o = {
        .kind = RESULT_OUTPUT, .name = STR("o"), .value = value_string(STR("hush-three")), .sensitive = true};
    cr_assert(snapshot_apply(s, &a) && snapshot_apply(s, &b) && snapshot_apply(s, &o));
    struct str text = written(&f, s);
    cr_assert(!has(text, "hush") && !has(text, "bWFkZSBmcm9t"), "%.*s", STR_ARG(text));
    struct snapshot *back = read_text(&f, f.secrets, text);
    cr_assert_not_null(back, "%s", first_detail(&f));
    const struct state_object *got = snapshot_object(back, a.addr, STR(""));
    cr_assert(value_same_marked(got->value, a.object->value) && str_is(got->private, "made from what is secret"));
    cr_assert(str_eq(text, written(&f, back)));
    snapshot_free(back);
    /* nobody else reads it, and the error tells for whom it is */
    struct secrets *other = secrets_throwaway();
    cr_assert_null(read_text(&f, other, text));
    cr_assert(has(str_c(first_detail(&f)), "sealed for age1") && has(str_c(first_detail(&f)), "Nothing was changed"));
    cr_assert_null(read_text(&f, NULL, text));
    secrets_free(other);
    snapshot_free(s);
    fixture_free(&f);
}

/* The text with the first `from` behind `after` replaced. */
static struct str edited(struct fixture *f, struct str text, const char *after, const char *from, const char *to)
{
    size_t at = str_find(text, str_c(from), str_find(text, str_c(after), 0));
    cr_assert_neq(at, SIZE_MAX, "%s", from);
    return arena_printf(f->arena, "%.*s%s%.*s", (int)at, text.p, to, STR_ARG(str_sub(text, at + strlen(from), text.n)));
}

static struct str seal_in(struct str text, const char *after)
{
    size_t from = str_find(text, STR("\"sealed\":[\""), str_find(text, str_c(after), 0)) + strlen("\"sealed\":[\"");
    return str_sub(text, from, str_find_byte(text, '"', from));
}

Test(seal, what_was_changed_or_moved_is_named)
{
    struct fixture f = fixture_new();
    struct snapshot *s = snapshot_new(f.addrs);
    struct result a = secret(&f, "detour_data.a", "hush-one"), b = secret(&f, "detour_data.b", "hush-two");
    cr_assert(snapshot_apply(s, &a) && snapshot_apply(s, &b));
    struct str text = written(&f, s);
    const char *of_a = arena_str(f.arena, seal_in(text, "detour_data.a")).p,
               *of_b = arena_str(f.arena, seal_in(text, "detour_data.b")).p;
    const struct {
        const char *from, *to, *detail;
    } cases[] = {
        {of_a, of_b, "detour_data.a.id was changed, or copied here from another place"},
        {of_a, "AAAA", "detour_data.a.id is cut short"},
        {of_a, "", "detour_data.a.id is cut short"},
        {"\"sealed\":[", "\"sealed\":[null,", "as many seals as there are sensitive paths"},
        {"[[\"id\"]]", "[[\"nope\"]]", "there is no such place"},
        {"[[\"id\"]]", "[[\"id\"],[\"id\"]]", "a sensitive path lies within another"},
        {"\"value\":{\"id\":null}", "\"value\":{\"id\":\"bare\"}", NULL},
        {"\"sealed_private\":\"", "\"sealed_private\":\"A", "detour_data.a is cut short"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        f.diags = DIAGS_INIT(f.arena);
        struct snapshot *back = read_text(&f, f.secrets, edited(&f, text, "detour_data.a", cases[i].from, cases[i].to));
        cr_assert_eq(back == NULL, cases[i].detail != NULL, "%zu", i);
        cr_assert(!back || value_same(snapshot_object(back, a.addr, STR(""))->value, a.object->value),
                  "the seal counts");
        cr_assert(back || has(str_c(first_detail(&f)), cases[i].detail), "%zu: %s", i, first_detail(&f));
        cr_assert(back || !has(str_c(first_detail(&f)), "hush"));
        snapshot_free(back);
    }
    snapshot_free(s);
    fixture_free(&f);
}

Test(seal, a_journal_brings_its_key_and_is_never_cut_where_that_is_missing)
{
    struct fixture f = fixture_new();
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    struct journal_writer *w = journal_writer_new(f.secrets);
    struct result a = secret(&f, "detour_data.a", "hush-one"), b = secret(&f, "detour_data.a", "hush-two");
    journal_begin(w, &out, STR("lin"), 5);
    journal_result(w, &out, &a);
    journal_result(w, &out, &b);
    journal_end(w, &out);
    cr_assert(!has(strbuf_str(&out), "hush"));
    size_t key = str_find(strbuf_str(&out), STR("\"SECRETS\""), 0);
    cr_assert(key != SIZE_MAX && str_find(strbuf_str(&out), STR("\"SECRETS\""), key + 1) == SIZE_MAX,
              "the key stands there once");
    journal_writer_free(w);
    struct snapshot *s = snapshot_new(f.addrs);
    struct journal_replay r = journal_replay(s, f.secrets, strbuf_str(&out));
    cr_assert(!r.torn && r.ended && holds(s, a.addr, "", "hush-two"), "%.*s", STR_ARG(r.why));
    snapshot_free(s);
    struct secrets *other = secrets_throwaway();
    s = snapshot_new(f.addrs);
    r = journal_replay(s, other, strbuf_str(&out));
    cr_assert(r.closed && has(r.why, "sealed for age1"), "%.*s", STR_ARG(r.why));
    snapshot_free(s);
    secrets_free(other);
    fixture_free(&f);
}

Test(seal, version_1_had_none)
{
    struct fixture f = fixture_new();
    struct snapshot *s = read_text(&f, f.secrets,
                                   STR("{\"format\":\"detour.state\",\"version\":1,\"lineage\":\"l\",\"serial\":1,"
                                       "\"types\":[[\"object\",{\"id\":\"string\"}]],"
                                       "\"resources\":[{\"address\":\"detour_data.a\",\"provider\":\"detour\",\"type\":"
                                       "0,\"value\":{\"id\":\"hush\"},\"sensitive_paths\":[[\"id\"]]}]}"));
    cr_assert_not_null(s, "%s", first_detail(&f));
    cr_assert(snapshot_has_secret(s));
    cr_assert(!has(written(&f, s), "hush"));
    snapshot_free(s);
    fixture_free(&f);
}
