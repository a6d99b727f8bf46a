#include "provider/call.h"
#include "provider/mock.h"
#include "test_provider.h"

#include <criterion/criterion.h>

static struct registry *registry;
static struct arena *arena;
static struct instance instance;
static const struct provider_type *thing, *lookup;
static struct mock_values given;

static const struct mock_values *find(void *ctx, const struct provider_type *type, const void *tag)
{
    cr_assert(ctx == &given && tag == NULL);
    return type == thing ? &given : NULL;
}

static void setup(void)
{
    arena = arena_new();
    registry = registry_new();
    registry_add(registry, test_provider());
    thing = registry_type(registry, ADDR_MANAGED, STR("test_thing"));
    lookup = registry_type(registry, ADDR_DATA, STR("test_lookup"));
    given = (struct mock_values){0};
    instance = (struct instance){.provider = mock_new(arena, test_provider(), find, &given), .key = STR("mock:test")};
    struct call *call = call_new(CALL_OPEN, &instance, 0);
    instance.self = call_open(call, (struct value){0});
    call_free(call);
    test_forget();
}

static void teardown(void)
{
    instance.provider->close(instance.self);
    registry_free(registry);
    arena_free(arena);
}
TestSuite(mock, .init = setup, .fini = teardown);

/* host, id, name, note, secret, size, token, value */
static struct value object(bool proposed)
{
    struct value items[] = {value_string(STR("web")), proposed ? value_unknown(type_string) : value_null(type_string),
                            value_string(STR("a")),   value_null(type_string),
                            value_null(type_string),  proposed ? value_unknown(type_number) : value_null(type_number),
                            value_null(type_string),  value_string(STR("v"))};
    struct value *kept = ARENA_ARRAY(arena, struct value, 8);
    memcpy(kept, items, sizeof items);
    return value_object_of(thing->schema->implied, kept);
}

static struct value values(const char *name, struct value v)
{
    struct str *key = ARENA_NEW(arena, struct str);
    struct value *item = ARENA_NEW(arena, struct value);
    *key = str_c(name);
    *item = v;
    return value_object(arena, key, item, 1);
}

static struct value planned(void)
{
    struct call *call = call_new(CALL_PLAN, &instance, 1);
    call_plan_add(call, thing, (struct value){0}, object(false), object(true), (struct blob){0});
    call_run(call, NULL);
    struct planned out;
    cr_assert(call_plan_take(call, 0, arena, &out));
    call_free(call);
    return out.value;
}

static bool applied(struct value *state)
{
    struct call *call = call_new(CALL_APPLY, &instance, 1);
    struct blob ignored;
    call_apply_add(call, thing, DETOUR_CREATE, (struct value){0}, planned(), object(false), (struct blob){0});
    call_run(call, NULL);
    bool ok = call_apply_take(call, 0, arena, state, &ignored);
    call_free(call);
    return ok;
}

Test(mock, what_is_not_given_is_made_up)
{
    struct value state;
    cr_assert(mock_is(instance.provider) && !mock_is(test_provider()));
    cr_assert(!value_is_known(value_attr(planned(), STR("id"))));
    cr_assert(applied(&state) && value_wholly_known(state));
    struct str id = value_attr(state, STR("id")).u.string;
    cr_assert(id.n == 8);
    for (size_t i = 0; i < id.n; i++)
        cr_assert((id.p[i] >= 'a' && id.p[i] <= 'z') || (id.p[i] >= '0' && id.p[i] <= '9'));
    cr_assert(value_same(value_attr(state, STR("size")), value_int(0)));
    cr_assert(value_is_null(value_attr(state, STR("note"))));
    cr_assert(strcmp(test_log(), "") == 0 && test_world_size() == 0);
}

Test(mock, values_that_are_given)
{
    struct value state;
    given.values = values("size", value_string(STR("42"))); /* converted */
    cr_assert(!value_is_known(value_attr(planned(), STR("size"))));
    cr_assert(applied(&state) && value_same(value_attr(state, STR("size")), value_int(42)));
    given.planned = true;
    cr_assert(value_same(value_attr(planned(), STR("size")), value_int(42)));
    given.values = values("value", value_string(STR("no"))); /* what is configured stays */
    cr_assert(applied(&state) && value_same(value_attr(state, STR("value")), value_string(STR("v"))));
    given = (struct mock_values){values("size", value_string(STR("x"))), false};
    cr_assert(!applied(&state));
}

Test(mock, data_sources_answer)
{
    struct value *items = ARENA_ARRAY(arena, struct value, lookup->schema->implied->n);
    for (uint32_t i = 0; i < lookup->schema->implied->n; i++) {
        const struct schema_attr *attr = schema_attr(lookup->schema, lookup->schema->implied->names[i]);
        items[i] = attr->flags & SCHEMA_REQUIRED ? value_string(STR("x")) : value_null(attr->type);
    }
    struct call *call = call_new(CALL_READ, &instance, 1);
    call_read_add(call, lookup, (struct value){0}, value_object_of(lookup->schema->implied, items), (struct blob){0});
    call_run(call, NULL);
    struct value state;
    struct blob ignored;
    cr_assert(call_read_take(call, 0, arena, &state, &ignored) && value_is_set(state));
    cr_assert(value_same(value_attr(state, STR("found")), value_bool(false)));
    cr_assert(value_attr(state, STR("value")).u.string.n == 8);
    call_free(call);
}
