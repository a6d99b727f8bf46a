#include "lab_host/net.h"
#include <criterion/criterion.h>

Test(net, parses_networks)
{
    const struct {
        const char *text;
        bool ok;
    } cases[] = {
        {"10.213.0.0/24", true}, {"192.168.0.0/16", true}, {"10.0.0.8/29", true},    {"10.0.0.0/15", false},
        {"10.0.0.0/30", false},  {"10.0.0.1/24", false},   {"10.0.0/24", false},     {"10.0.0.0", false},
        {"10.0.0.0/", false},    {"10.0.0.0/2x", false},   {"10.0.0.256/24", false}, {"", false},
        {"fd00::/64", false},    {"10.0.0.0/024", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct network n;
        cr_assert_eq(network_parse(str_c(cases[i].text), &n), cases[i].ok, "%s", cases[i].text);
    }
}

Test(net, knows_which_addresses_machines_may_have)
{
    ARENA_AUTO arena = arena_new();
    struct network n;
    uint32_t a;
    cr_assert(network_parse(STR("10.213.0.0/24"), &n));
    cr_assert(str_is(network_print(arena, network_gateway(&n)), "10.213.0.1"));
    cr_assert_eq(network_size(&n), 253);
    cr_assert(network_address(&n, STR("10.213.0.2"), &a) && network_address(&n, STR("10.213.0.254"), &a));
    cr_assert(str_is(network_print(arena, a), "10.213.0.254"));
    const char *bad[] = {"10.213.0.0", "10.213.0.1", "10.213.0.255", "10.213.1.2", "x", ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not(network_address(&n, str_c(bad[i]), &a), "%s", bad[i]);
}

Test(net, bridges_have_names_that_the_kernel_takes)
{
    struct network a, b;
    cr_assert(network_parse(STR("10.213.0.0/24"), &a) && network_parse(STR("10.213.0.0/25"), &b));
    cr_assert_lt(strlen(a.bridge), NET_NAME);
    cr_assert_str_neq(a.bridge, b.bridge);
}
