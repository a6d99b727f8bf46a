#include "debian.h"
#include "base/gettext.h"

static const struct detour_attribute group_attributes[] = {
    DEBIAN_ID_ATTRIBUTE,
    DEBIAN_HOST_ATTRIBUTE,
    {"name", "string", DETOUR_REQUIRED | DETOUR_REPLACE, "Name of the group."},
    {"gid", "number", DETOUR_OPTIONAL | DETOUR_COMPUTED, "Its number; the machine chooses one if not set."},
    {"system", "bool", DETOUR_OPTIONAL | DETOUR_CREATE_ONLY, "Take the number from the range for system groups."},
    {0},
};

static const struct detour_type group_type = {
    .name = "debian_group",
    .flags = DETOUR_MENDS,
    .version = 1,
    .attributes = group_attributes,
    .doc = "A group of users. One that is there already is adopted. Who is in it is said by the users (`groups` of "
           "debian_user). Destroying removes the group.",
    .example = "resource \"debian_group\" \"app\" {\n  host = debian_host.web.id\n  name = \"app\"\n}\n",
    .import_id = "web:app",
};

static void group_validate(struct kit kit, const detour_value *config, size_t request)
{
    common_check_account(kit, config, request, "name");
}

static void group_plan(struct kit kit, struct detour_plan *plan, size_t request)
{
    (void)request;
    struct kit_edit edit = {.kit = kit};
    common_plan_id(kit, &edit, plan->config, "name");
    plan->planned = kit_edited(&edit, plan->proposed);
}

static const detour_value *group_state(struct batch *batch, struct item *item)
{
    if (!item->account.present)
        return NULL;
    struct kit_edit edit = {.kit = batch->kit};
    kit_put_text(&edit, "id",
                 kit_printf(batch->kit, "%.*s:%.*s", STR_ARG(machine_name(batch->machine)), STR_ARG(item->name)));
    kit_put_integer(&edit, "gid", item->account.gid);
    return kit_edited(&edit, item->base);
}

void group_remove_steps(struct batch *batch)
{
    batch_each(batch, KIND_GROUP, item)
    {
        if (item->action != DETOUR_DELETE)
            continue;
        batch_line(batch, "run %zu remove_group", (size_t)(item - batch->items));
        batch_word(batch, item->name);
        batch_line(batch, "\n");
    }
}

void group_steps(struct batch *batch)
{
    struct kit kit = batch->kit;
    batch_each(batch, KIND_GROUP, item)
    {
        if (item->action == DETOUR_DELETE)
            continue;
        batch_line(batch, "run %zu put_group", (size_t)(item - batch->items));
        batch_word(batch, item->name);
        batch_line(batch, kit_bool(kit, item->planned, "system", false) ? " -r" : " ''");
        if (kit_attr(kit, item->planned, "gid"))
            batch_line(batch, " -g %lld", (long long)kit_integer(kit, item->planned, "gid", 0));
        batch_line(batch, "\n");
    }
}

static void group_judge(struct batch *batch, struct item *item)
{
    common_step_failed(batch, item, _("Group"));
}

const struct kind group_kind = {
    .id = KIND_GROUP,
    .key = "name",
    .type = &group_type,
    .validate = group_validate,
    .plan = group_plan,
    .state = group_state,
    .judge = group_judge,
};
