#include "state/moved.h"
#include "value/json.h"

#include <inttypes.h>

enum { TEXT_MAX = 16384 };

struct str moved_text(struct arena *arena, const struct moved *moved)
{
    STRBUF_AUTO out = STRBUF_INIT(TEXT_MAX);
    strbuf_printf(&out, "{\n  \"format\": \"detour.state.moved\",\n  \"version\": 1,\n  \"lineage\": \"%.*s\",\n",
                  STR_ARG(moved->lineage));
    strbuf_printf(&out, "  \"serial\": %" PRIu64 ",\n  \"to\": ", moved->serial);
    json_write_string(&out, moved->to, JSON_COMPACT);
    strbuf_lit(&out, "\n}\n");
    return arena_str(arena, strbuf_str(&out));
}

static struct str member(struct arena *arena, struct value object, const char *name)
{
    struct value v = value_attr(object, str_c(name));
    return value_exists(v) && value_is_set(v) && v.type == type_string ? arena_str(arena, v.u.string) : STR("");
}

bool moved_parse(struct arena *arena, struct str text, struct moved *out)
{
    struct value v;
    struct json_error error = {0};
    int64_t serial = 0;
    if (text.n > TEXT_MAX || !json_read(arena, text, &v, &error) || !value_is_set(v) || v.type->kind != TYPE_OBJECT ||
        !str_is(member(arena, v, "format"), "detour.state.moved"))
        return false;
    struct value n = value_attr(v, STR("serial"));
    if (value_exists(n) && value_is_set(n) && n.type == type_number)
        number_to_int64(value_as_number(n), &serial);
    *out = (struct moved){member(arena, v, "lineage"), member(arena, v, "to"), (uint64_t)serial};
    return true;
}
