/* semver: semver_compare(), by the precedence rules of Semantic Versioning 2.0.0 (clause 11). */
#include "funcs/kit.h"

/* Slices of the text; without build metadata, which has no precedence. */
struct version {
    struct str core[3];
    struct str prerelease; /* identifiers between dots; empty: a release */
};

static bool is_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

/* Digits without a leading zero. */
static bool is_number(struct str s)
{
    return is_digits(s) && (s.n == 1 || s.p[0] != '0');
}

static bool is_identifier(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'))
            return false;
    }
    return s.n > 0;
}

/* The text before the first `c`, which goes with it; all of it where there is none. *more tells which. */
static struct str take_until(struct str *rest, char c, bool *more)
{
    size_t at = str_find_byte(*rest, c, 0);
    struct str head = str_sub(*rest, 0, at);
    *more = at != SIZE_MAX;
    *rest = *more ? str_sub(*rest, at + 1, rest->n) : STR("");
    return head;
}

/* Identifiers between dots, each of the given kind. */
static bool all_identifiers(struct str s, bool numbers_strict)
{
    for (bool more = true; more;) {
        struct str id = take_until(&s, '.', &more);
        if (!is_identifier(id) || (numbers_strict && is_digits(id) && !is_number(id)))
            return false;
    }
    return true;
}

/* A leading v is common and means nothing. */
static bool parse_version(struct str s, struct version *out)
{
    bool more;
    if (str_starts(s, STR("v")))
        s = str_sub(s, 1, s.n);
    struct str head = take_until(&s, '+', &more);
    if (more && !all_identifiers(s, false))
        return false;
    struct str core = take_until(&head, '-', &more);
    if (more && !all_identifiers(head, true))
        return false;
    out->prerelease = head;
    for (int i = 0; i < 3; i++) {
        out->core[i] = take_until(&core, '.', &more);
        if (!is_number(out->core[i]) || more != (i < 2))
            return false;
    }
    return true;
}

/* Numbers of any length: without leading zeros, the longer is the greater. */
static int compare_numbers(struct str a, struct str b)
{
    if (a.n != b.n)
        return a.n < b.n ? -1 : 1;
    return str_cmp(a, b);
}

static int compare_identifiers(struct str a, struct str b)
{
    bool a_number = is_digits(a), b_number = is_digits(b);
    if (a_number && b_number)
        return compare_numbers(a, b);
    return a_number != b_number ? (a_number ? -1 : 1) : str_cmp(a, b);
}

/* A release comes after its prereleases; of those, identifier by identifier, and the shorter list first. */
static int compare_prereleases(struct str a, struct str b)
{
    bool more_a = a.n > 0, more_b = b.n > 0;
    if (!more_a || !more_b)
        return more_b - more_a;
    while (more_a && more_b) {
        struct str x = take_until(&a, '.', &more_a), y = take_until(&b, '.', &more_b);
        int c = compare_identifiers(x, y);
        if (c)
            return c;
    }
    return more_a - more_b;
}

static int compare_versions(const struct version *a, const struct version *b)
{
    for (int i = 0; i < 3; i++) {
        int c = compare_numbers(a->core[i], b->core[i]);
        if (c)
            return c;
    }
    return compare_prereleases(a->prerelease, b->prerelease);
}

static bool semver_compare_impl(struct func_call *call)
{
    struct version v[2];
    for (int i = 0; i < 2; i++)
        if (!parse_version(kit_str(call, (size_t)i), &v[i]))
            return func_fail(call, i, _("\"%.*s\" is not a semantic version such as 1.2.3 or 1.2.3-rc.1"),
                             STR_ARG(kit_str(call, (size_t)i)));
    int c = compare_versions(&v[0], &v[1]);
    return kit_answer(call, value_int((c > 0) - (c < 0)));
}

const struct func semver_funcs[] = {
    {.name = "semver_compare",
     .result_type = "number",
     .impl = semver_compare_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"a", "string", 0, N_("A semantic version.")}, {"b", "string", 0, N_("Another.")}),
     .doc = N_("-1, 0 or 1: whether the first version precedes, equals or follows the second.")},
    {0},
};
