#include "debian.h"
#include "base/gettext.h"

#include <stdio.h>
#include <stdlib.h>

static const struct detour_attribute directory_attributes[] = {
    DEBIAN_ID_ATTRIBUTE,
    DEBIAN_HOST_ATTRIBUTE,
    {"path", "string", DETOUR_REQUIRED | DETOUR_REPLACE, "Where it stands on the machine: an absolute path."},
    {"owner", "string", DETOUR_OPTIONAL | DETOUR_COMPUTED, "Name or number of the owner; root if not set."},
    {"group", "string", DETOUR_OPTIONAL | DETOUR_COMPUTED, "Name or number of the group; root if not set."},
    {"mode", "string", DETOUR_OPTIONAL | DETOUR_COMPUTED, "Octal permissions in quotes; \"0755\" if not set."},
    {"parents", "bool", DETOUR_OPTIONAL,
     "Make missing folders above it too (root:root, 0755); they are not managed, and stay when it is destroyed."},
    {"recursive", "bool", DETOUR_OPTIONAL,
     "Destroying removes what is in it as well; without it only an empty one goes."},
    {0},
};

static const struct detour_type directory_type = {
    .name = "debian_directory",
    .flags = DETOUR_MENDS,
    .version = 1,
    .attributes = directory_attributes,
    .doc =
        "A directory with its owner, group and permissions; what is in it is not touched. One that is there already is "
        "adopted. Destroying removes it when it is empty, or with all it holds when `recursive` is set.",
    .example = "resource \"debian_directory\" \"data\" {\n  host  = debian_host.web.id\n  path  = \"/srv/data\"\n"
               "  owner = \"www-data\"\n  mode  = \"0750\"\n}\n",
    .import_id = "web:/srv/data",
};

static void directory_validate(struct kit kit, const detour_value *config, size_t request)
{
    if (common_check_path(kit, config, request))
        common_check_mode(kit, config, request);
}

static void directory_plan(struct kit kit, struct detour_plan *plan, size_t request)
{
    (void)request;
    struct kit_edit edit = {.kit = kit};
    common_plan_id(kit, &edit, plan->config, "path");
    common_plan_owner(kit, &edit, plan->config, "0755");
    plan->planned = kit_edited(&edit, plan->proposed);
}

static const detour_value *directory_state(struct batch *batch, struct item *item)
{
    if (!item->path.present)
        return NULL;
    if (item->path.type != 'd') {
        if (item->prior && !item->failed)
            batch->kit.host->warn(batch->kit.call, item->request, "path", _("Not a directory any more"),
                                  _("%.*s on %.*s is now a %s; it counts as gone."), STR_ARG(item->name),
                                  STR_ARG(machine_name(batch->machine)), common_type_name(item->path.type));
        return NULL;
    }
    struct kit_edit edit = {.kit = batch->kit};
    kit_put_text(&edit, "id",
                 kit_printf(batch->kit, "%.*s:%.*s", STR_ARG(machine_name(batch->machine)), STR_ARG(item->name)));
    common_put_owner(&edit, item);
    return kit_edited(&edit, item->base);
}

static int by_path(const void *a, const void *b)
{
    return str_cmp((*(const struct item *const *)a)->name, (*(const struct item *const *)b)->name);
}

/* The directories with one action, parents before what is in them. */
static size_t sorted(struct batch *batch, bool deleted, struct item **out)
{
    size_t n = 0;
    batch_each(batch, KIND_DIRECTORY, item)
    {
        if ((item->action == DETOUR_DELETE) == deleted)
            out[n++] = item;
    }
    if (n)
        qsort(out, n, sizeof *out, by_path);
    return n;
}

void directory_remove_steps(struct batch *batch)
{
    struct item **items = ARENA_ARRAY(batch->arena, struct item *, batch->n + 1);
    for (size_t n = sorted(batch, true, items); n--;) {
        batch_line(batch, "run %zu remove_directory", (size_t)(items[n] - batch->items));
        batch_word(batch, items[n]->name);
        batch_line(batch, " %s\n", kit_bool(batch->kit, items[n]->prior, "recursive", false) ? "yes" : "no");
    }
}

void directory_steps(struct batch *batch)
{
    struct item **items = ARENA_ARRAY(batch->arena, struct item *, batch->n + 1);
    size_t n = sorted(batch, false, items);
    for (size_t i = 0; i < n; i++) {
        batch_line(batch, "run %zu put_directory", (size_t)(items[i] - batch->items));
        batch_word(batch, items[i]->name);
        common_owner_words(batch, items[i]);
        batch_line(batch, " %s\n", kit_bool(batch->kit, items[i]->planned, "parents", false) ? "yes" : "no");
    }
}

static void directory_judge(struct batch *batch, struct item *item)
{
    if (!common_step_failed(batch, item, _("Directory")) && item->action != DETOUR_DELETE)
        common_judge_owner(batch, item);
}

/* How much would go with a recursive one. */
void directory_review_script(struct batch *batch)
{
    batch_each(batch, KIND_DIRECTORY, item)
    {
        if (item->action != DETOUR_DELETE || !kit_bool(batch->kit, item->prior, "recursive", false))
            continue;
        batch_line(batch, "emit count%zu \"$(find", (size_t)(item - batch->items));
        batch_word(batch, item->name);
        batch_line(batch, " -mindepth 1 2>/dev/null | wc -l)\"\n");
    }
}

void directory_review(struct batch *batch, struct detour_review *reviews)
{
    (void)reviews;
    batch_each(batch, KIND_DIRECTORY, item)
    {
        const struct str *count = batch_section(batch, "count", item);
        if (count && atoi(count->p) > 0)
            batch->kit.host->consequence(batch->kit.call, item->request, DETOUR_DANGER,
                                         _("%.*s things in %.*s will be removed with it"), STR_ARG(str_trim(*count)),
                                         STR_ARG(item->name));
        if (item->action != DETOUR_CREATE || !item->path.present || item->path.unreadable)
            continue;
        if (item->path.type == 'd')
            batch->kit.host->consequence(batch->kit.call, item->request, DETOUR_NOTE,
                                         _("%.*s is there already, and will be adopted"), STR_ARG(item->name));
        else
            batch->kit.host->consequence(batch->kit.call, item->request, DETOUR_RISK,
                                         _("%.*s is a %s: this cannot be done"), STR_ARG(item->name),
                                         common_type_name(item->path.type));
    }
}

const struct kind directory_kind = {
    .id = KIND_DIRECTORY,
    .key = "path",
    .type = &directory_type,
    .validate = directory_validate,
    .plan = directory_plan,
    .state = directory_state,
    .judge = directory_judge,
};
