#include "state/cut.h"
#include "base/gettext.h"

static bool fail(struct cut *c, const char *why)
{
    c->why = why;
    return false;
}

static void skip_blanks(struct cut *c)
{
    while (c->at < c->text.n && memchr(" \t\r\n", c->text.p[c->at], 4))
        c->at++;
}

static bool eat(struct cut *c, char byte)
{
    skip_blanks(c);
    if (c->at >= c->text.n || c->text.p[c->at] != byte)
        return false;
    c->at++;
    return true;
}

struct cut cut_open(struct str text, char bracket)
{
    struct cut c = {.text = text, .object = bracket == '{'};
    if (!eat(&c, bracket))
        c.why = c.object ? N_("an object was expected") : N_("a list was expected");
    return c;
}

/* A quote is escaped by an odd number of backslashes. */
static bool is_escaped(const char *from, const char *quote)
{
    const char *p = quote;
    while (p > from && p[-1] == '\\')
        p--;
    return (quote - p) % 2 != 0;
}

/* From the opening quote to behind the closing one. */
static bool skip_string(struct cut *c)
{
    const char *from = c->text.p + c->at + 1, *end = c->text.p + c->text.n;
    for (const char *p = from; p < end && (p = memchr(p, '"', (size_t)(end - p))); p++)
        if (!is_escaped(from, p)) {
            c->at = (size_t)(p - c->text.p) + 1;
            return true;
        }
    return fail(c, N_("a string has no end"));
}

/* What nesting and strings are made of. */
static const bool structural[256] = {['"'] = true, ['{'] = true, ['}'] = true, ['['] = true, [']'] = true};

static bool skip_nested(struct cut *c)
{
    size_t depth = 0;
    for (;;) {
        while (c->at < c->text.n && !structural[(unsigned char)c->text.p[c->at]])
            c->at++;
        if (c->at == c->text.n)
            return fail(c, N_("a bracket is not closed"));
        char b = c->text.p[c->at];
        if (b == '"') {
            if (!skip_string(c))
                return false;
            continue;
        }
        c->at++;
        if (b == '{' || b == '[')
            depth++;
        else if (--depth == 0)
            return true;
    }
}

static bool skip_scalar(struct cut *c)
{
    size_t from = c->at;
    while (c->at < c->text.n && !memchr(",]}: \t\r\n", c->text.p[c->at], 8))
        c->at++;
    return c->at > from || fail(c, N_("a value was expected"));
}

static bool skip_value(struct cut *c, struct str *value)
{
    skip_blanks(c);
    if (c->at >= c->text.n)
        return fail(c, N_("the text ends early"));
    size_t from = c->at;
    char b = c->text.p[from];
    bool ok = b == '"' ? skip_string(c) : b == '{' || b == '[' ? skip_nested(c) : skip_scalar(c);
    if (ok)
        *value = str_sub(c->text, from, c->at);
    return ok;
}

static bool take_key(struct cut *c, struct str *key)
{
    skip_blanks(c);
    size_t from = c->at;
    if (from >= c->text.n || c->text.p[from] != '"')
        return fail(c, N_("a name in quotes was expected"));
    if (!skip_string(c))
        return false;
    *key = str_sub(c->text, from + 1, c->at - 1);
    return eat(c, ':') || fail(c, N_("a colon was expected"));
}

static bool at_end(struct cut *c)
{
    skip_blanks(c);
    if (c->at < c->text.n)
        c->why = N_("something follows the end");
    return false;
}

bool cut_next(struct cut *c, struct str *key, struct str *value)
{
    if (c->why)
        return false;
    if (eat(c, c->object ? '}' : ']'))
        return at_end(c);
    if (c->started && !eat(c, ','))
        return fail(c, N_("a comma was expected"));
    c->started = true;
    if (c->object && !take_key(c, key))
        return false;
    return skip_value(c, value);
}
