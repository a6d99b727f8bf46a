#define LIBSSH_DIRECT
#include "transport/ssh/library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

struct ssh_library ssh_library;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *problem = "libssh";

/* The name of the version that this was built against: its functions are declared as they are there. */
#define LIBSSH_FILE "libssh.so.4"

/* `function` is a pointer to a function pointer, which C has no common type for. */
static bool find(void *handle, const char *name, void *function)
{
    void *found = dlsym(handle, name);
    if (!found)
        problem = dlerror();
    memcpy(function, &found, sizeof found);
    return found != NULL;
}

static void load(void)
{
    void *handle = dlopen(LIBSSH_FILE, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle) {
        problem = dlerror();
        return;
    }
#define LIBSSH_FIND(name)                                                                                              \
    if (!find(handle, #name, &ssh_library.name))                                                                       \
        return;
    LIBSSH_FUNCTIONS(LIBSSH_FIND)
#undef LIBSSH_FIND
    problem = NULL;
}

bool ssh_library_load(const char **why)
{
    pthread_once(&once, load);
    if (why)
        *why = problem;
    return !problem;
}
