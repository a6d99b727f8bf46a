/* provider::debian::…: what is written on Debian machines, understood as Debian understands it. */
#include "debian.h"
#include "base/gettext.h"

/* -- parse_os_release -- */

struct release {
    struct kit kit;
    struct detour_str *keys;
    const detour_value **values;
    size_t n;
    unsigned line;
    const char *why;
};

static bool is_word(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* A value as sh would take it: bare, in single quotes, or in double quotes with backslashes before $ ` " and \. */
static bool unquote(struct release *r, struct str text, struct str *out)
{
    char *p = kit_alloc(r->kit, text.n + 1), quote = text.n && strchr("'\"", text.p[0]) ? text.p[0] : '\0';
    size_t n = 0, i = quote ? 1 : 0;
    for (; i < text.n && text.p[i] != quote; i++) {
        bool escaped = quote == '"' && text.p[i] == '\\' && i + 1 < text.n && strchr("$`\"\\", text.p[i + 1]);
        if (!quote && strchr(" \t'\"$`\\;&|<>()", text.p[i])) {
            r->why = _("the value must be in quotes");
            return false;
        }
        i += escaped;
        p[n++] = text.p[i];
    }
    *out = str_from(p, n);
    if (quote && i + 1 != text.n)
        r->why = i < text.n ? _("something follows the closing quote") : _("the closing quote is missing");
    return !r->why;
}

static bool take_line(struct release *r, struct str line)
{
    struct str value;
    size_t equals = str_find_byte(line, '=', 0);
    for (size_t i = 0; i < line.n && i < equals; i++)
        if (!is_word(line.p[i]))
            equals = SIZE_MAX;
    if (equals == SIZE_MAX || !equals)
        r->why = _("it is not of the form NAME=VALUE");
    else if (unquote(r, str_sub(line, equals + 1, line.n), &value)) {
        r->keys[r->n] = kit_to(kit_copy(r->kit, str_sub(line, 0, equals)));
        r->values[r->n++] = r->kit.host->make_string(r->kit.call, kit_to(value));
    }
    return !r->why;
}

/* The last of two lines with one name counts, as in sh. */
static void drop_repeated(struct release *r)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->n; i++) {
        bool again = false;
        for (size_t k = i + 1; k < r->n; k++)
            again |= str_eq(kit_from(r->keys[i]), kit_from(r->keys[k]));
        if (again)
            continue;
        r->keys[kept] = r->keys[i];
        r->values[kept++] = r->values[i];
    }
    r->n = kept;
}

static const detour_value *parse_os_release(const struct detour_host *host, detour_call *call,
                                            const detour_value *const *args, size_t n)
{
    (void)n;
    struct release r = {.kit = {host, call}};
    struct str rest = kit_from(host->string(args[0])), line;
    size_t lines = 1;
    for (size_t i = 0; i < rest.n; i++)
        lines += rest.p[i] == '\n';
    r.keys = kit_alloc(r.kit, lines * sizeof *r.keys);
    r.values = kit_alloc(r.kit, lines * sizeof *r.values);
    while (str_next_line(&rest, &line)) {
        r.line++;
        line = str_trim(line);
        if (!line.n || line.p[0] == '#' || take_line(&r, line))
            continue;
        host->fail(call, 0, NULL, _("Not an os-release file"), _("line %u is \"%.*s\", but %s"), r.line, STR_ARG(line),
                   r.why);
        return NULL;
    }
    drop_repeated(&r);
    return host->make_map(call, r.keys, r.values, r.n);
}

/* -- version_compare -- */

struct version {
    long epoch;
    struct str upstream, revision;
};

