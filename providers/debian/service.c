#include "debian.h"
#include "base/gettext.h"

#include <stdio.h>

static const struct detour_attribute service_attributes[] = {
    DEBIAN_ID_ATTRIBUTE,
    DEBIAN_HOST_ATTRIBUTE,
    {"name", "string", DETOUR_REQUIRED | DETOUR_REPLACE,
     "The systemd unit: \"nginx\" means nginx.service; timers, sockets and so on by their full name."},
    {"enabled", "bool", DETOUR_OPTIONAL | DETOUR_COMPUTED,
     "Whether it starts at boot. If not set, this is not managed."},
    {"active", "bool", DETOUR_OPTIONAL | DETOUR_COMPUTED, "Whether it runs. If not set, this is not managed."},
    {"restart_on", "list(string)", DETOUR_OPTIONAL,
     "Values, such as the content of its configuration files. When they change the unit is restarted; the state keeps "
     "those "
     "of the last restart that worked, so one that failed is still owed at the next plan. Content of a debian_file "
     "that "
     "somebody changed on the machine counts as changed."},
    {0},
};

static const struct detour_type service_type = {
    .name = "debian_service",
    .flags = DETOUR_MENDS,
    .version = 1,
    .attributes = service_attributes,
    .doc = "A systemd unit that is there already (from a package, or as a debian_file): whether it is enabled, and "
           "whether it runs. systemd is told of changed unit files where that is needed. A unit that does not come up "
           "is an error "
           "with its last journal lines. Destroying stops and disables it, as far as `active` and `enabled` were true.",
    .example = "resource \"debian_file\" \"site\" {\n"
               "  host    = debian_host.web.id\n"
               "  path    = \"/etc/nginx/conf.d/site.conf\"\n"
               "  content = \"server { root /srv/data; }\\n\"\n"
               "}\n\n"
               "resource \"debian_service\" \"nginx\" {\n"
               "  host       = debian_package.nginx.host\n"
               "  name       = debian_package.nginx.name\n"
               "  enabled    = true\n"
               "  active     = true\n"
               "  restart_on = [debian_file.site.content]\n"
               "}\n",
    .import_id = "web:nginx",
};

static const char *const suffixes[] = {".service", ".timer", ".socket", ".target",   ".mount",
                                       ".path",    ".slice", ".swap",   ".automount"};

/* "nginx" → "nginx.service" */
struct str service_unit(struct arena *arena, struct str name)
{
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (str_ends(name, str_c(suffixes[i])))
            return name;
    return arena_printf(arena, "%.*s.service", STR_ARG(name));
}

static void service_validate(struct kit kit, const detour_value *config, size_t request)
{
    struct str name = kit_text(kit, config, "name");
    bool ok = name.n > 0 && name.n < 250 && name.p[0] != '-';
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        ok = ok && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr(":-_.\\@", c));
    }
    if (!ok && kit_attr(kit, config, "name"))
        kit.host->fail(kit.call, request, "name", _("Not a unit name"),
                       _("\"%.*s\" is no name for a systemd unit: letters, digits, and any of : - _ . \\ @."),
                       STR_ARG(name));
}

static void service_plan(struct kit kit, struct detour_plan *plan, size_t request)
{
    (void)request;
    struct kit_edit edit = {.kit = kit};
    common_plan_id(kit, &edit, plan->config, "name");
    plan->planned = kit_edited(&edit, plan->proposed);
}

static bool is_enabled(const struct service_facts *facts)
{
    return str_starts(facts->unit_file, STR("enabled")) || str_is(facts->unit_file, "alias");
}

static bool is_active(const struct service_facts *facts)
{
    return str_is(facts->active, "active") || str_is(facts->active, "reloading");
}

static bool is_there(const struct service_facts *facts)
{
    return facts->load.n && !str_is(facts->load, "not-found");
}

/* The file whose content this is, where somebody changed it on the machine meanwhile. */
static const struct item *changed_file(struct batch *batch, struct str content)
{
    batch_each(batch, KIND_FILE, file)
    {
        if (file->known_content.p && str_eq(file->known_content, content) && file_drifted(file))
            return file;
    }
    return NULL;
}

/* What the unit runs with is what its files hold, as far as anyone knows: where they were changed by hand, putting them
 * right calls for a restart. */
static void put_restart_on(struct batch *batch, const struct item *item, struct kit_edit *edit)
{
    const detour_value *values = kit_attr(batch->kit, item->prior, "restart_on");
    size_t n = values && !item->planned ? batch->kit.host->length(values) : 0;
    struct str *texts = ARENA_ARRAY(batch->arena, struct str, n + 1);
    bool changed = false;
    for (size_t i = 0; i < n; i++) {
        texts[i] = kit_item(batch->kit, values, i);
        const struct item *file = changed_file(batch, texts[i]);
        changed = changed || file;
        texts[i] = file ? file_seen(file) : texts[i];
    }
    if (changed)
        kit_put_texts(edit, "restart_on", texts, n);
}

