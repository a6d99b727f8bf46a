#include "plan/file.h"

#include <criterion/criterion.h>

static struct addrs *addrs;
static struct sources *sources;
static struct arena *arena;
static const struct schema *schema;

static void setup(void)
{
    addrs = addrs_new();
    sources = sources_new();
    arena = arena_new();
    struct schema_attr attrs[] = {{.name = STR("v"), .type = type_dynamic, .flags = SCHEMA_OPTIONAL}};
    schema = schema_make(arena, attrs, 1, NULL, 0, (struct str){0});
}

static void teardown(void)
{
    arena_free(arena);
    sources_free(sources);
    addrs_free(addrs);
}
TestSuite(plan, .init = setup, .fini = teardown);

static const struct addr *addr(const char *text)
{
    struct diags diags = DIAGS_INIT(arena);
    return addr_parse(addrs, sources, str_c(text), &diags);
}

static void add(struct plan *plan, const char *address, enum action action, struct value v)
{
    static const struct str name = STR_INIT("v");
    struct value *item = ARENA_NEW(plan->arena, struct value);
    *item = v;
    struct change change = {.addr = addr(address),
                            .action = action,
                            .schema = schema,
                            .before = value_null(schema->implied),
                            .after = value_object(plan->arena, &name, item, 1)};
    vec_push(plan->arena, &plan->changes, change);
}

Test(plan, is_sorted_counted_and_searched)
{
    struct plan *plan = plan_new(PLAN_NORMAL);
    add(plan, "module.m.t_a.x", ACTION_CREATE, value_int(1));
    add(plan, "t_a.x[10]", ACTION_REPLACE, value_int(1));
    add(plan, "t_a.x[9]", ACTION_NOOP, value_int(1));
    add(plan, "t_a.a", ACTION_UPDATE, value_int(1));
    plan_seal(plan);
    cr_assert(plan->changes.v[0].addr == addr("t_a.a") && plan->changes.v[1].addr == addr("t_a.x[9]") &&
              plan->changes.v[3].addr == addr("module.m.t_a.x"));
    struct plan_counts counts = plan_count(plan);
    cr_assert(counts.add == 1 && counts.replace == 1 && counts.change == 1 && counts.noop == 1 && counts.destroy == 0);
    cr_assert(plan_find(plan, addr("t_a.x[10]"))->action == ACTION_REPLACE && !plan_find(plan, addr("t_a.b")));
    cr_assert(plan->applyable && plan->complete && !plan_is_empty(plan));
    plan_free(plan);
}

static struct digest digest_of(struct value v, uint64_t serial, const char *lineage)
{
    struct plan *plan = plan_new(PLAN_NORMAL);
    plan->serial = serial;
    plan->lineage = str_c(lineage);
    add(plan, "t_a.x", ACTION_CREATE, v);
    add(plan, "t_a.y", ACTION_NOOP, value_int((int64_t)serial));
    plan_seal(plan);
    struct digest digest = plan->digest;
    plan_free(plan);
    return digest;
}

static bool same(struct digest a, struct digest b)
{
    return !memcmp(&a, &b, sizeof a);
}

Test(plan, digest_covers_intent_and_nothing_else)
{
    struct digest one = digest_of(value_int(1), 1, "l");
    cr_assert(same(one, digest_of(value_int(1), 2, "l")), "the serial stays out, and so do no-ops");
    cr_assert(!same(one, digest_of(value_int(2), 1, "l")));
    cr_assert(!same(one, digest_of(value_string(STR("1")), 1, "l")), "types count");
    cr_assert(!same(one, digest_of(value_int(1), 1, "m")));
    struct value secret = value_mark(value_int(1), MARK_SENSITIVE);
    cr_assert(!same(one, digest_of(secret, 1, "l")) && same(digest_of(secret, 1, "l"), digest_of(secret, 1, "l")));
}

static const struct schema *schema_of(void *ctx, enum addr_mode mode, struct str type)
{
    (void)ctx;
    return mode == ADDR_MANAGED && str_is(type, "t_a") ? schema : NULL;
}

Test(plan, file_gives_back_what_was_written)
{
    struct plan *plan = plan_new(PLAN_NORMAL);
    struct value items[] = {value_mark(value_string(STR("hush")), MARK_SENSITIVE), value_unknown(type_number),
                            value_null(type_bool)};
    add(plan, "t_a.x", ACTION_CREATE, value_tuple(items, 3));
    struct str key = STR("u");
    struct value one = value_int(1);
    add(plan, "module.m[0].t_a.y[\"k\"]", ACTION_UPDATE, value_map(plan->arena, type_number, &key, &one, 1));
    plan->changes.v[1].private_planned = (struct blob){"\0\xff", 2};
    plan_seal(plan);
    struct plan_file file = {.plan = plan, .program = STR("1.2.3")}, back;
    struct plan_source source = {STR("main.hcl"), STR("a = \"b\"\n")};
    vec_push(arena, &file.sources, source);
    STRBUF_AUTO text = STRBUF_INIT(1 << 20);
    plan_file_write(&text, &file, NULL);
    struct diags diags = DIAGS_INIT(arena);
    cr_assert(plan_file_read(addrs, sources, STR("p"), strbuf_str(&text), schema_of, NULL, NULL, &back, &diags), "%s",
              diags.list.n ? diags.list.v[0].detail.p : "");
    cr_assert(same(back.plan->digest, plan->digest) && back.plan->changes.n == 2 && back.sources.n == 1);
    for (size_t i = 0; i < 2; i++)
        cr_assert(value_same_marked(back.plan->changes.v[i].after, plan->changes.v[i].after));
    cr_assert(back.plan->changes.v[1].private_planned.n == 2);
    plan_free(back.plan);
    plan_free(plan);
}

Test(plan, files_that_are_no_plans_are_refused)
{
    static const char *const bad[] = {"",
                                      "{}",
                                      "[1]",
                                      "{\"format\":\"detour-plan\",\"version\":99}",
                                      "{\"format\":\"detour-plan\",\"version\":1}",
                                      "not json"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct diags diags = DIAGS_INIT(arena);
        struct plan_file file;
        cr_assert(!plan_file_read(addrs, sources, STR("p"), str_c(bad[i]), schema_of, NULL, NULL, &file, &diags));
        cr_assert(diags.n_errors == 1 && !file.plan);
    }
}
