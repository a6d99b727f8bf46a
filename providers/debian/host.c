#include "debian.h"
#include "base/gettext.h"

#define CONNECTION (DETOUR_OPTIONAL | DETOUR_CONNECTION)

static const struct detour_attribute host_attributes[] = {
    {"id", "string", DETOUR_COMPUTED, "The same as `name`; what stands on the machine refers to it."},
    {"name", "string", DETOUR_REQUIRED | DETOUR_REPLACE, "What plans call the machine."},
    {"address", "string", CONNECTION, "Name or number to connect to."},
    {"port", "number", CONNECTION | DETOUR_COMPUTED, "Port of sshd; 22 if not set."},
    {"user", "string", CONNECTION | DETOUR_COMPUTED, "Account to log in with; root if not set."},
    {"identity_file", "string", CONNECTION,
     "Private key, without passphrase. If not set, the keys of ssh-agent and ~/.ssh/id_*."},
    {"sudo", "bool", CONNECTION, "Become root with sudo, which must not ask for a password."},
    {"host_key", "string", CONNECTION | DETOUR_COMPUTED,
     "The machine's public key (a line as in ssh_host_ed25519_key.pub) or its fingerprint (SHA256:…). If not set, the "
     "key "
     "whose fingerprint the plan shows is pinned. Any other key is refused from then on."},
    {"local", "bool", CONNECTION, "The machine that detour runs on, without SSH."},
    {"os", "string", DETOUR_COMPUTED, "Such as \"Debian GNU/Linux 12 (bookworm)\"."},
    {"os_version", "string", DETOUR_COMPUTED, "Such as \"12\"."},
    {"architecture", "string", DETOUR_COMPUTED, "As Debian names it: \"amd64\", \"arm64\", \"armhf\"."},
    {"machine_id", "string", DETOUR_COMPUTED, "The content of /etc/machine-id."},
    {0},
};

static const struct detour_type host_type = {
    .name = "debian_host",
    .flags = DETOUR_ANCHOR,
    .version = 1,
    .attributes = host_attributes,
    .doc =
        "A Debian machine (10 to 13) and how it is reached. Creating one adopts it: nothing is changed or installed "
        "there, "
        "and no Python is needed. While it is being created, sshd may take a minute to answer. Its host key is pinned: "
        "given by `host_key`, or shown in the plan. Destroying forgets it and leaves the machine alone.",
    .example =
        "resource \"debian_host\" \"web\" {\n  name    = \"web\"\n  address = \"192.0.2.10\"\n  user    = \"admin\"\n"
        "  sudo    = true\n}\n",
    .import_id = "web",
};

static void host_validate(struct kit kit, const detour_value *config, size_t request)
{
    struct str name = kit_text(kit, config, "name"), pin = kit_text(kit, config, "host_key");
    bool local = kit_bool(kit, config, "local", false);
    for (size_t i = 0; i < name.n; i++)
        if ((unsigned char)name.p[i] <= ' ' || strchr(":/'\"\\", name.p[i])) {
            kit.host->fail(
                kit.call, request, "name", _("Not a machine name"),
                _("\"%.*s\" holds a space, a quote, \":\", \"/\" or \"\\\"; the ids of all that stands on the machine "
                  "are made from it."),
                STR_ARG(name));
            return;
        }
    if (kit_attr(kit, config, "name") && !name.n)
        kit.host->fail(kit.call, request, "name", _("Not a machine name"), _("The name is empty."));
    if (local == kit_set(kit, config, "address") && !kit_unknown(kit, config, "local"))
        kit.host->fail(kit.call, request, "address", _("One way to reach the machine"),
                       _("A debian_host takes either `address` or `local = true`."));
    int64_t port = kit_integer(kit, config, "port", 22);
    if (port < 1 || port > 65535)
        kit.host->fail(kit.call, request, "port", _("Not a port"), _("%lld is not between 1 and 65535."),
                       (long long)port);
    if (pin.n && !transport_pin_valid(pin))
        kit.host->fail(kit.call, request, "host_key", _("Not a host key"),
                       _("`host_key` is a public key line (\"ssh-ed25519 AAAA…\") or a fingerprint (\"SHA256:\" and 43 "
                         "characters), as ssh-keyscan and ssh-keygen -lf print them."));
}

