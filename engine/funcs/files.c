#include "funcs/files.h"

#include "base/fs.h"
#include "base/unicode.h"
#include "funcs/base64.h"
#include "funcs/glob.h"
#include "funcs/kit.h"

#include <errno.h>
#include <pwd.h>
#include <unistd.h>

enum { FILE_MAX = 64 << 20 }; /* bytes of a file that becomes a value */

/* -- names -- */

struct str files_clean(struct arena *arena, struct str name)
{
    bool rooted = str_starts(name, STR("/"));
    VEC(struct str) parts = {0};
    while (name.n) {
        size_t slash = str_find_byte(name, '/', 0);
        struct str part = str_sub(name, 0, slash);
        name = slash == SIZE_MAX ? STR("") : str_sub(name, slash + 1, name.n);
        if (!part.n || str_is(part, "."))
            continue;
        bool up = str_is(part, "..");
        if (up && parts.n && !str_is(parts.v[parts.n - 1], ".."))
            parts.n--;
        else if (!up || !rooted)
            vec_push(arena, &parts, part);
    }
    STRBUF_AUTO out = STRBUF_INIT(KIT_TEXT_MAX);
    if (rooted)
        strbuf_addc(&out, '/');
    vec_each (&parts, i) {
        if (i)
            strbuf_addc(&out, '/');
        strbuf_add(&out, parts.v[i]);
    }
    return arena_str(arena, out.n ? strbuf_str(&out) : STR("."));
}

/* "~" and "~/x" with the home folder put in; false for the home of somebody else. */
static bool expand_home(struct arena *arena, struct str name, struct str *out)
{
    *out = name;
    if (!str_starts(name, STR("~")))
        return true;
    if (name.n > 1 && name.p[1] != '/')
        return false;
    const char *home = getenv("HOME");
    struct passwd entry, *found = NULL;
    char buffer[4096];
    if ((!home || !*home) && getpwuid_r(getuid(), &entry, buffer, sizeof buffer, &found) == 0 && found)
        home = found->pw_dir;
    *out = fs_join(arena, str_c(home ? home : "/"), str_sub(name, 2, name.n));
    return true;
}

/* A name of a file relative to base_dir; text that is absolute stays as it is. */
static struct str rebase(struct func_call *call, struct str name)
{
    if (str_starts(name, STR("/")))
        return files_clean(kit_arena(call), name);
    return files_clean(kit_arena(call), fs_join(kit_arena(call), call->eval->base_dir, name));
}

bool files_name(struct func_call *call, size_t i, struct str *name)
{
    struct str text = kit_str(call, i);
    if (str_find_byte(text, '\0', 0) != SIZE_MAX)
        return func_fail(call, (int)i, _("a file name cannot hold a NUL character"));
    if (!expand_home(kit_arena(call), text, name))
        return func_fail(call, (int)i, _("cannot find the home folder of another user in \"%.*s\""), STR_ARG(text));
    *name = rebase(call, *name);
    return true;
}

static bool abspath_impl(struct func_call *call)
{
    struct arena *arena = kit_arena(call);
    struct str name = rebase(call, kit_str(call, 0));
    if (!str_starts(name, STR("/"))) {
        CLEANUP(cleanup_ptr) char *cwd = getcwd(NULL, 0);
        if (!cwd)
            return func_fail(call, KIT_CALL, _("the current folder has no name: %s"), strerror(errno));
        name = files_clean(arena, arena_printf(arena, "%s/%.*s", cwd, STR_ARG(name)));
    }
    return kit_answer_str(call, name);
}

static bool basename_impl(struct func_call *call)
{
    struct str name = kit_str(call, 0);
    if (!name.n)
        return kit_answer(call, value_string(STR(".")));
    while (name.n && name.p[name.n - 1] == '/')
        name.n--;
    size_t from = name.n;
    while (from && name.p[from - 1] != '/')
        from--;
    return kit_answer_str(call, name.n ? str_sub(name, from, name.n) : STR("/"));
}

static bool dirname_impl(struct func_call *call)
{
    struct str name = kit_str(call, 0);
    size_t end = name.n;
    while (end && name.p[end - 1] != '/')
        end--;
    return kit_answer_str(call, files_clean(kit_arena(call), str_sub(name, 0, end)));
}

static bool pathexpand_impl(struct func_call *call)
{
    struct str name;
    if (!expand_home(kit_arena(call), kit_str(call, 0), &name))
        return func_fail(call, KIT_CALL, _("cannot find the home folder of another user in \"%.*s\""),
                         STR_ARG(kit_str(call, 0)));
    return kit_answer_str(call, name);
}

/* -- content -- */

static bool read_failed(struct func_call *call, size_t i, int error)
{
    struct str text = kit_str(call, i);
    if (error == ENOENT)
        return func_fail(
            call, (int)i,
            _("there is no file \"%.*s\"; functions read only files that exist before the run, so take the "
              "content of a file that a resource makes from an attribute of that resource"),
            STR_ARG(text));
    if (error == EFBIG)
        return func_fail(call, (int)i, _("the file \"%.*s\" is longer than %d bytes"), STR_ARG(text), FILE_MAX);
    return func_fail(call, (int)i, _("cannot read \"%.*s\": %s"), STR_ARG(text), strerror(error));
}

