/* package: folders by their paths, and the modules that were fetched into them. */
#include "base/gettext.h"
#include "config/config.h"

bool config_is_path(struct str source)
{
    return str_starts(source, STR("./")) || str_starts(source, STR("../")) || str_is(source, ".") ||
           str_is(source, "..");
}

struct str config_folder(struct arena *arena, struct str from, struct str path)
{
    VEC(struct str) parts = {0};
    struct str text = str_is(from, ".") ? path : arena_printf(arena, "%.*s/%.*s", STR_ARG(from), STR_ARG(path));
    for (size_t at = 0, end; at <= text.n; at = end + 1) {
        end = str_find_byte(text, '/', at);
        end = end == SIZE_MAX ? text.n : end;
        struct str part = str_sub(text, at, end);
        if (!part.n || str_is(part, "."))
            continue;
        if (str_is(part, "..") && parts.n && !str_is(parts.v[parts.n - 1], ".."))
            parts.n--;
        else
            vec_push(arena, &parts, part);
    }
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    vec_each (&parts, i) {
        if (i)
            strbuf_addc(&out, '/');
        strbuf_add(&out, parts.v[i]);
    }
    return parts.n ? arena_str(arena, strbuf_str(&out)) : STR(".");
}

bool config_is_inside(struct str folder, struct str outer)
{
    return str_starts(folder, outer) && (folder.n == outer.n || folder.p[outer.n] == '/');
}

/* The first place of a fetched module that the file is in, or NULL. */
static const struct config_node *node_of(const struct config *config, uint32_t file)
{
    const struct source *source = sources_get(config->sources, file);
    map_each (&config->nodes, i) {
        const struct config_node *node = config->nodes.entries[i].value;
        struct str dir = node->module->dir;
        if (source && node->module->package.n && config_is_inside(source->name, dir) && source->name.n > dir.n &&
            str_find_byte(source->name, '/', dir.n + 1) == SIZE_MAX)
            return node;
    }
    return NULL;
}

/* The call by which a package came. */
static const struct config_node *entry_of(const struct config_node *node)
{
    while (str_eq(node->parent->module->package, node->module->package))
        node = node->parent;
    return node;
}

void config_tell_packages(const struct config *config, struct diags *diags)
{
    vec_each (&diags->list, i) {
        struct diag *d = &diags->list.v[i];
        const struct config_node *node = d->subject.file ? node_of(config, d->subject.file) : NULL;
        if (!node)
            continue;
        node = entry_of(node);
        diag_note(diags, d, node->path, arena_printf(diags->arena, _("comes from %.*s"), STR_ARG(node->call->source)));
    }
}
