#include "module_store/pins.h"
#include "base/gettext.h"
#include "base/hex.h"
#include "base/strbuf.h"
#include "syntax/parse.h"

#include <stdlib.h>

static const char head[] =
    "# Written by \"detour get\": what was fetched for each module that is kept elsewhere. Commit this file.\n"
    "# \"detour get -update\" takes what the sources hold now.\n";

struct reading {
    struct arena *arena;
    struct sources *sources;
    struct map *pins;
    struct diags *diags;
};

static bool damaged(struct reading *r, struct span at, const char *what)
{
    diag_error(r->diags, at, _("Damaged lock file"),
               _("%s \"detour get\" writes this file: take it back from version control, or remove it and run \"detour "
                 "get\"."),
               what);
    return false;
}

static bool is_hex(struct str s, size_t least, size_t most)
{
    for (size_t i = 0; i < s.n; i++)
        if (hex_digit(s.p[i]) < 0 || (s.p[i] >= 'A' && s.p[i] <= 'F'))
            return false;
    return s.n == least || s.n == most;
}

static bool read_argument(struct reading *r, const struct attribute *a, struct pin *pin)
{
    struct str text = a->expr->kind == EXPR_STRING ? expr_string(a->expr)->text : (struct str){0};
    if (str_is(a->name.text, "commit") && is_hex(text, 40, 64))
        pin->commit = text;
    else if (str_is(a->name.text, "digest") && str_starts(text, STR("sha256:")) &&
             is_hex(str_sub(text, 7, text.n), 64, 64))
        pin->digest = str_sub(text, 7, text.n);
    else
        return a->expr->kind == EXPR_INVALID ||
               damaged(r, a->expr->span,
                       _("An entry holds a commit and a digest (\"sha256:\" and 64 hexadecimal digits)."));
    return true;
}

static bool read_entry(struct reading *r, const struct block *block)
{
    if (!str_is(block->type.text, "module") || block->n_labels != 1)
        return damaged(r, block->header_span, _("The file holds blocks module \"SOURCE\" and no others."));
    struct pin *pin = ARENA_NEW(r->arena, struct pin);
    *pin = (struct pin){
        .key = block->labels[0].text, .text = sources_text(r->sources, block->span), .span = block->header_span};
    for (size_t i = 0; i < block->body->n_items; i++) {
        const struct attribute *a = block->body->items[i].attribute;
        if (!a)
            return damaged(r, block->body->items[i].block->header_span, _("An entry holds no blocks."));
        if (!read_argument(r, a, pin))
            return false;
    }
    if (!pin->digest.n)
        return damaged(r, block->header_span, _("This entry has no digest."));
    if (map_put(r->pins, pin->key, pin))
        return damaged(r, block->header_span, _("This source has two entries."));
    return true;
}

bool pins_parse(struct arena *arena, struct sources *sources, struct str name, struct str text, struct map *pins,
                struct diags *diags)
{
    size_t errors = diags->n_errors;
    struct reading r = {arena, sources, pins, diags};
    uint32_t file = sources_add_borrowed(sources, name, text);
    const struct body *body = parse_body(arena, diags, sources, file);
    for (size_t i = 0; i < body->n_items && diags->n_errors == errors; i++) {
        if (body->items[i].attribute)
            damaged(&r, body->items[i].attribute->name.span,
                    _("The file holds blocks module \"SOURCE\" and no others."));
        else
            read_entry(&r, body->items[i].block);
    }
    return diags->n_errors == errors;
}

/* -- writing -- */

static int pin_order(const void *a, const void *b)
{
    return str_cmp((*(struct pin *const *)a)->key, (*(struct pin *const *)b)->key);
}

/* A key as a label: sources hold neither control characters nor backslashes. */
static void write_quoted(struct strbuf *out, struct str text)
{
    strbuf_addc(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"')
            strbuf_addc(out, '\\');
        strbuf_addc(out, text.p[i]);
    }
    strbuf_addc(out, '"');
}

static void write_pin(struct strbuf *out, const struct pin *pin)
{
    strbuf_addc(out, '\n');
    if (pin->text.n) {
        strbuf_add(out, pin->text);
    } else {
        strbuf_lit(out, "module ");
        write_quoted(out, pin->key);
        strbuf_lit(out, " {\n");
        if (pin->commit.n)
            strbuf_printf(out, "  commit = \"%.*s\"\n", STR_ARG(pin->commit));
        strbuf_printf(out, "  digest = \"sha256:%.*s\"\n}", STR_ARG(pin->digest));
    }
    strbuf_addc(out, '\n');
}

struct str pins_text(struct arena *arena, const struct map *pins)
{
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    const struct pin **sorted = ARENA_ARRAY(arena, const struct pin *, pins->n);
    map_each (pins, i)
        sorted[i] = pins->entries[i].value;
    if (pins->n)
        qsort(sorted, pins->n, sizeof *sorted, pin_order);
    strbuf_add(&out, STR(head));
    map_each (pins, i)
        write_pin(&out, sorted[i]);
    return arena_str(arena, strbuf_str(&out));
}
