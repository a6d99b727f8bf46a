#include "module_store/archive_library.h"
#include "base/library.h"

const struct archive_library *archive_library_load(const char **why)
{
    static struct archive_library loaded;
    static struct library library = {.file = "libarchive.so.13"};
#define ARCHIVE_SYMBOL(name) {"archive_" #name, &loaded.name},
    static const struct library_symbol symbols[] = {ARCHIVE_FUNCTIONS(ARCHIVE_SYMBOL)};
#undef ARCHIVE_SYMBOL
    return library_load(&library, symbols, sizeof symbols / sizeof *symbols, why) ? &loaded : NULL;
}
