#include "funcs/glob.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/gettext.h"
#include "base/map.h"
#include "base/unicode.h"
#include "funcs/files.h"

enum { VISIT_MAX = 100000, DEPTH_MAX = 64 }; /* entries looked at; folders within one another */

/* -- one name -- */

static uint32_t next_rune(struct str s, size_t *at)
{
    uint32_t rune;
    size_t n = utf8_decode(str_sub(s, *at, s.n), &rune);
    if (!n) {
        n = 1;
        rune = (unsigned char)s.p[*at];
    }
    *at += n;
    return rune;
}

/* One character of a class, which may be escaped; false at the end of the pattern. */
static bool class_rune(struct str pattern, size_t *at, uint32_t *rune)
{
    if (*at < pattern.n && pattern.p[*at] == '\\')
        ++*at;
    if (*at >= pattern.n)
        return false;
    *rune = next_rune(pattern, at);
    return true;
}

/* [a-z^…] at *at: whether `rune` is in it. Moves *at behind it; *ok false where it does not end. */
static bool match_class(struct str pattern, size_t *at, uint32_t rune, bool *ok)
{
    bool in = false, negated = false;
    ++*at;
    if (*at < pattern.n && pattern.p[*at] == '^') {
        negated = true;
        ++*at;
    }
    for (bool first = true; first || *at >= pattern.n || pattern.p[*at] != ']'; first = false) {
        uint32_t low, high;
        if (!class_rune(pattern, at, &low))
            return *ok = false;
        high = low;
        if (*at + 1 < pattern.n && pattern.p[*at] == '-' && pattern.p[*at + 1] != ']') {
            ++*at;
            if (!class_rune(pattern, at, &high))
                return *ok = false;
        }
        in = in || (rune >= low && rune <= high);
    }
    ++*at;
    return in != negated;
}

/* Where the alternatives that start at `at` ("{") end, or SIZE_MAX. */
static size_t alternatives_end(struct str pattern, size_t at)
{
    unsigned depth = 0;
    for (; at < pattern.n; at++) {
        if (pattern.p[at] == '\\')
            at++;
        else if (pattern.p[at] == '{')
            depth++;
        else if (pattern.p[at] == '}' && --depth == 0)
            return at;
    }
    return SIZE_MAX;
}

struct matcher {
    struct str name;
    bool ok;
    unsigned steps; /* a malicious pattern ends as no match */
};

static bool match_here(struct matcher *m, struct str pattern, struct str rest, size_t at);

/* {a,b} followed by the rest of the pattern: each alternative put before it in turn. */
static bool match_alternatives(struct matcher *m, struct str pattern, size_t close, struct str rest, size_t at)
{
    struct str inner = str_sub(pattern, 1, close), tail = str_sub(pattern, close + 1, pattern.n);
    unsigned depth = 0;
    STRBUF_AUTO joined = STRBUF_INIT(1 << 20);
    for (size_t from = 0, i = 0; i <= inner.n; i++) {
        char c = i < inner.n ? inner.p[i] : ',';
        depth = c == '{' ? depth + 1 : c == '}' && depth ? depth - 1 : depth;
        if (c == '\\')
            i++;
        if (i < inner.n && (c != ',' || depth))
            continue;
        strbuf_clear(&joined);
        strbuf_add(&joined, str_sub(inner, from, i));
        strbuf_add(&joined, tail);
        if (match_here(m, strbuf_str(&joined), rest, at))
            return true;
        from = i + 1;
    }
    return false;
}

static bool match_star(struct matcher *m, struct str pattern, struct str rest, size_t at)
{
    for (;; next_rune(m->name, &at)) {
        if (match_here(m, pattern, rest, at))
            return true;
        if (at >= m->name.n || !m->ok || m->steps > VISIT_MAX)
            return false;
    }
}

/* Whether the pattern matches the name from `at` to its end. */
static bool match_here(struct matcher *m, struct str pattern, struct str rest, size_t at)
{
    for (size_t i = 0; i < pattern.n && m->steps++ <= VISIT_MAX;) {
        char c = pattern.p[i];
        if (c == '*')
            return match_star(m, str_sub(pattern, i + 1, pattern.n), rest, at);
        if (c == '{') {
            size_t close = alternatives_end(pattern, i);
            if (close == SIZE_MAX)
                return m->ok = false;
            return match_alternatives(m, str_sub(pattern, i, pattern.n), close - i, rest, at);
        }
        if (c == '[') {
            size_t end = at;
            bool in = match_class(pattern, &i, at < m->name.n ? next_rune(m->name, &end) : 0, &m->ok);
            if (!m->ok || !in || at >= m->name.n)
                return false;
            at = end;
            continue;
        }
        if (c == '\\' && ++i >= pattern.n)
            return m->ok = false;
        if (at >= m->name.n)
            return false;
        bool any = c == '?';
        uint32_t wanted = next_rune(pattern, &i), found = next_rune(m->name, &at);
        if (!any && wanted != found)
            return false;
    }
    return at == m->name.n;
}

bool glob_match(struct str pattern, struct str name, bool *ok)
{
    struct matcher m = {.name = name, .ok = true};
    bool matches = match_here(&m, pattern, STR(""), 0);
    *ok = m.ok;
    return matches && m.ok;
}

/* -- folders -- */

