/* version: constraints on version numbers, as required_version has them. */
#include "config/decode.h"

/* major.minor.patch; how many parts were written matters to "~>". A pre-release sorts before its release. */
struct version {
    uint64_t part[3];
    unsigned n;
    bool pre;
};

static bool read_version(struct str *text, struct version *out)
{
    *out = (struct version){0};
    while (out->n < 3) {
        size_t at = 0;
        while (at < text->n && at < 9 && text->p[at] >= '0' && text->p[at] <= '9')
            out->part[out->n] = out->part[out->n] * 10 + (uint64_t)(text->p[at++] - '0');
        if (!at)
            return false;
        out->n++;
        *text = str_sub(*text, at, text->n);
        if (out->n == 3 || !str_starts(*text, STR(".")))
            break;
        *text = str_sub(*text, 1, text->n);
    }
    out->pre = str_starts(*text, STR("-"));
    while (text->n && text->p[0] != ',' && text->p[0] != ' ' && (out->pre || text->p[0] == '+'))
        *text = str_sub(*text, 1, text->n);
    return true;
}

static int version_cmp(const struct version *a, const struct version *b, unsigned parts)
{
    for (unsigned i = 0; i < parts; i++)
        if (a->part[i] != b->part[i])
            return a->part[i] < b->part[i] ? -1 : 1;
    return parts == 3 ? (int)b->pre - (int)a->pre : 0;
}

static const char *const operators[] = {">=", "<=", "!=", "~>", ">", "<", "=", "", NULL};

static bool meets(const struct version *have, size_t op, const struct version *want)
{
    int order = version_cmp(have, want, 3);
    switch (op) {
    case 0:
        return order >= 0;
    case 1:
        return order <= 0;
    case 2:
        return order != 0;
    case 3: /* ~> 1.2.3 is 1.2.x, ~> 1.2 is 1.x */
        return order >= 0 && version_cmp(have, want, want->n > 1 ? want->n - 1 : 1) == 0;
    case 4:
        return order > 0;
    case 5:
        return order < 0;
    default:
        return order == 0;
    }
}

static bool meets_one(const struct version *have, struct str term, bool *met, const char **why)
{
    struct version want;
    size_t op = 0;
    term = str_trim(term);
    while (!str_starts(term, str_c(operators[op])))
        op++;
    term = str_trim(str_sub(term, strlen(operators[op]), term.n));
    if (!read_version(&term, &want) || str_trim(term).n) {
        *why = _("write an operator and a version, as in \">= 0.1\" or \"~> 1.2.0\", several separated by commas");
        return false;
    }
    *met = *met && meets(have, op, &want);
    return true;
}

bool version_meets(struct str version, struct str constraint, const char **why)
{
    struct version have;
    bool met = true;
    *why = NULL;
    if (!read_version(&version, &have))
        return true; /* a build without a version number meets everything */
    for (bool more = true; more;) {
        size_t comma = str_find_byte(constraint, ',', 0);
        more = comma != SIZE_MAX;
        if (!meets_one(&have, str_sub(constraint, 0, more ? comma : constraint.n), &met, why))
            return false;
        constraint = str_sub(constraint, more ? comma + 1 : constraint.n, constraint.n);
    }
    return met;
}
