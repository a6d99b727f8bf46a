/* The JSON schema and the provider schemas, of a provider with nested blocks (those that come with detour have none).
 */
#include "view/json/language.h"
#include "view/json/schemas.h"

#include <criterion/criterion.h>
#include <jansson.h>

static const struct detour_attribute rule_attributes[] = {
    {"port", "number", DETOUR_REQUIRED, "Which port."},
    {"tags", "map(string)", DETOUR_OPTIONAL, ""},
    {0},
};
static const struct detour_attribute wall_attributes[] = {
    {"id", "string", DETOUR_COMPUTED, "Its number."},
    {"name", "string", DETOUR_REQUIRED, "Its name."},
    {"key", "string", DETOUR_OPTIONAL | DETOUR_SENSITIVE | DETOUR_WRITE_ONLY, "A secret."},
    {0},
};
static const struct detour_block wall_blocks[] = {
    {"rule", DETOUR_NEST_LIST, 1, 3, rule_attributes, NULL, "What passes."},
    {"zone", DETOUR_NEST_MAP, 0, 0, rule_attributes, NULL, "Where from."},
    {0},
};
static const struct detour_type types[] = {
    {.name = "wall", .version = 2, .attributes = wall_attributes, .blocks = wall_blocks, .doc = "A wall."},
    {0},
};

static struct detour_str lane(void *self, detour_call *call, const struct detour_type *type, const detour_value *object)
{
    (void)self, (void)call, (void)type, (void)object;
    return (struct detour_str){"", 0};
}

static void read_objects(void *self, detour_call *call, struct detour_read *reqs, size_t n)
{
    (void)self, (void)call, (void)reqs, (void)n;
}

static const struct detour_provider provider = {.size = sizeof provider,
                                                .abi = DETOUR_ABI_VERSION,
                                                .name = "test",
                                                .doc = "For tests.",
                                                .types = types,
                                                .lane = lane,
                                                .read = read_objects};

static void write_configuration(struct strbuf *out, struct registry *registry)
{
    json_language(out, registry, LANGUAGE_CONFIGURATION);
}

static void write_tests(struct strbuf *out, struct registry *registry)
{
    json_language(out, registry, LANGUAGE_TESTS);
}

/* What the view writes, read by another's JSON library. */
static json_t *written(void (*write)(struct strbuf *out, struct registry *registry))
{
    struct registry *registry = registry_new();
    registry_add(registry, &provider);
    STRBUF_AUTO out = STRBUF_INIT(0);
    write(&out, registry);
    json_error_t error;
    json_t *json = json_loadb(out.p, out.n, 0, &error);
    cr_assert(json, "%s at %d", error.text, error.position);
    registry_free(registry);
    return json;
}

/* The part behind names separated by slashes. */
static json_t *at(json_t *json, const char *path)
{
    char *copy = strdup(path), *rest = copy;
    for (char *name; json && (name = strsep(&rest, "/"));)
        json = json_object_get(json, name);
    free(copy);
    return json;
}

static void check(json_t *json, const char *path, const char *want)
{
    char *got = json_dumps(at(json, path), JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
    cr_assert_str_eq(got ? got : "nothing", want, "%s", path);
    free(got);
}

Test(language, nested_blocks)
{
    json_t *schema = written(write_configuration);
    check(schema, "$defs/resource/properties/wall/$ref", "\"#/$defs/resource.wall\"");
    check(schema, "$defs/resource.wall/additionalProperties/$ref", "\"#/$defs/resource.wall.body\"");
    check(schema, "$defs/resource.wall.body/properties/rule/$ref", "\"#/$defs/resource.wall.body.rule\"");
    check(schema, "$defs/resource.wall.body/required", "[\"name\"]");
    check(schema, "$defs/resource.wall.body.rule/maxItems", "3");
    check(schema, "$defs/resource.wall.body.rule/properties/port",
          "{\"$ref\":\"#/$defs/number\",\"description\":\"Which port.\"}");
    check(schema, "$defs/resource.wall.body.dynamic.rule/properties/content/$ref",
          "\"#/$defs/resource.wall.body.rule\"");
    check(schema, "$defs/resource.wall.body.dynamic.rule/required", "[\"for_each\",\"content\"]");
    check(schema, "$defs/resource.wall.body.zone/additionalProperties/$ref",
          "\"#/$defs/resource.wall.body.zone.body\"");
    cr_assert_null(at(schema, "$defs/resource.wall.body/properties/id"), "only the provider sets it");
    json_decref(schema);
}

/* A reference that leads nowhere makes validators fail when they come by. */
static void check_references(json_t *root, json_t *in)
{
    const char *key;
    json_t *item;
    size_t i;
    json_array_foreach(in, i, item)
    {
        check_references(root, item);
    }
    json_object_foreach(in, key, item)
    {
        const char *target = strcmp(key, "$ref") == 0 ? json_string_value(item) : NULL;
        if (target && strcmp(target, "#") != 0)
            cr_assert(json_object_get(json_object_get(root, "$defs"), target + strlen("#/$defs/")), "%s", target);
        check_references(root, item);
    }
}

Test(language, references)
{
    void (*const files[])(struct strbuf *, struct registry *) = {write_configuration, write_tests};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        json_t *schema = written(files[i]);
        check_references(schema, schema);
        json_decref(schema);
    }
}

Test(schemas, blocks_and_flags)
{
    json_t *json = written(json_provider_schemas);
    const char *wall = "provider_schemas/test/resource_schemas/wall";
    json_t *type = at(json, wall);
    check(type, "version", "2");
    check(type, "block/attributes/id",
          "{\"computed\":true,\"description\":\"Its number.\",\"description_kind\":\"markdown\",\"type\":\"string\"}");
    check(type, "block/attributes/key/sensitive", "true");
    check(type, "block/attributes/key/write_only", "true");
    check(type, "block/block_types/rule/nesting_mode", "\"list\"");
    check(type, "block/block_types/rule/min_items", "1");
    check(type, "block/block_types/rule/max_items", "3");
    check(type, "block/block_types/zone/nesting_mode", "\"map\"");
    check(type, "block/block_types/zone/block/attributes/tags/type", "[\"map\",\"string\"]");
    json_decref(json);
}
