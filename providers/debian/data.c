/* data: what stands on a machine without being managed, to be looked at. The types are named as those that manage it,
 * and are read in the same batch. */
#include "debian.h"

#define HOST_TO_LOOK_AT                                                                                                \
    {                                                                                                                  \
        "host", "string", DETOUR_REQUIRED, "The machine: `debian_host.NAME.id`."                                       \
    }
#define ID_OF_DATA                                                                                                     \
    {                                                                                                                  \
        "id", "string", DETOUR_COMPUTED, "`HOST:KEY`, the id that it would be imported by."                            \
    }

/* clang-format off */
static const struct detour_attribute file_attributes[] = {
    ID_OF_DATA, HOST_TO_LOOK_AT,
    {"path", "string", DETOUR_REQUIRED, "Where it stands on the machine: an absolute path."},
    {"content", "string", DETOUR_COMPUTED, "The text; null where it is no text, or more than 1 MiB."},
    {"content_base64", "string", DETOUR_COMPUTED, "The bytes in base64, where they are no text, up to 1 MiB; else null."},
    {"sha256", "string", DETOUR_COMPUTED, "Hash of the content, in hexadecimal."},
    {"owner", "string", DETOUR_COMPUTED, "Name of the owner."},
    {"group", "string", DETOUR_COMPUTED, "Name of the group."},
    {"mode", "string", DETOUR_COMPUTED, "Octal permissions, such as \"0644\"."},
    {0},
};

static const struct detour_attribute package_attributes[] = {
    ID_OF_DATA, HOST_TO_LOOK_AT,
    {"name", "string", DETOUR_REQUIRED, "Name of the package."},
    {"version", "string", DETOUR_COMPUTED, "The version that is installed."},
    {"hold", "bool", DETOUR_COMPUTED, "Whether apt is kept from upgrading or removing it."},
    {0},
};

static const struct detour_attribute service_attributes[] = {
    ID_OF_DATA, HOST_TO_LOOK_AT,
    {"name", "string", DETOUR_REQUIRED, "The systemd unit: \"nginx\" means nginx.service."},
    {"enabled", "bool", DETOUR_COMPUTED, "Whether it starts at boot."},
    {"active", "bool", DETOUR_COMPUTED, "Whether it runs."},
    {0},
};

static const struct detour_attribute user_attributes[] = {
    ID_OF_DATA, HOST_TO_LOOK_AT,
    {"name", "string", DETOUR_REQUIRED, "Login name."},
    {"uid", "number", DETOUR_COMPUTED, "Its number."},
    {"group", "string", DETOUR_COMPUTED, "Primary group."},
    {"groups", "set(string)", DETOUR_COMPUTED, "All further groups the user is in."},
    {"home", "string", DETOUR_COMPUTED, "Home directory."},
    {"shell", "string", DETOUR_COMPUTED, "Login shell."},
    {"comment", "string", DETOUR_COMPUTED, "Full name or purpose."},
    {0},
};

const struct detour_type debian_data[DEBIAN_DATA] = {
    {
        .name = "debian_file",
        .flags = DETOUR_DATA,
        .attributes = file_attributes,
        .doc = "A file as it is. One that is not there is an error.",
        .example = "data \"debian_file\" \"hostname\" {\n  host = debian_host.web.id\n  path = \"/etc/hostname\"\n}\n",
    },
    {
        .name = "debian_package",
        .flags = DETOUR_DATA,
        .attributes = package_attributes,
        .doc = "A package that is installed. One that is not is an error.",
        .example = "data \"debian_package\" \"openssl\" {\n  host = debian_host.web.id\n  name = \"openssl\"\n}\n",
    },
    {
        .name = "debian_service",
        .flags = DETOUR_DATA,
        .attributes = service_attributes,
        .doc = "A systemd unit. One that systemd does not know is an error.",
        .example = "check \"ssh_runs\" {\n"
                   "  data \"debian_service\" \"ssh\" {\n    host = debian_host.web.id\n    name = \"ssh\"\n  }\n"
                   "  assert {\n    condition     = data.debian_service.ssh.active\n"
                   "    error_message = \"sshd is down on ${debian_host.web.name}.\"\n  }\n}\n",
    },
    {
        .name = "debian_user",
        .flags = DETOUR_DATA,
        .attributes = user_attributes,
        .doc = "A user account. One that is not there is an error.",
        .example = "data \"debian_user\" \"root\" {\n  host = debian_host.web.id\n  name = \"root\"\n}\n",
    },
};
/* clang-format on */

void data_validate(struct kit kit, const struct kind *kind, const detour_value *config, size_t request)
{
    if (kind->id == KIND_FILE)
        common_check_path(kit, config, request);
    else
        kind->validate(kit, config, request);
}

const detour_value *data_state(struct batch *batch, struct item *item)
{
    const detour_value *state = item->kind->state(batch, item);
    if (!state || item->kind->id != KIND_FILE)
        return state;
    const struct path_facts *path = &item->path;
    struct kit_edit edit = {.kit = batch->kit};
    kit_put_text(&edit, "sha256", path->sha256);
    if (path->fetched && !kit_attr(batch->kit, state, "content"))
        kit_put_text(&edit, "content_base64", kit_base64_encode(batch->kit, path->content));
    return kit_edited(&edit, state);
}
