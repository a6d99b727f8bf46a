/* replay: runs each input of the corpus once, without libFuzzer. Usage: fuzz_<name> FILE_OR_FOLDER… */
#include "base/cleanup.h"
#include "base/fs.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned n_run;

static void run_file(struct arena *arena, const char *path)
{
    struct str content;
    if (!fs_read(&vfs_system, arena, path, 1 << 26, &content)) {
        perror(path);
        exit(2);
    }
    /* a copy of just that size, so that reading past its end is noticed */
    char *exact = heap_alloc(content.n);
    memcpy(exact, content.p, content.n);
    LLVMFuzzerTestOneInput((const uint8_t *)exact, content.n);
    free(exact);
    n_run++;
}

static void run_path(const char *path)
{
    ARENA_AUTO arena = arena_new();
    DIR_AUTO dir = opendir(path);
    if (!dir) {
        run_file(arena, path);
        return;
    }
    for (struct dirent *entry; (entry = readdir(dir));)
        if (entry->d_name[0] != '.')
            run_file(arena, fs_join(arena, str_c(path), str_c(entry->d_name)).p);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        run_path(argv[i]);
    printf("%u inputs\n", n_run);
    return n_run ? 0 : 1;
}
