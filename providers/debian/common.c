#include "debian.h"
#include "base/digest.h"
#include "base/gettext.h"
#include "base/unicode.h"

#include <stdio.h>
#include <stdlib.h>

void common_plan_id(struct kit kit, struct kit_edit *edit, const detour_value *config, const char *key)
{
    if (!kit_attr(kit, config, "host") || !kit_attr(kit, config, key))
        return;
    struct str host = kit_text(kit, config, "host"), name = kit_text(kit, config, key);
    kit_put_text(edit, "id", kit_printf(kit, "%.*s:%.*s", STR_ARG(host), STR_ARG(name)));
}

static bool has_dot_segment(struct str path)
{
    for (size_t i = 0; i < path.n;) {
        size_t end = str_find_byte(path, '/', i);
        end = end == SIZE_MAX ? path.n : end;
        struct str part = str_sub(path, i, end);
        if (str_is(part, "..") || str_is(part, ".") || (!part.n && i > 0))
            return true;
        i = end + 1;
    }
    return false;
}

bool common_check_path(struct kit kit, const detour_value *config, size_t request)
{
    struct str path = kit_text(kit, config, "path");
    if (!kit_attr(kit, config, "path"))
        return true;
    if (path.n > 1 && path.p[0] == '/' && path.p[path.n - 1] != '/' && !has_dot_segment(path))
        return true;
    kit.host->fail(
        kit.call, request, "path", _("Not an absolute path"),
        _("\"%.*s\" is not usable here: a path starts with /, and has no empty, \".\" or \"..\" parts and no / "
          "at its end."),
        STR_ARG(path));
    return false;
}

bool common_check_mode(struct kit kit, const detour_value *config, size_t request)
{
    struct str mode = kit_text(kit, config, "mode");
    bool ok = mode.n == 3 || mode.n == 4;
    for (size_t i = 0; i < mode.n; i++)
        ok = ok && mode.p[i] >= '0' && mode.p[i] <= '7';
    if (ok || !kit_attr(kit, config, "mode"))
        return true;
    kit.host->fail(kit.call, request, "mode", _("Not a file mode"),
                   _("\"%.*s\" is not a mode: write three or four octal digits in quotes, such as \"0644\"."),
                   STR_ARG(mode));
    return false;
}

bool common_is_account_name(struct str name)
{
    bool ok = name.n > 0 && name.n <= 32 && name.p[0] != '-' && name.p[0] != '.';
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        bool other = (c >= '0' && c <= '9') || c == '-' || c == '.' || (c == '$' && i + 1 == name.n);
        ok = ok && (letter || other);
    }
    return ok;
}

bool common_check_account(struct kit kit, const detour_value *config, size_t request, const char *attribute)
{
    struct str name = kit_text(kit, config, attribute);
    if (!kit_attr(kit, config, attribute) || common_is_account_name(name))
        return true;
    kit.host->fail(kit.call, request, attribute, _("Not an account name"),
                   _("\"%.*s\" is no name for a user or group: at most 32 letters, digits, \"_\", \"-\" and \".\", not "
                     "beginning with \"-\" or \".\"."),
                   STR_ARG(name));
    return false;
}

static void plan_default(struct kit kit, struct kit_edit *edit, const detour_value *config, const char *name,
                         const char *otherwise)
{
    if (!kit_set(kit, config, name))
        kit_put_text(edit, name, str_c(otherwise));
}

void common_plan_owner(struct kit kit, struct kit_edit *edit, const detour_value *config, const char *mode)
{
    plan_default(kit, edit, config, "owner", "root");
    plan_default(kit, edit, config, "group", "root");
    plan_default(kit, edit, config, "mode", mode);
}

/* The name as the object spells it where that means the same account, else the machine's name for it. */
static void put_account(struct kit_edit *edit, const struct item *item, const char *attribute, struct str name,
                        struct str id)
{
    struct str spelled = kit_text(edit->kit, item->base, attribute);
    if (str_eq(spelled, id) || str_eq(spelled, name))
        return;
    kit_put_text(edit, attribute, str_is(name, "UNKNOWN") ? id : name);
}

void common_put_owner(struct kit_edit *edit, const struct item *item)
{
    const struct path_facts *path = &item->path;
    put_account(edit, item, "owner", path->owner, path->uid);
    put_account(edit, item, "group", path->group, path->gid);
    struct str spelled = kit_text(edit->kit, item->base, "mode");
    if (!spelled.n || strtoul(spelled.p, NULL, 8) != path->mode)
        kit_put_text(edit, "mode", kit_printf(edit->kit, "%04o", path->mode));
}

void common_owner_words(struct batch *batch, const struct item *item)
{
    struct str owner = kit_text(batch->kit, item->planned, "owner"),
               group = kit_text(batch->kit, item->planned, "group");
    batch_word(batch, arena_printf(batch->arena, "%.*s:%.*s", STR_ARG(owner), STR_ARG(group)));
    batch_word(batch, kit_text(batch->kit, item->planned, "mode"));
}

