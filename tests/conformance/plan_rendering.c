/*
 * Renders each change of data/plan-rendering.jsonl and compares with what readers of plans know. Prints `N of M`.
 * A line: {"before", "after": what it is about, for people; "render": the text; "change": the JSON change it is made
 * from}.
 */
#include "value/json.h"
#include "view/human/plan.h"

#include "base/fs.h"

#include <stdio.h>
#include <stdlib.h>

static struct value field(struct value object, const char *name)
{
    return value_exists(object) && value_is_set(object) && type_is_keyed(object.type) ? value_attr(object, str_c(name))
                                                                                      : (struct value){0};
}

static bool is_true(struct value v)
{
    return value_exists(v) && value_is_set(v) && v.type == type_bool && v.u.boolean;
}

/* Puts unknowns (into places that may be missing) and marks into a value, as two masks say. */
static struct value with_masks(struct arena *arena, struct value v, struct value unknown, struct value secret);

static struct value object_with_masks(struct arena *arena, struct value v, struct value unknown, struct value secret)
{
    VEC(struct str) names = {0};
    VEC(struct value) items = {0};
    struct value_iter it = value_iter(v), more = value_iter(unknown);
    struct value key, item;
    while (value_next(&it, &key, &item)) {
        vec_push(arena, &names, key.u.string);
        vec_push(arena, &items, with_masks(arena, item, field(unknown, key.u.string.p), field(secret, key.u.string.p)));
    }
    bool keyed = value_exists(unknown) && value_is_set(unknown) && type_is_keyed(unknown.type);
    while (keyed && value_next(&more, &key, &item)) {
        if (value_exists(value_attr(v, key.u.string)) || !is_true(item))
            continue;
        vec_push(arena, &names, key.u.string);
        vec_push(arena, &items, value_unknown(type_dynamic));
    }
    return value_object(arena, names.v, items.v, names.n);
}

static struct value element(struct value list, size_t i)
{
    return value_exists(list) && value_is_set(list) && type_is_sequence(list.type) && i < list.n ? list.u.items[i]
                                                                                                 : (struct value){0};
}

static struct value tuple_with_masks(struct arena *arena, struct value v, struct value unknown, struct value secret)
{
    struct value *items = ARENA_ARRAY(arena, struct value, v.n + 1);
    for (size_t i = 0; i < v.n; i++)
        items[i] = with_masks(arena, v.u.items[i], element(unknown, i), element(secret, i));
    return value_tuple(items, v.n);
}

static struct value with_masks(struct arena *arena, struct value v, struct value unknown, struct value secret)
{
    if (is_true(unknown))
        v = value_unknown(type_dynamic);
    else if (value_is_set(v) && type_is_keyed(v.type))
        v = object_with_masks(arena, v, unknown, secret);
    else if (value_is_set(v) && type_is_sequence(v.type))
        v = tuple_with_masks(arena, v, unknown, secret);
    return is_true(secret) ? value_mark(v, MARK_SENSITIVE) : v;
}

static const struct schema *data_schema(struct arena *arena)
{
    const struct schema_attr attrs[] = {
        {STR("id"), type_string, SCHEMA_COMPUTED, {0}, {0}},
        {STR("input"), type_dynamic, SCHEMA_OPTIONAL, {0}, {0}},
        {STR("output"), type_dynamic, SCHEMA_COMPUTED, {0}, {0}},
        {STR("triggers_replace"), type_dynamic, SCHEMA_OPTIONAL, {0}, {0}},
    };
    return schema_make(arena, attrs, sizeof attrs / sizeof *attrs, NULL, 0, STR(""));
}

/* The name of the resource, from the header of the expected text. */
static struct str name_of(struct str render)
{
    size_t from = str_find(render, STR("terraform_data."), 0) + strlen("terraform_data.");
    return str_sub(render, from, str_find_byte(render, ' ', from));
}

static bool check(struct arena *arena, struct addrs *addrs, struct value line, bool verbose)
{
    struct value change_json = field(line, "change"), render = field(line, "render");
    struct value unknown = field(change_json, "after_unknown");
    struct change change = {
        .addr = addr_resource(addrs, addr_root(addrs), ADDR_MANAGED, STR("terraform_data"), name_of(render.u.string),
                              (struct key){0}),
        .action = ACTION_UPDATE,
        .schema = data_schema(arena),
        .before =
            with_masks(arena, field(change_json, "before"), (struct value){0}, field(change_json, "before_sensitive")),
        .after = with_masks(arena, field(change_json, "after"), unknown, field(change_json, "after_sensitive")),
    };
    STRBUF_AUTO out = STRBUF_INIT(0);
    human_change(&out, &change, &(struct human_options){.term = {0}});
    bool same = str_eq(strbuf_str(&out), render.u.string);
    if (!same && verbose)
        printf("--- %.*s => %.*s\nexpected:\n%.*sgot:\n%.*s\n", STR_ARG(field(line, "before").u.string),
               STR_ARG(field(line, "after").u.string), STR_ARG(render.u.string), STR_ARG(strbuf_str(&out)));
    return same;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s DATA LEAST [--verbose]\n", argv[0]);
        return 2;
    }
    ARENA_AUTO arena = arena_new();
    struct addrs *addrs = addrs_new();
    struct str text, row;
    size_t right = 0, all = 0;
    if (!fs_read(&vfs_system, arena, argv[1], 1 << 24, &text)) {
        perror(argv[1]);
        return 2;
    }
    while (str_next_line(&text, &row)) {
        struct value line;
        struct json_error error;
        if (!json_read(arena, row, &line, &error)) {
            printf("not JSON: %s\n", error.why);
            return 2;
        }
        if (value_is_null(field(line, "render"))) /* nothing to show */
            continue;
        all++;
        right += check(arena, addrs, line, argc > 3);
    }
    printf("plan rendering: %zu of %zu\n", right, all);
    addrs_free(addrs);
    return right < strtoul(argv[2], NULL, 10);
}
