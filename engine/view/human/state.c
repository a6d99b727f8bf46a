#include "view/human/state.h"
#include "base/gettext.h"
#include "value/print.h"
#include "view/human/render.h"

/* The object as a tree without changes; null attributes are left out as in plans. */
static void object(struct strbuf *out, const struct state_instance *instance, const struct state_object *object,
                   struct registry *registry, const struct human_options *options)
{
    ARENA_AUTO arena = arena_new();
    const struct addr *addr = instance->addr;
    const struct provider_type *type = registry_type(registry, addr->mode, addr->type);
    struct render r = {
        .out = out, .term = &options->term, .arena = arena, .show_unchanged = true, .hide_symbols = true};
    strbuf_printf(out, "%s \"%.*s\" \"%.*s\" ", addr->mode == ADDR_DATA ? "data" : "resource", STR_ARG(addr->type),
                  STR_ARG(addr->name));
    if (type) {
        struct change change = {.addr = addr, .schema = type->schema, .before = object->value, .after = object->value};
        render_diff(r, diff_of_change(arena, &change), 0);
    } else {
        render_diff(r, diff_of_values(arena, object->value, object->value), 0);
    }
    strbuf_addc(out, '\n');
}

void human_state_instance(struct strbuf *out, const struct state_instance *instance, struct registry *registry,
                          const struct human_options *options)
{
    if (instance->object) {
        bool tainted = instance->object->status == OBJECT_TAINTED;
        term_paint(out, &options->term, INK_BOLD, "# %.*s:%s\n", STR_ARG(instance->addr->text),
                   tainted ? _(" (tainted)") : "");
        object(out, instance, instance->object, registry, options);
    }
    if (instance->uncertain)
        strbuf_printf(out, _("# %.*s: a %s was under way when detour stopped; the next plan looks at what is there\n"),
                      STR_ARG(instance->addr->text), intent_action_name(instance->uncertain->action));
    vec_each (&instance->deposed, i) {
        const struct state_deposed *deposed = &instance->deposed.v[i];
        term_paint(out, &options->term, INK_BOLD, _("# %.*s (deposed object %.*s):\n"), STR_ARG(instance->addr->text),
                   STR_ARG(deposed->key));
        if (deposed->object)
            object(out, instance, deposed->object, registry, options);
    }
}

static struct value shown_value(const struct state_output *output)
{
    return output->sensitive ? value_mark(output->value, MARK_SENSITIVE) : output->value;
}

void human_state_outputs(struct strbuf *out, const struct snapshot *state, const struct human_options *options,
                         const char *title)
{
    (void)options;
    size_t n;
    const struct state_output *outputs = snapshot_outputs((struct snapshot *)state, &n);
    if (n)
        strbuf_printf(out, "%s", title);
    for (size_t i = 0; i < n; i++) {
        strbuf_printf(out, "%.*s = ", STR_ARG(outputs[i].name));
        value_print(out, shown_value(&outputs[i]), 0);
        strbuf_addc(out, '\n');
    }
}

void human_state(struct strbuf *out, const struct snapshot *state, struct registry *registry,
                 const struct human_options *options)
{
    size_t n;
    const struct state_instance *const *instances = snapshot_sorted((struct snapshot *)state, &n);
    for (size_t i = 0; i < n; i++) {
        human_state_instance(out, instances[i], registry, options);
        strbuf_addc(out, '\n');
    }
    human_state_outputs(out, state, options, n ? _("\nOutputs:\n\n") : _("Outputs:\n\n"));
    if (snapshot_empty(state))
        strbuf_printf(out, "%s\n", _("The state is empty. Nothing is managed yet."));
}
