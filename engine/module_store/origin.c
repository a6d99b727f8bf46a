#include "module_store/origin_private.h"

#include "base/gettext.h"
#include "base/hex.h"
#include "base/strbuf.h"
#include "config/config.h"

static const struct {
    struct str suffix; /* of a file's name, with a dot; without it the value of ?archive= */
    enum origin_format format;
} formats[] = {
    {STR_INIT(".tar.gz"), FORMAT_TAR_GZ},   {STR_INIT(".tgz"), FORMAT_TAR_GZ},
    {STR_INIT(".tar.xz"), FORMAT_TAR_XZ},   {STR_INIT(".txz"), FORMAT_TAR_XZ},
    {STR_INIT(".tar.zst"), FORMAT_TAR_ZST}, {STR_INIT(".tzst"), FORMAT_TAR_ZST},
    {STR_INIT(".tar.bz2"), FORMAT_TAR_BZ2}, {STR_INIT(".tbz2"), FORMAT_TAR_BZ2},
    {STR_INIT(".tar"), FORMAT_TAR},         {STR_INIT(".zip"), FORMAT_ZIP},
};
enum { N_FORMATS = sizeof formats / sizeof *formats };

/* Hosts whose repositories may be named without saying git:: and https://. */
static const struct str shorthands[] = {STR_INIT("github.com/"), STR_INIT("gitlab.com/"), STR_INIT("bitbucket.org/")};

/* The name of a package: the last part of its path, without what tells of its form. */
static struct str name_of(struct arena *arena, struct str path)
{
    while (path.n && path.p[path.n - 1] == '/')
        path.n--;
    size_t cut = origin_last(path, '/'), colon = origin_last(path, ':');
    cut = cut == SIZE_MAX ? colon : cut;
    struct str base = str_sub(path, cut == SIZE_MAX ? 0 : cut + 1, path.n);
    if (str_ends(base, STR(".git")))
        base.n -= 4;
    for (size_t i = 0; i < N_FORMATS; i++)
        if (str_ends(base, formats[i].suffix)) {
            base.n -= formats[i].suffix.n;
            break;
        }
    char *name = arena_alloc(arena, base.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < base.n && n < 40; i++)
        if (origin_is_word(base.p[i]) || (n && base.p[i] == '.'))
            name[n++] = base.p[i];
    return n ? str_from(name, n) : STR("module");
}

/* -- git -- */

/* The rules of git-check-ref-format, and no dash in front. */
static bool check_ref(struct origin_reading *r, struct str ref)
{
    bool ok = ref.n > 0 && ref.n <= 250 && ref.p[0] != '-' && ref.p[0] != '/' && ref.p[0] != '.' &&
              ref.p[ref.n - 1] != '/' && ref.p[ref.n - 1] != '.' && !str_ends(ref, STR(".lock")) &&
              str_find(ref, STR(".."), 0) == SIZE_MAX && str_find(ref, STR("@{"), 0) == SIZE_MAX &&
              str_find(ref, STR("//"), 0) == SIZE_MAX;
    for (size_t i = 0; ok && i < ref.n; i++)
        ok = (unsigned char)ref.p[i] > ' ' && !strchr("~^:?*[\\\x7f", ref.p[i]);
    if (!ok)
        return origin_refuse(r, _("\"%.*s\" is no name of a tag, branch or commit."), STR_ARG(ref));
    r->out->ref = ref;
    return true;
}

static bool git_parameter(struct origin_reading *r, struct str name, struct str value)
{
    if (str_is(name, "ref"))
        return origin_percent_decode(r->arena, &value)
                   ? check_ref(r, value)
                   : origin_refuse(r, _("A percent sign stands before two hexadecimal digits."));
    if (str_is(name, "depth")) /* no more than needed is ever fetched */
        return true;
    if (str_is(name, "sshkey"))
        return origin_refuse(
            r, _("A private key does not belong in a configuration: leave it to ssh's agent, or to ~/.ssh/config."));
    return origin_refuse(r, _("A git repository takes ?ref=, with a tag, branch or commit, and not \"%.*s\"."),
                         STR_ARG(name));
}

static bool git_query(struct origin_reading *r)
{
    for (struct str query = r->query, whole, name, value; origin_next_parameter(&query, &whole, &name, &value);)
        if (!git_parameter(r, name, value))
            return false;
    return true;
}

