#include "lab_host/record.h"
#include "lab_host/files.h"

static const char *const states[] = {"making", "whole", "going"};

static struct str record_path(struct arena *arena, struct str name)
{
    return arena_printf(arena, MACHINES "/%s/machine", name.p);
}

static void line(struct strbuf *out, const char *key, struct str value)
{
    strbuf_printf(out, "%s %.*s\n", key, STR_ARG(value));
}

bool record_write(struct work *work, const struct spec *spec, enum record_state state)
{
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    line(&out, "state", str_c(states[state]));
    line(&out, "name", spec->name);
    line(&out, "suite", spec->suite);
    line(&out, "network", str_c(spec->network.text));
    line(&out, "address", spec->address);
    line(&out, "token", spec->token);
    line(&out, "mirror", spec->mirror);
    vec_each (&spec->packages.list, i)
        line(&out, "package", spec->packages.list.v[i]);
    vec_each (&spec->mount_to.list, i) {
        line(&out, "mount-to", spec->mount_to.list.v[i]);
        line(&out, "mount-from", spec->mount_from.list.v[i]);
    }
    return files_write(work, record_path(work->arena, spec->name).p, strbuf_str(&out), 0644);
}

static bool take_state(struct str value, enum record_state *state)
{
    for (*state = RECORD_MAKING; *state <= RECORD_GOING; (*state)++)
        if (str_eq(value, str_c(states[*state])))
            return true;
    return false;
}

static bool take(struct arena *arena, struct str key, struct str value, struct spec *spec, enum record_state *state)
{
    const struct {
        struct str key;
        struct str *one;
        struct strs *many;
    } table[] = {
        {STR("name"), &spec->name, NULL},         {STR("suite"), &spec->suite, NULL},
        {STR("address"), &spec->address, NULL},   {STR("token"), &spec->token, NULL},
        {STR("mirror"), &spec->mirror, NULL},     {STR("package"), NULL, &spec->packages},
        {STR("mount-to"), NULL, &spec->mount_to}, {STR("mount-from"), NULL, &spec->mount_from},
    };
    if (str_is(key, "state"))
        return take_state(value, state);
    if (str_is(key, "network"))
        return network_parse(value, &spec->network);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (!str_eq(table[i].key, key))
            continue;
        if (table[i].one)
            *table[i].one = arena_str(arena, value);
        else
            strs_add(arena, table[i].many, value);
        return true;
    }
    return false;
}

bool record_read(struct arena *arena, struct str name, struct spec *spec, enum record_state *state)
{
    struct str text = files_slurp(arena, record_path(arena, name).p), one;
    *spec = (struct spec){0};
    *state = RECORD_MAKING;
    bool ok = text.n > 0;
    while (str_next_line(&text, &one)) {
        size_t blank = str_find_byte(one, ' ', 0);
        ok &= blank != SIZE_MAX && take(arena, str_sub(one, 0, blank), str_sub(one, blank + 1, one.n), spec, state);
    }
    return ok && str_eq(spec->name, name) && spec->suite.n && spec->network.text[0];
}
