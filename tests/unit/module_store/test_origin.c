#include "module_store/origin.h"

#include <criterion/criterion.h>

struct wanted {
    const char *source;
    enum origin_kind kind;
    const char *key, *url, *subdir, *ref, *name;
    bool network;
};

Test(origin, what_sources_mean)
{
    static const struct wanted cases[] = {
        {.source = "./web", .kind = ORIGIN_FOLDER},
        {.source = "../a b/c", .kind = ORIGIN_FOLDER},
        {.source = ".", .kind = ORIGIN_FOLDER},
        {"./x.tar.gz", ORIGIN_ARCHIVE, "./x.tar.gz", "./x.tar.gz", "", "", "x", false},
        {"./x.zip//web/a", ORIGIN_ARCHIVE, "./x.zip", "./x.zip", "web/a", "", "x", false},
        {"file:///srv/a%20b.tar.xz//s", ORIGIN_ARCHIVE, "/srv/a b.tar.xz", "/srv/a b.tar.xz", "s", "", "ab", false},
        {"git::https://h.example/o/web.git//sub/dir?ref=v1.2", ORIGIN_GIT, "git::https://h.example/o/web.git?ref=v1.2",
         "https://h.example/o/web.git", "sub/dir", "v1.2", "web", true},
        {"git::https://me@h.example:8443/web/?depth=1", ORIGIN_GIT, "git::https://me@h.example:8443/web",
         "https://me@h.example:8443/web", "", "", "web", true},
        {"git::ssh://git@h/web.git?ref=feature%2Fa", ORIGIN_GIT, "git::ssh://git@h/web.git?ref=feature/a",
         "ssh://git@h/web.git", "", "feature/a", "web", true},
        {"git::file:///srv/web.git//", ORIGIN_GIT, "git::file:///srv/web.git", "file:///srv/web.git", "", "", "web",
         false},
        {"git@h.example:o/web.git//sub?ref=main", ORIGIN_GIT, "git::git@h.example:o/web.git?ref=main",
         "git@h.example:o/web.git", "sub", "main", "web", true},
        {"git::git@h:web.git", ORIGIN_GIT, "git::git@h:web.git", "git@h:web.git", "", "", "web", true},
        {"git::http://localhost:80/web.git", ORIGIN_GIT, "git::http://localhost:80/web.git",
         "http://localhost:80/web.git", "", "", "web", true},
        {"github.com/o/web//sub?ref=v1", ORIGIN_GIT, "git::https://github.com/o/web.git?ref=v1",
         "https://github.com/o/web.git", "sub", "v1", "web", true},
        {"gitlab.com/o/web.git", ORIGIN_GIT, "git::https://gitlab.com/o/web.git", "https://gitlab.com/o/web.git", "",
         "", "web", true},
        {"https://h/x-1.0.tar.zst//*/web", ORIGIN_ARCHIVE, "https://h/x-1.0.tar.zst", "https://h/x-1.0.tar.zst",
         "*/web", "", "x-1.0", true},
        {"https://h/get?a=b&archive=zip&c=d", ORIGIN_ARCHIVE, "https://h/get?a=b&archive=zip&c=d",
         "https://h/get?a=b&c=d", "", "", "get", true},
        {"http://127.0.0.1:8080/x.tgz", ORIGIN_ARCHIVE, "http://127.0.0.1:8080/x.tgz", "http://127.0.0.1:8080/x.tgz",
         "", "", "x", true},
        {"git::https://[::1]/web.git", ORIGIN_GIT, "git::https://[::1]/web.git", "https://[::1]/web.git", "", "", "web",
         true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct wanted *c = &cases[i];
        ARENA_AUTO arena = arena_new();
        struct origin o;
        struct str why = {0};
        cr_assert(origin_parse(arena, str_c(c->source), &o, &why), "%s: %.*s", c->source, STR_ARG(why));
        cr_assert_eq(o.kind, c->kind, "%s", c->source);
        if (c->kind == ORIGIN_FOLDER)
            continue;
        const struct {
            struct str got;
            const char *want;
        } parts[] = {{o.key, c->key}, {o.url, c->url}, {o.subdir, c->subdir}, {o.ref, c->ref}, {o.name, c->name}};
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
            cr_assert(str_eq(parts[k].got, str_c(parts[k].want)), "%s: part %zu is %.*s", c->source, k,
                      STR_ARG(parts[k].got));
        cr_assert_eq(o.network, c->network, "%s", c->source);
    }
}

Test(origin, checksums)
{
    ARENA_AUTO arena = arena_new();
    struct origin o;
    struct str why;
#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    cr_assert(origin_parse(arena, STR("https://h/x.zip?checksum=sha256:" SUM), &o, &why));
    cr_assert(str_is(o.checksum, SUM));
    cr_assert(str_is(o.url, "https://h/x.zip"));
    cr_assert(str_is(o.key, "https://h/x.zip?checksum=sha256:" SUM));
    cr_assert_not(origin_parse(arena, STR("https://h/x.zip?checksum=md5:abc"), &o, &why));
}

Test(origin, what_is_refused)
{
    static const struct {
        const char *source, *why; /* a part of the answer */
    } cases[] = {
        {"hashicorp/consul/aws", "git::https://github.com/hashicorp/terraform-aws-consul.git?ref=v1.2.3"},
        {"app.example.org/a/b/c", "registry"},
        {"web", "\"./web\""},
        {"", "A source is"},
        {"/srv/web", "git::file:///srv/web"},
        {"git::--upload-pack=x", "Behind git::"},
        {"git::ext::sh -c id", "blank"},
        {"git::ext::sh", "Only one ::"},
        {"ext::sh", "There is no \"ext::\""},
        {"hg::https://h/x", "There is no \"hg::\""},
        {"s3::https://h/x", "There is no \"s3::\""},
        {"git::ext://h/x", "not over \"ext\""},
        {"git::git://h/x", "not over \"git\""},
        {"git::http://h/x.git", "git::https://h/x.git"},
        {"http://h/x.zip", "https://h/x.zip"},
        {"ftp://h/x.zip", "not over \"ftp\""},
        {"ssh://git@h/x.git", "git::ssh://git@h/x.git"},
        {"https://h/x", "git::https://h/x"},
        {"git::ssh://-oProxyCommand=id/x", "no name of a host"},
        {"git::-oProxyCommand=id@h:x", "no name of a user"},
        {"git::ssh://a@-b/x", "no name of a host"},
        {"git::git@h:-x", "names no path"},
        {"git::https://u:secret@h/x.git", "password"},
        {"git::https://h:port/x.git", "no port"},
        {"git::https://h", "names no path"},
        {"git::file://h/x", "three slashes"},
        {"git::https://h/x.git?ref=-b", "no name of a tag"},
        {"git::https://h/x.git?ref=--upload-pack%3Did", "no name of a tag"},
        {"git::https://h/x.git?ref=a..b", "no name of a tag"},
        {"git::https://h/x.git?ref=a%00b", "no name of a tag"},
        {"git::https://h/x.git?ref=a%2", "percent"},
        {"git::https://h/x.git?ref=", "no name of a tag"},
        {"git::https://h/x.git?sshkey=abc", "private key"},
        {"git::https://h/x.git?rev=abc", "not \"rev\""},
        {"git::https://h/x.git//../y", "no folder within"},
        {"git::https://h/x.git//a//b", "no folder within"},
        {"git::https://h/x.git//.git/hooks", "no folder within"},
        {"https://h/x?archive=rar", "no format"},
        {"./x.zip?a=b", "not \"a=b\""},
        {"github.com/o", "owner/name//folder"},
        {"github.com/o/r/sub", "owner/name//folder"},
        {"git::https://h/x\ny", "control character"},
        {"git::https://h/x\\y", "backslash"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ARENA_AUTO arena = arena_new();
        struct origin o;
        struct str why = {0};
        cr_assert_not(origin_parse(arena, str_c(cases[i].source), &o, &why), "%s", cases[i].source);
        cr_assert_neq(str_find(why, str_c(cases[i].why), 0), SIZE_MAX, "%s: %.*s", cases[i].source, STR_ARG(why));
    }
}
