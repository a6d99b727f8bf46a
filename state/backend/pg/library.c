#define LIBPQ_DIRECT
#include "state/backend/pg/library.h"
#include "base/library.h"

struct pq_library pq_library;

bool pq_library_load(const char **why)
{
    static struct library library = {.file = "libpq.so.5"};
#define LIBPQ_SYMBOL(name) {#name, &pq_library.name},
    static const struct library_symbol symbols[] = {LIBPQ_FUNCTIONS(LIBPQ_SYMBOL)};
#undef LIBPQ_SYMBOL
    return library_load(&library, symbols, sizeof symbols / sizeof *symbols, why);
}