static const char *split_version(struct str text, struct version *out)
{
    size_t colon = str_find_byte(text, ':', 0), dash = SIZE_MAX;
    *out = (struct version){0};
    for (size_t i = 0; colon != SIZE_MAX && i < colon; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || i >= 9)
            return _("what is before the colon is no epoch");
        out->epoch = out->epoch * 10 + (text.p[i] - '0');
    }
    if (colon == 0)
        return _("there is no epoch before the colon");
    struct str rest = colon == SIZE_MAX ? text : str_sub(text, colon + 1, text.n);
    for (size_t i = 0; i < rest.n; i++) {
        if (rest.p[i] == '-')
            dash = i;
        else if (!is_word(rest.p[i]) && !strchr(".+~:", rest.p[i]))
            return _("a version holds letters, digits and . + ~ - : only");
    }
    out->upstream = dash == SIZE_MAX ? rest : str_sub(rest, 0, dash);
    out->revision = dash == SIZE_MAX ? (struct str){0} : str_sub(rest, dash + 1, rest.n);
    if (!out->upstream.n || out->upstream.p[0] < '0' || out->upstream.p[0] > '9')
        return _("a version begins with a digit");
    return NULL;
}

static bool digit_at(struct str s, size_t i)
{
    return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

/* "~" comes before the end, that before letters, and those before all else. */
static int weight(struct str s, size_t i)
{
    if (i >= s.n || digit_at(s, i))
        return 0;
    if (s.p[i] == '~')
        return -1;
    return is_word(s.p[i]) ? s.p[i] : s.p[i] + 256;
}

static struct str digits(struct str s, size_t *at)
{
    while (*at < s.n && s.p[*at] == '0')
        ++*at;
    size_t from = *at;
    while (digit_at(s, *at))
        ++*at;
    return str_sub(s, from, *at);
}

/* Debian policy 5.6.12: what is no number by weights, what is one by size, in turns. */
static int compare_part(struct str a, struct str b)
{
    size_t i = 0, k = 0;
    while (i < a.n || k < b.n) {
        while ((i < a.n && !digit_at(a, i)) || (k < b.n && !digit_at(b, k))) {
            int order = weight(a, i) - weight(b, k);
            if (order)
                return order < 0 ? -1 : 1;
            i++;
            k++;
        }
        struct str x = digits(a, &i), y = digits(b, &k);
        int order = x.n != y.n ? (x.n < y.n ? -1 : 1) : str_cmp(x, y);
        if (order)
            return order < 0 ? -1 : 1;
    }
    return 0;
}

static const detour_value *version_compare(const struct detour_host *host, detour_call *call,
                                           const detour_value *const *args, size_t n)
{
    struct version v[2];
    for (size_t i = 0; i < n; i++) {
        struct str text = kit_from(host->string(args[i]));
        const char *why = split_version(text, &v[i]);
        if (!why)
            continue;
        host->fail(call, i, NULL, _("Not a version"), _("\"%.*s\" is no version of a Debian package: %s"),
                   STR_ARG(text), why);
        return NULL;
    }
    int order =
        v[0].epoch != v[1].epoch ? (v[0].epoch < v[1].epoch ? -1 : 1) : compare_part(v[0].upstream, v[1].upstream);
    return host->make_integer(call, order ? order : compare_part(v[0].revision, v[1].revision));
}

/* clang-format off */
const struct detour_function debian_functions[] = {
    {
        .name = "parse_os_release",
        .parameters = (const struct detour_parameter[]){
            {"text", "string", 0, "The content of /etc/os-release, or of another file of lines NAME=VALUE quoted as for sh."}, {0}},
        .result = "map(string)",
        .call = parse_os_release,
        .doc = "The names and values of an os-release file: `ID`, `VERSION_ID`, `VERSION_CODENAME` and so on.",
        .example = "provider::debian::parse_os_release(\"ID=debian\\nVERSION_ID=\\\"12\\\"\\n\").VERSION_ID",
    },
    {
        .name = "version_compare",
        .parameters = (const struct detour_parameter[]){
            {"a", "string", 0, "Version of a package, such as \"1:2.3-1+deb12u1\"."}, {"b", "string", 0, "Another."}, {0}},
        .result = "number",
        .call = version_compare,
        .doc = "Orders versions as dpkg does: -1 where `a` is the earlier one, 0 where both are the same, 1 where `a` is the later one.",
        .example = "provider::debian::version_compare(\"2.0~rc1-1\", \"2.0-1\") < 0",
    },
    {0},
};
/* clang-format on */
