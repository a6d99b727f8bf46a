#include "module_store/curl_library.h"
#include "base/library.h"

const struct curl_library *curl_library_load(const char **why)
{
    static struct curl_library loaded;
    static struct library library = {.file = "libcurl.so.4"};
#define CURL_SYMBOL(name) {"curl_" #name, &loaded.name},
    static const struct library_symbol symbols[] = {CURL_FUNCTIONS(CURL_SYMBOL)};
#undef CURL_SYMBOL
    if (!library_load(&library, symbols, sizeof symbols / sizeof *symbols, why))
        return NULL;
    loaded.global_init(CURL_GLOBAL_DEFAULT);
    return &loaded;
}
