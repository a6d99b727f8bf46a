/* fixture: configurations out of memory, for the tests of config/. */
#ifndef TESTS_CONFIG_FIXTURE_H
#define TESTS_CONFIG_FIXTURE_H

#include "config/reference.h"

#include <criterion/criterion.h>

struct fixture {
    struct arena *arena;
    struct sources *sources;
    struct diags diags;
    struct config_files files;
    struct config_reader reader;
    const struct config *config;
};

/* `pairs` are path, text, path, text …, ended by NULL. */
static inline struct fixture fixture_new(const char *const *pairs)
{
    struct fixture f = {.arena = arena_new(), .sources = sources_new()};
    size_t n = 0;
    while (pairs[n * 2])
        n++;
    struct config_file *files = ARENA_ARRAY(f.arena, struct config_file, n);
    for (size_t i = 0; i < n; i++)
        files[i] = (struct config_file){str_c(pairs[i * 2]), str_c(pairs[i * 2 + 1])};
    struct config_files *list = ARENA_NEW(f.arena, struct config_files);
    *list = (struct config_files){files, n};
    f.diags = DIAGS_INIT(f.arena);
    f.reader = config_memory(list);
    f.config = config_load(f.arena, f.sources, &f.reader, STR("."), STR("0.1.0"), &f.diags);
    return f;
}

static inline struct fixture fixture_main(const char *text)
{
    return fixture_new((const char *const[]){"main.hcl", text, NULL});
}

static inline void fixture_free(struct fixture *f)
{
    sources_free(f->sources);
    arena_free(f->arena);
}
#define FIXTURE_AUTO __attribute__((cleanup(fixture_free))) struct fixture

static inline const char *fixture_error(const struct fixture *f, size_t i)
{
    if (i >= f->diags.list.n)
        return "(none)";
    const struct diag *d = &f->diags.list.v[i];
    return arena_printf(f->arena, "%.*s: %.*s", STR_ARG(d->summary), STR_ARG(d->detail)).p;
}

#define cr_assert_clean(f) cr_assert_eq((f)->diags.list.n, 0, "%s", fixture_error((f), 0))

#endif