bool files_read(struct func_call *call, size_t i, struct str *content)
{
    struct str name;
    struct stat st;
    if (!files_name(call, i, &name))
        return false;
    /* Asked first, so that a pipe or device is never waited for. */
    if (stat(name.p, &st) != 0)
        return read_failed(call, i, errno);
    if (!S_ISREG(st.st_mode))
        return read_failed(call, i, S_ISDIR(st.st_mode) ? EISDIR : EINVAL);
    return fs_read(&vfs_system, kit_arena(call), name.p, FILE_MAX, content) || read_failed(call, i, errno);
}

static bool file_impl(struct func_call *call)
{
    struct str content;
    if (!files_read(call, 0, &content))
        return false;
    if (utf8_invalid(content) != SIZE_MAX)
        return func_fail(call, KIT_CALL, _("the content of \"%.*s\" is not UTF-8 text; filebase64() reads any file"),
                         STR_ARG(kit_str(call, 0)));
    return kit_answer_str(call, content);
}

static bool filebase64_impl(struct func_call *call)
{
    struct str content;
    return files_read(call, 0, &content) && kit_answer(call, value_string(base64_encode(kit_arena(call), content)));
}

static bool fileexists_impl(struct func_call *call)
{
    struct str name;
    struct stat st;
    if (!files_name(call, 0, &name))
        return false;
    if (stat(name.p, &st) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return kit_answer(call, value_bool(false));
        return func_fail(call, KIT_CALL, _("cannot look for \"%.*s\": %s"), STR_ARG(kit_str(call, 0)), strerror(errno));
    }
    if (!S_ISREG(st.st_mode))
        return func_fail(call, KIT_CALL, _("\"%.*s\" is not a regular file, but %s"), STR_ARG(kit_str(call, 0)),
                         S_ISDIR(st.st_mode) ? _("a folder") : _("a special file"));
    return kit_answer(call, value_bool(true));
}

/* How many bytes the two cleaned names have in common, in whole components. */
static size_t common_folders(struct str a, struct str b)
{
    size_t common = 0;
    for (size_t i = 0; i <= a.n && i <= b.n; i++) {
        bool ends_a = i == a.n || a.p[i] == '/', ends_b = i == b.n || b.p[i] == '/';
        if (ends_a && ends_b)
            common = i;
        if (i == a.n || i == b.n || a.p[i] != b.p[i])
            break;
    }
    return common;
}

/* A name that was found by way of ".." as seen from the folder: "../a/x" from "a" is "x". */
static struct str from_folder(struct arena *arena, struct str folder, struct str name)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (str_find(name, STR(".."), 0) == SIZE_MAX)
        return name;
    struct str base = files_clean(arena, folder);
    struct str whole = files_clean(arena, arena_printf(arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(name)));
    if (str_is(base, "."))
        return whole;
    size_t common = common_folders(base, whole);
    for (size_t i = common; i < base.n; i++)
        if (base.p[i] == '/' || i == 0)
            strbuf_lit(&out, "../");
    strbuf_add(&out, str_sub(whole, common + (common && common < whole.n), whole.n));
    return arena_str(arena, strbuf_str(&out));
}

static bool fileset_impl(struct func_call *call)
{
    STRBUF_AUTO why = STRBUF_INIT(1024);
    struct glob_files files = {0};
    if (str_find_byte(kit_str(call, 0), '\0', 0) != SIZE_MAX || str_find_byte(kit_str(call, 1), '\0', 0) != SIZE_MAX)
        return func_fail(call, KIT_CALL, _("a file name cannot hold a NUL character"));
    if (!glob_find(kit_arena(call), rebase(call, kit_str(call, 0)), kit_str(call, 1), &files, &why))
        return func_fail(call, KIT_CALL, "%.*s", STR_ARG(strbuf_str(&why)));
    struct value *items = ARENA_ARRAY(kit_arena(call), struct value, files.names.n);
    struct str folder = rebase(call, kit_str(call, 0));
    vec_each (&files.names, i)
        items[i] = value_string_copy(kit_arena(call), from_folder(kit_arena(call), folder, files.names.v[i]));
    return kit_answer(call, value_set(kit_arena(call), type_string, items, files.names.n));
}

#define PATH_PARAM                                                                                                     \
    {                                                                                                                  \
        "path", "string", 0, N_("The name of the file; relative ones start from the folder of the run.")               \
    }
#define ROW(name_, type_, impl_, doc_)                                                                                 \
    {                                                                                                                  \
        .name = name_, .result_type = type_, .impl = impl_, .flags = FUNC_REFINE_NOT_NULL, .doc = doc_,                \
        .params = PARAMS(PATH_PARAM)                                                                                   \
    }

const struct func file_funcs[] = {
    ROW("file", "string", file_impl, N_("The content of a file, which must be UTF-8 text.")),
    ROW("filebase64", "string", filebase64_impl, N_("The content of a file in base64.")),
    ROW("fileexists", "bool", fileexists_impl, N_("Whether there is a file of that name.")),
    ROW("abspath", "string", abspath_impl, N_("The absolute form of a file name.")),
    ROW("basename", "string", basename_impl, N_("The last part of a file name.")),
    ROW("dirname", "string", dirname_impl, N_("A file name without its last part.")),
    ROW("pathexpand", "string", pathexpand_impl, N_("A file name with a leading ~ replaced by the home folder.")),
    {.name = "fileset",
     .result_type = "set(string)",
     .impl = fileset_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"path", "string", 0, N_("The folder to search.")},
                      {"pattern", "string", 0, N_("Names with * ? [a-z] {a,b}, and ** for any number of folders.")}),
     .doc = N_("The names of the regular files below a folder that match a pattern.")},
    {0},
};
