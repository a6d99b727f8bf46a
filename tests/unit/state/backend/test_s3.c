/* What is asked of a bucket, byte by byte where it matters, whose key it is, and what refusals lead to. */
#include "server.h"
#include "state/backend/s3/client.h"
#include "state/backend/s3/clock.h"
#include "state/backend/s3/credentials.h"

#include <time.h>

static struct arena *arena;
static struct diags diags;
static char dir[] = "/tmp/detour-s3-XXXXXX";

static void begin(void)
{
    static const char *const unset[] = {
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE",
        "AWS_REGION",        "AWS_DEFAULT_REGION",    "AWS_ENDPOINT_URL",  "AWS_ENDPOINT_URL_S3"};
    for (size_t i = 0; i < sizeof unset / sizeof *unset; i++)
        unsetenv(unset[i]);
    arena = arena_new();
    diags = DIAGS_INIT(arena);
    cr_assert_not_null(mkdtemp(dir));
    setenv("AWS_SHARED_CREDENTIALS_FILE", arena_printf(arena, "%s/credentials", dir).p, 1);
    setenv("AWS_CONFIG_FILE", arena_printf(arena, "%s/config", dir).p, 1);
}

static void end(void)
{
    cr_assert_eq(system(arena_printf(arena, "rm -rf %s", dir).p), 0);
    arena_free(arena);
}

TestSuite(s3, .init = begin, .fini = end);

static void put_file(const char *name, const char *text)
{
    cr_assert(fs_replace(&vfs_system, arena_printf(arena, "%s/%s", dir, name).p, str_c(text), 0600));
}

/* name, value, name, value …, NULL; bucket and key are set. */
static struct backend_config *config_of(const char *first, ...)
{
    struct backend_setting settings[12] = {{.name = STR("bucket"), .value = STR("states")},
                                           {.name = STR("key"), .value = STR("a b/shop.state")}};
    size_t n = 2;
    va_list args;
    va_start(args, first);
    for (const char *name = first; name; name = va_arg(args, const char *))
        settings[n++] = (struct backend_setting){.name = str_c(name), .value = str_c(va_arg(args, const char *))};
    va_end(args);
    struct backend_config *c =
        backend_configure(arena, &backend_type_s3, (struct span){0}, settings, n, STR("."), &diags);
    cr_assert_not_null(c);
    return c;
}

static const char *detail(void)
{
    return diags.list.n ? arena_str(arena, diags.list.v[0].detail).p : "";
}

static bool has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

/* -- whose key -- */

static void is_key(const struct backend_config *c, const char *access, const char *token, const char *region)
{
    struct s3_credentials who;
    cr_assert(s3_credentials(arena, c, &who, &diags), "%s", detail());
    cr_assert(str_eq(who.access, str_c(access)), "%.*s, not %s", STR_ARG(who.access), access);
    cr_assert(str_eq(who.token, str_c(token)), "%.*s, not %s", STR_ARG(who.token), token);
    cr_assert(str_eq(who.region, str_c(region)), "%.*s, not %s", STR_ARG(who.region), region);
}

static void put_profiles(void)
{
    put_file("credentials", "# mine\n[default]\naws_access_key_id = AD\naws_secret_access_key=SD\n\n"
                            "[shop]\n aws_access_key_id=AS\n aws_secret_access_key=SS==\n aws_session_token = TS\n"
                            "[half]\naws_access_key_id=AH\n");
    put_file("config", "[default]\nregion = eu-west-1\n[profile shop]\nregion=gra\n"
                       "[profile far]\naws_access_key_id=AF\naws_secret_access_key=SF\n"
                       "[profile role]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = default\n"
                       "[sso-session x]\naws_access_key_id=AX\n");
}

