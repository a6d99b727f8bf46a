/* reader: where files come from, and which of them make up a configuration. */
#include "base/cleanup.h"
#include "base/fs.h"
#include "config/config.h"
#include "syntax/parse.h"

#include <errno.h>

/* Every kind of file may be written in JSON, and then has that at the end of its name. */
static struct str without_json(struct str name)
{
    return str_ends(name, STR(".hcl.json")) ? str_sub(name, 0, name.n - 5) : name;
}

bool config_is_override(struct str name)
{
    name = without_json(name);
    return str_is(name, "override.hcl") || (str_ends(name, STR("_override.hcl")) && !str_starts(name, STR(".")));
}

bool config_is_source(struct str name)
{
    name = without_json(name);
    return str_ends(name, STR(".hcl")) && !str_starts(name, STR(".")) && !config_is_override(name) &&
           !str_ends(name, STR(".vars.hcl")) && !str_ends(name, STR(".test.hcl")) &&
           !str_ends(name, STR(".mock.hcl")) && !str_is(name, "detour.lock.hcl");
}

bool config_is_values(struct str name)
{
    return str_ends(without_json(name), STR(".auto.vars.hcl")) && !str_starts(name, STR("."));
}

static bool disk_list(void *ctx, struct arena *arena, struct str dir, struct str **names, size_t *n)
{
    (void)ctx;
    VEC(struct str) list = {0};
    DIR_AUTO folder = opendir(fs_join(arena, dir, STR(".")).p);
    if (!folder)
        return false;
    errno = 0;
    for (struct dirent *entry; (entry = readdir(folder));)
        if (entry->d_type != DT_DIR)
            vec_push(arena, &list, arena_str(arena, str_c(entry->d_name)));
    *names = list.v;
    *n = list.n;
    return errno == 0;
}

static bool disk_read(void *ctx, struct arena *arena, struct str path, struct str *content)
{
    (void)ctx;
    return fs_read(&vfs_system, arena, arena_str(arena, path).p, PARSE_SIZE, content);
}

const struct config_reader config_disk = {.list = disk_list, .read = disk_read};

/* The folder part; "." where there is none. */
static struct str folder_of(struct str path)
{
    size_t slash = SIZE_MAX;
    for (size_t i = 0; i < path.n; i++)
        if (path.p[i] == '/')
            slash = i;
    return slash == SIZE_MAX ? STR(".") : str_sub(path, 0, slash);
}

static bool memory_list(void *ctx, struct arena *arena, struct str dir, struct str **names, size_t *n)
{
    const struct config_files *files = ctx;
    VEC(struct str) list = {0};
    bool found = false;
    for (size_t i = 0; i < files->n; i++) {
        struct str path = files->v[i].path, folder = folder_of(path);
        if (!str_eq(folder, dir))
            continue;
        found = true;
        vec_push(arena, &list, str_is(folder, ".") ? path : str_sub(path, folder.n + 1, path.n));
    }
    *names = list.v;
    *n = list.n;
    errno = ENOENT;
    return found;
}

static bool memory_read(void *ctx, struct arena *arena, struct str path, struct str *content)
{
    const struct config_files *files = ctx;
    (void)arena;
    for (size_t i = 0; i < files->n; i++)
        if (str_eq(files->v[i].path, path)) {
            *content = files->v[i].text;
            return true;
        }
    errno = ENOENT;
    return false;
}

struct config_reader config_memory(const struct config_files *files)
{
    return (struct config_reader){.ctx = (void *)files, .list = memory_list, .read = memory_read};
}
