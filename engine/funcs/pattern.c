/*
 * pattern: RE2's syntax, read and written down anew for PCRE2. Classes become sorted lists of code points or plain
 * ranges, groups lose their names, escapes become code points: what is left means the same to both.
 */
#include "funcs/pattern_private.h"

#include "base/gettext.h"
#include "base/unicode.h"

enum {
    DEPTH_MAX = 1000,      /* nesting of groups */
    REPEAT_MAX = 1000,     /* {n,m}; also the product of nested ones */
    PATTERN_MAX = 1 << 20, /* bytes */
};

static bool alternatives(struct pattern_reader *r, unsigned *repeat);

/* -- groups -- */

/* (?i), (?s-m:…): letters i m s U, switched on or off. Stops behind ')' or ':'; *scoped: it was ':'. */
static bool flags(struct pattern_reader *r, size_t from, bool *scoped)
{
    bool minus = false, any = false;
    for (;;) {
        int c = pattern_peek(r);
        if (c == ')' || c == ':') {
            r->pos++;
            *scoped = c == ':';
            strbuf_addc(r->out, (char)c);
            return !minus || any || pattern_fail(r, _("invalid group %.*s"), STR_ARG(pattern_since(r, from)));
        }
        if (c <= 0 || !(strchr("imsU", c) || (c == '-' && !minus))) {
            if (!pattern_at_end(r))
                pattern_take_rune(r);
            return pattern_fail(r, _("invalid or unsupported group %.*s"), STR_ARG(pattern_since(r, from)));
        }
        any = c != '-';
        minus = minus || c == '-';
        strbuf_addc(r->out, (char)c);
        r->pos++;
    }
}

static bool named(struct pattern_reader *r, size_t from)
{
    size_t start = r->pos;
    while (pattern_is_word(pattern_peek(r)))
        r->pos++;
    struct str name = str_sub(r->s, start, r->pos);
    if (!name.n || !pattern_take(r, STR(">")))
        return pattern_fail(r, _("invalid group name in %.*s"), STR_ARG(pattern_since(r, from)));
    vec_push(r->arena, &r->names, name);
    r->n_named++;
    strbuf_addc(r->out, '(');
    return true;
}

/* What opens a group. *scoped false: it was (?i) alone, which holds until the end of the group around. */
static bool group_open(struct pattern_reader *r, size_t from, bool *scoped)
{
    *scoped = true;
    if (!pattern_take(r, STR("?"))) {
        vec_push(r->arena, &r->names, STR(""));
        strbuf_addc(r->out, '(');
        return true;
    }
    bool look =
        str_starts(str_sub(r->s, r->pos, r->s.n), STR("<=")) || str_starts(str_sub(r->s, r->pos, r->s.n), STR("<!"));
    if (!look && (pattern_take(r, STR("P<")) || pattern_take(r, STR("<"))))
        return named(r, from);
    strbuf_lit(r->out, "(?");
    return flags(r, from, scoped);
}

static bool group(struct pattern_reader *r, unsigned *repeat, bool *atom)
{
    size_t from = r->pos++;
    bool scoped;
    if (!group_open(r, from, &scoped))
        return false;
    *atom = scoped;
    if (!scoped)
        return true;
    if (++r->depth > DEPTH_MAX)
        return pattern_fail(r, _("more than %d groups within one another"), DEPTH_MAX);
    if (!alternatives(r, repeat))
        return false;
    r->depth--;
    if (!pattern_take(r, STR(")")))
        return pattern_fail(r, _("missing closing ) in %.*s"), STR_ARG(r->s));
    strbuf_addc(r->out, ')');
    return true;
}

/* -- atoms and repetition -- */

/* \Q…\E: plain text; the last character is an atom of its own. */
static bool quoted(struct pattern_reader *r, bool *atom)
{
    size_t end = str_find(r->s, STR("\\E"), r->pos);
    struct str text = str_sub(r->s, r->pos, end == SIZE_MAX ? r->s.n : end);
    *atom = text.n > 0;
    for (size_t i = 0; i < text.n;) {
        uint32_t rune;
        i += utf8_decode(str_sub(text, i, text.n), &rune);
        pattern_put_rune(r, rune);
    }
    r->pos = end == SIZE_MAX ? r->s.n : end + 2;
    return true;
}

static bool escape(struct pattern_reader *r, bool *atom)
{
    size_t from = r->pos++;
    int c = pattern_peek(r);
    uint32_t rune;
    if (pattern_take(r, STR("Q")))
        return quoted(r, atom);
    if (c == 'p' || c == 'P')
        return pattern_property(r, from);
    if (c > 0 && strchr("AbBz", c)) {
        r->pos++;
        strbuf_printf(r->out, "(?:\\%c)", c);
        return true;
    }
    strbuf_addc(r->out, '[');
    if (pattern_perl_class(r)) {
        strbuf_addc(r->out, ']');
        return true;
    }
    r->out->n--;
    if (!pattern_rune(r, from, &rune))
        return false;
    pattern_put_rune(r, rune);
    return true;
}

