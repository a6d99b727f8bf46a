#include "kit/kit.h"
#include "base/arena.h"
#include <criterion/criterion.h>

static struct arena *memory;

static void *call_alloc(detour_call *call, size_t size)
{
    (void)call;
    return arena_alloc(memory, size);
}

static const struct detour_host host = {.size = sizeof host, .alloc = call_alloc};
static const struct kit kit = {.host = &host};

static void set_up(void)
{
    memory = arena_new();
}

static void tear_down(void)
{
    arena_free(memory);
}

TestSuite(kit, .init = set_up, .fini = tear_down);

Test(kit, base64_of_the_standard)
{
    static const char *const pairs[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct str back;
        cr_assert(str_eq(kit_base64_encode(kit, str_c(pairs[i][0])), str_c(pairs[i][1])));
        cr_assert(kit_base64_decode(kit, str_c(pairs[i][1]), &back) && str_eq(back, str_c(pairs[i][0])));
    }
}

Test(kit, base64_of_all_bytes)
{
    char bytes[256];
    for (size_t n = 0; n < sizeof bytes; n++) {
        bytes[n] = (char)(255 - n);
        struct str back;
        cr_assert(kit_base64_decode(kit, kit_base64_encode(kit, str_from(bytes, n + 1)), &back));
        cr_assert(str_eq(back, str_from(bytes, n + 1)));
    }
}

Test(kit, base64_that_is_none)
{
    static const char *const bad[] = {"Z", "Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Zm9v!", "Zm 9v", "Zg=a"};
    struct str back;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not(kit_base64_decode(kit, str_c(bad[i]), &back), "%s", bad[i]);
    cr_assert(kit_base64_decode(kit, STR("Zm9v\nYmFy\r\n"), &back) && str_is(back, "foobar"));
}

Test(kit, import_ids)
{
    struct str lane, rest;
    cr_assert(kit_split_id(STR("web:/etc/a:b"), &lane, &rest));
    cr_assert(str_is(lane, "web") && str_is(rest, "/etc/a:b"));
    static const char *const bad[] = {"", "web", "web:", ":x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not(kit_split_id(str_c(bad[i]), &lane, &rest));
}
