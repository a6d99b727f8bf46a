#include "fixture.h"

#include <stdio.h>

Test(model, sets_finds_and_forgets)
{
    struct fixture f = fixture_new();
    struct snapshot *s = snapshot_new(f.addrs);
    struct result r = set(&f, "detour_data.a", "1");
    cr_assert(snapshot_empty(s));
    cr_assert(snapshot_apply(s, &r));
    cr_assert(holds(s, r.addr, "", "1"));
    cr_assert_eq(snapshot_count(s), 1);
    struct result gone = other(&f, RESULT_GONE, "detour_data.a", "");
    cr_assert(snapshot_apply(s, &gone));
    cr_assert_null(snapshot_get(s, r.addr));
    cr_assert(snapshot_empty(s));
    snapshot_free(s);
    fixture_free(&f);
}

Test(model, keeps_the_order_of_plans)
{
    struct fixture f = fixture_new();
    struct snapshot *s = snapshot_new(f.addrs);
    const char *names[] = {"module.m.detour_data.a", "detour_data.b[10]", "detour_data.b[9]", "detour_data.a"};
    const char *sorted[] = {"detour_data.a", "detour_data.b[9]", "detour_data.b[10]", "module.m.detour_data.a"};
    for (size_t i = 0; i < 4; i++) {
        struct result r = set(&f, names[i], "x");
        snapshot_apply(s, &r);
    }
    size_t n;
    const struct state_instance *const *all = snapshot_sorted(s, &n);
    cr_assert_eq(n, 4);
    for (size_t i = 0; i < n; i++)
        cr_assert_str_eq(all[i]->addr->text.p, sorted[i]);
    snapshot_free(s);
    fixture_free(&f);
}

Test(model, deposes_and_restores)
{
    struct fixture f = fixture_new();
    struct snapshot *s = snapshot_new(f.addrs);
    const struct addr *a = at(&f, "detour_data.a");
    struct result r = set(&f, "detour_data.a", "old"), depose = other(&f, RESULT_DEPOSE, "detour_data.a", "k1");
    cr_assert_not(snapshot_apply(s, &depose), "nothing to depose");
    snapshot_apply(s, &r);
    cr_assert(snapshot_apply(s, &depose));
    cr_assert(holds(s, a, "", NULL) && holds(s, a, "k1", "old"));
    struct str key = snapshot_deposed_key(s, a);
    cr_assert_eq(key.n, 8);
    struct result restore = other(&f, RESULT_RESTORE, "detour_data.a", "k1");
    cr_assert(snapshot_apply(s, &restore));
    cr_assert(holds(s, a, "", "old") && holds(s, a, "k1", NULL));
    cr_assert_not(snapshot_apply(s, &restore));
    cr_assert_eq(snapshot_count(s), 1);
    snapshot_free(s);
    fixture_free(&f);
}

Test(model, moves_to_a_free_place_only)
{
    struct fixture f = fixture_new();
    struct snapshot *s = snapshot_new(f.addrs);
    struct result a = set(&f, "detour_data.a", "a"), b = set(&f, "detour_data.b", "b");
    snapshot_apply(s, &a);
    snapshot_apply(s, &b);
    struct result move = other(&f, RESULT_MOVE, "detour_data.b", "");
    move.from = a.addr;
    cr_assert_not(snapshot_apply(s, &move));
    move.addr = at(&f, "module.m.detour_data.a");
    cr_assert(snapshot_apply(s, &move));
    cr_assert(holds(s, move.addr, "", "a") && holds(s, a.addr, "", NULL));
    cr_assert_eq(snapshot_count(s), 2);
    snapshot_free(s);
    fixture_free(&f);
}

Test(model, intents_are_uncertain_until_their_result)
{
    struct fixture f = fixture_new();
    struct snapshot *s = snapshot_new(f.addrs);
    struct intent create = intend(&f, "detour_data.a", INTENT_CREATE),
                  gone = intend(&f, "detour_data.a", INTENT_DELETE);
    gone.deposed = STR("k");
    snapshot_intend(s, &create);
    snapshot_intend(s, &gone);
    cr_assert_eq(snapshot_uncertain(s), 2);
    cr_assert_eq(snapshot_count(s), 1);
    cr_assert_eq(snapshot_get(s, create.addr)->uncertain->action, INTENT_CREATE);
    struct result r = set(&f, "detour_data.a", "1"), r2 = other(&f, RESULT_GONE, "detour_data.a", "k");
    snapshot_apply(s, &r);
    cr_assert_eq(snapshot_uncertain(s), 1);
    snapshot_apply(s, &r2);
    cr_assert_eq(snapshot_uncertain(s), 0);
    cr_assert_eq(snapshot_get(s, create.addr)->deposed.n, 0);
    snapshot_free(s);
    fixture_free(&f);
}

Test(model, uncertain_intents_go_where_their_object_goes)
{
    struct fixture f = fixture_new();
    struct snapshot *s = snapshot_new(f.addrs);
    struct result r = set(&f, "detour_data.a", "1"), depose = other(&f, RESULT_DEPOSE, "detour_data.a", "k");
    struct intent update = intend(&f, "detour_data.a", INTENT_UPDATE);
    snapshot_apply(s, &r);
    snapshot_intend(s, &update);
    cr_assert(snapshot_apply(s, &depose));
    cr_assert(str_is(snapshot_get(s, r.addr)->deposed.v[0].uncertain->deposed, "k"));
    struct result move = other(&f, RESULT_MOVE, "detour_data.b", "");
    move.from = r.addr;
    cr_assert(snapshot_apply(s, &move));
    const struct intent *moved = snapshot_get(s, move.addr)->deposed.v[0].uncertain;
    cr_assert(moved->addr == move.addr && str_is(moved->deposed, "k"));
    struct result restore = other(&f, RESULT_RESTORE, "detour_data.b", "k");
    cr_assert(snapshot_apply(s, &restore));
    moved = snapshot_get(s, move.addr)->uncertain;
    cr_assert(moved->addr == move.addr && !moved->deposed.n);
    cr_assert_eq(snapshot_uncertain(s), 1);
    snapshot_free(s);
    fixture_free(&f);
}

Test(model, outputs_are_sorted_and_removed)
{
    struct fixture f = fixture_new();
    struct snapshot *s = snapshot_new(f.addrs);
    for (size_t i = 0; i < 3; i++) {
        const char *names[] = {"c", "a", "b"};
        struct result r = {.kind = RESULT_OUTPUT, .name = str_c(names[i]), .value = value_int((int64_t)i)};
        snapshot_apply(s, &r);
    }
    struct result r = {.kind = RESULT_OUTPUT_REMOVE, .name = STR("b")};
    snapshot_apply(s, &r);
    size_t n;
    const struct state_output *outputs = snapshot_outputs(s, &n);
    cr_assert_eq(n, 2);
    cr_assert(str_is(outputs[0].name, "a") && str_is(outputs[1].name, "c"));
    cr_assert_null(snapshot_output(s, STR("b")));
    snapshot_free(s);
    fixture_free(&f);
}

Test(model, holds_many)
{
    struct fixture f = fixture_new();
    struct snapshot *s = snapshot_new(f.addrs);
    char text[64];
    for (int i = 0; i < 20000; i++) {
        snprintf(text, sizeof text, "detour_data.many[%d]", i);
        struct result r = set(&f, text, "x");
        snapshot_apply(s, &r);
    }
    cr_assert_eq(snapshot_count(s), 20000);
    cr_assert(holds(s, at(&f, "detour_data.many[12345]"), "", "x"));
    snapshot_free(s);
    fixture_free(&f);
}
