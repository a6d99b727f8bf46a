/* Edits by hand, worked out on snapshots: what moves where, what is refused, what depends on what moved. */
#include "fixture.h"
#include "state/compare.h"
#include "state/edit.h"

struct desk {
    struct fixture f;
    struct snapshot *here, *there;
};

static void put(struct desk *d, struct snapshot *s, const char *addr, const char *depends)
{
    struct result r = set(&d->f, addr, addr);
    struct state_object *o = ARENA_NEW(d->f.arena, struct state_object);
    *o = *r.object;
    if (depends) {
        const struct addr **on = ARENA_NEW(d->f.arena, const struct addr *);
        *on = at(&d->f, depends);
        o->depends = on;
        o->n_depends = 1;
    }
    r.object = o;
    cr_assert(snapshot_apply(s, &r));
}

static struct desk desk_new(void)
{
    struct desk d = {.f = fixture_new()};
    d.here = snapshot_new(d.f.addrs);
    d.there = snapshot_new(d.f.addrs);
    put(&d, d.here, "detour_data.a", NULL);
    put(&d, d.here, "detour_data.b[0]", "detour_data.a");
    put(&d, d.here, "detour_data.b[1]", "detour_data.a");
    put(&d, d.here, "module.m[\"x\"].detour_data.c", "detour_data.b");
    put(&d, d.there, "detour_data.z", NULL);
    return d;
}

static void desk_free(struct desk *d)
{
    snapshot_free(d->here);
    snapshot_free(d->there);
    fixture_free(&d->f);
}

static bool move(struct desk *d, struct snapshot *to, const char *a, const char *b, struct edit *out)
{
    struct edit_place from, dest;
    return edit_place_parse(d->f.addrs, d->f.sources, str_c(a), &from, &d->f.diags) &&
           edit_place_parse(d->f.addrs, d->f.sources, str_c(b), &dest, &d->f.diags) &&
           edit_move(d->f.arena, d->here, to, &from, &dest, out, &d->f.diags);
}

static void carry_out(struct snapshot *s, const struct result *results, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cr_assert(snapshot_apply(s, &results[i]));
}

static const char *summary(struct desk *d)
{
    return d->f.diags.list.n ? d->f.diags.list.v[d->f.diags.list.n - 1].summary.p : "";
}