struct search {
    struct arena *arena, *scratch; /* results; names that are looked at and forgotten */
    struct str folder;
    struct map seen;
    struct glob_files *out;
    struct strbuf *why;
    unsigned visited;
};

/* A pattern cut at its first slash. */
struct cut {
    struct str part, rest;
    bool last; /* there was no slash */
};

static bool search_in(struct search *s, struct str under, struct str pattern, unsigned depth);

static struct cut cut(struct str pattern)
{
    size_t slash = str_find_byte(pattern, '/', 0);
    bool last = slash == SIZE_MAX;
    return (struct cut){str_sub(pattern, 0, slash), last ? STR("") : str_sub(pattern, slash + 1, pattern.n), last};
}

static struct str below(struct arena *arena, struct str under, struct str name)
{
    return under.n ? arena_printf(arena, "%.*s/%.*s", STR_ARG(under), STR_ARG(name)) : arena_str(arena, name);
}

/* DT_REG, DT_DIR or something else of no interest; links are followed. */
static unsigned char type_of(struct search *s, struct str relative, unsigned char hint)
{
    struct stat st;
    if (hint != DT_UNKNOWN && hint != DT_LNK)
        return hint;
    const char *name = files_clean(s->scratch, fs_join(s->scratch, s->folder, relative)).p;
    if (stat(name, &st) != 0)
        return DT_UNKNOWN;
    return S_ISREG(st.st_mode) ? DT_REG : S_ISDIR(st.st_mode) ? DT_DIR : DT_UNKNOWN;
}

/* A name that the whole pattern matched. */
static void found(struct search *s, struct str relative)
{
    if (map_find(&s->seen, relative))
        return;
    relative = arena_str(s->arena, relative);
    map_put(&s->seen, relative, NULL);
    vec_push(s->arena, &s->out->names, relative);
}

/* An entry of the folder `under` against the first part of the pattern: ** takes any, and goes on with itself. */
static bool visit(struct search *s, struct str under, struct str name, unsigned char hint, const struct cut *c,
                  unsigned depth)
{
    bool ok, any = str_is(c->part, "**");
    if (++s->visited > VISIT_MAX) {
        strbuf_printf(s->why, _("more than %d files would have to be looked at"), VISIT_MAX);
        return false;
    }
    if (!any && !glob_match(c->part, name, &ok))
        return true; /* malformed patterns were refused before */
    struct str relative = below(s->scratch, under, name);
    unsigned char type = type_of(s, relative, hint);
    if (c->last && type == DT_REG)
        found(s, relative);
    if (type != DT_DIR || depth >= DEPTH_MAX || (c->last && !any)) {
        arena_reset(s->scratch);
        return true;
    }
    relative = arena_str(s->arena, relative);
    arena_reset(s->scratch);
    return search_in(s, relative, !any ? c->rest : c->last ? c->part : below(s->arena, c->part, c->rest), depth + 1);
}

/* Whether the part is plain text: then it names its file, "." and ".." included. */
static bool is_plain(struct str part)
{
    for (size_t i = 0; i < part.n; i++)
        if (strchr("*?[{\\", part.p[i]))
            return false;
    return true;
}

static bool search_in(struct search *s, struct str under, struct str pattern, unsigned depth)
{
    struct cut c = cut(pattern);
    if (is_plain(c.part))
        return visit(s, under, c.part, DT_UNKNOWN, &c, depth);
    if (str_is(c.part, "**") && !c.last && !search_in(s, under, c.rest, depth))
        return false; /* ** may stand for no folder at all */
    struct str folder = files_clean(s->scratch, fs_join(s->scratch, s->folder, under.n ? under : STR(".")));
    DIR_AUTO dir = opendir(folder.p);
    arena_reset(s->scratch);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            !visit(s, under, str_c(entry->d_name), entry->d_type, &c, depth))
            return false;
    return true;
}

/* Tries every part on a name, which finds those that are malformed. */
static bool well_formed(struct str pattern)
{
    for (size_t slash; pattern.n; pattern = slash == SIZE_MAX ? STR("") : str_sub(pattern, slash + 1, pattern.n)) {
        slash = str_find_byte(pattern, '/', 0);
        struct str part = str_sub(pattern, 0, slash);
        for (size_t i = 0; i < part.n; i++) {
            bool ok = true;
            if (part.p[i] == '\\') {
                if (++i >= part.n)
                    return false;
            } else if (part.p[i] == '{' && alternatives_end(part, i) == SIZE_MAX) {
                return false;
            } else if (part.p[i] == '[') {
                match_class(part, &i, 0, &ok);
                i--;
            }
            if (!ok)
                return false;
        }
    }
    return true;
}

bool glob_find(struct arena *arena, struct str folder, struct str pattern, struct glob_files *out, struct strbuf *why)
{
    ARENA_AUTO scratch = arena_new();
    struct search s = {arena, scratch, folder, MAP_INIT(arena), out, why, 0};
    struct stat st;
    pattern = files_clean(arena, pattern);
    if (!str_starts(pattern, STR("../")) && stat(arena_str(arena, folder).p, &st) != 0)
        return true;
    if (!well_formed(pattern)) {
        strbuf_printf(why, _("the pattern \"%.*s\" is malformed: a bracket, brace or backslash has no counterpart"),
                      STR_ARG(pattern));
        return false;
    }
    return search_in(&s, STR(""), pattern, 0);
}
