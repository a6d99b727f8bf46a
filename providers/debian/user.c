#include "debian.h"
#include "base/gettext.h"

static const struct detour_attribute user_attributes[] = {
    DEBIAN_ID_ATTRIBUTE,
    DEBIAN_HOST_ATTRIBUTE,
    {"name", "string", DETOUR_REQUIRED | DETOUR_REPLACE, "Login name."},
    {"uid", "number", DETOUR_OPTIONAL | DETOUR_COMPUTED, "Its number; the machine chooses one if not set."},
    {"group", "string", DETOUR_OPTIONAL | DETOUR_COMPUTED,
     "Primary group, which must exist; if not set, a group of the same name, made if need be."},
    {"groups", "set(string)", DETOUR_OPTIONAL | DETOUR_COMPUTED,
     "All further groups the user is in; those not named are left. If not set, they are not managed."},
    {"home", "string", DETOUR_OPTIONAL | DETOUR_COMPUTED, "Home directory; changing it moves what is in it."},
    {"shell", "string", DETOUR_OPTIONAL | DETOUR_COMPUTED,
     "Login shell; if not set, /bin/bash, and /usr/sbin/nologin for system users."},
    {"comment", "string", DETOUR_OPTIONAL | DETOUR_COMPUTED, "Full name or purpose."},
    {"system", "bool", DETOUR_OPTIONAL | DETOUR_CREATE_ONLY,
     "Take the number from the range for system users, and make no home directory."},
    {"authorized_keys", "list(string)", DETOUR_OPTIONAL,
     "All keys that may log in as this user over SSH, one line each. If not set, they are not managed."},
    {"remove_home", "bool", DETOUR_OPTIONAL, "Destroying removes the home directory and mail as well."},
    {0},
};

static const struct detour_type user_type = {
    .name = "debian_user",
    .flags = DETOUR_MENDS,
    .version = 1,
    .attributes = user_attributes,
    .doc = "A user account, without a password: people come in by SSH key. One that is there already is adopted. "
           "Destroying removes the account, and the home directory only where `remove_home` is set.",
    .example = "resource \"debian_user\" \"deploy\" {\n  host            = debian_host.web.id\n"
               "  name            = \"deploy\"\n"
               "  groups          = [\"www-data\"]\n  authorized_keys = [file(\"deploy.pub\")]\n}\n",
    .import_id = "web:deploy",
};

static void check_line(struct kit kit, const detour_value *config, size_t request, const char *attribute,
                       const char *forbidden)
{
    struct str text = kit_text(kit, config, attribute);
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == '\n' || strchr(forbidden, text.p[i])) {
            kit.host->fail(kit.call, request, attribute, _("Not possible in /etc/passwd"),
                           _("`%s` cannot hold a line break or \":\"."), attribute);
            return;
        }
}

static void user_validate(struct kit kit, const detour_value *config, size_t request)
{
    if (!common_check_account(kit, config, request, "name") || !common_check_account(kit, config, request, "group"))
        return;
    check_line(kit, config, request, "comment", ":");
    check_line(kit, config, request, "home", ":");
    check_line(kit, config, request, "shell", ":");
    const detour_value *groups = kit_attr(kit, config, "groups");
    for (size_t i = 0; groups && i < kit.host->length(groups); i++) {
        struct str name = kit_item(kit, groups, i);
        if (name.n && !common_is_account_name(name))
            kit.host->fail(kit.call, request, "groups", _("Not an account name"), _("\"%.*s\" is no name for a group."),
                           STR_ARG(name));
    }
}

static void user_plan(struct kit kit, struct detour_plan *plan, size_t request)
{
    (void)request;
    struct kit_edit edit = {.kit = kit};
    common_plan_id(kit, &edit, plan->config, "name");
    plan->planned = kit_edited(&edit, plan->proposed);
}

/* The lines of a list of keys, each ended by a newline. */
static struct str keys_text(struct kit kit, const detour_value *keys)
{
    STRBUF_AUTO text = STRBUF_INIT(0);
    for (size_t i = 0; keys && i < kit.host->length(keys); i++) {
        strbuf_add(&text, str_trim(kit_item(kit, keys, i)));
        strbuf_addc(&text, '\n');
    }
    return kit_copy(kit, strbuf_str(&text));
}

/* The keys as the object spells them where they mean the same, else the lines of the file. */
static void put_keys(struct kit_edit *edit, const struct item *item)
{
    const detour_value *keys = kit_attr(edit->kit, item->base, "authorized_keys");
    if (!keys || str_eq(keys_text(edit->kit, keys), item->account.keys))
        return;
    struct str *lines = kit_alloc(edit->kit, (item->account.keys.n + 1) * sizeof *lines), rest = item->account.keys;
    size_t n = 0;
    while (str_next_line(&rest, &lines[n]))
        n += str_trim(lines[n]).n > 0;
    kit_put_texts(edit, "authorized_keys", lines, n);
}

static const detour_value *user_state(struct batch *batch, struct item *item)
{
    const struct account_facts *account = &item->account;
    if (!account->present)
        return NULL;
    struct kit_edit edit = {.kit = batch->kit};
    kit_put_text(&edit, "id",
                 kit_printf(batch->kit, "%.*s:%.*s", STR_ARG(machine_name(batch->machine)), STR_ARG(item->name)));
    kit_put_integer(&edit, "uid", account->uid);
    kit_put_text(&edit, "group", account->group);
    kit_put_texts(&edit, "groups", account->groups, account->n_groups);
    kit_put_text(&edit, "home", account->home);
    kit_put_text(&edit, "shell", account->shell);
    kit_put_text(&edit, "comment", account->comment);
    put_keys(&edit, item);
    return kit_edited(&edit, item->base);
}

