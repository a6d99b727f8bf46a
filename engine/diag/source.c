#include "diag/source.h"
#include "base/unicode.h"

#include <pthread.h>
#include <stdlib.h>

struct entry {
    struct source source;
    uint32_t *lines; /* offsets of line starts; NULL until the first question */
    size_t n_lines;
};

struct sources {
    pthread_mutex_t lock;
    struct arena *arena;
    struct entry **entries;
    size_t n, cap;
};

struct sources *sources_new(void)
{
    struct sources *s = heap_alloc(sizeof *s);
    *s = (struct sources){.arena = arena_new()};
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

void sources_free(struct sources *s)
{
    if (!s)
        return;
    pthread_mutex_destroy(&s->lock);
    arena_free(s->arena);
    free(s->entries);
    free(s);
}

static uint32_t add(struct sources *s, struct str name, struct str text, bool copy)
{
    pthread_mutex_lock(&s->lock);
    HEAP_ROOM(s->entries, s->n, s->cap, 8);
    struct entry *e = ARENA_NEW(s->arena, struct entry);
    e->source.name = arena_str(s->arena, name);
    e->source.text = copy ? arena_str(s->arena, text) : text;
    s->entries[s->n++] = e;
    uint32_t file = (uint32_t)s->n;
    pthread_mutex_unlock(&s->lock);
    return file;
}

uint32_t sources_add(struct sources *s, struct str name, struct str text)
{
    return add(s, name, text, true);
}

uint32_t sources_add_borrowed(struct sources *s, struct str name, struct str text)
{
    return add(s, name, text, false);
}

void sources_hide(struct sources *s, uint32_t file)
{
    pthread_mutex_lock(&s->lock);
    if (file && file <= s->n)
        s->entries[file - 1]->source.secret = true;
    arena_wipe_on_free(s->arena);
    pthread_mutex_unlock(&s->lock);
}

static void index_lines(struct arena *arena, struct entry *e)
{
    struct str text = e->source.text;
    size_t n = 1;
    for (size_t at = str_find_byte(text, '\n', 0); at != SIZE_MAX; at = str_find_byte(text, '\n', at + 1))
        n++;
    e->lines = ARENA_ARRAY(arena, uint32_t, n);
    e->n_lines = 1;
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        e->lines[0] = 3; /* a byte order mark is no column */
    for (size_t at = str_find_byte(text, '\n', 0); at != SIZE_MAX; at = str_find_byte(text, '\n', at + 1))
        e->lines[e->n_lines++] = (uint32_t)(at + 1);
}

/* The entry with its line index made, or NULL. */
static const struct entry *indexed(const struct sources *sources, uint32_t file)
{
    struct sources *s = (struct sources *)sources; /* the index is a cache behind the lock */
    struct entry *e = NULL;
    pthread_mutex_lock(&s->lock);
    if (file && file <= s->n) {
        e = s->entries[file - 1];
        if (!e->lines)
            index_lines(s->arena, e);
    }
    pthread_mutex_unlock(&s->lock);
    return e;
}

const struct source *sources_get(const struct sources *sources, uint32_t file)
{
    struct sources *s = (struct sources *)sources;
    const struct source *found = NULL;
    pthread_mutex_lock(&s->lock);
    if (file && file <= s->n)
        found = &s->entries[file - 1]->source;
    pthread_mutex_unlock(&s->lock);
    return found;
}

static size_t line_of(const struct entry *e, uint32_t off)
{
    size_t low = 0, high = e->n_lines;
    while (high - low > 1) {
        size_t mid = (low + high) / 2;
        if (e->lines[mid] <= off)
            low = mid;
        else
            high = mid;
    }
    return low;
}

struct position sources_position(const struct sources *sources, uint32_t file, uint32_t off)
{
    const struct entry *e = indexed(sources, file);
    if (!e)
        return (struct position){1, 1, off};
    size_t line = line_of(e, off);
    struct str before = str_sub(e->source.text, e->lines[line], off);
    return (struct position){(uint32_t)line + 1, (uint32_t)unicode_length(before) + 1, off};
}

static bool in_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == ' ';
}

/* `name =` or `"name":`, where the line begins so; else nothing of it. */
static struct str name_of(struct str line)
{
    size_t n = 0, quotes = 0;
    while (n < line.n && (in_name(line.p[n]) || line.p[n] == '"'))
        quotes += line.p[n++] == '"';
    bool named = n < line.n && (quotes == 0 ? line.p[n] == '=' : quotes == 2 && line.p[n] == ':');
    return str_sub(line, 0, named ? n + 1 : 0);
}

struct str sources_line(const struct sources *sources, uint32_t file, uint32_t line)
{
    const struct entry *e = indexed(sources, file);
    if (!e || line == 0 || line > e->n_lines)
        return (struct str){0};
    struct str rest = str_sub(e->source.text, e->lines[line - 1], e->source.text.n), text = {0};
    str_next_line(&rest, &text);
    if (text.n && text.p[text.n - 1] == '\r')
        text.n--;
    return e->source.secret ? name_of(text) : text;
}

struct str sources_text(const struct sources *sources, struct span span)
{
    const struct source *s = sources_get(sources, span.file);
    return s ? str_sub(s->text, span.off, (size_t)span.off + span.len) : (struct str){0};
}
