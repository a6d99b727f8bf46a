#include "lab_host/spec.h"
#include "base/gettext.h"

#include <stdlib.h>

enum { NAME_LONGEST = 40 };

static bool only(struct str s, const char *more)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && (!c || !strchr(more, c)))
            return false;
    }
    return true;
}

const char *spec_check_name(struct str name)
{
    if (name.n && name.n <= NAME_LONGEST && only(name, "-") && name.p[0] != '-' && name.p[name.n - 1] != '-')
        return NULL;
    return _("a name has 1 to 40 of a-z, 0-9 and - (not at the ends): it becomes the machine's host name");
}

const char *spec_check_suite(struct str suite)
{
    if (str_is(suite, "bullseye") || str_is(suite, "bookworm") || str_is(suite, "trixie"))
        return NULL;
    return _("suites that boot here are bullseye (11), bookworm (12) and trixie (13)");
}

const char *spec_check_package(struct str package)
{
    if (package.n > 1 && only(package, "+-.:~=") && package.p[0] != '-' && package.p[0] != '.')
        return NULL;
    return _("this is not the name of a Debian package");
}

const char *spec_check_key(struct str key)
{
    static const char *const kinds[] = {"ssh-ed25519 ", "ecdsa-sha2-", "ssh-rsa ", "sk-ssh-", "sk-ecdsa-"};
    bool known = false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        known |= str_starts(key, str_c(kinds[i]));
    if (known && str_find_byte(key, '\n', 0) == SIZE_MAX)
        return NULL;
    return _("a public key is one line such as \"ssh-ed25519 AAAA… you@laptop\"; trimspace(file(\"….pub\")) gives one");
}

const char *spec_check_mount(struct str to, struct str from)
{
    if (to.n < 2 || to.p[0] != '/' || str_find(to, STR("/../"), 0) != SIZE_MAX)
        return _("the key is an absolute path inside the machine, the value a folder on this machine");
    if (!from.n || str_find_byte(from, ':', 0) != SIZE_MAX || str_find_byte(to, ':', 0) != SIZE_MAX)
        return _("paths of mounts are not empty and hold no ':'");
    return NULL;
}

const char *spec_check_mirror(struct str mirror)
{
    bool known =
        str_starts(mirror, STR("http://")) || str_starts(mirror, STR("https://")) || str_starts(mirror, STR("file:/"));
    for (size_t i = 0; i < mirror.n; i++)
        known &= mirror.p[i] > ' ' && mirror.p[i] < 0x7f;
    return known ? NULL : _("a mirror is the URL of a Debian archive, such as http://deb.debian.org/debian");
}

void strs_add(struct arena *arena, struct strs *strs, struct str s)
{
    vec_push(arena, &strs->list, arena_str(arena, s));
}

bool strs_has(const struct strs *strs, struct str s)
{
    vec_each (&strs->list, i)
        if (str_eq(strs->list.v[i], s))
            return true;
    return false;
}

bool strs_equal(const struct strs *a, const struct strs *b)
{
    if (a->list.n != b->list.n)
        return false;
    vec_each (&a->list, i)
        if (!str_eq(a->list.v[i], b->list.v[i]))
            return false;
    return true;
}

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

void strs_sort(struct strs *strs)
{
    size_t kept = 0;
    if (strs->list.n)
        qsort(strs->list.v, strs->list.n, sizeof *strs->list.v, by_bytes);
    vec_each (&strs->list, i)
        if (!kept || !str_eq(strs->list.v[kept - 1], strs->list.v[i]))
            strs->list.v[kept++] = strs->list.v[i];
    strs->list.n = kept;
}

struct str strs_lines(struct arena *arena, const struct strs *strs)
{
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    vec_each (&strs->list, i) {
        strbuf_add(&out, strs->list.v[i]);
        strbuf_addc(&out, '\n');
    }
    return arena_str(arena, strbuf_str(&out));
}
