/* library: shared libraries that are loaded when they are first needed, so that no other start waits for them. */
#ifndef DETOUR_BASE_LIBRARY_H
#define DETOUR_BASE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

/* One library; static, its other fields zero. Used by one thread at a time. */
struct library {
    const char *file; /* with the version that this was built against: "libarchive.so.13" */
    bool tried;
    const char *problem;
};

struct library_symbol {
    const char *name;
    void *function; /* a pointer to the function pointer to be set */
};

/* Loads the library at the first call and sets the functions. False where it cannot be: *why says what the loader
 * said. It stays loaded. */
bool library_load(struct library *library, const struct library_symbol *symbols, size_t n, const char **why);

#endif