void user_remove_steps(struct batch *batch)
{
    batch_each(batch, KIND_USER, item)
    {
        if (item->action != DETOUR_DELETE)
            continue;
        batch_line(batch, "run %zu remove_user", (size_t)(item - batch->items));
        batch_word(batch, item->name);
        batch_line(batch, kit_bool(batch->kit, item->prior, "remove_home", false) ? " -r\n" : " ''\n");
    }
}

/* Whether the attribute is known in the plan and differs from what was. */
static bool changes(struct batch *batch, const struct item *item, const char *attribute)
{
    const detour_value *to = kit_attr(batch->kit, item->planned, attribute);
    const detour_value *from = kit_attr(batch->kit, item->prior, attribute);
    return to && !(from && batch->kit.host->equal(from, to));
}

static void option(struct batch *batch, const struct item *item, const char *flag, const char *attribute)
{
    if (!changes(batch, item, attribute))
        return;
    batch_line(batch, " %s", flag);
    batch_word(batch, kit_text(batch->kit, item->planned, attribute));
}

static void groups_option(struct batch *batch, const struct item *item)
{
    if (!changes(batch, item, "groups"))
        return;
    const detour_value *groups = kit_attr(batch->kit, item->planned, "groups");
    STRBUF_AUTO list = STRBUF_INIT(0);
    for (size_t i = 0; i < batch->kit.host->length(groups); i++) {
        if (i)
            strbuf_addc(&list, ',');
        strbuf_add(&list, kit_item(batch->kit, groups, i));
    }
    batch_line(batch, " -G");
    batch_word(batch, strbuf_str(&list));
}

static void account_step(struct batch *batch, struct item *item)
{
    struct kit kit = batch->kit;
    bool create = item->action == DETOUR_CREATE, system = kit_bool(kit, item->planned, "system", false);
    batch_line(batch, "run %zu put_user", (size_t)(item - batch->items));
    batch_word(batch, item->name);
    /* flags for useradd alone; the shell of one that is adopted stays */
    batch_line(batch, system ? " '-r -M%s'" : " '-m%s'",
               kit_attr(kit, item->planned, "shell") ? ""
               : system                              ? " -s /usr/sbin/nologin"
                                                     : " -s /bin/bash");
    batch_line(batch, kit_attr(kit, item->planned, "group") ? " given" : " own");
    if (changes(batch, item, "uid"))
        batch_line(batch, " -u %lld", (long long)kit_integer(kit, item->planned, "uid", 0));
    option(batch, item, "-g", "group");
    groups_option(batch, item);
    if (changes(batch, item, "home") && !create)
        batch_line(batch, " -m");
    option(batch, item, "-d", "home");
    option(batch, item, "-s", "shell");
    option(batch, item, "-c", "comment");
    batch_line(batch, "\n");
}

void user_steps(struct batch *batch)
{
    batch_each(batch, KIND_USER, item)
    {
        if (item->action == DETOUR_DELETE)
            continue;
        account_step(batch, item);
        const detour_value *keys = kit_attr(batch->kit, item->planned, "authorized_keys");
        if (!keys || !changes(batch, item, "authorized_keys"))
            continue;
        batch_line(batch, "b=");
        transport_quote(&batch->script, keys_text(batch->kit, keys));
        batch_line(batch, "\nrun k%zu put_keys", (size_t)(item - batch->items));
        batch_word(batch, item->name);
        batch_line(batch, "\n");
    }
}

static void user_judge(struct batch *batch, struct item *item)
{
    if (common_step_failed(batch, item, _("User")) || item->action == DETOUR_DELETE)
        return;
    const struct str *keys = batch_section(batch, "rk", item);
    if (!keys || str_starts(*keys, STR("0\n")))
        return;
    struct str words = str_sub(*keys, str_find_byte(*keys, '\n', 0), keys->n);
    batch_fail(batch, item, "authorized_keys", _("Keys cannot be written"),
               _("The account %.*s is there, its authorized_keys are not: %.*s."), STR_ARG(item->name),
               STR_ARG(str_starts(*keys, STR("11")) ? str_c(_("it has no home directory")) : str_trim(words)));
}

void user_review(struct batch *batch, struct detour_review *reviews)
{
    (void)reviews;
    struct kit kit = batch->kit;
    batch_each(batch, KIND_USER, item)
    {
        if (item->action == DETOUR_CREATE && item->account.present)
            kit.host->consequence(kit.call, item->request, DETOUR_NOTE,
                                  _("user %.*s is there already, and will be adopted"), STR_ARG(item->name));
        if (item->action == DETOUR_UPDATE && changes(batch, item, "uid"))
            kit.host->consequence(kit.call, item->request, DETOUR_RISK,
                                  _("files outside of the home directory keep the old number as their owner"));
        if (item->action == DETOUR_DELETE && kit_bool(kit, item->prior, "remove_home", false))
            kit.host->consequence(kit.call, item->request, DETOUR_DANGER,
                                  _("%.*s and all that is in it will be removed"), STR_ARG(item->account.home));
    }
}

const struct kind user_kind = {
    .id = KIND_USER,
    .key = "name",
    .type = &user_type,
    .validate = user_validate,
    .plan = user_plan,
    .state = user_state,
    .judge = user_judge,
};