static const detour_value *service_state(struct batch *batch, struct item *item)
{
    if (!is_there(&item->service))
        return NULL;
    struct kit_edit edit = {.kit = batch->kit};
    kit_put_text(&edit, "id",
                 kit_printf(batch->kit, "%.*s:%.*s", STR_ARG(machine_name(batch->machine)), STR_ARG(item->name)));
    kit_put_bool(&edit, "enabled", is_enabled(&item->service));
    kit_put_bool(&edit, "active", is_active(&item->service));
    put_restart_on(batch, item, &edit);
    if (item->failed && item->planned) { /* the restart is still owed */
        const detour_value *before = kit_attr(batch->kit, item->prior, "restart_on");
        if (before)
            kit_put(&edit, "restart_on", before);
        else
            kit_put_null(&edit, "restart_on");
    }
    return kit_edited(&edit, item->base);
}

bool service_restart_owed(struct kit kit, const struct item *item)
{
    const detour_value *to = kit_attr(kit, item->planned, "restart_on"),
                       *from = kit_attr(kit, item->prior, "restart_on");
    return to && kit.host->length(to) && !(from && kit.host->equal(from, to));
}

/* What systemctl is to do: a restart that is owed goes before a mere start. */
static const char *act(struct kit kit, const struct item *item)
{
    const detour_value *active = kit_attr(kit, item->planned, "active");
    if (active && !kit_bool(kit, item->planned, "active", false))
        return "stop";
    if (service_restart_owed(kit, item))
        return active ? "restart" : "try-restart";
    return active ? "start" : "-";
}

void service_remove_steps(struct batch *batch)
{
    batch_each(batch, KIND_SERVICE, item)
    {
        if (item->action != DETOUR_DELETE)
            continue;
        batch_line(batch, "run %zu remove_service", (size_t)(item - batch->items));
        batch_word(batch, service_unit(batch->arena, item->name));
        batch_line(batch, " %s %s\n", kit_bool(batch->kit, item->prior, "enabled", false) ? "yes" : "no",
                   kit_bool(batch->kit, item->prior, "active", false) ? "yes" : "no");
    }
}

static bool wants_any(struct kit kit, const struct item *item)
{
    (void)kit;
    (void)item;
    return true;
}

/* Enabling what is enabled is no harm, but costs a reload of systemd. */
static const char *enable_act(struct kit kit, const struct item *item)
{
    const detour_value *to = kit_attr(kit, item->planned, "enabled"), *from = kit_attr(kit, item->prior, "enabled");
    if (!to || (from && kit.host->equal(from, to)))
        return "-";
    return kit.host->boolean(to) ? "enable" : "disable";
}

static bool wants_enable(struct kit kit, const struct item *item)
{
    return strcmp(enable_act(kit, item), "enable") == 0;
}

static bool wants_disable(struct kit kit, const struct item *item)
{
    return strcmp(enable_act(kit, item), "disable") == 0;
}

static bool wants_start(struct kit kit, const struct item *item)
{
    return strcmp(act(kit, item), "start") == 0;
}

static bool wants_active(struct kit kit, const struct item *item)
{
    return kit_bool(kit, item->planned, "active", false);
}

/* A line with the units of the items that `wanted` accepts; with their indexes where `indexed`. */
static bool units_line(struct batch *batch, const char *function,
                       bool (*wanted)(struct kit kit, const struct item *item), bool indexed)
{
    bool any = false;
    batch_each(batch, KIND_SERVICE, item)
    {
        if (item->action == DETOUR_DELETE || !wanted(batch->kit, item))
            continue;
        if (!any)
            batch_line(batch, "%s", function);
        any = true;
        if (indexed)
            batch_line(batch, " %zu", (size_t)(item - batch->items));
        batch_word(batch, service_unit(batch->arena, item->name));
    }
    batch_line(batch, any ? "\n" : "");
    return any;
}

/* What units have in common is done for all at once, which is much faster; where that fails, one by one. Each counts as
 * a step of its own all the same. */
