#include "provider/call.h"
#include "provider/lane.h"
#include "test_provider.h"

#include <criterion/criterion.h>

static struct registry *registry;
static struct arena *arena;
static struct instance instance;
static const struct provider_type *thing;

static void setup(void)
{
    arena = arena_new();
    registry = registry_new();
    registry_add(registry, test_provider());
    thing = registry_type(registry, ADDR_MANAGED, STR("test_thing"));
    instance = (struct instance){.provider = test_provider(), .key = STR("test")};
    struct call *call = call_new(CALL_OPEN, &instance, 0);
    instance.self = call_open(call, (struct value){0});
    call_free(call);
    test_forget();
}

static void teardown(void)
{
    registry_free(registry);
    arena_free(arena);
}
TestSuite(call, .init = setup, .fini = teardown);
TestSuite(registry, .init = setup, .fini = teardown);

/* host, id, name, note, secret, size, token, value */
static struct value object(const char *name, struct value value, bool created)
{
    struct value items[] = {value_string(STR("web")),  created ? value_unknown(type_string) : value_null(type_string),
                            value_string(str_c(name)), value_null(type_string),
                            value_null(type_string),   created ? value_unknown(type_number) : value_null(type_number),
                            value_null(type_string),   value};
    struct value *kept = ARENA_ARRAY(arena, struct value, 8);
    memcpy(kept, items, sizeof items);
    return value_object_of(thing->schema->implied, kept);
}

Test(registry, types_and_near_names)
{
    cr_assert(thing && thing->schema->n_attrs == 8 && thing->has_create_only && !thing->anchor);
    cr_assert(registry_type(registry, ADDR_MANAGED, STR("test_host"))->anchor);
    cr_assert(!registry_type(registry, ADDR_DATA, STR("test_thing")));
    cr_assert(registry_type(registry, ADDR_DATA, STR("test_lookup")));
    cr_assert(str_is(registry_near_type(registry, ADDR_MANAGED, STR("test_thinh")), "test_thing"));
    cr_assert(registry_config_schema(registry, test_provider())->n_attrs == 0);
}

Test(call, marks_are_stripped_and_put_back)
{
    struct value secret = value_mark(value_string(STR("hush")), MARK_SENSITIVE), state;
    struct blob private;
    struct call *call = call_new(CALL_APPLY, &instance, 1);
    call_apply_add(call, thing, DETOUR_CREATE, (struct value){0}, object("a", secret, true), object("a", secret, false),
                   (struct blob){0});
    call_run(call, NULL);
    cr_assert(call_apply_take(call, 0, arena, &state, &private));
    cr_assert(!strcmp(test_world("web", "a"), "hush"), "the provider saw the plain value");
    cr_assert(value_attr(state, STR("value")).marks == MARK_SENSITIVE);
    cr_assert(value_attr(state, STR("secret")).marks == MARK_SENSITIVE, "what the schema calls sensitive is marked");
    cr_assert(value_wholly_known(state));
    call_free(call);
}

Test(call, a_failed_request_fails_alone_and_says_why)
{
    struct value state;
    struct blob private;
    const struct problem *problems;
    struct call *call = call_new(CALL_APPLY, &instance, 2);
    const char *names[] = {"a", "b"};
    for (int i = 0; i < 2; i++)
        call_apply_add(call, thing, DETOUR_CREATE, (struct value){0}, object(names[i], value_string(STR("v")), true),
                       object(names[i], value_string(STR("v")), false), (struct blob){0});
    test_fail("apply", "a");
    call_run(call, NULL);
    cr_assert(!call_apply_take(call, 0, arena, &state, &private) && value_is_null(state));
    cr_assert(call_apply_take(call, 1, arena, &state, &private) && value_is_set(state));
    cr_assert(call_problems(call, &problems) == 1 && problems[0].request == 0 &&
              str_is(problems[0].summary, "It broke"));
    call_free(call);
}

Test(call, an_answer_that_breaks_the_contract_is_the_providers_bug)
{
    struct planned planned;
    const struct problem *problems;
    struct value config = object("a", value_string(STR("v")), false), other = object("b", value_string(STR("v")), true);
    struct call *call = call_new(CALL_PLAN, &instance, 1);
    /* proposing something else than the configuration makes the provider answer it */
    call_plan_add(call, thing, object("x", value_string(STR("w")), false), config, other, (struct blob){0});
    call_run(call, NULL);
    cr_assert(!call_plan_take(call, 0, arena, &planned));
    cr_assert(call_problems(call, &problems) >= 1 &&
              str_is(problems[0].summary, "Provider produced an inconsistent result"));
    cr_assert(str_is(problems[0].attribute, "name"));
    call_free(call);
}

Test(call, lanes_hand_calls_back)
{
    atomic_bool cancelled = false;
    struct lanes *lanes = lanes_new(2, &cancelled);
    struct lane *web = lanes_get(lanes, &instance, STR("web"));
    cr_assert(web == lanes_get(lanes, &instance, STR("web")) && web != lanes_get(lanes, &instance, STR("db")));
    struct call *call = call_new(CALL_READ, &instance, 1);
    call_read_add(call, thing, object("a", value_string(STR("v")), false), (struct value){0}, (struct blob){0});
    lane_submit(web, call);
    struct lane_event event;
    while (!lanes_wait(lanes, 1000, &event))
        ;
    cr_assert(event.kind == LANE_FINISHED && event.lane == web && event.call == call && !lanes_running(lanes));
    struct value state;
    struct blob private;
    cr_assert(call_read_take(call, 0, arena, &state, &private) && value_is_null(state), "there is no such thing");
    call_free(call);
    lanes_free(lanes);
}