/* user@host:path, as ssh and git know it. */
static bool is_scp(struct str s)
{
    size_t at = str_find_byte(s, '@', 0), colon = str_find_byte(s, ':', 0), slash = str_find_byte(s, '/', 0);
    return at != SIZE_MAX && colon != SIZE_MAX && at < colon && (slash == SIZE_MAX || colon < slash) &&
           str_find(s, STR("://"), 0) == SIZE_MAX;
}

static bool check_scp(struct origin_reading *r)
{
    size_t colon = str_find_byte(r->rest, ':', 0);
    struct str host, path = str_sub(r->rest, colon + 1, r->rest.n);
    if (!origin_check_authority(r, str_sub(r->rest, 0, colon), &host))
        return false;
    if (!path.n || path.p[0] == '-')
        return origin_refuse(r, _("It names no path behind the host."));
    r->out->protocol = STR("ssh");
    r->out->network = true;
    return true;
}

static bool check_git_url(struct origin_reading *r)
{
    struct str host, path;
    if (str_find(r->rest, STR("://"), 0) == SIZE_MAX)
        return origin_refuse(
            r, _("Behind git:: stands a URL: git::https://example.org/web.git, git::ssh://git@example.org/web.git, "
                 "git::file:///srv/web.git or git::git@example.org:web.git."));
    if (!origin_check_url(r, &r->out->protocol, &host, &path))
        return false;
    struct str protocol = r->out->protocol;
    if (str_is(protocol, "http") && !origin_is_here(host))
        return origin_refuse(r, _("Over http anybody on the way can change what comes: write git::https://%.*s%.*s."),
                             STR_ARG(host), STR_ARG(path));
    if (!str_is(protocol, "https") && !str_is(protocol, "ssh") && !str_is(protocol, "file") &&
        !str_is(protocol, "http"))
        return origin_refuse(r, _("Repositories are reached over https, ssh and file, not over \"%.*s\"."),
                             STR_ARG(protocol));
    r->out->network = !str_is(protocol, "file");
    return true;
}

static bool read_git(struct origin_reading *r)
{
    size_t colons = str_find(r->rest, STR("::"), 0);
    r->out->kind = ORIGIN_GIT;
    if (colons != SIZE_MAX && colons < str_find_byte(r->rest, '[', 0)) /* in brackets: an address */
        return origin_refuse(r, _("Only one :: can stand in front of a URL."));
    if (!origin_take_subdir(r) || !(is_scp(r->rest) ? check_scp(r) : check_git_url(r)) || !git_query(r))
        return false;
    while (r->rest.n > 1 && r->rest.p[r->rest.n - 1] == '/' && r->rest.p[r->rest.n - 2] != ':')
        r->rest.n--;
    r->out->url = arena_str(r->arena, r->rest);
    r->out->name = name_of(r->arena, r->rest);
    r->out->key =
        arena_printf(r->arena, "git::%.*s%s%.*s", STR_ARG(r->rest), r->out->ref.n ? "?ref=" : "", STR_ARG(r->out->ref));
    return true;
}

/* host/owner/name[/sub]: of a host that is known to hold repositories. */
static bool read_shorthand(struct origin_reading *r)
{
    size_t host = str_find_byte(r->rest, '/', 0), owner = str_find_byte(r->rest, '/', host + 1);
    struct str name = owner == SIZE_MAX ? (struct str){0} : str_sub(r->rest, owner + 1, r->rest.n);
    size_t end = str_find_byte(name, '/', 0);
    bool deeper = end != SIZE_MAX && (end + 1 >= name.n || name.p[end + 1] != '/');
    if (!name.n || deeper)
        return origin_refuse(
            r,
            _("A repository there is named by its owner and its name, and a folder in it behind two slashes: "
              "%.*sowner/name//folder."),
            (int)host + 1, r->rest.p);
    struct str base = str_sub(name, 0, end), behind = end == SIZE_MAX ? (struct str){0} : str_sub(name, end, name.n);
    r->rest = arena_printf(r->arena, "https://%.*s/%.*s%s%.*s", (int)owner, r->rest.p, STR_ARG(base),
                           str_ends(base, STR(".git")) ? "" : ".git", STR_ARG(behind));
    return read_git(r);
}

/* -- archives -- */

static bool format_of(struct str name, enum origin_format *out)
{
    for (size_t i = 0; i < N_FORMATS; i++)
        if (str_ends(name, formats[i].suffix)) {
            *out = formats[i].format;
            return true;
        }
    return false;
}

static const char format_words[] = "tar.gz, tar.xz, tar.zst, tar.bz2, tar, zip";

