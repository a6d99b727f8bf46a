/* The examples of AWS's documentation, "Authenticating Requests: Using the Authorization Header". */
#include "base/digest.h"
#include "state/backend/s3/sigv4.h"

#include <criterion/criterion.h>

#define EMPTY_HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const struct sigv4_key key = {STR_INIT("AKIAIOSFODNN7EXAMPLE"),
                                     STR_INIT("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), STR_INIT("us-east-1"),
                                     STR_INIT("s3")};

struct example {
    const char *method, *path, *payload;
    struct sigv4_pair query[3], headers[5]; /* the common headers are added */
    const char *signature, *names;
};

static const struct example examples[] = {
    {"GET",
     "/test.txt",
     "",
     {{{0}, {0}}},
     {{STR_INIT("range"), STR_INIT("bytes=0-9")}},
     "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
     "host;range;x-amz-content-sha256;x-amz-date"},
    {"PUT",
     "/test$file.text",
     "Welcome to Amazon S3.",
     {{{0}, {0}}},
     {{STR_INIT("x-amz-storage-class"), STR_INIT("REDUCED_REDUNDANCY")},
      {STR_INIT("date"), STR_INIT("Fri, 24 May 2013 00:00:00 GMT")}},
     "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
     "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class"},
    {"GET",
     "/",
     "",
     {{STR_INIT("lifecycle"), STR_INIT("")}},
     {{{0}, {0}}},
     "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
     "host;x-amz-content-sha256;x-amz-date"},
    {"GET",
     "/",
     "",
     {{STR_INIT("prefix"), STR_INIT("J")}, {STR_INIT("max-keys"), STR_INIT("2")}},
     {{{0}, {0}}},
     "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
     "host;x-amz-content-sha256;x-amz-date"},
};

static size_t count(const struct sigv4_pair *pairs)
{
    size_t n = 0;
    while (pairs[n].name.n)
        n++;
    return n;
}

Test(sigv4, answers_what_the_documentation_says)
{
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        const struct example *e = &examples[i];
        struct arena *arena = arena_new();
        struct str hash = digest_hex(arena, digest_sha256(str_c(e->payload)));
        struct sigv4_pair headers[8] = {{STR("x-amz-date"), STR("20130524T000000Z")},
                                        {STR("x-amz-content-sha256"), hash},
                                        {STR("host"), STR("examplebucket.s3.amazonaws.com")}};
        size_t n = count(e->headers);
        memcpy(headers + 3, e->headers, n * sizeof *headers);
        struct sigv4_request request = {.method = str_c(e->method),
                                        .path = str_c(e->path),
                                        .query = e->query,
                                        .n_query = count(e->query),
                                        .headers = headers,
                                        .n_headers = n + 3,
                                        .payload_hash = hash,
                                        .time = STR("20130524T000000Z")};
        struct str want = arena_printf(
            arena,
            "AWS4-HMAC-SHA256 "
            "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=%s,Signature=%s",
            e->names, e->signature);
        struct str got = sigv4_authorization(arena, &key, &request);
        cr_assert(str_eq(got, want), "%zu: %.*s", i, STR_ARG(got));
        arena_free(arena);
    }
}

Test(sigv4, encodes_what_libcurl_leaves)
{
    struct arena *arena = arena_new();
    cr_assert(str_is(sigv4_encode(arena, STR("/a b:c/d+e~f/\xc3\xa9"), true), "/a%20b%3Ac/d%2Be~f/%C3%A9"));
    cr_assert(str_is(sigv4_encode(arena, STR("a/b"), false), "a%2Fb"));
    const struct sigv4_pair query[] = {
        {STR("prefix"), STR("a/b")}, {STR("list-type"), STR("2")}, {STR("acl"), STR("")}};
    cr_assert(str_is(sigv4_query(arena, query, 3), "acl=&list-type=2&prefix=a%2Fb"));
    arena_free(arena);
}
