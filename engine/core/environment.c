/* Environments: one configuration, several states. The list is a further text of the default state's backend. */
#include "core/place.h"
#include "core/run.h"

#include "base/gettext.h"
#include "state/lock.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#define LIST "environments"
enum { NAME_LONGEST = 63 };

static bool alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool session_env_name(struct str name, struct diags *diags)
{
    bool ok = name.n > 0 && name.n <= NAME_LONGEST && alphanumeric(name.p[0]);
    for (size_t i = 0; i < name.n; i++)
        ok &= alphanumeric(name.p[i]) || name.p[i] == '-' || name.p[i] == '_';
    if (ok && !str_is(name, "detour"))
        return true;
    diag_error(
        diags, (struct span){0}, _("Invalid name of an environment"),
        _("\"%.*s\" cannot name an environment: letters, digits, - and _ can, up to %d of them, the first a letter "
          "or a digit; and \"detour\" is taken by detour.vars.hcl."),
        STR_ARG(name), NAME_LONGEST);
    return false;
}

/* -- the list: a name a line, sorted -- */

/* "detour.staging.state" beside "detour.state": the list is not under version control, but the states may be. */
static void add_file(struct arena *arena, struct map *names, struct str file, struct str place)
{
    size_t dot = place.n;
    while (dot && place.p[dot - 1] != '.')
        dot--;
    struct str before = str_sub(place, 0, dot), after = str_sub(place, dot ? dot - 1 : 0, place.n);
    if (!dot || file.n <= before.n + after.n || !str_starts(file, before) || !str_ends(file, after))
        return;
    struct str name = str_sub(file, before.n, file.n - after.n);
    struct diags quiet = DIAGS_INIT(arena);
    if (session_env_name(name, &quiet) && !str_is(name, "rescue") && !map_find(names, name))
        map_put(names, arena_str(arena, name), NULL);
}

static void add_files(const struct backend *b, struct arena *arena, struct map *names)
{
    struct str folder = fs_dirname(arena, b->place);
    bool here = str_find_byte(b->place, '/', 0) == SIZE_MAX;
    DIR *dir = opendir(folder.p);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        add_file(arena, names, str_c(entry->d_name),
                 here ? b->place : str_sub(b->place, folder.n + (folder.n > 1), b->place.n));
    if (dir)
        closedir(dir);
}

