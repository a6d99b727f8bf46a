#include "state/holder.h"
#include "base/clock.h"
#include "base/rng.h"
#include "value/json.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { TEXT_MAX = 8192, NAME_MAX_HERE = 256 };

static struct str this_host(struct arena *arena)
{
    char name[NAME_MAX_HERE] = "";
    gethostname(name, sizeof name - 1);
    return arena_str(arena, str_c(name));
}

static struct str this_user(struct arena *arena)
{
    const char *name = geteuid() == 0 ? getenv("SUDO_USER") : NULL;
    if (!name) {
        const struct passwd *entry = getpwuid(geteuid());
        name = entry ? entry->pw_name : NULL;
    }
    return name ? arena_str(arena, str_c(name)) : arena_printf(arena, "uid %u", (unsigned)geteuid());
}

/* The name of this start of the kernel; empty where /proc does not say. */
static struct str boot_id(struct arena *arena)
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    char text[UUID_LEN + 1] = "";
    if (file && !fgets(text, sizeof text, file))
        text[0] = '\0';
    if (file)
        fclose(file);
    return arena_str(arena, str_trim(str_c(text)));
}

static struct str this_machine(struct arena *arena)
{
    char ns[64] = "";
    struct str boot = boot_id(arena);
    ssize_t n = readlink("/proc/self/ns/pid", ns, sizeof ns - 1);
    return n > 0 && boot.n ? arena_printf(arena, "%s/%.*s", boot.p, (int)n, ns) : STR("");
}

static struct str this_dir(struct arena *arena)
{
    char path[PATH_MAX];
    return arena_str(arena, str_c(getcwd(path, sizeof path) ? path : ""));
}

struct lock_holder holder_here(struct arena *arena, const char *operation)
{
    struct str host = this_host(arena);
    return (struct lock_holder){
        .id = rng_uuid(arena),
        .who = arena_printf(arena, "%s@%s", this_user(arena).p, host.p),
        .host = host,
        .operation = arena_str(arena, str_c(operation)),
        .since = clock_timestamp(arena),
        .machine = this_machine(arena),
        .dir = this_dir(arena),
        .pid = getpid(),
    };
}

/* -- text -- */

static void member(struct strbuf *out, const char *name, struct str text)
{
    strbuf_printf(out, "%s\"%s\":", out->n > 1 ? "," : "", name);
    json_write_string(out, text, JSON_COMPACT);
}

struct str holder_text(struct arena *arena, const struct lock_holder *h)
{
    STRBUF_AUTO out = STRBUF_INIT(TEXT_MAX);
    strbuf_addc(&out, '{');
    member(&out, "id", h->id);
    member(&out, "who", h->who);
    member(&out, "host", h->host);
    member(&out, "operation", h->operation);
    member(&out, "since", h->since);
    member(&out, "machine", h->machine);
    member(&out, "dir", h->dir);
    strbuf_printf(&out, ",\"pid\":%lld}\n", (long long)h->pid);
    return arena_str(arena, strbuf_str(&out));
}

/* What the common members have no place for goes into Info, as JSON in a string: servers may drop it. */
static struct str info_text(struct arena *arena, const struct lock_holder *h)
{
    STRBUF_AUTO out = STRBUF_INIT(TEXT_MAX);
    strbuf_addc(&out, '{');
    member(&out, "host", h->host);
    member(&out, "machine", h->machine);
    member(&out, "dir", h->dir);
    strbuf_printf(&out, ",\"pid\":%lld}", (long long)h->pid);
    return arena_str(arena, strbuf_str(&out));
}

struct str holder_remote_text(struct arena *arena, const struct lock_holder *h, struct str place)
{
    STRBUF_AUTO out = STRBUF_INIT(TEXT_MAX);
    strbuf_addc(&out, '{');
    member(&out, "ID", h->id);
    member(&out, "Operation", h->operation);
    member(&out, "Info", info_text(arena, h));
    member(&out, "Who", h->who);
    member(&out, "Version", STR(DETOUR_VERSION));
    member(&out, "Created", h->since);
    member(&out, "Path", place);
    strbuf_addc(&out, '}');
    return arena_str(arena, strbuf_str(&out));
}

/* -- reading -- */

static struct str text_member(struct arena *arena, struct value object, const char *name, const char *remote)
{
    struct value v = value_attr(object, str_c(name));
    if (!value_exists(v) && remote)
        v = value_attr(object, str_c(remote));
    return value_exists(v) && value_is_set(v) && v.type == type_string ? arena_str(arena, v.u.string) : STR("");
}

static bool read_object(struct arena *arena, struct str text, struct value *out)
{
    struct json_error error = {0};
    return json_read(arena, text, out, &error) && value_is_set(*out) && out->type->kind == TYPE_OBJECT;
}

static void read_pid(struct value object, struct lock_holder *out)
{
    struct value pid = value_attr(object, STR("pid"));
    if (value_exists(pid) && value_is_set(pid) && pid.type == type_number)
        number_to_int64(value_as_number(pid), &out->pid);
}

bool holder_parse(struct arena *arena, struct str text, struct lock_holder *out)
{
    struct value v, info;
    *out = (struct lock_holder){STR(""), STR(""), STR(""), STR(""), STR(""), STR(""), STR(""), 0};
    if (!read_object(arena, text, &v))
        return false;
    *out = (struct lock_holder){
        .id = text_member(arena, v, "id", "ID"),
        .who = text_member(arena, v, "who", "Who"),
        .operation = text_member(arena, v, "operation", "Operation"),
        .since = text_member(arena, v, "since", "Created"),
    };
    struct str nested = text_member(arena, v, "Info", NULL);
    if (!nested.n || !read_object(arena, nested, &info))
        info = v;
    out->host = text_member(arena, info, "host", NULL);
    out->machine = text_member(arena, info, "machine", NULL);
    out->dir = text_member(arena, info, "dir", NULL);
    read_pid(info, out);
    return true;
}

bool holder_same_host(const struct lock_holder *holder)
{
    ARENA_AUTO arena = arena_new();
    return str_eq(holder->host, this_host(arena));
}

bool holder_is_gone(const struct lock_holder *holder)
{
    ARENA_AUTO arena = arena_new();
    return holder->machine.n && holder->pid > 0 && str_eq(holder->machine, this_machine(arena)) &&
           str_eq(holder->dir, this_dir(arena)) && kill((pid_t)holder->pid, 0) != 0 && errno == ESRCH;
}