Test(s3, a_key_is_of_one_place_whole)
{
    put_profiles();
    is_key(config_of(NULL), "AD", "", "eu-west-1");
    setenv("AWS_PROFILE", "shop", 1);
    is_key(config_of(NULL), "AS", "TS", "gra");
    is_key(config_of("region", "sbg", NULL), "AS", "TS", "sbg");
    setenv("AWS_ACCESS_KEY_ID", "AE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "SE", 1);
    is_key(config_of(NULL), "AE", "", "gra"); /* and not the token of the profile */
    is_key(config_of("profile", "far", NULL), "AF", "", "us-east-1");
    is_key(config_of("profile", "far", "access_key", "AB", "secret_key", "SB", NULL), "AB", "", "us-east-1");
    setenv("AWS_SESSION_TOKEN", "TE", 1);
    is_key(config_of(NULL), "AE", "TE", "gra");
    is_key(config_of("profile", "far", NULL), "AF", "", "us-east-1");
}

static void no_key(const struct backend_config *c, const char *why)
{
    struct s3_credentials who;
    diags = DIAGS_INIT(arena);
    cr_assert_not(s3_credentials(arena, c, &who, &diags));
    cr_assert(has(detail(), why), "%s", detail());
}

Test(s3, a_key_that_is_missing_is_told_with_what_to_do)
{
    no_key(config_of(NULL), "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
    no_key(config_of("profile", "shop", NULL), "There is no profile \"shop\"");
    put_profiles();
    no_key(config_of("profile", "shpo", NULL), "Did you mean \"shop\"?");
    no_key(config_of("profile", "shpo", NULL), "default, shop, half, far, role");
    no_key(config_of("profile", "half", NULL), "has no aws_secret_access_key");
    no_key(config_of("profile", "role", NULL), "gets its key by role_arn");
    no_key(config_of("profile", "role", NULL), "aws configure export-credentials --profile role");
    setenv("AWS_ACCESS_KEY_ID", "AE", 1);
    no_key(config_of(NULL), "AWS_ACCESS_KEY_ID is set, and AWS_SECRET_ACCESS_KEY is not");
    unsetenv("AWS_ACCESS_KEY_ID");
    cr_assert_eq(system(arena_printf(arena, "cd %s && rm credentials && mkdir credentials", dir).p), 0);
    no_key(config_of("profile", "other", NULL), "Is a directory");
}

/* -- where to -- */

static void is_place(const struct backend_config *c, const char *scheme, const char *host, const char *prefix)
{
    struct s3_client client;
    struct backend b = {0};
    cr_assert(s3_client_open(&client, arena, &b, c, &diags), "%s", detail());
    cr_assert(str_eq(client.scheme, str_c(scheme)) && str_eq(client.host, str_c(host)) &&
                  str_eq(client.prefix, str_c(prefix)),
              "%.*s %.*s %.*s", STR_ARG(client.scheme), STR_ARG(client.host), STR_ARG(client.prefix));
    s3_client_close(&client);
}

Test(s3, path_style_and_the_bucket_in_front)
{
    struct s3_client client;
    struct backend b = {0};
    setenv("AWS_ACCESS_KEY_ID", "A", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "S", 1);
    is_place(config_of(NULL), "https", "states.s3.us-east-1.amazonaws.com", "");
    is_place(config_of("bucket", "my.states", NULL), "https", "s3.us-east-1.amazonaws.com", "/my.states");
    is_place(config_of("use_path_style", "true", NULL), "https", "s3.us-east-1.amazonaws.com", "/states");
    is_place(config_of("endpoint", "https://s3.gra.io.cloud.ovh.net/", NULL), "https", "s3.gra.io.cloud.ovh.net",
             "/states");
    is_place(config_of("endpoint", "http://localhost:9000", "use_path_style", "false", NULL), "http",
             "states.localhost:9000", "");
    static const char *const numbers[] = {"http://127.0.0.1:9000", "https://[::1]:9000"};
    for (size_t i = 0; i < 2; i++) {
        diags = DIAGS_INIT(arena);
        cr_assert_not(s3_client_open(&client, arena, &b,
                                     config_of("endpoint", numbers[i], "use_path_style", "false", NULL), &diags));
        cr_assert(has(detail(), "no bucket's name can stand in front"), "%s", detail());
        is_place(config_of("endpoint", numbers[i], NULL), i ? "https" : "http", numbers[i] + (i ? 8 : 7), "/states");
    }
}

/* -- on the wire -- */

/* A client whose requests end at the server: by its name in front of the port, or as a path. */
static struct s3_client *connect_to(struct server *s, struct backend *b, const char *host, const char *path_style)
{
    struct s3_client *client = ARENA_NEW(arena, struct s3_client);
    const char *endpoint = arena_printf(arena, "http://%s:%u", host, server_start(s)).p;
    struct backend_config *c = config_of("endpoint", endpoint, "use_path_style", path_style, "access_key", "AK",
                                         "secret_key", "SK", "token", "the/token==", "retry_max", "0", NULL);
    cr_assert(s3_client_open(client, arena, b, c, &diags), "%s", detail());
    return client;
}

static struct client_response put(struct s3_client *client)
{
    struct s3_request r = {.method = "PUT",
                           .key = STR("a b/shop.state"),
                           .body = STR("{}"),
                           .has_body = true,
                           .condition = "If-None-Match",
                           .condition_value = STR("*")};
    struct client_response out = {0};
    cr_assert(s3_client_send(client, arena, &r, &out), "%s", client->http.backend->why);
    return out;
}

Test(s3, the_bytes_of_a_request_by_a_key_that_expires)
{
    static const char *const answers[] = {ANSWER("200", ""), ANSWER("200", ""), NULL};
    for (int path = 0; path < 2; path++) {
        struct server *s = calloc(1, sizeof *s);
        s->answers = answers + 1;
        struct backend b = {0};
        struct s3_client *client = connect_to(s, &b, path ? "127.0.0.1" : "localhost", path ? "true" : "false");
        put(client);
        stop(s);
        const char *seen = s->seen[0];
        cr_assert(has(seen, path ? "PUT /states/a%20b/shop.state HTTP/1.1\r\n" : "PUT /a%20b/shop.state HTTP/1.1\r\n"),
                  "%s", seen);
        cr_assert(has(seen, path ? "Host: 127.0.0.1:" : "Host: states.localhost:"), "%s", seen);
        cr_assert(has(seen, "\r\nIf-None-Match: *\r\n"), "%s", seen);
        cr_assert(has(seen, "\r\nx-amz-security-token: the/token==\r\n"), "%s", seen);
        cr_assert(has(seen, "\r\nx-amz-content-sha256: "
                            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\r\n"));
        cr_assert(has(seen, "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,"), "%s", seen);
        cr_assert(has(seen, "Credential=AK/") && has(seen, "/us-east-1/s3/aws4_request,"), "%s", seen);
        s3_client_close(client);
        free(s);
    }
}

#define SKEWED "<Error><Code>RequestTimeTooSkewed</Code><Message>The difference is too large.</Message>%s</Error>"

static const char *skewed(const char *headers, const char *element)
{
    return arena_printf(arena, "HTTP/1.1 403 X\r\nConnection: close\r\n%s\r\n" SKEWED, headers, element).p;
}

static const char *date_header(time_t t)
{
    char text[64];
    struct tm tm;
    strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", gmtime_r(&t, &tm));
    return arena_str(arena, str_c(text)).p;
}

static time_t sent_at(const char *seen)
{
    struct tm tm = {0};
    const char *date = strstr(seen, "x-amz-date: ");
    cr_assert_not_null(date);
    cr_assert_not_null(strptime(date + 12, "%Y%m%dT%H%M%SZ", &tm));
    return timegm(&tm);
}

Test(s3, a_clock_that_differs_is_learnt_from_the_answer)
{
    time_t there = time(NULL) + 2 * 3600;
    const char *const answers[] = {skewed(date_header(there), ""), ANSWER("200", ""), NULL};
    struct server *s = calloc(1, sizeof *s);
    s->answers = answers;
    struct backend b = {0};
    struct s3_client *client = connect_to(s, &b, "127.0.0.1", "true");
    cr_assert_eq(put(client).status, 200);
    stop(s);
    cr_assert(labs((long)(sent_at(s->seen[0]) + 2 * 3600 - there)) <= 5);
    cr_assert(labs((long)(sent_at(s->seen[1]) - there)) <= 5, "the second one is made for the server's time");
    s3_client_close(client);
    free(s);
}

static const char *refusal(const char *const *answers)
{
    struct server *s = calloc(1, sizeof *s);
    s->answers = answers;
    struct backend *b = ARENA_NEW(arena, struct backend);
    struct s3_client *client = connect_to(s, b, "127.0.0.1", "true");
    struct client_response out = put(client);
    stop(s);
    free(s);
    cr_assert_not(s3_client_refuse(client, arena, "PUT", &out));
    s3_client_close(client);
    return b->why;
}

Test(s3, a_clock_that_is_refused_is_told_with_how_much_and_what_to_do)
{
    const char *silent[] = {skewed("", ""), NULL};
    const char *why = refusal(silent);
    cr_assert(has(why, "The clock here says 2") && has(why, "does not tell the server's"), "%s", why);

    time_t now = time(NULL);
    char element[64];
    struct tm tm;
    time_t ahead = now - 26 * 3600;
    strftime(element, sizeof element, "<ServerTime>%Y-%m-%dT%H:%M:%SZ</ServerTime>", gmtime_r(&ahead, &tm));
    const char *const wild[] = {skewed(date_header(now + 7200), ""), skewed("", element), NULL};
    why = refusal(wild);
    cr_assert(has(why, "ours is 1 days and ") && has(why, " ahead"), "%s", why);
    cr_assert(has(why, "timedatectl set-ntp true"), "%s", why);

    const char *const stubborn[] = {skewed(date_header(now), ""), skewed(date_header(now), ""), NULL};
    why = refusal(stubborn);
    cr_assert(has(why, "yet another clock"), "%s", why);
}

Test(s3, keys_that_are_refused)
{
    static const char *const cases[][2] = {
        {"<Error><Code>ExpiredToken</Code><Message>m</Message></Error>", "get all three anew"},
        {"<Error><Code>InvalidAccessKeyId</Code></Error>", "AWS_SESSION_TOKEN, which belong together"},
        {"<Error><Code>AccessDenied</Code></Error>", "get, put, delete and list"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const answers[] = {
            arena_printf(arena, "HTTP/1.1 403 X\r\nConnection: close\r\n\r\n%s", cases[i][0]).p, NULL};
        const char *why = refusal(answers);
        cr_assert(has(why, cases[i][1]), "%s", why);
    }
}
