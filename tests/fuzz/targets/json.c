/* json: whatever reads must write, read back the same, print, copy, hash and convert without a fault. */
#include "value/convert.h"
#include "value/json.h"
#include "value/print.h"
#include "value/walk.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DIGITS_LARGEST = 1 << 20 }; /* an input of ten bytes can ask for 100,000 zeros */

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void round_trip(struct arena *arena, struct value v, enum json_style style)
{
    STRBUF_AUTO text = STRBUF_INIT(DIGITS_LARGEST);
    struct value again;
    struct json_error error;
    require(json_write(&text, v, style));
    if (text.over)
        return;
    require(json_read(arena, strbuf_str(&text), &again, &error));
    require(value_same(v, again) && value_hash(v) == value_hash(again));
}

static void read_as_its_type(struct arena *arena, struct value v)
{
    STRBUF_AUTO text = STRBUF_INIT(DIGITS_LARGEST);
    STRBUF_AUTO type = STRBUF_INIT(DIGITS_LARGEST);
    struct value again;
    struct json_error error;
    json_write(&text, v, JSON_COMPACT);
    type_json_write(&type, v.type);
    if (text.over || type.over)
        return;
    require(json_read_as(arena, strbuf_str(&text), v.type, &again, &error) && value_same(v, again));
    require(type_json_read(strbuf_str(&type)) == v.type);
}

static void convert_somehow(struct arena *arena, struct value v)
{
    const struct type *targets[] = {type_list(type_dynamic), type_set(type_dynamic), type_map(type_dynamic),
                                    type_string, type_list(type_string)};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        struct value out;
        struct path where;
        STRBUF_AUTO why = STRBUF_INIT(DIGITS_LARGEST);
        if (convert(arena, v, targets[i], &out, &where, &why))
            require(value_same(out, value_copy(arena, out)) && convert_possible(v.type, targets[i], true));
        else
            require(why.n > 0);
    }
}

static bool path_leads_there(void *ctx, struct path path, struct value v)
{
    struct value part;
    struct value root = *(struct value *)ctx;
    require(path_get(root, path, &part) && value_same(part, v));
    return path.n < 3;
}

static void print_all(struct arena *arena, struct value v)
{
    STRBUF_AUTO out = STRBUF_INIT(DIGITS_LARGEST);
    struct paths marks = {0};
    value_print(&out, v, 0);
    require(value_brief(arena, v, 60).n <= 60);
    value_walk(arena, v, path_leads_there, &v);
    struct value secret = value_mark(v, MARK_SENSITIVE);
    struct value bare = paths_unmark(arena, secret, &marks);
    require(value_same_marked(bare, v) && value_same_marked(paths_mark(arena, bare, &marks), secret));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct str text = str_from((const char *)data, size);
    struct value v;
    struct json_error error;
    type_json_read(text);
    if (json_read(arena, text, &v, &error)) {
        round_trip(arena, v, JSON_COMPACT);
        round_trip(arena, v, JSON_INDENTED);
        round_trip(arena, v, JSON_HTML_SAFE);
        read_as_its_type(arena, v);
        convert_somehow(arena, v);
        print_all(arena, v);
    } else {
        require(error.why && error.off <= size);
    }
    arena_free(arena);
    return 0;
}