static bool read_list(struct backend *b, struct arena *arena, struct map *names, struct diags *diags)
{
    struct str text, line;
    bool exists = false;
    *names = MAP_INIT(arena);
    if (b->ops->extra_read && !b->ops->extra_read(b, arena, LIST, &text, &exists)) {
        diag_error(diags, (struct span){0}, _("The environments cannot be read"), "%s: %s.", b->place.p, b->why);
        return false;
    }
    while (exists && str_next_line(&text, &line))
        if (line.n)
            map_put(names, line, NULL);
    if (!b->remote)
        add_files(b, arena, names);
    return true;
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void sorted(struct arena *arena, const struct map *names, struct str **out, size_t *n)
{
    *out = ARENA_ARRAY(arena, struct str, names->n + 1);
    *n = 0;
    map_each (names, i)
        (*out)[(*n)++] = names->entries[i].key;
    if (*n)
        qsort(*out, *n, sizeof **out, by_text);
}

static bool write_list(struct backend *b, struct arena *arena, const struct map *names, struct str without,
                       struct diags *diags)
{
    STRBUF_AUTO text = STRBUF_INIT(1 << 20);
    struct str *list;
    size_t n;
    sorted(arena, names, &list, &n);
    for (size_t i = 0; i < n; i++)
        if (!str_eq(list[i], without))
            strbuf_printf(&text, "%.*s\n", STR_ARG(list[i]));
    if (b->ops->extra_write && b->ops->extra_write(b, LIST, strbuf_str(&text)))
        return true;
    diag_error(diags, (struct span){0}, _("The environments cannot be written"), "%s: %s.", b->place.p,
               b->ops->extra_write ? b->why : _("this backend keeps no list of environments; use -env without one"));
    return false;
}

bool session_env_list(struct session *session, struct arena *arena, struct str **names, size_t *n, struct diags *diags)
{
    struct map map;
    struct backend *b = place_backend(session, diags);
    if (!b || !read_list(b, arena, &map, diags))
        return false;
    sorted(arena, &map, names, n);
    return true;
}

static bool unknown_environment(struct str name, const struct map *names, struct diags *diags)
{
    ARENA_AUTO arena = arena_new();
    struct str near = map_near(names, name);
    struct str hint = near.n ? arena_printf(arena, _(" Did you mean \"%.*s\"?"), STR_ARG(near)) : STR("");
    diag_error(diags, (struct span){0}, _("No such environment"),
               _("There is no environment \"%.*s\".%.*s \"detour env new %.*s\" makes it; \"detour env list\" shows "
                 "them."),
               STR_ARG(name), STR_ARG(hint), STR_ARG(name));
    return false;
}

bool env_is_known(struct session *session, struct diags *diags)
{
    struct str env = session->options.env;
    struct map names;
    if (!env.n)
        return true;
    struct backend *b = place_default(session, diags);
    if (!b)
        return false;
    bool ok = read_list(b, session->arena, &names, diags);
    bool listed = !b->ops->extra_read || map_find(&names, env); /* without a list any name will do */
    backend_close(b);
    return ok && (listed || unknown_environment(env, &names, diags));
}

/* -- moving the state to another backend -- */

static bool carry_list(struct session *session, struct backend *from, struct backend *to, struct diags *diags)
{
    struct map old = MAP_INIT(session->arena), names;
    struct str env = session->options.env;
    if (!read_list(to, session->arena, &names, diags) || (!env.n && !read_list(from, session->arena, &old, diags)))
        return false;
    size_t before = names.n;
    if (env.n)
        map_put(&old, env, NULL);
    map_each (&old, i)
        if (!map_find(&names, old.entries[i].key))
            map_put(&names, old.entries[i].key, NULL);
    return names.n == before || write_list(to, session->arena, &names, (struct str){0}, diags);
}

/* Of one environment: its name is added, under the lock of the default state, as with `env new`. */
static bool carry_name(struct session *session, struct diags *diags)
{
    struct backend *to = place_default(session, diags);
    struct store_options options = {.operation = arena_str(session->arena, session->options.operation).p,
                                    .lock_timeout_s = session->options.lock_timeout_s};
    bool writes = to && to->ops->extra_write;
    bool locked = writes && lock_take(to, &options, session->arena, diags);
    bool ok = to && (!writes || (locked && carry_list(session, NULL, to, diags)));
    if (locked)
        to->ops->unlock(to);
    backend_close(to);
    return ok;
}

void env_carry(struct session *session, struct backend *from, struct backend *to, struct diags *diags)
{
    struct diags quiet = DIAGS_INIT(session->arena);
    bool ok = session->options.env.n
                  ? carry_name(session, &quiet)
                  : !from->ops->extra_read || !to->ops->extra_write || carry_list(session, from, to, &quiet);
    if (!ok && quiet.n_errors)
        diag_warning(diags, (struct span){0}, _("The environments are not known there"),
                     _("The state has moved, but the list of environments has not: %.*s \"detour env new\" makes each "
                       "of them known again; their states are as they were."),
                     STR_ARG(quiet.list.v[0].detail));
}

/* -- making and deleting: under the lock of the default state -- */

bool session_env_new(struct session *session, struct str name, struct diags *diags)
{
    struct map names;
    if (!session_env_name(name, diags) || !session_need_store(session, diags))
        return false;
    struct backend *b = place_backend(session, diags);
    if (!read_list(b, session->arena, &names, diags))
        return false;
    if (str_is(name, "default") || map_find(&names, name)) {
        diag_error(diags, (struct span){0}, _("The environment exists"),
                   _("There is an environment \"%.*s\" already. Use it with -env=%.*s."), STR_ARG(name), STR_ARG(name));
        return false;
    }
    map_put(&names, name, NULL);
    return write_list(b, session->arena, &names, (struct str){0}, diags);
}

static bool refuse_full(struct session *of, struct diags *diags)
{
    size_t n;
    struct snapshot *s = session_snapshot(of);
    const struct state_instance *const *all = snapshot_sorted(s, &n);
    if (!n)
        return false;
    diag_error(
        diags, (struct span){0}, _("The environment is not empty"),
        _("The state of \"%.*s\" holds %zu objects, the first of them %s: deleting it would forget them. Destroy "
          "them first (detour destroy -env=%.*s), or let go of them with \"detour state rm\"."),
        STR_ARG(of->options.env), n, all[0]->addr->text.p, STR_ARG(of->options.env));
    return true;
}

/* A state in files goes with its environment; elsewhere an empty one stays. Its history stays in any case. */
static void remove_state(struct session *of, struct diags *diags)
{
    struct backend *b = place_backend_any(of, diags);
    if (b && !b->remote)
        unlink(b->place.p);
    place_forget(of);
}

bool session_env_delete(struct session *session, struct session *of, struct diags *diags)
{
    struct map names;
    if (!session_need_store(session, diags) || !session_need_store(of, diags) || refuse_full(of, diags))
        return false;
    struct backend *b = place_backend(session, diags);
    if (!read_list(b, session->arena, &names, diags) || !write_list(b, session->arena, &names, of->options.env, diags))
        return false;
    remove_state(of, diags);
    return true;
}
