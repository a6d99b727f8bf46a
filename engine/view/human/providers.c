#include "view/human/providers.h"
#include "base/gettext.h"
#include "state/model.h"
#include "view/usage.h"

/* -- the tree -- */

/* The names of the providers that the module itself uses. */
static struct map used_by(struct arena *arena, const struct config_module *module, struct registry *registry)
{
    struct map names = MAP_INIT(arena);
    map_each (&module->providers, i) {
        const struct config_provider *block = module->providers.entries[i].value;
        map_put(&names, block->name.text, NULL);
    }
    map_each (&module->resources, i)
        map_put(&names, usage_provider(module->resources.entries[i].value, registry).name, NULL);
    return names;
}

static void branch(struct strbuf *out, struct str before, bool last)
{
    strbuf_printf(out, "%.*s%s", STR_ARG(before), last ? "└── " : "├── ");
}

static void tree(struct strbuf *out, struct arena *arena, const struct config_node *node, struct registry *registry,
                 struct str before)
{
    struct map providers = used_by(arena, node->module, registry);
    size_t left = providers.n + node->children.n;
    map_each (&providers, i) {
        branch(out, before, --left == 0);
        strbuf_printf(out, "provider[%.*s]\n", STR_ARG(providers.entries[i].key));
    }
    map_each (&node->children, i) {
        branch(out, before, --left == 0);
        strbuf_printf(out, "module.%.*s\n", STR_ARG(node->children.entries[i].key));
        tree(out, arena, node->children.entries[i].value, registry,
             arena_printf(arena, "%.*s%s", STR_ARG(before), left ? "│   " : "    "));
    }
}

static struct map used_by_state(struct arena *arena, const struct snapshot *state)
{
    struct map names = MAP_INIT(arena);
    size_t n = 0;
    const struct state_instance *const *list = state ? snapshot_sorted((struct snapshot *)state, &n) : NULL;
    for (size_t i = 0; i < n; i++) {
        if (list[i]->object)
            map_put(&names, list[i]->object->provider, NULL);
        vec_each (&list[i]->deposed, d)
            if (list[i]->deposed.v[d].object)
                map_put(&names, list[i]->deposed.v[d].object->provider, NULL);
    }
    return names;
}

void human_providers(struct strbuf *out, const struct config *config, struct registry *registry,
                     const struct snapshot *state)
{
    ARENA_AUTO arena = arena_new();
    struct map stored = used_by_state(arena, state);
    strbuf_printf(out, "\n%s\n.\n", _("Providers required by configuration:"));
    tree(out, arena, config->root, registry, STR(""));
    strbuf_addc(out, '\n');
    if (!stored.n)
        return;
    strbuf_printf(out, "%s\n\n", _("Providers required by state:"));
    map_each (&stored, i)
        strbuf_printf(out, "    provider[%.*s]\n", STR_ARG(stored.entries[i].key));
    strbuf_addc(out, '\n');
}

/* -- what they offer -- */

static struct str first_sentence(const char *text)
{
    struct str doc = str_c(text);
    size_t end = str_find(doc, STR(". "), 0), colon = str_find(doc, STR(": "), 0);
    end = colon < end ? colon : end;
    return end == SIZE_MAX ? doc : str_sub(doc, 0, end);
}

void human_types(struct strbuf *out, const struct registry *registry, const struct term *term)
{
    for (size_t i = 0; i < registry_count(registry); i++) {
        const struct detour_provider *provider = registry_at(registry, i);
        term_paint(out, term, INK_BOLD, "%s%s", i ? "\n" : "", provider->name);
        struct str doc = str_c(provider->doc), line = {0};
        str_next_line(&doc, &line);
        strbuf_printf(out, "  %.*s\n", STR_ARG(line));
        for (const struct detour_type *type = provider->types; type && type->name; type++)
            strbuf_printf(out, "  %s%-*s%.*s\n", type->flags & DETOUR_DATA ? "data " : "",
                          type->flags & DETOUR_DATA ? 19 : 24, type->name, STR_ARG(first_sentence(type->doc)));
    }
}

/* "string, required, sensitive" */
static void attribute_traits(struct strbuf *out, const struct schema_attr *attr)
{
    static const struct {
        unsigned flag;
        const char *words;
    } traits[] = {{SCHEMA_REQUIRED, N_("required")},
                  {SCHEMA_SENSITIVE, N_("sensitive")},
                  {SCHEMA_REPLACE, N_("a change replaces")},
                  {SCHEMA_CREATE_ONLY, N_("at creation only")},
                  {SCHEMA_WRITE_ONLY, N_("never stored")}};
    type_print(out, attr->type);
    if (!(attr->flags & (SCHEMA_REQUIRED | SCHEMA_OPTIONAL)))
        strbuf_printf(out, ", %s", _("computed"));
    for (size_t i = 0; i < sizeof traits / sizeof *traits; i++)
        if (attr->flags & traits[i].flag)
            strbuf_printf(out, ", %s", _(traits[i].words));
}

static void schema(struct strbuf *out, const struct schema *s, unsigned indent, const struct term *term)
{
    for (size_t i = 0; i < s->n_attrs; i++) {
        const struct schema_attr *attr = &s->attrs[i];
        strbuf_add_n(out, ' ', indent);
        term_paint(out, term, INK_BOLD, "%.*s", STR_ARG(attr->name));
        strbuf_addc(out, ' ');
        attribute_traits(out, attr);
        strbuf_addc(out, '\n');
        strbuf_add_n(out, ' ', indent + 4);
        strbuf_printf(out, "%.*s\n", STR_ARG(attr->doc));
    }
    for (size_t i = 0; i < s->n_nested; i++) {
        strbuf_add_n(out, ' ', indent);
        term_paint(out, term, INK_BOLD, "%.*s", STR_ARG(s->nested[i].name));
        strbuf_printf(out, " { … }  %.*s\n", STR_ARG(s->nested[i].schema->doc));
        schema(out, s->nested[i].schema, indent + 4, term);
    }
}

void human_type(struct strbuf *out, const struct provider_type *type, const struct term *term)
{
    term_paint(out, term, INK_BOLD, "%s \"%.*s\" \"…\"", type->mode == ADDR_DATA ? "data" : "resource",
               STR_ARG(type->name));
    strbuf_printf(out, "\n\n  %.*s\n\n", STR_ARG(type->schema->doc));
    schema(out, type->schema, 2, term);
}