static bool read_checksum(struct origin_reading *r, struct str value)
{
    if (str_starts(value, STR("sha256:")))
        value = str_sub(value, 7, value.n);
    char *digits = arena_alloc(r->arena, value.n + 1);
    bool ok = value.n == 64;
    for (size_t i = 0; ok && i < value.n; i++) {
        ok = hex_digit(value.p[i]) >= 0;
        digits[i] = (char)(value.p[i] >= 'A' && value.p[i] <= 'F' ? value.p[i] | 0x20 : value.p[i]);
    }
    if (!ok)
        return origin_refuse(r, _("A checksum is sha256: and 64 hexadecimal digits, as sha256sum prints them."));
    r->out->checksum = str_from(digits, value.n);
    return true;
}

/* Takes ?archive= and ?checksum= out of the query; what is left goes to the server. */
static bool archive_query(struct origin_reading *r, struct strbuf *left, bool *known)
{
    for (struct str query = r->query, whole, name, value; origin_next_parameter(&query, &whole, &name, &value);) {
        if (str_is(name, "archive")) {
            *known = format_of(arena_printf(r->arena, ".%.*s", STR_ARG(value)), &r->out->format);
            if (!*known)
                return origin_refuse(r, _("\"%.*s\" is no format of archives; there are %s."), STR_ARG(value),
                                     format_words);
        } else if (str_is(name, "checksum")) {
            if (!read_checksum(r, value))
                return false;
        } else {
            strbuf_printf(left, "%c%.*s", left->n ? '&' : '?', STR_ARG(whole));
        }
    }
    return true;
}

/* What is common to files of this machine and of servers: r->rest is the path or URL. */
static bool read_archive(struct origin_reading *r, bool *known)
{
    STRBUF_AUTO left = STRBUF_INIT(ORIGIN_MAX * 2);
    *known = format_of(r->rest, &r->out->format);
    if (!archive_query(r, &left, known))
        return false;
    if (r->out->local && left.n)
        return origin_refuse(r, _("An archive in a file takes ?archive= and ?checksum=, and not \"%.*s\"."),
                             (int)left.n - 1, left.p + 1);
    r->out->kind = ORIGIN_ARCHIVE;
    r->out->url = arena_printf(r->arena, "%.*s%.*s", STR_ARG(r->rest), (int)left.n, left.n ? left.p : "");
    r->out->name = name_of(r->arena, r->rest);
    r->out->key = arena_printf(r->arena, "%.*s%s%.*s", STR_ARG(r->rest), r->query.n ? "?" : "", STR_ARG(r->query));
    return true;
}

static bool read_web(struct origin_reading *r)
{
    struct str scheme, host, path;
    bool known;
    if (!origin_take_subdir(r) || !origin_check_url(r, &scheme, &host, &path) || !read_archive(r, &known))
        return false;
    r->out->network = true;
    if (str_is(scheme, "http") && !origin_is_here(host))
        return origin_refuse(r, _("Over http anybody on the way can change what comes: write https://%.*s%.*s."),
                             STR_ARG(host), STR_ARG(path));
    if (known)
        return true;
    return origin_refuse(
        r,
        _("Nothing tells what this URL answers. For a git repository, write \"git::%.*s\"; for an archive whose "
          "name does not end in one of %s, add ?archive= with one of these."),
        STR_ARG(r->rest), format_words);
}

static bool read_file_url(struct origin_reading *r)
{
    struct str scheme, host, path;
    bool known;
    if (!origin_take_subdir(r) || !origin_check_url(r, &scheme, &host, &path))
        return false;
    struct str url = r->rest;
    r->out->local = true;
    r->rest = path;
    if (!origin_percent_decode(r->arena, &r->rest) || str_find_byte(r->rest, '\0', 0) != SIZE_MAX)
        return origin_refuse(r, _("A percent sign stands before two hexadecimal digits."));
    if (!read_archive(r, &known))
        return false;
    return known || origin_refuse(r,
                                  _("The file's name does not tell its format: add ?archive= with one of %s. For a git "
                                    "repository, write \"git::%.*s\"."),
                                  format_words, STR_ARG(url));
}

