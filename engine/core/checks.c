/* check blocks: asserts about the whole, told as warnings once everything else is planned. */
#include "core/run.h"

#include "base/gettext.h"

/* The same problems, as warnings: a check that does not hold stops nothing. */
static void tell_as_warnings(struct run *run, const struct diags *found)
{
    size_t errors = run->diags->n_errors, from = run->diags->list.n;
    diags_append(run->diags, found);
    run->diags->n_errors = errors;
    for (size_t i = from; i < run->diags->list.n; i++)
        run->diags->list.v[i].severity = DIAG_WARNING;
}

static void check_copy(struct run *run, struct module *module, const struct module_copy *copy,
                       const struct config_check *check)
{
    ARENA_AUTO arena = arena_new();
    struct diags found = DIAGS_INIT(arena), *own = run->diags;
    struct str object = arena_printf(run->arena, "check.%.*s", STR_ARG(check->name.text));
    struct str instance =
        copy->addr->text.n ? arena_printf(run->arena, "%.*s.%.*s", STR_ARG(copy->addr->text), STR_ARG(object)) : object;
    struct frame frame = frame_of(run, module, copy);
    run->diags = &found;
    conditions_check(&frame, check->asserts, CHECK_BLOCK, object, instance, NULL, _("Check failed"));
    run->diags = own;
    tell_as_warnings(run, &found);
}

void plan_checks(struct run *run)
{
    map_each (&run->tree->modules, i) {
        struct module *module = run->tree->modules.entries[i].value;
        const struct map *checks = &module->config->module->checks;
        if (module->override)
            continue;
        map_each (checks, k)
            for (uint32_t c = 0; c < module->n_copies; c++)
                check_copy(run, module, &module->copies[c], checks->entries[k].value);
    }
}
