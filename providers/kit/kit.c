#include "kit/kit.h"

#include <assert.h>
#include <stdio.h>

static const detour_value *find(struct kit kit, const detour_value *object, const char *name, enum detour_state *state)
{
    *state = DETOUR_NULL;
    if (!object || kit.host->state(object) != DETOUR_KNOWN)
        return NULL;
    const detour_value *v = kit.host->attr(object, name);
    if (v)
        *state = kit.host->state(v);
    return v;
}

const detour_value *kit_attr(struct kit kit, const detour_value *object, const char *name)
{
    enum detour_state state;
    const detour_value *v = find(kit, object, name, &state);
    return state == DETOUR_KNOWN ? v : NULL;
}

bool kit_unknown(struct kit kit, const detour_value *object, const char *name)
{
    enum detour_state state;
    find(kit, object, name, &state);
    return state == DETOUR_UNKNOWN;
}

bool kit_set(struct kit kit, const detour_value *object, const char *name)
{
    enum detour_state state;
    find(kit, object, name, &state);
    return state != DETOUR_NULL;
}

struct str kit_text(struct kit kit, const detour_value *object, const char *name)
{
    const detour_value *v = kit_attr(kit, object, name);
    return v ? kit_from(kit.host->string(v)) : STR("");
}

bool kit_bool(struct kit kit, const detour_value *object, const char *name, bool otherwise)
{
    const detour_value *v = kit_attr(kit, object, name);
    return v ? kit.host->boolean(v) : otherwise;
}

int64_t kit_integer(struct kit kit, const detour_value *object, const char *name, int64_t otherwise)
{
    const detour_value *v = kit_attr(kit, object, name);
    int64_t i;
    return v && kit.host->integer(v, &i) ? i : otherwise;
}

struct str kit_item(struct kit kit, const detour_value *list, size_t i)
{
    const detour_value *v = kit.host->at(list, i);
    return v && kit.host->state(v) == DETOUR_KNOWN ? kit_from(kit.host->string(v)) : STR("");
}

void *kit_alloc(struct kit kit, size_t size)
{
    return kit.host->alloc(kit.call, size);
}

struct str kit_copy(struct kit kit, struct str s)
{
    char *copy = kit_alloc(kit, s.n + 1);
    if (s.n)
        memcpy(copy, s.p, s.n);
    return str_from(copy, s.n);
}

struct str kit_printf(struct kit kit, const char *format, ...)
{
    STRBUF_AUTO sb = STRBUF_INIT(0);
    va_list args;
    va_start(args, format);
    strbuf_vprintf(&sb, format, args);
    va_end(args);
    return kit_copy(kit, strbuf_str(&sb));
}

void kit_put(struct kit_edit *edit, const char *name, const detour_value *value)
{
    assert(edit->n < KIT_EDIT_MAX);
    edit->names[edit->n] = name;
    edit->values[edit->n++] = value;
}

void kit_put_null(struct kit_edit *edit, const char *name)
{
    kit_put(edit, name, edit->kit.host->null(edit->kit.call));
}

void kit_put_unknown(struct kit_edit *edit, const char *name)
{
    kit_put(edit, name, edit->kit.host->unknown(edit->kit.call));
}

void kit_put_text(struct kit_edit *edit, const char *name, struct str text)
{
    kit_put(edit, name, edit->kit.host->make_string(edit->kit.call, kit_to(text)));
}

void kit_put_bool(struct kit_edit *edit, const char *name, bool b)
{
    kit_put(edit, name, edit->kit.host->make_bool(edit->kit.call, b));
}

void kit_put_integer(struct kit_edit *edit, const char *name, int64_t i)
{
    kit_put(edit, name, edit->kit.host->make_integer(edit->kit.call, i));
}

void kit_put_texts(struct kit_edit *edit, const char *name, const struct str *texts, size_t n)
{
    struct kit kit = edit->kit;
    const detour_value **items = kit_alloc(kit, (n + 1) * sizeof(const detour_value *));
    for (size_t i = 0; i < n; i++)
        items[i] = kit.host->make_string(kit.call, kit_to(texts[i]));
    kit_put(edit, name, kit.host->make_list(kit.call, items, n));
}

const detour_value *kit_edited(struct kit_edit *edit, const detour_value *base)
{
    struct kit kit = edit->kit;
    if (base)
        return kit.host->with(kit.call, base, edit->names, edit->values, edit->n);
    struct detour_str *keys = kit_alloc(kit, (edit->n + 1) * sizeof *keys);
    for (size_t i = 0; i < edit->n; i++)
        keys[i] = kit_to(str_c(edit->names[i]));
    return kit.host->make_map(kit.call, keys, edit->values, edit->n);
}

bool kit_split_id(struct str id, struct str *lane, struct str *rest)
{
    size_t colon = id.n ? str_find_byte(id, ':', 0) : SIZE_MAX;
    if (colon == SIZE_MAX)
        return false;
    *lane = str_sub(id, 0, colon);
    *rest = str_sub(id, colon + 1, id.n);
    return lane->n && rest->n;
}
