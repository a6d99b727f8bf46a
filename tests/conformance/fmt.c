/*
 * Conformance of the formatter: fmt/<name>.in.hcl becomes fmt/<name>.want.hcl byte for byte; where there is no such
 * file, the input has errors and is left alone. Prints `N of M`. Usage: conformance_fmt DATA_DIR [-v]
 * With -w FILE… it formats those files in place, and names the ones with errors: for differential.
 */
#include "base/cleanup.h"
#include "base/fs.h"
#include "syntax/fmt.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static bool verbose;

static int is_input(const struct dirent *entry)
{
    return str_ends(str_c(entry->d_name), STR(".in.hcl"));
}

static bool check(const char *dir, const char *name)
{
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    struct sources *sources = sources_new();
    struct str text = {0}, want = {0}, path = fs_join(arena, str_c(dir), str_c(name));
    if (!fs_read(&vfs_system, arena, path.p, 1 << 26, &text)) {
        perror(path.p);
        exit(2);
    }
    path = arena_printf(arena, "%.*s.want.hcl", (int)(path.n - 7), path.p);
    bool formats = fs_read(&vfs_system, arena, path.p, 1 << 26, &want);
    struct str got = fmt_source(arena, &diags, sources, sources_add(sources, str_c(name), text));
    bool right = str_eq(got, formats ? want : text) && diags_failed(&diags) == !formats;
    if (!right && verbose)
        printf("--- %s\n%.*s--- wanted\n%.*s--- got (%zu errors)\n%.*s", name, STR_ARG(text), STR_ARG(want),
               diags.n_errors, STR_ARG(got));
    sources_free(sources);
    return right;
}

static void rewrite(const char *path)
{
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    struct sources *sources = sources_new();
    struct str text = {0};
    bool ok = fs_read(&vfs_system, arena, path, 1 << 26, &text);
    if (ok)
        ok = fs_replace(&vfs_system, path, fmt_source(arena, &diags, sources, sources_add(sources, str_c(path), text)),
                        0644);
    if (!ok) {
        perror(path);
        exit(2);
    }
    if (diags_failed(&diags))
        puts(path);
    sources_free(sources);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "-w") == 0) {
        for (int i = 2; i < argc; i++)
            rewrite(argv[i]);
        return 0;
    }
    if (argc < 2) {
        fputs("usage: conformance_fmt DATA_DIR [-v]\n", stderr);
        return 2;
    }
    verbose = argc > 2;
    char dir[4096];
    snprintf(dir, sizeof dir, "%s/fmt", argv[1]);
    struct dirent **entries;
    int n = scandir(dir, &entries, is_input, alphasort), right = 0;
    for (int i = 0; i < n; i++) {
        right += check(dir, entries[i]->d_name);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    printf("fmt: %d of %d\n", right, n);
    return n > 0 && right == n ? 0 : 1;
}
