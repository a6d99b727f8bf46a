/*
 * Conformance of configurations: what is said about each source of data/config/. A case is NAME.hcl, or a folder NAME/
 * with several files, and NAME.txt beside it with the diagnostics as people see them. Prints `N of M` and the cases
 * that differ. Usage: conformance_config DATA_DIR [-v | --update]; --update writes the .txt files anew, for review in a
 * diff.
 */
#include "base/cleanup.h"
#include "base/fs.h"
#include "config/reference.h"
#include "diag/snippet.h"

#include <stdio.h>
#include <stdlib.h>

static const struct snippet_style plain = {.width = 100};

static void render(struct strbuf *out, const struct sources *sources, struct diags *diags)
{
    diags_tidy(diags);
    for (size_t i = 0; i < diags->list.n; i++) {
        if (i)
            strbuf_addc(out, '\n');
        snippet_render(out, sources, &diags->list.v[i], plain);
    }
    if (!diags->list.n)
        strbuf_lit(out, "No problems.\n");
}

static void answer(struct strbuf *out, struct config_reader reader, struct str dir)
{
    ARENA_AUTO arena = arena_new();
    struct sources *sources = sources_new();
    struct diags diags = DIAGS_INIT(arena);
    const struct config *config = config_load(arena, sources, &reader, dir, STR("0.1.0"), &diags);
    config_check_references(config, NULL, 0, &diags);
    render(out, sources, &diags);
    sources_free(sources);
}

static void answer_file(struct strbuf *out, struct arena *arena, const char *path)
{
    struct config_file file = {.path = STR("main.hcl")};
    struct config_files files = {&file, 1};
    if (!fs_read(&vfs_system, arena, path, 1 << 20, &file.text)) {
        perror(path);
        exit(2);
    }
    answer(out, config_memory(&files), STR("."));
}

/* Whether the answer is the expected one; with `update`, makes it so. */
static bool compare(struct arena *arena, struct str stem, struct str got, bool update, bool verbose)
{
    const char *path = arena_printf(arena, "%.*s.txt", STR_ARG(stem)).p;
    struct str want = STR("");
    bool exists = fs_read(&vfs_system, arena, path, 1 << 20, &want);
    if (exists && str_eq(got, want))
        return true;
    if (update)
        return fs_replace(&vfs_system, path, got, 0644);
    printf("%.*s differs\n", STR_ARG(stem));
    if (verbose)
        printf("--- want\n%.*s--- got\n%.*s", STR_ARG(want), STR_ARG(got));
    return false;
}

static bool run_case(const char *dir, const char *name, bool update, bool verbose)
{
    ARENA_AUTO arena = arena_new();
    STRBUF_AUTO got = STRBUF_INIT(STRBUF_MAX);
    struct str path = arena_printf(arena, "%s/%s", dir, name);
    bool file = str_ends(path, STR(".hcl"));
    if (file)
        answer_file(&got, arena, path.p);
    else
        answer(&got, config_disk, path);
    return compare(arena, file ? str_sub(path, 0, path.n - 4) : path, strbuf_str(&got), update, verbose);
}

int main(int argc, char **argv)
{
    struct dirent **entries;
    bool update = argc > 2 && strcmp(argv[2], "--update") == 0, verbose = argc > 2 && strcmp(argv[2], "-v") == 0;
    char dir[4096];
    snprintf(dir, sizeof dir, "%s/config", argc > 1 ? argv[1] : ".");
    int n = scandir(dir, &entries, NULL, alphasort), right = 0, all = 0;
    for (int i = 0; i < n; i++) {
        struct str name = str_c(entries[i]->d_name);
        if (!str_starts(name, STR(".")) && !str_ends(name, STR(".txt"))) {
            all++;
            right += run_case(dir, name.p, update, verbose);
        }
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    printf("config: %d of %d\n", right, all);
    return all > 0 && right == all ? 0 : 1;
}
