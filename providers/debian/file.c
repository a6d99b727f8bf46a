#include "debian.h"
#include "base/cleanup.h"
#include "base/gettext.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { TEXT_MAX = 1 << 20, SOURCE_MAX = 64 << 20 };

static const struct detour_attribute file_attributes[] = {
    DEBIAN_ID_ATTRIBUTE,
    DEBIAN_HOST_ATTRIBUTE,
    {"path", "string", DETOUR_REQUIRED | DETOUR_REPLACE, "Where it stands on the machine: an absolute path."},
    {"content", "string", DETOUR_OPTIONAL | DETOUR_COMPUTED,
     "The text. With `source`, the text that was read from there, where it is text of at most 1 MiB."},
    {"content_base64", "string", DETOUR_OPTIONAL, "The bytes in base64, for what is not text."},
    {"source", "string", DETOUR_OPTIONAL,
     "A file beside the configuration whose bytes are the content; at most 64 MiB."},
    {"owner", "string", DETOUR_OPTIONAL | DETOUR_COMPUTED, "Name or number of the owner; root if not set."},
    {"group", "string", DETOUR_OPTIONAL | DETOUR_COMPUTED, "Name or number of the group; root if not set."},
    {"mode", "string", DETOUR_OPTIONAL | DETOUR_COMPUTED, "Octal permissions in quotes; \"0644\" if not set."},
    {"sha256", "string", DETOUR_COMPUTED, "With `source`: hash of the content, in hexadecimal."},
    {0},
};

static const struct detour_type file_type = {
    .name = "debian_file",
    .flags = DETOUR_MENDS,
    .version = 1,
    .attributes = file_attributes,
    .doc = "A file with its whole content, from `content`, `content_base64` or `source`. It is written beside its "
           "place and "
           "moved there when it is complete, so readers see the old or the new file, never a part. A file that someone "
           "changed after the plan was made is left alone. The folder must exist. Destroying removes the file.",
    .example = "resource \"debian_file\" \"motd\" {\n  host    = debian_host.web.id\n  path    = \"/etc/motd\"\n"
               "  content = \"Welcome to ${debian_host.web.name}\\n\"\n}\n",
    .import_id = "web:/etc/motd",
};

static void file_validate(struct kit kit, const detour_value *config, size_t request)
{
    if (!common_check_path(kit, config, request) || !common_check_mode(kit, config, request))
        return;
    int given =
        kit_set(kit, config, "content") + kit_set(kit, config, "content_base64") + kit_set(kit, config, "source");
    if (given != 1)
        kit.host->fail(kit.call, request, given ? "content" : NULL, _("Content given once"),
                       _("A debian_file takes one of `content`, `content_base64` and `source`; %d of them are set."),
                       given);
    struct str bytes;
    if (given == 1 && !kit_base64_decode(kit, kit_text(kit, config, "content_base64"), &bytes))
        kit.host->fail(kit.call, request, "content_base64", _("Not base64"),
                       _("`content_base64` is not base64 as base64encode() and the base64 command write it."));
}

/* The whole local file; false with errno. */
static bool read_source(struct kit kit, const char *path, struct str *bytes)
{
    FD_AUTO fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st))
        return false;
    if (!S_ISREG(st.st_mode) || st.st_size > SOURCE_MAX) {
        errno = S_ISREG(st.st_mode) ? EFBIG : EINVAL;
        return false;
    }
    char *p = kit_alloc(kit, (size_t)st.st_size + 1);
    size_t n = 0;
    ssize_t got;
    while (n < (size_t)st.st_size && (got = read(fd, p + n, (size_t)st.st_size - n)) > 0)
        n += (size_t)got;
    *bytes = str_from(p, n);
    return n == (size_t)st.st_size;
}

static bool plan_source(struct kit kit, struct kit_edit *edit, const detour_value *config, size_t request)
{
    struct str path = kit_text(kit, config, "source"), bytes;
    if (!read_source(kit, path.p, &bytes)) {
        kit.host->fail(kit.call, request, "source", _("Source cannot be read"),
                       _("%.*s: %s. It must be a plain file of at most 64 MiB; paths are relative to the folder that "
                         "detour runs in, \"${path.module}/FILE\" is beside the configuration."),
                       STR_ARG(path), strerror(errno));
        return false;
    }
    kit_put_text(edit, "sha256", common_sha256(kit, bytes));
    if (bytes.n <= TEXT_MAX && common_is_text(bytes))
        kit_put_text(edit, "content", bytes);
    else
        kit_put_null(edit, "content");
    return true;
}

