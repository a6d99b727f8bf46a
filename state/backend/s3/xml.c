#include "state/backend/s3/xml.h"
#include "base/strbuf.h"

static struct str decode(struct arena *arena, struct str text)
{
    static const struct {
        struct str entity;
        char c;
    } entities[] = {{STR_INIT("&amp;"), '&'},  {STR_INIT("&lt;"), '<'},    {STR_INIT("&gt;"), '>'},
                    {STR_INIT("&quot;"), '"'}, {STR_INIT("&apos;"), '\''}, {STR_INIT("&#34;"), '"'}};
    STRBUF_AUTO out = STRBUF_INIT(1 << 20);
    while (text.n) {
        size_t step = 1;
        char c = text.p[0];
        for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
            if (str_starts(text, entities[i].entity)) {
                c = entities[i].c;
                step = entities[i].entity.n;
            }
        strbuf_addc(&out, c);
        text = str_sub(text, step, text.n);
    }
    return arena_str(arena, strbuf_str(&out));
}

bool s3_element(struct arena *arena, struct str xml, const char *name, size_t *from, struct str *text)
{
    struct str open = arena_printf(arena, "<%s>", name), close = arena_printf(arena, "</%s>", name);
    size_t start = str_find(xml, open, *from);
    size_t end = start == SIZE_MAX ? SIZE_MAX : str_find(xml, close, start);
    if (end == SIZE_MAX)
        return false;
    *text = decode(arena, str_sub(xml, start + open.n, end));
    *from = end + close.n;
    return true;
}
