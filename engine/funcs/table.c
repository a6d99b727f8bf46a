#include "funcs/table.h"

#include "funcs/kit.h"

#include <pthread.h>

static const struct func *const nouns[] = {
    string_funcs,  regex_funcs,    format_funcs,  collection_funcs, list_funcs,     mapping_funcs, set_funcs,
    numeric_funcs, encoding_funcs, charset_funcs, crypto_funcs,     datetime_funcs, file_funcs,    template_funcs,
    cidr_funcs,    yaml_funcs,     csv_funcs,     convert_funcs,    semver_funcs,   envfile_funcs, secret_funcs,
};

static struct func_table table;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Lives as long as the process: nothing frees it. */
static void make_table(void)
{
    static struct arena *arena;
    arena = arena_new();
    table.by_name = MAP_INIT(arena);
    for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++)
        for (const struct func *f = nouns[i]; f->name; f++)
            map_put(&table.by_name, str_c(f->name), (void *)(uintptr_t)f);
}

const struct func_table *funcs_table(void)
{
    pthread_once(&once, make_table);
    return &table;
}