static bool atom(struct pattern_reader *r, unsigned *repeat, bool *is_atom)
{
    int c = pattern_peek(r);
    *repeat = 1;
    *is_atom = true;
    if (c == '(')
        return group(r, repeat, is_atom);
    if (c == '[')
        return pattern_bracket(r);
    if (c == '\\')
        return escape(r, is_atom);
    if (c == '.' || c == '^' || c == '$') {
        r->pos++;
        strbuf_printf(r->out, "(?:%c)", c);
        return true;
    }
    pattern_put_rune(r, pattern_take_rune(r));
    return true;
}

/* {n}, {n,} or {n,m} at the position. False where it is none and so plain text. *max -1: without end. */
static bool read_counts(struct pattern_reader *r, int *min, int *max)
{
    size_t from = r->pos++;
    int *n[] = {min, max};
    for (int i = 0; i < 2; i++) {
        size_t digits = r->pos;
        *n[i] = 0;
        for (; pattern_peek(r) >= '0' && pattern_peek(r) <= '9'; r->pos++)
            *n[i] = *n[i] > REPEAT_MAX ? *n[i] : *n[i] * 10 + (pattern_peek(r) - '0');
        bool none = r->pos == digits, zeros = r->pos - digits > 1 && r->s.p[digits] == '0';
        if (zeros || (none && (i == 0 || pattern_peek(r) != '}')))
            break;
        if (none)
            *max = -1;
        else if (i == 0 && pattern_peek(r) == '}')
            *max = *min;
        if (pattern_take(r, STR("}")))
            return true;
        if (i == 1 || !pattern_take(r, STR(",")))
            break;
    }
    r->pos = from;
    return false;
}

static bool repetition(struct pattern_reader *r, size_t from, unsigned *repeat, bool has_atom, bool *found)
{
    int min = 0, max = 0, c = pattern_peek(r);
    bool counted = c == '{' && read_counts(r, &min, &max);
    *found = counted || c == '*' || c == '+' || c == '?';
    if (!*found)
        return true;
    if (!counted)
        r->pos++;
    if (!has_atom)
        return pattern_fail(r, _("missing argument to repetition operator: %.*s"), STR_ARG(pattern_since(r, from)));
    if (counted && (min > REPEAT_MAX || max > REPEAT_MAX || (max >= 0 && min > max)))
        return pattern_fail(r, _("invalid repeat count %.*s: at most %d"), STR_ARG(pattern_since(r, from)), REPEAT_MAX);
    unsigned most = counted ? (unsigned)(max > min ? max : min) : 1;
    *repeat *= most > 1 ? most : 1;
    if (*repeat > REPEAT_MAX)
        return pattern_fail(r, _("invalid repeat count %.*s: nested repetitions multiply to more than %d"),
                            STR_ARG(pattern_since(r, from)), REPEAT_MAX);
    pattern_take(r, STR("?"));
    strbuf_add(r->out, pattern_since(r, from));
    return true;
}

/* One atom with its repetition operator. */
static bool piece(struct pattern_reader *r, unsigned *repeat)
{
    bool is_atom = false, found, again;
    size_t from = r->pos;
    if (!repetition(r, from, repeat, false, &found) || !atom(r, repeat, &is_atom))
        return false;
    from = r->pos;
    if (!repetition(r, from, repeat, is_atom, &found))
        return false;
    unsigned ignored = 1;
    size_t second = r->pos;
    if (!found)
        return true;
    if (!repetition(r, second, &ignored, true, &again) || again) {
        strbuf_clear(r->why);
        return pattern_fail(r, _("invalid nested repetition operator: %.*s"), STR_ARG(pattern_since(r, from)));
    }
    return true;
}

/* a|b|c up to a closing parenthesis or the end. *repeat: the largest product of repetitions inside. */
static bool alternatives(struct pattern_reader *r, unsigned *repeat)
{
    *repeat = 1;
    while (!pattern_at_end(r) && pattern_peek(r) != ')') {
        unsigned here = 1;
        if (pattern_take(r, STR("|"))) {
            strbuf_addc(r->out, '|');
            continue;
        }
        if (!piece(r, &here))
            return false;
        *repeat = here > *repeat ? here : *repeat;
    }
    return true;
}

bool pattern_read(struct arena *arena, struct str source, struct pattern *out, struct strbuf *why)
{
    STRBUF_AUTO text = STRBUF_INIT(16 * PATTERN_MAX);
    struct pattern_reader r = {.arena = arena, .s = source, .out = &text, .why = why};
    unsigned repeat;
    if (source.n > PATTERN_MAX)
        return pattern_fail(&r, _("the pattern is longer than %d bytes"), PATTERN_MAX);
    if (!alternatives(&r, &repeat))
        return false;
    if (!pattern_at_end(&r))
        return pattern_fail(&r, _("unexpected ) in %.*s"), STR_ARG(source));
    *out = (struct pattern){arena_str(arena, strbuf_str(&text)), r.names.v, r.names.n, r.n_named};
    return true;
}
