#include "plan/contract.h"
#include "plan/proposed.h"

#include <criterion/criterion.h>

static struct arena *arena;
static const struct schema *schema;

static struct schema_attr attr(const char *name, const struct type *type, unsigned flags)
{
    return (struct schema_attr){.name = str_c(name), .type = type, .flags = flags};
}

static void setup(void)
{
    arena = arena_new();
    struct schema_attr inner[] = {attr("port", type_number, SCHEMA_REQUIRED),
                                  attr("url", type_string, SCHEMA_COMPUTED)};
    const struct schema *block = schema_make(arena, inner, 2, NULL, 0, (struct str){0});
    struct schema_nested nested[] = {{.name = STR("site"), .nesting = NESTING_LIST, .schema = block}};
    struct schema_attr attrs[] = {
        attr("id", type_string, SCHEMA_COMPUTED),
        attr("name", type_string, SCHEMA_REQUIRED),
        attr("mode", type_string, SCHEMA_OPTIONAL | SCHEMA_COMPUTED),
        attr("note", type_string, SCHEMA_OPTIONAL),
        attr("tags", type_list(type_string), SCHEMA_OPTIONAL),
    };
    schema = schema_make(arena, attrs, 5, nested, 1, (struct str){0});
}

static void teardown(void)
{
    arena_free(arena);
}
TestSuite(contract, .init = setup, .fini = teardown);
TestSuite(proposed, .init = setup, .fini = teardown);

static struct value text(const char *s)
{
    return s ? value_string(str_c(s)) : value_null(type_string);
}

static struct value unknown(void)
{
    return value_unknown(type_string);
}

static struct value sites(const int *ports, const char *const *urls, size_t n)
{
    const struct type *block = schema_nested(schema, STR("site"))->schema->implied;
    struct value *items = ARENA_ARRAY(arena, struct value, n);
    for (size_t i = 0; i < n; i++) {
        struct value *parts = ARENA_ARRAY(arena, struct value, 2);
        parts[0] = value_int(ports[i]);
        parts[1] = text(urls[i]);
        items[i] = value_object_of(block, parts);
    }
    return value_list(block, items, n);
}

static struct value object(struct value id, struct value mode, const char *name, const char *note, struct value site)
{
    static const struct str names[] = {STR_INIT("id"),   STR_INIT("mode"), STR_INIT("name"),
                                       STR_INIT("note"), STR_INIT("tags"), STR_INIT("site")};
    struct value items[] = {id, mode, text(name), text(note), value_null(type_list(type_string)), site};
    return value_object(arena, names, items, 6);
}

static struct value plain(struct value id, struct value mode, const char *name, const char *note)
{
    return object(id, mode, name, note, sites(NULL, NULL, 0));
}

static const struct value none = {0};

Test(proposed, gaps_are_unknown_at_creation_and_as_they_were_later)
{
    struct value config = plain(text(NULL), text(NULL), "a", NULL);
    struct value created = proposed_value(arena, schema, config, none);
    cr_assert(!value_is_known(value_attr(created, STR("id"))) && !value_is_known(value_attr(created, STR("mode"))));
    cr_assert(value_is_null(value_attr(created, STR("note"))));
    struct value prior = plain(text("7"), text("0644"), "b", "old");
    struct value again = proposed_value(arena, schema, config, prior);
    cr_assert(value_same(again, plain(text("7"), text("0644"), "a", NULL)));
    struct value set = proposed_value(arena, schema, plain(text(NULL), text("0600"), "a", NULL), prior);
    cr_assert(value_same(value_attr(set, STR("mode")), text("0600")));
}

Test(proposed, blocks_are_paired_by_position)
{
    const char *none_yet[] = {NULL, NULL}, *known[] = {"http://a"};
    struct value config = object(text(NULL), text(NULL), "a", NULL, sites((int[]){80, 81}, none_yet, 2));
    struct value prior = object(text("1"), text("m"), "a", NULL, sites((int[]){80}, known, 1));
    struct value got = value_attr(proposed_value(arena, schema, config, prior), STR("site"));
    cr_assert(value_same(value_attr(got.u.items[0], STR("url")), text("http://a")));
    cr_assert(!value_is_known(value_attr(got.u.items[1], STR("url"))));
}

static size_t planned(struct value prior, struct value config, struct value plan)
{
    struct breaches breaches = {0};
    contract_planned(arena, schema, prior, config, plan, &breaches);
    return breaches.list.n;
}

Test(contract, planned_keeps_what_is_configured)
{
    struct value config = plain(text(NULL), text(NULL), "a", NULL);
    cr_assert(planned(none, config, plain(unknown(), text("x"), "a", NULL)) == 0);
    cr_assert(planned(none, config, plain(unknown(), unknown(), "b", NULL)) == 1, "another value");
    cr_assert(planned(none, config, plain(unknown(), unknown(), "a", "n")) == 1, "a value that nobody set");
    struct value prior = plain(text("1"), text("m"), "A", NULL);
    cr_assert(planned(prior, config, plain(text("1"), text("m"), "A", NULL)) == 0, "equal in meaning: as it was");
    struct value sited = object(text(NULL), text(NULL), "a", NULL, sites((int[]){80}, (const char *[]){NULL}, 1));
    cr_assert(planned(none, sited, config) == 1, "a block is missing");
}

static size_t applied(struct value plan, struct value actual)
{
    struct breaches breaches = {0};
    contract_applied(arena, schema, plan, actual, &breaches);
    contract_known(arena, actual, &breaches);
    return breaches.list.n;
}

Test(contract, actual_keeps_what_was_planned_and_is_known)
{
    struct value plan = plain(unknown(), text("m"), "a", NULL);
    cr_assert(applied(plan, plain(text("1"), text("m"), "a", NULL)) == 0);
    cr_assert(applied(plan, plain(text("1"), text("n"), "a", NULL)) == 1);
    cr_assert(applied(plan, plain(unknown(), text("m"), "a", NULL)) == 1);
    cr_assert(applied(plan, value_null(schema->implied)) == 1);
}

Test(contract, what_was_approved_holds_where_it_was_known)
{
    struct path where;
    struct value approved = plain(unknown(), text("m"), "a", NULL);
    cr_assert(contract_same(arena, approved, plain(text("9"), text("m"), "a", NULL), &where));
    cr_assert(!contract_same(arena, approved, plain(text("9"), text("m"), "b", NULL), &where));
    cr_assert(where.n == 1 && str_is(where.steps[0].name, "name"));
}
