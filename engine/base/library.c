#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

static const char *load(const struct library *library, const struct library_symbol *symbols, size_t n)
{
    void *handle = dlopen(library->file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle)
        return dlerror();
    for (size_t i = 0; i < n; i++) {
        void *found = dlsym(handle, symbols[i].name);
        if (!found)
            return dlerror();
        memcpy(symbols[i].function, &found, sizeof found); /* C has no type that holds both */
    }
    return NULL;
}

bool library_load(struct library *library, const struct library_symbol *symbols, size_t n, const char **why)
{
    if (!library->tried)
        library->problem = load(library, symbols, n);
    library->tried = true;
    *why = library->problem;
    return !library->problem;
}
