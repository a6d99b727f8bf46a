#include "base/cleanup.h"
#include "base/fs.h"
#include "base/gettext.h"
#include "base/rewrite.h"
#include "cli/cli.h"
#include "cli/fmt_files.h"
#include "syntax/fmt.h"
#include "syntax/parse.h"
#include "view/unified.h"

#include <errno.h>

/* One run over any number of files; the arena is emptied after each, so that a large tree costs no more than its
 * largest file. */
struct formatting {
    struct cli *cli;
    struct arena *arena;
    VEC(struct str) files;
    struct strbuf list, diffs; /* files that change; how */
    size_t changed;
    bool failed;
};

static void complain(struct formatting *f, struct str path, const char *what)
{
    diag_error(&f->cli->diags, (struct span){0}, _("Cannot format"), "%.*s: %s.", STR_ARG(path), what);
    f->failed = true;
}

/* Reports the errors of one text while its source is still at hand. */
static void report(struct formatting *f, struct sources *sources)
{
    f->failed |= diags_failed(&f->cli->diags);
    f->cli->sources = sources;
    if (f->cli->diags.list.n)
        cli_report(f->cli);
    f->cli->sources = NULL;
}

/* The text formatted, in f->arena; itself where it has errors, which are reported. */
static struct str format(struct formatting *f, struct str name, struct str text)
{
    struct sources *sources = sources_new();
    uint32_t file = sources_add_borrowed(sources, name, text);
    struct str formatted = fmt_source(f->arena, &f->cli->diags, sources, file);
    report(f, sources);
    sources_free(sources);
    return formatted;
}

static void changed(struct formatting *f, struct str path, struct str text, struct str formatted)
{
    const struct flags *flags = &f->cli->flags;
    f->changed++;
    strbuf_printf(&f->list, "%.*s\n", STR_ARG(path));
    if (flags->diff)
        unified_diff(&f->diffs, arena_printf(f->arena, "old/%.*s", STR_ARG(path)),
                     arena_printf(f->arena, "new/%.*s", STR_ARG(path)), text, formatted, &f->cli->out);
    struct rewriter rewriter = {0};
    if (flags->write && !flags->check && !rewriter_put(&rewriter, path.p, formatted))
        complain(f, path, strerror(errno));
    rewriter_end(&rewriter);
}

/* Why a file was not read, after fs_read() set errno. */
static const char *read_problem(struct formatting *f)
{
    if (errno != EFBIG)
        return strerror(errno);
    return arena_printf(f->cli->arena, _("it is larger than %d MiB, the most that configuration may be"),
                        PARSE_SIZE >> 20)
        .p;
}

static void format_file(struct formatting *f, struct str path)
{
    struct str text;
    arena_reset(f->arena);
    if (!fs_read(&vfs_system, f->arena, path.p, PARSE_SIZE, &text)) {
        complain(f, path, read_problem(f));
        return;
    }
    struct str formatted = format(f, path, text);
    if (!str_eq(text, formatted))
        changed(f, path, text, formatted);
}

/* -- folders -- */

/* Editors' leftovers and hidden files are nobody's configuration. */
static bool ignored(struct str name)
{
    return str_starts(name, STR(".")) || str_ends(name, STR("~")) ||
           (str_starts(name, STR("#")) && str_ends(name, STR("#")));
}