struct str common_sha256(struct kit kit, struct str bytes)
{
    ARENA_AUTO arena = arena_new();
    return kit_copy(kit, digest_hex(arena, digest_sha256(bytes)));
}

bool common_is_text(struct str bytes)
{
    return (!bytes.n || !memchr(bytes.p, 0, bytes.n)) && utf8_invalid(bytes) == SIZE_MAX;
}

const char *common_type_name(char type)
{
    return type == 'd'   ? _("directory")
           : type == 'l' ? _("symbolic link")
           : type == 'f' ? _("file")
                         : _("device, socket or pipe");
}

static const char *what_stands(struct str words)
{
    if (str_starts(words, STR("absent")))
        return _("it is gone");
    if (str_starts(words, STR("l")))
        return _("it is a symbolic link");
    if (str_starts(words, STR("d")))
        return _("it is a directory");
    if (str_starts(words, STR("file")))
        return _("it is a file");
    if (str_starts(words, STR("f")))
        return _("its content is another");
    return _("it is neither a file nor a directory");
}

static const char *hint(struct str words)
{
    if (str_find(words, STR("No space left"), 0) != SIZE_MAX)
        return _("\nThe disk is full: make room on the machine, then apply again.");
    if (str_find(words, STR("ermission denied"), 0) != SIZE_MAX || str_find(words, STR("not permitted"), 0) != SIZE_MAX)
        return _(
            "\nThe account that detour connects with lacks the rights: connect as root, or set `sudo = true` on the "
            "debian_host.");
    if (str_find(words, STR("Read-only file system"), 0) != SIZE_MAX)
        return _("\nThe file system is mounted read-only there.");
    if (str_find(words, STR("group '"), 0) != SIZE_MAX && str_find(words, STR("does not exist"), 0) != SIZE_MAX)
        return _("\nDeclare it as debian_group, and refer to its name from here so that it is made first.");
    if (str_find(words, STR("currently used by process"), 0) != SIZE_MAX)
        return _(
            "\nProcesses of the account are still running there: stop them (or the service that they belong to), then "
            "apply again.");
    if (str_find(words, STR("invalid user"), 0) != SIZE_MAX || str_find(words, STR("invalid group"), 0) != SIZE_MAX)
        return _("\nThe owner or group does not exist on the machine: declare it as debian_user or debian_group, and "
                 "refer to its name from here so that it is made first.");
    return "";
}

bool common_step_failed(struct batch *batch, struct item *item, const char *what)
{
    struct str name = item->name;
    const char *place = machine_name(batch->machine).p;
    switch (item->status) {
    case 0:
        return false;
    case STEP_NO_PARENT:
        batch_fail(batch, item, item->kind->key, _("Parent folder is missing"),
                   _("%.*s cannot be made on %s: the folder that it belongs in does not exist. Declare it as a "
                     "debian_directory, and refer to it from here or name it in depends_on."),
                   STR_ARG(name), place);
        return true;
    case STEP_CHANGED:
        batch_fail(
            batch, item, NULL, _("Changed since the plan"),
            _("%s %.*s on %s was left alone: since the plan was made, someone changed what stands there (%s). Plan "
              "again to see the difference."),
            what, STR_ARG(name), place, what_stands(item->words));
        return true;
    case STEP_OCCUPIED:
        batch_fail(batch, item, item->kind->key, _("Something else stands there"),
                   _("%.*s on %s was left alone: %s. Move it away by hand, or choose another path."), STR_ARG(name),
                   place, what_stands(item->words));
        return true;
    case STEP_NOT_EMPTY:
        batch_fail(batch, item, NULL, _("Directory is not empty"),
                   _("%.*s on %s still holds\n%.*s\nSet `recursive = true` and apply that first, if all of it may go."),
                   STR_ARG(name), place, STR_ARG(item->words));
        return true;
    default:
        batch_fail(batch, item, NULL, _("Step failed"), _("%s %.*s on %s: %.*s%s"), what, STR_ARG(name), place,
                   STR_ARG(item->words), hint(item->words));
        return true;
    }
}

static bool names(struct str spelled, struct str name, struct str id)
{
    return str_eq(spelled, name) || str_eq(spelled, id);
}

void common_judge_owner(struct batch *batch, struct item *item)
{
    const struct path_facts *path = &item->path;
    struct kit kit = batch->kit;
    if (!path->present || path->unreadable)
        return;
    bool ok = names(kit_text(kit, item->planned, "owner"), path->owner, path->uid) &&
              names(kit_text(kit, item->planned, "group"), path->group, path->gid) &&
              strtoul(kit_text(kit, item->planned, "mode").p, NULL, 8) == path->mode;
    if (!ok)
        batch_fail(
            batch, item, NULL, _("Owner or mode did not stay"),
            _("%.*s on %.*s has %.*s:%.*s and %04o now: a default ACL of its folder, its file system, or something on "
              "the machine has it so. Plan again to set it once more."),
            STR_ARG(item->name), STR_ARG(machine_name(batch->machine)), STR_ARG(path->owner), STR_ARG(path->group),
            path->mode);
}
