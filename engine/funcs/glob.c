#include "funcs/glob.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/gettext.h"
#include "base/map.h"
#include "base/unicode.h"
#include "funcs/files.h"

enum { VISIT_MAX = 1000000, DEPTH_MAX = 64 }; /* entries looked at; folders within one another */

/* -- one name ----------------------------------------------------------------------------------------------------- */

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

/* -- folders ------------------------------------------------------------------------------------------------------ */

struct search {
    struct arena *arena;
    struct str folder;
    struct map seen;
    struct glob_files *out;
    struct strbuf *why;
    unsigned visited;
};

static bool search_in(struct search *s, struct str under, struct str pattern, unsigned depth);

static struct str below(struct search *s, struct str under, struct str name)
{
    return under.n ? arena_printf(s->arena, "%.*s/%.*s", STR_ARG(under), STR_ARG(name)) : arena_str(s->arena, name);
}

static struct str full_name(struct search *s, struct str relative)
{
    return files_clean(s->arena, fs_join(s->arena, s->folder, relative));
}

static bool is_dir(struct search *s, struct str relative)
{
    struct stat st;
    return stat(full_name(s, relative).p, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A name that the whole pattern matched. */
static void found(struct search *s, struct str relative)
{
    struct stat st;
    if (stat(full_name(s, relative).p, &st) != 0 || !S_ISREG(st.st_mode) || map_find(&s->seen, relative))
        return;
    map_put(&s->seen, relative, NULL);
    vec_push(s->arena, &s->out->names, relative);
}

/* An entry of the folder `under` against the first part of the pattern (or any, for **); `rest` is what follows it. */
static bool visit(struct search *s, struct str under, struct str name, struct str part, struct str rest, bool last,
                  unsigned depth)
{
    bool ok, any = str_is(part, "**");
    if (++s->visited > VISIT_MAX) {
        strbuf_printf(s->why, _("more than %d files would have to be looked at"), VISIT_MAX);
        return false;
    }
    struct str relative = below(s, under, name);
    if (any) {
        if (last)
            found(s, relative);
        return depth >= DEPTH_MAX || !is_dir(s, relative) ||
               search_in(s, relative, last ? part : below(s, part, rest), depth + 1);
    }
    if (!glob_match(part, name, &ok))
        return true; /* malformed patterns were refused before */
    if (last)
        found(s, relative);
    return last || depth >= DEPTH_MAX || !is_dir(s, relative) || search_in(s, relative, rest, depth + 1);
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
    size_t slash = str_find_byte(pattern, '/', 0);
    bool last = slash == SIZE_MAX;
    struct str part = str_sub(pattern, 0, slash), rest = last ? STR("") : str_sub(pattern, slash + 1, pattern.n);
    if (is_plain(part))
        return visit(s, under, part, part, rest, last, depth);
    if (str_is(part, "**") && !last && !search_in(s, under, rest, depth))
        return false; /* ** may stand for no folder at all */
    DIR_AUTO dir = opendir(full_name(s, under.n ? under : STR(".")).p);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            !visit(s, under, str_c(entry->d_name), part, rest, last, depth))
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
    struct search s = {.arena = arena, .folder = folder, .seen = MAP_INIT(arena), .out = out, .why = why};
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
