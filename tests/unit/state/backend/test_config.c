#include "state/backend/config.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static struct arena *arena;
static struct diags diags;

static void set_up(void)
{
    arena = arena_new();
    diags = DIAGS_INIT(arena);
    unsetenv("AWS_ENDPOINT_URL_S3");
    unsetenv("AWS_ENDPOINT_URL");
    unsetenv("AWS_REGION");
    unsetenv("AWS_DEFAULT_REGION");
    unsetenv("AWS_CA_BUNDLE");
}

static void tear_down(void)
{
    arena_free(arena);
}

TestSuite(config, .init = set_up, .fini = tear_down);

static struct backend_config *s3(const struct backend_setting *settings, size_t n)
{
    return backend_configure(arena, &backend_type_s3, (struct span){0}, settings, n, STR("."), &diags);
}

static const char *detail(void)
{
    return diags.list.n ? diags.list.v[0].detail.p : "";
}

#define SET(name_, value_)                                                                                             \
    {                                                                                                                  \
        .name = STR_INIT(name_), .value = STR_INIT(value_)                                                             \
    }

Test(config, later_settings_win_then_the_environment_then_the_fields)
{
    const struct backend_setting settings[] = {SET("bucket", "a"), SET("key", "k"), SET("bucket", "b")};
    setenv("AWS_REGION", "gra", 1);
    struct backend_config *c = s3(settings, 3);
    cr_assert_not_null(c, "%s", detail());
    cr_assert(str_is(backend_value(c, "bucket"), "b"));
    cr_assert(str_is(backend_value(c, "region"), "gra"));
    unsetenv("AWS_REGION");
    c = s3(settings, 3);
    cr_assert(str_is(backend_value(c, "region"), ""));
    cr_assert_eq(backend_value_number(c, "retry_max", 5), 5);
}

Test(config, secrets_do_not_stand_in_a_configuration)
{
    const struct backend_setting literal[] = {
        SET("bucket", "a"), SET("key", "k"), {.name = STR_INIT("secret_key"), .value = STR_INIT("x"), .literal = true}};
    cr_assert_null(s3(literal, 3));
    cr_assert_not_null(strstr(detail(), "AWS_SECRET_ACCESS_KEY"));
}

Test(config, secrets_are_in_no_text_of_a_place)
{
    const struct backend_setting settings[] = {SET("bucket", "a"), SET("key", "k"), SET("secret_key", "hunter2"),
                                               SET("endpoint", "https://s3.example.net")};
    struct backend_config *c = s3(settings, 4);
    STRBUF_AUTO out = STRBUF_INIT(4096);
    backend_config_write(&out, c);
    cr_assert(str_is(strbuf_str(&out), "{\"bucket\":\"a\",\"key\":\"k\",\"endpoint\":\"https://s3.example.net\"}"),
              "%.*s", STR_ARG(strbuf_str(&out)));
    cr_assert(str_is(backend_words(arena, c), "s3, bucket \"a\", key \"k\", endpoint \"https://s3.example.net\""));
}

Test(config, what_is_missing_or_unknown_is_named)
{
    const struct backend_setting settings[] = {SET("buckt", "a")};
    cr_assert_null(s3(settings, 1));
    cr_assert_not_null(strstr(detail(), "Did you mean \"bucket\"?"));
    diags = DIAGS_INIT(arena);
    cr_assert_null(s3(NULL, 0));
    cr_assert_not_null(strstr(detail(), "\"bucket\""));
    diags = DIAGS_INIT(arena);
    cr_assert_null(backend_type_find(STR("pgg"), (struct span){0}, &diags));
    cr_assert_not_null(strstr(detail(), "Did you mean \"pg\"?"), "%s", detail());
}

Test(config, the_same_place)
{
    const struct backend_setting one[] = {SET("bucket", "a"), SET("key", "k"), SET("region", "x")};
    const struct backend_setting two[] = {SET("bucket", "a"), SET("key", "other")};
    struct backend_config *a = s3(one, 3), *b = s3(one, 2), *c = s3(two, 2);
    cr_assert(backend_same_place(a, b));
    cr_assert_not(backend_same_place(a, c));
}

Test(config, addresses_hold_no_password)
{
    const struct backend_setting bad[] = {SET("address", "https://me:pw@example.net/x")};
    struct backend_config *c = backend_configure(arena, &backend_type_http, (struct span){0}, bad, 1, STR("."), &diags);
    cr_assert_null(c->type->open(c, &diags));
    cr_assert_not_null(strstr(detail(), "DETOUR_HTTP_PASSWORD"));
    const struct backend_setting worse[] = {SET("address", "ftp://example.net/x")};
    diags = DIAGS_INIT(arena);
    c = backend_configure(arena, &backend_type_http, (struct span){0}, worse, 1, STR("."), &diags);
    cr_assert_null(c->type->open(c, &diags));
}

Test(config, truths_and_numbers_are_what_they_are)
{
    static const char *const cases[][3] = {
        {"use_path_style", "true", NULL},
        {"use_path_style", "0", NULL},
        {"use_path_style", "ture", "\"use_path_style\" is true or false, and not \"ture\"."},
        {"timeout", "65535", NULL},
        {"timeout", "65536", "\"timeout\" is a whole number up to 65535, and not \"65536\"."},
        {"timeout", "99999999999999999999999", "whole number"},
        {"retry_max", "-1", "whole number"},
        {"retry_max", "1.5", "whole number"},
        {"retry_max", "many", "whole number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        diags = DIAGS_INIT(arena);
        const struct backend_setting settings[] = {
            SET("bucket", "a"), SET("key", "k"), {.name = str_c(cases[i][0]), .value = str_c(cases[i][1])}};
        cr_assert_eq(s3(settings, 3) != NULL, !cases[i][2], "%s", cases[i][1]);
        cr_assert(!cases[i][2] || strstr(detail(), cases[i][2]), "%s", detail());
    }
    diags = DIAGS_INIT(arena);
    setenv("DETOUR_S3_TIMEOUT", "soon", 1);
    const struct backend_setting settings[] = {SET("bucket", "a"), SET("key", "k")};
    cr_assert_null(s3(settings, 2));
    cr_assert_not_null(strstr(detail(), "and not \"soon\" (from DETOUR_S3_TIMEOUT)"), "%s", detail());
    unsetenv("DETOUR_S3_TIMEOUT");
}