void service_steps(struct batch *batch)
{
    struct kit kit = batch->kit;
    units_line(batch, "stopped || services_enable enable", wants_enable, false);
    units_line(batch, "stopped || services_enable disable", wants_disable, false);
    if (!units_line(batch, "services_reload", wants_any, false))
        return;
    units_line(batch, "stopped || services_start", wants_start, false);
    batch_each(batch, KIND_SERVICE, item)
    {
        if (item->action == DETOUR_DELETE)
            continue;
        batch_line(batch, "run %zu put_service", (size_t)(item - batch->items));
        batch_word(batch, service_unit(batch->arena, item->name));
        batch_line(batch, " %s %s\n", enable_act(kit, item), act(kit, item));
    }
    bool any = units_line(batch, "sleep 0.3\nall_up", wants_active, false);
    if (any) {
        batch->script.n--;
        units_line(batch, " || services_settle", wants_active, true);
    }
}

static void not_up(struct batch *batch, struct item *item)
{
    const struct service_facts *facts = &item->service;
    const struct str *journal = batch_section(batch, "j", item);
    batch_fail(batch, item, "active", _("Service does not come up"),
               _("%.*s on %.*s is %.*s (%.*s, result: %.*s).\n%.*s%s%.*s"), STR_ARG(item->name),
               STR_ARG(machine_name(batch->machine)), STR_ARG(facts->active), STR_ARG(facts->sub),
               STR_ARG(facts->result), STR_ARG(item->words), item->words.n ? "\n" : "",
               STR_ARG(journal ? str_trim(*journal) : STR("")));
}

static bool unit_refused(struct batch *batch, struct item *item)
{
    struct str place = machine_name(batch->machine);
    if (item->status == STEP_NO_UNIT)
        batch_fail(
            batch, item, "name", _("No such unit"),
            _("systemd on %.*s does not know %.*s. Is the package installed, or the unit file written, before this? "
              "Refer to it from here, or name it in depends_on."),
            STR_ARG(place), STR_ARG(item->name));
    else if (item->status == STEP_MASKED)
        batch_fail(batch, item, "name", _("Unit is masked"),
                   _("%.*s is masked on %.*s, so it can be neither started nor enabled: run `systemctl unmask` there."),
                   STR_ARG(item->name), STR_ARG(place));
    else if (item->status == STEP_NOT_ENABLED)
        batch_fail(batch, item, "enabled", _("Unit cannot be enabled or disabled"), "%.*s on %.*s: %.*s",
                   STR_ARG(item->name), STR_ARG(place), STR_ARG(item->words));
    else
        return false;
    return true;
}

static void service_judge(struct batch *batch, struct item *item)
{
    struct kit kit = batch->kit;
    if (unit_refused(batch, item))
        return;
    if (item->action == DETOUR_DELETE) {
        common_step_failed(batch, item, _("Service"));
        return;
    }
    bool want_active = kit_bool(kit, item->planned, "active", false);
    bool begun = strcmp(act(kit, item), "restart") == 0 || !kit_bool(kit, item->prior, "active", true);
    bool flapping = want_active && begun && item->service.restarts > 0;
    if ((want_active && !is_active(&item->service)) || (item->status == STEP_NOT_STARTED && want_active) || flapping) {
        not_up(batch, item);
        return;
    }
    if (common_step_failed(batch, item, _("Service")))
        return;
    if (kit_attr(kit, item->planned, "active") && !want_active && is_active(&item->service))
        batch_fail(batch, item, "active", _("Service does not stay down"),
                   _("%.*s was stopped, and something started it again (a socket or a timer, perhaps)."),
                   STR_ARG(item->name));
    if (kit_attr(kit, item->planned, "enabled") &&
        kit_bool(kit, item->planned, "enabled", false) != is_enabled(&item->service))
        batch_fail(batch, item, "enabled", _("Unit cannot be enabled or disabled"),
                   _("%.*s is \"%.*s\": without an [Install] section there is nothing to enable. Leave out `enabled`."),
                   STR_ARG(item->name), STR_ARG(item->service.unit_file));
}

void service_review(struct batch *batch, struct detour_review *reviews)
{
    (void)reviews;
    struct kit kit = batch->kit;
    batch_each(batch, KIND_SERVICE, item)
    {
        if (item->action == DETOUR_DELETE || !is_active(&item->service))
            continue;
        if (strcmp(act(kit, item), "restart") == 0 || strcmp(act(kit, item), "try-restart") == 0)
            kit.host->consequence(kit.call, item->request, DETOUR_NOTE, _("%.*s will be restarted"),
                                  STR_ARG(item->name));
        if (strcmp(act(kit, item), "stop") == 0)
            kit.host->consequence(kit.call, item->request, DETOUR_RISK, _("%.*s will be stopped"), STR_ARG(item->name));
    }
}

const struct kind service_kind = {
    .id = KIND_SERVICE,
    .key = "name",
    .type = &service_type,
    .validate = service_validate,
    .plan = service_plan,
    .state = service_state,
    .judge = service_judge,
};
