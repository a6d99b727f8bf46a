/* What a machine says about its objects: the first byte picks the section, the rest is its body. */
#include "debian/debian.h"

static struct arena *memory;

static void *call_alloc(detour_call *call, size_t size)
{
    (void)call;
    return arena_alloc(memory, size);
}

static const struct detour_host host = {.size = sizeof host, .alloc = call_alloc};
static struct debian self = {.host = &host};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"paths", "files",    "content",  "passwd", "group",
                                        "keys",  "packages", "services", "host",   "enabled"};
    static const struct kind *const kinds[] = {&file_kind,    &file_kind,  &directory_kind, &user_kind,    &user_kind,
                                               &package_kind, &group_kind, &service_kind,   &service_kind, &host_kind};
    enum { N = sizeof kinds / sizeof *kinds };
    memory = arena_new();
    struct batch *batch = batch_new(&self, NULL, N);
    for (size_t i = 0; i < N; i++) {
        batch->items[i].kind = kinds[i];
        batch->items[i].name = i % 2 ? STR("a") : STR("b");
    }
    for (size_t at = 0; at < size;) { /* sections are ended by a NUL */
        struct transport_section section = {str_c(names[data[at] % (sizeof names / sizeof *names)]), {0}};
        const uint8_t *end = memchr(data + at + 1, 0, size - at - 1);
        size_t to = end ? (size_t)(end - data) : size;
        section.body = str_from((const char *)data + at + 1, to - at - 1);
        vec_push(batch->arena, &batch->answer.sections, section);
        at = to + 1;
    }
    observe_answer(batch);
    batch_results(batch);
    batch_free(batch);
    arena_free(memory);
    return 0;
}