static void file_plan(struct kit kit, struct detour_plan *plan, size_t request)
{
    struct kit_edit edit = {.kit = kit};
    common_plan_id(kit, &edit, plan->config, "path");
    common_plan_owner(kit, &edit, plan->config, "0644");
    if (kit_attr(kit, plan->config, "source")) {
        if (!plan_source(kit, &edit, plan->config, request))
            return;
    } else if (kit_unknown(kit, plan->config, "source")) {
        kit_put_unknown(&edit, "sha256");
        kit_put_unknown(&edit, "content");
    } else {
        kit_put_null(&edit, "sha256");
        if (kit_set(kit, plan->config, "content_base64"))
            kit_put_null(&edit, "content");
    }
    plan->planned = kit_edited(&edit, plan->proposed);
}

/* The bytes that an object stands for; false where it does not hold them (a big or binary `source`). */
static bool bytes_of(struct kit kit, const detour_value *object, struct str *bytes)
{
    if (kit_attr(kit, object, "content_base64"))
        return kit_base64_decode(kit, kit_text(kit, object, "content_base64"), bytes);
    *bytes = kit_text(kit, object, "content");
    return kit_attr(kit, object, "content") != NULL;
}

struct str file_hash(struct kit kit, const detour_value *object)
{
    struct str bytes;
    return bytes_of(kit, object, &bytes) ? common_sha256(kit, bytes) : kit_text(kit, object, "sha256");
}

bool file_drifted(const struct item *item)
{
    const struct path_facts *path = &item->path;
    return !path->unreadable && (!path->present || path->type != 'f' || !str_eq(path->sha256, item->known_sha256));
}

struct str file_seen(const struct item *item)
{
    const struct path_facts *path = &item->path;
    if (!path->present || path->type != 'f')
        return STR("");
    bool text = path->fetched && path->size <= TEXT_MAX && common_is_text(path->content);
    return text ? path->content : path->sha256;
}

static void put_content(struct batch *batch, struct item *item, struct kit_edit *edit)
{
    struct kit kit = batch->kit;
    const struct path_facts *path = &item->path;
    bool sourced = kit_attr(kit, item->base, "source") != NULL;
    if (sourced)
        kit_put_text(edit, "sha256", path->sha256);
    if (str_eq(path->sha256, item->known_sha256))
        return; /* it is what the object says */
    bool whole = path->fetched && path->size <= TEXT_MAX, text = whole && common_is_text(path->content);
    bool as_base64 = kit_attr(kit, item->base, "content_base64") && whole;
    if (as_base64)
        kit_put_text(edit, "content_base64", kit_base64_encode(kit, path->content));
    else
        kit_put_null(edit, "content_base64");
    if (text && !as_base64)
        kit_put_text(edit, "content", path->content);
    else
        kit_put_null(edit, "content");
    if (!sourced && !text && !as_base64)
        kit_put_text(edit, "sha256", path->sha256);
}

/* Whether it was to be made and is somebody else's still. */
static bool left_alone(const struct item *item)
{
    return item->failed && item->action == DETOUR_CREATE && item->status > 0 && item->planned && !item->prior &&
           !str_eq(item->path.sha256, item->known_sha256);
}

static const detour_value *file_state(struct batch *batch, struct item *item)
{
    const struct path_facts *path = &item->path;
    if (!path->present)
        return NULL;
    if (path->type != 'f') {
        if (item->prior && !item->failed)
            batch->kit.host->warn(batch->kit.call, item->request, "path", _("Not a plain file any more"),
                                  _("%.*s on %.*s is now a %s; it counts as gone."), STR_ARG(item->name),
                                  STR_ARG(machine_name(batch->machine)), common_type_name(path->type));
        return NULL;
    }
    if (left_alone(item))
        return NULL;
    struct kit_edit edit = {.kit = batch->kit};
    kit_put_text(&edit, "id",
                 kit_printf(batch->kit, "%.*s:%.*s", STR_ARG(machine_name(batch->machine)), STR_ARG(item->name)));
    common_put_owner(&edit, item);
    put_content(batch, item, &edit);
    return kit_edited(&edit, item->base);
}

/* What may stand there: what the review or the last read saw, else what the state says; "any" where nobody looked. */
static struct str expected(struct batch *batch, const struct item *item)
{
    if (item->private_in.n)
        return str_from(item->private_in.p, item->private_in.n);
    struct str hash = item->prior ? file_hash(batch->kit, item->prior) : STR("");
    return hash.n ? arena_printf(batch->arena, "f:%.*s", STR_ARG(hash)) : STR("any");
}

void file_remove_steps(struct batch *batch)
{
    batch_each(batch, KIND_FILE, item)
    {
        if (item->action != DETOUR_DELETE)
            continue;
        batch_line(batch, "run %zu remove_file", (size_t)(item - batch->items));
        batch_word(batch, item->name);
        batch_word(batch, expected(batch, item));
        batch_line(batch, "\n");
    }
}