/* ./x.tar.gz is an archive; every other path is a folder. */
static bool read_path(struct origin_reading *r)
{
    size_t sub = str_find(r->rest, STR("//"), 0), mark = str_find_byte(r->rest, '?', 0);
    struct str file = str_sub(r->rest, 0, sub < mark ? sub : mark);
    bool known;
    r->out->kind = ORIGIN_FOLDER;
    if (!format_of(file, &r->out->format) && (mark == SIZE_MAX || str_find(r->rest, STR("archive="), mark) == SIZE_MAX))
        return true;
    r->out->local = true;
    if (!origin_check_characters(r))
        return false;
    origin_split(r);
    return origin_take_subdir(r) && read_archive(r, &known);
}

/* -- what is neither -- */

static size_t count_parts(struct str path)
{
    size_t n = 1;
    for (size_t i = 0; i < path.n; i++)
        n += path.p[i] == '/';
    return n;
}

/* [host/]namespace/name/provider. */
static bool is_registry(struct str s)
{
    size_t n = count_parts(s);
    return (n == 3 || n == 4) && origin_is_made_of(s, "/.") && str_find(s, STR("//"), 0) == SIZE_MAX && s.p[0] != '/';
}

static bool refuse_registry(struct origin_reading *r)
{
    struct str parts[4] = {{0}}, rest = r->rest;
    size_t n = count_parts(rest);
    for (size_t i = 4 - n; i < 4; i++) {
        size_t slash = str_find_byte(rest, '/', 0);
        parts[i] = str_sub(rest, 0, slash);
        rest = slash == SIZE_MAX ? (struct str){0} : str_sub(rest, slash + 1, rest.n);
    }
    return origin_refuse(
        r,
        _("This is the address of a module in a registry, and detour has none. Name the repository that holds "
          "the module, and the version as its tag: "
          "\"git::https://github.com/%.*s/terraform-%.*s-%.*s.git?ref=v1.2.3\"."),
        STR_ARG(parts[1]), STR_ARG(parts[3]), STR_ARG(parts[2]));
}

static bool refuse_other(struct origin_reading *r)
{
    size_t scheme = str_find(r->rest, STR("://"), 0);
    if (is_registry(r->rest))
        return refuse_registry(r);
    if (scheme != SIZE_MAX && str_starts(r->rest, STR("ssh://")))
        return origin_refuse(r, _("A git repository that is reached over ssh is written \"git::%.*s\"."),
                             STR_ARG(r->source));
    if (scheme != SIZE_MAX)
        return origin_refuse(r,
                             _("Modules come from git repositories and from archives over https, not over \"%.*s\"."),
                             (int)scheme, r->rest.p);
    if (r->rest.n && r->rest.p[0] == '/')
        return origin_refuse(
            r,
            _("A folder of this machine is named by its path from here, which starts with ./ or ../; a "
              "repository by its whole path: \"git::file://%.*s\"."),
            STR_ARG(r->rest));
    return origin_refuse(
        r,
        _("A source is a folder of this machine, whose path starts with ./ or ../ (\"./%.*s\"), a git repository "
          "(\"git::https://example.org/web.git?ref=v1.2\") or an archive (\"https://example.org/web.tar.gz\")."),
        STR_ARG(r->rest));
}

static bool read_forced(struct origin_reading *r, size_t colons)
{
    struct str getter = str_sub(r->rest, 0, colons);
    if (!str_is(getter, "git"))
        return origin_refuse(
            r, _("There is no \"%.*s::\": modules come from folders, from git repositories (git::) and from archives."),
            STR_ARG(getter));
    r->rest = str_sub(r->rest, colons + 2, r->rest.n);
    return read_git(r);
}

bool origin_parse(struct arena *arena, struct str source, struct origin *out, struct str *why)
{
    struct origin_reading r = {arena, source, source, {0}, out, why};
    *out = (struct origin){0};
    if (config_is_path(source))
        return read_path(&r);
    if (!origin_check_characters(&r))
        return false;
    origin_split(&r);
    size_t colons = str_find(r.rest, STR("::"), 0), word = 0;
    while (word < r.rest.n && origin_is_word(r.rest.p[word]))
        word++;
    if (colons != SIZE_MAX && colons == word && word)
        return read_forced(&r, colons);
    for (size_t i = 0; i < sizeof shorthands / sizeof *shorthands; i++)
        if (str_starts(r.rest, shorthands[i]))
            return read_shorthand(&r);
    if (is_scp(r.rest))
        return read_git(&r);
    if (str_starts(r.rest, STR("https://")) || str_starts(r.rest, STR("http://")))
        return read_web(&r);
    if (str_starts(r.rest, STR("file://")))
        return read_file_url(&r);
    return refuse_other(&r);
}