static bool differs(struct kit kit, const detour_value *a, const detour_value *b, const char *name)
{
    if (kit_unknown(kit, a, name) || kit_unknown(kit, b, name) || kit_set(kit, a, name) != kit_set(kit, b, name))
        return kit_set(kit, a, name) || kit_set(kit, b, name);
    return kit_attr(kit, a, name) && !kit.host->equal(kit_attr(kit, a, name), kit_attr(kit, b, name));
}

/* Whether another machine may answer from now on than the one that was read. */
static bool may_be_another(struct kit kit, const struct detour_plan *plan)
{
    return plan->prior &&
           (differs(kit, plan->prior, plan->config, "address") || differs(kit, plan->prior, plan->config, "local") ||
            (kit_set(kit, plan->config, "host_key") && differs(kit, plan->prior, plan->config, "host_key")));
}

static void host_plan(struct kit kit, struct detour_plan *plan, size_t request)
{
    static const char *const facts[] = {"os", "os_version", "architecture", "machine_id"};
    (void)request;
    struct kit_edit edit = {.kit = kit};
    if (kit_attr(kit, plan->config, "name"))
        kit_put_text(&edit, "id", kit_text(kit, plan->config, "name"));
    if (!kit_set(kit, plan->config, "port"))
        kit_put_integer(&edit, "port", 22);
    if (!kit_set(kit, plan->config, "user"))
        kit_put_text(&edit, "user", STR("root"));
    if (kit_bool(kit, plan->config, "local", false) && !kit_set(kit, plan->config, "host_key"))
        kit_put_null(&edit, "host_key");
    for (size_t i = 0; may_be_another(kit, plan) && i < sizeof facts / sizeof *facts; i++)
        kit_put_unknown(&edit, facts[i]);
    if (kit_unknown(kit, plan->config, "host_key"))
        plan->private_out = (struct detour_blob){HOST_KEY_COMES, 1};
    plan->planned = kit_edited(&edit, plan->proposed);
}

bool host_key_comes(struct detour_blob private_data)
{
    return private_data.n == 1 && *(const char *)private_data.p == *HOST_KEY_COMES;
}

static const detour_value *host_state(struct batch *batch, struct item *item)
{
    const struct host_facts *host = &item->host;
    if (!host->architecture.n)
        return item->prior;
    struct kit_edit edit = {.kit = batch->kit};
    kit_put_text(&edit, "id", item->name);
    kit_put_text(&edit, "os", host->pretty);
    kit_put_text(&edit, "os_version", host->version);
    kit_put_text(&edit, "architecture", host->architecture);
    kit_put_text(&edit, "machine_id", host->machine_id);
    if (machine_is_local(batch->machine))
        kit_put_null(&edit, "host_key");
    else if (!kit_attr(batch->kit, item->base, "host_key"))
        kit_put_text(&edit, "host_key", machine_host_key(batch->machine));
    return kit_edited(&edit, item->base);
}

bool host_is_new(struct kit kit, const struct item *host)
{
    return host->action == DETOUR_CREATE ||
           (host->action == DETOUR_UPDATE && kit_unknown(kit, host->planned, "machine_id"));
}

/* A machine just made may still be starting its services; what follows needs them. */
void host_steps(struct batch *batch)
{
    batch_each(batch, KIND_HOST, item)
    {
        if (host_is_new(batch->kit, item))
            batch_line(batch, "timeout 60 systemctl is-system-running --wait >/dev/null 2>&1\n");
    }
}

static void host_judge(struct batch *batch, struct item *item)
{
    if (item->action == DETOUR_DELETE || str_is(item->host.id, "debian") || str_is(item->host.id, "raspbian"))
        return;
    batch_fail(batch, item, NULL, _("Not a Debian machine"),
               _("/etc/os-release of %.*s says \"%.*s\"; this provider manages Debian 10 to 13."), STR_ARG(item->name),
               STR_ARG(item->host.pretty));
}

const struct kind host_kind = {
    .id = KIND_HOST,
    .key = "name",
    .type = &host_type,
    .validate = host_validate,
    .plan = host_plan,
    .state = host_state,
    .judge = host_judge,
};