/* Sets $b or $e, and the hash wanted; false where the source is not what was planned. */
static bool content_lines(struct batch *batch, struct item *item)
{
    struct kit kit = batch->kit;
    struct str bytes, source = kit_text(kit, item->planned, "source");
    if (!bytes_of(kit, item->planned, &bytes) && !read_source(kit, source.p, &bytes)) {
        batch_fail(batch, item, "source", _("Source cannot be read"), "%.*s: %s.", STR_ARG(source), strerror(errno));
        return false;
    }
    struct str planned = kit_text(kit, item->planned, "sha256");
    item->known_sha256 = common_sha256(kit, bytes);
    if (planned.n && !str_eq(planned, item->known_sha256)) {
        batch_fail(batch, item, "source", _("Source changed since the plan"),
                   _("%.*s does not hold what was planned. Plan again."), STR_ARG(source));
        return false;
    }
    bool plain = !bytes.n || !memchr(bytes.p, 0, bytes.n);
    batch_line(batch, plain ? "e= b=" : "b= e=");
    transport_quote(&batch->script, plain ? bytes : kit_base64_encode(kit, bytes));
    batch_line(batch, "\n");
    return true;
}

/* The umask that makes a new file have the mode; a mode with bits that no new file has needs a chmod. */
static void mask_word(struct batch *batch, const struct item *item)
{
    unsigned long mode = strtoul(kit_text(batch->kit, item->planned, "mode").p, NULL, 8);
    if (mode & ~0666ul)
        batch_line(batch, " -");
    else
        batch_line(batch, " %03lo", 0777 & ~mode);
}

void file_steps(struct batch *batch)
{
    batch_each(batch, KIND_FILE, item)
    {
        if (item->action == DETOUR_DELETE || !content_lines(batch, item))
            continue;
        batch_line(batch, "run %zu put_file", (size_t)(item - batch->items));
        batch_word(batch, item->name);
        common_owner_words(batch, item);
        mask_word(batch, item);
        batch_word(batch, expected(batch, item));
        /* What was to be overwritten may be gone, as the first half of a replacement sees to. */
        batch_line(batch, " f:%.*s %s\n", STR_ARG(item->known_sha256), item->action == DETOUR_CREATE ? "absent" : "-");
    }
}

static void file_judge(struct batch *batch, struct item *item)
{
    if (common_step_failed(batch, item, _("File")) || item->action == DETOUR_DELETE)
        return;
    if (!item->path.present || !str_eq(item->path.sha256, item->known_sha256))
        batch_fail(batch, item, NULL, _("Content did not stay"),
                   _("%.*s on %.*s was written, and something on the machine changed it at once."), STR_ARG(item->name),
                   STR_ARG(machine_name(batch->machine)));
    else
        common_judge_owner(batch, item);
}

struct str file_token(struct kit kit, const struct item *item)
{
    const struct path_facts *path = &item->path;
    if (!path->present)
        return STR("absent");
    if (path->type == 'f')
        return kit_printf(kit, "f:%.*s", STR_ARG(path->sha256));
    return STR("any");
}

static void review_existing(struct kit kit, const struct item *item, struct str wanted)
{
    char type = item->path.type;
    if (type == 'f' && str_eq(item->path.sha256, wanted))
        kit.host->consequence(kit.call, item->request, DETOUR_NOTE,
                              _("%.*s is there already with this content, and will be adopted"), STR_ARG(item->name));
    else if (type == 'f' || type == 'l')
        kit.host->consequence(kit.call, item->request, DETOUR_RISK,
                              _("%.*s is there already (%s), and will be overwritten"), STR_ARG(item->name),
                              type == 'f' ? _("with other content") : common_type_name(type));
    else
        kit.host->consequence(kit.call, item->request, DETOUR_RISK, _("%.*s is a %s: this cannot be done"),
                              STR_ARG(item->name), common_type_name(type));
}

/* Whether the plan removes what stands there before. */
static bool goes_before(struct batch *batch, const struct item *item)
{
    batch_each(batch, KIND_FILE, other)
    {
        if (other->action == DETOUR_DELETE && str_eq(other->name, item->name))
            return true;
    }
    return false;
}

/* A file to be created may be there already: say so, and hold apply to what was seen. */
void file_review(struct batch *batch, struct detour_review *reviews)
{
    struct kit kit = batch->kit;
    batch_each(batch, KIND_FILE, item)
    {
        if (item->action != DETOUR_CREATE || item->path.unreadable)
            continue;
        struct str seen = file_token(kit, item), wanted = file_hash(kit, item->planned);
        reviews[item->request].private_out = (struct detour_blob){seen.p, seen.n};
        if (item->path.present && !goes_before(batch, item))
            review_existing(kit, item, wanted);
    }
}

const struct kind file_kind = {
    .id = KIND_FILE,
    .key = "path",
    .type = &file_type,
    .validate = file_validate,
    .plan = file_plan,
    .state = file_state,
    .judge = file_judge,
};