Test(edit, moves_and_what_depends_on_them)
{
    struct {
        const char *from, *to, *moved, *now;
    } cases[] = {
        {"detour_data.b", "detour_data.n", "detour_data.b[1]", "detour_data.n[1]"},
        {"detour_data.b[0]", "detour_data.n[\"k\"]", "detour_data.b[0]", "detour_data.n[\"k\"]"},
        {"detour_data.a", "module.k.detour_data.a", "detour_data.a", "module.k.detour_data.a"},
        {"module.m", "module.n", "module.m[\"x\"].detour_data.c", "module.n[\"x\"].detour_data.c"},
        {"module.m[\"x\"]", "module.n.module.o[3]", "module.m[\"x\"].detour_data.c",
         "module.n.module.o[3].detour_data.c"},
        {"module.m[\"x\"]", ".", "module.m[\"x\"].detour_data.c", "detour_data.c"},
        {".", "module.all", "module.m[\"x\"].detour_data.c", "module.all.module.m[\"x\"].detour_data.c"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct desk d = desk_new();
        struct edit e;
        cr_assert(move(&d, d.here, cases[i].from, cases[i].to, &e), "%s: %s", cases[i].from, summary(&d));
        carry_out(d.here, e.results.v, e.results.n);
        cr_assert_null(snapshot_get(d.here, at(&d.f, cases[i].moved)));
        cr_assert(holds(d.here, at(&d.f, cases[i].now), "", cases[i].moved), "%s", cases[i].now);
        cr_assert_eq(snapshot_count(d.here), 4);
        desk_free(&d);
    }
}

Test(edit, dependencies_follow_what_moved_as_a_whole)
{
    struct desk d = desk_new();
    struct edit e;
    cr_assert(move(&d, d.here, "detour_data.a", "detour_data.q", &e));
    carry_out(d.here, e.results.v, e.results.n);
    const struct state_object *b = snapshot_object(d.here, at(&d.f, "detour_data.b[1]"), STR(""));
    cr_assert_eq(b->depends[0], at(&d.f, "detour_data.q"));
    cr_assert(move(&d, d.here, "detour_data.b[0]", "detour_data.r", &e));
    carry_out(d.here, e.results.v, e.results.n);
    const struct state_object *c = snapshot_object(d.here, at(&d.f, "module.m[\"x\"].detour_data.c"), STR(""));
    cr_assert_eq(c->depends[0], at(&d.f, "detour_data.b"), "one of two instances: b is there still");
    desk_free(&d);
}

Test(edit, what_is_refused)
{
    struct {
        const char *from, *to, *why;
    } cases[] = {
        {"detour_data.b[0]", "detour_data.b[1]", "The destination is taken"},
        {"detour_data.b", "detour_data.a", "The destination is taken"},
        {"detour_data.a", "detour_data.a", "Nothing to move"},
        {"detour_data.a", "debian_file.a", "Another type"},
        {"detour_data.a", "data.detour_data.a", "Another kind"},
        {"detour_data.a", "module.x", "A resource and a module"},
        {"module.m", "detour_data.x", "A resource and a module"},
        {"detour_data.b", "detour_data.x[0]", "Several objects for one place"},
        {"detour_data.nothing", "detour_data.x", "Not in the state"},
        {"module.nothing", "module.x", "Not in the state"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct desk d = desk_new();
        struct edit e;
        cr_assert(!move(&d, d.here, cases[i].from, cases[i].to, &e), "%s", cases[i].from);
        cr_assert_str_eq(summary(&d), cases[i].why);
        desk_free(&d);
    }
}

Test(edit, between_two_states_nothing_uncertain_and_again_after_an_interruption)
{
    struct desk d = desk_new();
    struct edit e;
    struct intent half = intend(&d.f, "detour_data.a", INTENT_UPDATE);
    cr_assert(move(&d, d.there, "detour_data.b", "detour_data.b", &e));
    cr_assert_eq(e.arrivals.n, 2);
    cr_assert_eq(e.results.n, 2);
    const struct addr *on_the_way[] = {at(&d.f, "detour_data.b[0]"), at(&d.f, "detour_data.b[1]")};
    struct state_moving moving = {STR("there"), snapshot_lineage(d.there), on_the_way, 2};
    snapshot_set_moving(d.here, &moving);
    carry_out(d.there, e.arrivals.v, e.arrivals.n);
    cr_assert(move(&d, d.there, "detour_data.b", "detour_data.b", &e), "%s", summary(&d));
    cr_assert_eq(e.arrivals.n, 0, "they arrived before the interruption");
    carry_out(d.here, e.results.v, e.results.n);
    cr_assert_null(snapshot_moving(d.here), "nothing is on its way any more");
    snapshot_intend(d.here, &half);
    cr_assert(!move(&d, d.there, "detour_data.a", "detour_data.a", &e));
    cr_assert_str_eq(summary(&d), "Unfinished work");
    desk_free(&d);
}

Test(edit, forgetting_covers_modules_and_deposed_objects_and_warns)
{
    struct desk d = desk_new();
    struct edit e;
    struct edit_place places[2];
    struct result depose = other(&d.f, RESULT_DEPOSE, "detour_data.a", "00000001");
    cr_assert(snapshot_apply(d.here, &depose));
    cr_assert(edit_place_parse(d.f.addrs, d.f.sources, STR("detour_data.a"), &places[0], &d.f.diags));
    cr_assert(edit_place_parse(d.f.addrs, d.f.sources, STR("module.m"), &places[1], &d.f.diags));
    cr_assert(edit_forget(d.f.arena, d.here, places, 2, &e, &d.f.diags));
    cr_assert_eq(d.f.diags.list.n, 1, "b stands on a");
    carry_out(d.here, e.results.v, e.results.n);
    cr_assert_eq(snapshot_count(d.here), 2);
    cr_assert(!edit_forget(d.f.arena, d.here, places, 2, &e, &d.f.diags));
    desk_free(&d);
}

Test(edit, marks)
{
    struct desk d = desk_new();
    struct edit e;
    const struct addr *a = at(&d.f, "detour_data.a");
    cr_assert(!edit_mark(d.f.arena, d.here, a, OBJECT_READY, false, &e, &d.f.diags));
    cr_assert(edit_mark(d.f.arena, d.here, a, OBJECT_TAINTED, false, &e, &d.f.diags));
    carry_out(d.here, e.results.v, e.results.n);
    cr_assert_eq(snapshot_object(d.here, a, STR(""))->status, OBJECT_TAINTED);
    cr_assert(edit_mark(d.f.arena, d.here, a, OBJECT_TAINTED, false, &e, &d.f.diags) && !e.results.n);
    cr_assert(!edit_mark(d.f.arena, d.here, at(&d.f, "detour_data.no"), OBJECT_TAINTED, false, &e, &d.f.diags));
    cr_assert(edit_mark(d.f.arena, d.here, at(&d.f, "detour_data.no"), OBJECT_TAINTED, true, &e, &d.f.diags));
    desk_free(&d);
}

Test(compare, differences_in_the_order_of_plans)
{
    struct desk d = desk_new();
    struct state_comparison c;
    state_compare(d.f.arena, d.here, d.here, &c);
    cr_assert(!c.objects.n && !c.outputs.n);
    put(&d, d.there, "detour_data.b[0]", NULL);
    struct result changed = set(&d.f, "detour_data.a", "other");
    cr_assert(snapshot_apply(d.there, &changed));
    state_compare(d.f.arena, d.here, d.there, &c);
    cr_assert_eq(c.objects.n, 4);
    cr_assert(c.objects.v[0].before && c.objects.v[0].after, "a is another now");
    cr_assert(c.objects.v[1].before && !c.objects.v[1].after, "b[1] is gone");
    cr_assert(!c.objects.v[2].before && c.objects.v[2].after, "z is new");
    cr_assert(c.objects.v[3].before && !c.objects.v[3].after, "the module's is gone");
    desk_free(&d);
}
