/* secret: values from outside: programs, the password store, files encrypted with age. All answer sensitive values. */
#include "base/process.h"
#include "base/unicode.h"
#include "funcs/files.h"
#include "funcs/kit.h"

enum { OUTPUT_MAX = 4 << 20 };

/* Without the line end that programs put behind their output. */
static struct str without_newline(struct str s)
{
    if (str_ends(s, STR("\n")))
        s.n--;
    if (str_ends(s, STR("\r")))
        s.n--;
    return s;
}

/* Runs the program in `folder` and answers what it printed, marked. */
static bool answer_output(struct func_call *call, const char *const *argv, struct str folder, bool first_line,
                          uint16_t marks)
{
    STRBUF_AUTO out = STRBUF_INIT(OUTPUT_MAX);
    STRBUF_AUTO why = STRBUF_INIT(4096);
    struct process process = {.argv = argv, .folder = folder};
    bool ok = process_run(&process, &out, &why);
    struct str text = strbuf_str(&out);
    if (!ok) {
        func_fail(call, KIT_CALL, "%.*s", STR_ARG(strbuf_str(&why)));
    } else if (utf8_invalid(text) != SIZE_MAX) {
        ok = func_fail(call, KIT_CALL, _("what %s printed is not UTF-8 text"), argv[0]);
    } else {
        text = first_line ? str_sub(text, 0, str_find_byte(text, '\n', 0)) : text;
        ok = kit_answer_str(call, without_newline(text));
        call->result = value_mark(call->result, marks);
    }
    if (out.p)
        explicit_bzero(out.p, out.n);
    return ok;
}

/* Strings as the system takes them: NUL-terminated, without NUL inside. */
static bool argv_arg(struct func_call *call, const char ***out)
{
    struct value list = call->args[0];
    if (!list.n)
        return func_fail(call, 0, _("it must hold at least the name of a program"));
    *out = ARENA_ARRAY(kit_arena(call), const char *, list.n + 1);
    for (size_t i = 0; i < list.n; i++) {
        struct value item = list.u.items[i];
        if (value_is_null(item) || str_find_byte(item.u.string, '\0', 0) != SIZE_MAX)
            return func_fail(call, 0, _("element %zu is null, or holds a NUL character"), i);
        (*out)[i] = arena_str(kit_arena(call), item.u.string).p;
    }
    return true;
}

static bool command_impl(struct func_call *call)
{
    const char **argv = NULL;
    return argv_arg(call, &argv) &&
           answer_output(call, argv, call->eval->base_dir, false, MARK_SENSITIVE | MARK_EPHEMERAL);
}

static bool pass_impl(struct func_call *call)
{
    struct str name = kit_str(call, 0);
    if (!name.n || name.p[0] == '-' || str_find_byte(name, '\0', 0) != SIZE_MAX)
        return func_fail(call, 0, _("this is not the name of an entry of the password store"));
    const char *argv[] = {"pass", "show", arena_str(kit_arena(call), name).p, NULL};
    return answer_output(call, argv, STR(""), true, MARK_SENSITIVE);
}

/* The file with the private key: the second argument, or DETOUR_AGE_IDENTITY. */
static bool identity_arg(struct func_call *call, struct str *out)
{
    const char *name = getenv("DETOUR_AGE_IDENTITY");
    if (call->n > 2)
        return func_fail(call, KIT_CALL, _("age_file() takes one or two arguments, not %zu"), call->n);
    if (call->n == 2)
        return files_name(call, 1, out);
    *out = arena_str(kit_arena(call), str_c(name));
    return out->n ||
           func_fail(call, KIT_CALL,
                     _("name the file with the private key: as a second argument, or in DETOUR_AGE_IDENTITY"));
}

static bool age_file_impl(struct func_call *call)
{
    struct str path, identity;
    if (!files_name(call, 0, &path) || !identity_arg(call, &identity))
        return false;
    const char *argv[] = {"age", "--decrypt", "--identity", identity.p, "--", path.p, NULL};
    return answer_output(call, argv, STR(""), false, MARK_SENSITIVE);
}

const struct func secret_funcs[] = {
    {.name = "command",
     .result_type = "string",
     .impl = command_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"argv", "list(string)", 0, N_("The program and its arguments; no shell reads them.")}),
     .doc = N_("What a program of this machine prints, without the last line end: sensitive, and never stored.")},
    {.name = "pass",
     .result_type = "string",
     .impl = pass_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"name", "string", 0, N_("The name of an entry.")}),
     .doc = N_("The first line of an entry of the password store pass(1): sensitive.")},
    {.name = "age_file",
     .result_type = "string",
     .impl = age_file_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"path", "string", 0, N_("The name of the encrypted file.")}),
     .rest = REST("identity", "string", 0, N_("The file with the private key; else DETOUR_AGE_IDENTITY names it.")),
     .doc = N_("The text of a file that was encrypted with age(1): sensitive.")},
    {0},
};