static bool is_source(struct str name)
{
    return str_ends(name, STR(".hcl")) || str_ends(name, STR(".tf")) || str_ends(name, STR(".tfvars"));
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* DT_DIR, DT_REG, or something else; links count as what they point to. */
static unsigned type_of(const struct dirent *entry, struct str path)
{
    struct stat st;
    if (entry->d_type == DT_DIR || entry->d_type == DT_REG)
        return entry->d_type;
    return stat(path.p, &st) == 0 ? IFTODT(st.st_mode) : DT_UNKNOWN;
}

static void gather_folder(struct formatting *f, struct str dir)
{
    struct dirent **entries;
    int n = scandir(dir.n ? dir.p : ".", &entries, NULL, by_name);
    if (n < 0) {
        complain(f, dir, strerror(errno));
        return;
    }
    for (int i = 0; i < n; i++) {
        struct str name = str_c(entries[i]->d_name), path = fs_join(f->cli->arena, dir, name);
        if (ignored(name))
            continue;
        unsigned type = type_of(entries[i], path);
        if (type == DT_DIR && f->cli->flags.recursive && entries[i]->d_type != DT_LNK)
            gather_folder(f, path);
        else if (type == DT_REG && is_source(name))
            vec_push(f->cli->arena, &f->files, path);
    }
    for (int i = 0; i < n; i++)
        free(entries[i]);
    free(entries);
}

static void gather(struct formatting *f, struct str target)
{
    struct stat st;
    if (stat(target.p, &st) != 0)
        complain(f, target, strerror(errno));
    else if (S_ISDIR(st.st_mode))
        gather_folder(f, target);
    else if (is_source(target))
        vec_push(f->cli->arena, &f->files, target);
    else
        complain(f, target, _("only .hcl, .tf and .tfvars files can be formatted"));
}

/* Formats what was gathered: at once as far as nothing is to be told but the names, the rest one by one, in order. */
static void format_files(struct formatting *f)
{
    const struct flags *flags = &f->cli->flags;
    enum fmt_outcome *outcomes = ARENA_ARRAY(f->cli->arena, enum fmt_outcome, f->files.n);
    if (!flags->diff)
        fmt_files(f->files.v, f->files.n, flags->write && !flags->check, outcomes);
    vec_each (&f->files, i) {
        struct str path = f->files.v[i];
        if (outcomes[i] == FMT_LEFT)
            format_file(f, path);
        f->changed += outcomes[i] == FMT_CHANGED;
        if (outcomes[i] == FMT_CHANGED)
            strbuf_printf(&f->list, "%.*s\n", STR_ARG(path));
    }
}

/* -- standard input -- */

static int format_input(struct formatting *f)
{
    struct str text;
    if (!fs_read(&vfs_system, f->cli->arena, "/dev/stdin", PARSE_SIZE, &text)) {
        complain(f, STR("<stdin>"), read_problem(f));
        cli_report(f->cli);
        return EXIT_CHANGES;
    }
    struct str formatted = format(f, STR("<stdin>"), text);
    if (f->failed)
        return EXIT_CHANGES;
    bool same = str_eq(text, formatted);
    if (f->cli->flags.diff)
        unified_diff(&f->diffs, STR("old/<stdin>"), STR("new/<stdin>"), text, formatted, &f->cli->out);
    cli_print(f->cli->flags.diff ? strbuf_str(&f->diffs) : f->cli->flags.check ? STR("") : formatted);
    return f->cli->flags.check && !same ? EXIT_UNFORMATTED : EXIT_OK;
}

static int finish(struct formatting *f)
{
    if (!(f->failed && f->cli->flags.check))
        cli_print(strbuf_str(&f->list));
    cli_print(strbuf_str(&f->diffs));
    cli_report(f->cli);
    if (f->failed)
        return EXIT_CHANGES; /* 2, as everybody's scripts expect of fmt */
    return f->cli->flags.check && f->changed ? EXIT_UNFORMATTED : EXIT_OK;
}

static int run(struct cli *cli)
{
    ARENA_AUTO arena = arena_new();
    struct formatting f = {.cli = cli, .arena = arena};
    int code;
    if (cli->flags.args.n == 1 && str_is(cli->flags.args.v[0], "-")) {
        code = format_input(&f);
    } else {
        vec_each (&cli->flags.args, i)
            gather(&f, cli->flags.args.v[i]);
        if (!cli->flags.args.n)
            gather_folder(&f, (struct str){0});
        format_files(&f);
        code = finish(&f);
    }
    strbuf_free(&f.list);
    strbuf_free(&f.diffs);
    return code;
}

const struct command cmd_fmt = {
    .name = "fmt",
    .args = "[FILE | FOLDER | -]…",
    .summary = N_("Rewrite configurations in the canonical style"),
    .doc = N_(
        "Formats the .hcl files of the current folder, or what is named; - reads standard input and writes standard "
        "output. Files with syntax errors are "
        "left alone and named.\nExit status: 0 formatted, 2 errors, with -check 3 where something is not formatted."),
    .flags = "check diff no-color recursive write",
    .max_args = 10000,
    .run = run,
};
