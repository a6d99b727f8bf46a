/* What sources of all kinds are made of: characters, a subfolder, parameters, and URLs with user, host and port. */
#include "module_store/origin_private.h"

#include "base/gettext.h"
#include "base/hex.h"

bool origin_refuse(struct origin_reading *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    *r->why = arena_vprintf(r->arena, format, args);
    va_end(args);
    return false;
}

/* -- characters -- */

bool origin_is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool origin_is_made_of(struct str s, const char *besides_words)
{
    for (size_t i = 0; i < s.n; i++)
        if (!origin_is_word(s.p[i]) && (!s.p[i] || !strchr(besides_words, s.p[i])))
            return false;
    return s.n > 0;
}

size_t origin_last(struct str s, char c)
{
    for (size_t i = s.n; i > 0; i--)
        if (s.p[i - 1] == c)
            return i - 1;
    return SIZE_MAX;
}

bool origin_check_characters(struct origin_reading *r)
{
    for (size_t i = 0; i < r->source.n; i++) {
        unsigned char c = (unsigned char)r->source.p[i];
        if (c <= ' ' || c == 0x7f || c == '\\')
            return origin_refuse(r, c == ' ' ? _("It holds a blank; in a URL that is written %%20.")
                                             : _("It holds a control character or a backslash."));
    }
    if (r->source.n > ORIGIN_MAX)
        return origin_refuse(r, _("It is longer than %d bytes."), ORIGIN_MAX);
    return true;
}

/* -- parts -- */

bool origin_take_subdir(struct origin_reading *r)
{
    size_t scheme = str_find(r->rest, STR("://"), 0);
    size_t at = str_find(r->rest, STR("//"), scheme == SIZE_MAX ? 0 : scheme + 3);
    if (at == SIZE_MAX)
        return true;
    struct str subdir = str_sub(r->rest, at + 2, r->rest.n);
    r->rest = str_sub(r->rest, 0, at);
    while (subdir.n && subdir.p[subdir.n - 1] == '/')
        subdir.n--;
    for (size_t from = 0; from <= subdir.n && subdir.n;) {
        size_t end = str_find_byte(subdir, '/', from);
        struct str part = str_sub(subdir, from, end);
        if (!part.n || str_is(part, ".") || str_is(part, "..") || str_is(part, ".git"))
            return origin_refuse(r, _("\"%.*s\", behind the two slashes, is no folder within the package."),
                                 STR_ARG(subdir));
        if (end == SIZE_MAX)
            break;
        from = end + 1;
    }
    r->out->subdir = subdir;
    return true;
}

void origin_split(struct origin_reading *r)
{
    size_t mark = str_find_byte(r->rest, '?', 0);
    if (mark == SIZE_MAX)
        return;
    r->query = str_sub(r->rest, mark + 1, r->rest.n);
    r->rest = str_sub(r->rest, 0, mark);
}

bool origin_percent_decode(struct arena *arena, struct str *value)
{
    char *text = arena_alloc(arena, value->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < value->n; i++) {
        if (value->p[i] != '%') {
            text[n++] = value->p[i];
            continue;
        }
        int high = i + 2 < value->n ? hex_digit(value->p[i + 1]) : -1, low = high < 0 ? -1 : hex_digit(value->p[i + 2]);
        if (low < 0)
            return false;
        text[n++] = (char)(high * 16 + low);
        i += 2;
    }
    *value = str_from(text, n);
    return true;
}

bool origin_next_parameter(struct str *query, struct str *whole, struct str *name, struct str *value)
{
    if (!query->n)
        return false;
    size_t end = str_find_byte(*query, '&', 0);
    *whole = str_sub(*query, 0, end);
    *query = end == SIZE_MAX ? (struct str){0} : str_sub(*query, end + 1, query->n);
    size_t equals = str_find_byte(*whole, '=', 0);
    *name = str_sub(*whole, 0, equals);
    *value = equals == SIZE_MAX ? (struct str){0} : str_sub(*whole, equals + 1, whole->n);
    return true;
}

/* -- where: scheme, user, host, port -- */

bool origin_is_here(struct str host)
{
    return str_is(host, "localhost") || str_is(host, "127.0.0.1") || str_is(host, "[::1]");
}

static bool check_port(struct str port)
{
    for (size_t i = 0; i < port.n; i++)
        if (port.p[i] < '0' || port.p[i] > '9')
            return false;
    return port.n > 0 && port.n <= 5;
}

bool origin_check_authority(struct origin_reading *r, struct str authority, struct str *host)
{
    size_t at = origin_last(authority, '@');
    if (at != SIZE_MAX) {
        struct str user = str_sub(authority, 0, at);
        authority = str_sub(authority, at + 1, authority.n);
        if (str_find_byte(user, ':', 0) != SIZE_MAX)
            return origin_refuse(
                r, _("It holds a password, which would end up in detour.lock.hcl and in version control. Leave it to "
                     "git's credential helpers, to ssh's agent, or to ~/.netrc."));
        if (!origin_is_made_of(user, ".+~%") || user.p[0] == '-')
            return origin_refuse(r, _("\"%.*s\" is no name of a user."), STR_ARG(user));
    }
    size_t colon = origin_last(authority, ':'), bracket = origin_last(authority, ']');
    if (colon != SIZE_MAX && (bracket == SIZE_MAX || colon > bracket)) {
        if (!check_port(str_sub(authority, colon + 1, authority.n)))
            return origin_refuse(r, _("What stands behind the colon of \"%.*s\" is no port."), STR_ARG(authority));
        authority = str_sub(authority, 0, colon);
    }
    *host = authority;
    bool address = authority.n > 2 && authority.p[0] == '[' && authority.p[authority.n - 1] == ']' &&
                   origin_is_made_of(str_sub(authority, 1, authority.n - 1), ":.");
    if (!address && (!origin_is_made_of(authority, ".") || authority.p[0] == '-' || authority.p[0] == '.'))
        return origin_refuse(r, _("\"%.*s\" is no name of a host."), STR_ARG(authority));
    return true;
}

bool origin_check_url(struct origin_reading *r, struct str *scheme, struct str *host, struct str *path)
{
    size_t colon = str_find(r->rest, STR("://"), 0);
    *scheme = str_sub(r->rest, 0, colon);
    struct str behind = str_sub(r->rest, colon + 3, r->rest.n);
    size_t slash = str_find_byte(behind, '/', 0);
    *path = slash == SIZE_MAX ? (struct str){0} : str_sub(behind, slash, behind.n);
    *host = str_sub(behind, 0, slash);
    if (str_is(*scheme, "file")) {
        if (host->n)
            return origin_refuse(r, _("A file URL has three slashes and a whole path: file:///srv/web.git."));
    } else if (!origin_check_authority(r, *host, host)) {
        return false;
    }
    if (path->n < 2)
        return origin_refuse(r, _("It names no path behind the host."));
    return true;
}
