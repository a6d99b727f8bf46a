#include "config/decode.h"

const char *words_near(struct arena *arena, struct str near)
{
    return near.n ? arena_printf(arena, _(" Did you mean \"%.*s\"?"), STR_ARG(near)).p : "";
}

struct str words_nearest(const char *const *names, struct str name)
{
    unsigned best = name.n <= 3 ? 1 : name.n <= 6 ? 2 : 3;
    struct str near = {0};
    for (; name.n > 1 && names && *names; names++) {
        unsigned distance = str_distance(str_c(*names), name, best);
        if (distance < best || (distance == best && !near.n)) {
            best = distance;
            near = str_c(*names);
        }
    }
    return near;
}

bool names_have(const char *const *names, struct str name)
{
    for (; names && *names; names++)
        if (str_eq(str_c(*names), name))
            return true;
    return false;
}

const char *words_place(struct arena *arena, const struct sources *sources, struct span span)
{
    const struct source *source = sources_get(sources, span.file);
    struct position at = sources_position(sources, span.file, span.off);
    return arena_printf(arena, "%.*s:%u", STR_ARG(source->name), at.line).p;
}

const char *words_module(struct arena *arena, const struct config_module *module)
{
    if (str_is(module->dir, "."))
        return _("the root module");
    return arena_printf(arena, _("the module %.*s"), STR_ARG(module->dir)).p;
}

const char *words_list(struct arena *arena, const char *const *names)
{
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    for (size_t i = 0; names[i]; i++) {
        if (i)
            strbuf_add(&out, str_c(names[i + 1] ? ", " : _(" and ")));
        strbuf_add(&out, str_c(names[i]));
    }
    return arena_str(arena, strbuf_str(&out)).p;
}

void words_object(const struct sources *sources, struct diags *diags, size_t from, struct span header)
{
    for (size_t i = from; i < diags->list.n; i++)
        if (!diags->list.v[i].object.n)
            diags->list.v[i].object = sources_text(sources, header);
}
