#include "view/human/render.h"
#include "base/gettext.h"
#include "base/unicode.h"
#include "value/print.h"
#include "view/human/text.h"

void render_pad(struct render r, unsigned indent, unsigned symbol_columns)
{
    strbuf_add_n(r.out, ' ', (size_t)indent * 4 + (r.hide_symbols ? 0 : symbol_columns));
}

void render_symbol(struct render r, enum diff_action action)
{
    static const struct {
        const char *text;
        enum term_ink ink;
    } symbols[] = {[DIFF_SAME] = {"    ", INK_NONE},
                   [DIFF_CREATE] = {"  + ", INK_GREEN},
                   [DIFF_UPDATE] = {"  ~ ", INK_YELLOW},
                   [DIFF_DELETE] = {"  - ", INK_RED}};
    if (r.hide_symbols)
        return;
    term_paint(r.out, r.term, symbols[action].ink, "%s", symbols[action].text);
}

static void line_start(struct render r, unsigned indent, enum diff_action action)
{
    render_pad(r, indent, 0);
    render_symbol(r, action);
}

/* "{count} unchanged … hidden" on a line of its own. */
static void render_hidden(struct render r, unsigned indent, const char *one, const char *many, size_t n)
{
    if (!n)
        return;
    line_start(r, indent, DIFF_SAME);
    term_paint(r.out, r.term, INK_DIM, ngettext(one, many, n), n);
    strbuf_addc(r.out, '\n');
}

static void render_warnings(struct render r, const struct diff *diff, unsigned indent)
{
    bool both =
        diff->kind == DIFF_SENSITIVE && diff->action == DIFF_UPDATE && diff->sensitive_before != diff->sensitive_after;
    if (!both)
        return;
    render_pad(r, indent, 2);
    const char *text = diff->sensitive_after ? _("# Warning: this attribute value will be marked as sensitive and will "
                                                 "not\n%*s# display in UI output after applying this change.\n")
                                             : _("# Warning: this attribute value will no longer be marked as "
                                                 "sensitive\n%*s# after applying this change.");
    strbuf_printf(r.out, text, (int)indent * 4 + 2, "");
    if (!diff->sensitive_after)
        strbuf_printf(r.out, "%s\n", diff->action == DIFF_UPDATE ? _(" The value is unchanged.") : "");
}

static void close_with(struct render r, const struct diff *diff, unsigned indent, char bracket)
{
    render_pad(r, indent, 4);
    strbuf_addc(r.out, bracket);
    render_null_suffix(r, diff);
}

static void render_primitive(struct render r, const struct diff *diff, unsigned indent)
{
    bool string = (value_exists(diff->before) && diff->before.type == type_string) ||
                  (value_exists(diff->after) && diff->after.type == type_string);
    if (string) {
        text_render(r, diff, indent);
        return;
    }
    if (diff->action == DIFF_UPDATE || diff->action == DIFF_DELETE)
        value_print(r.out, diff->before, 0);
    if (diff->action == DIFF_UPDATE)
        strbuf_lit(r.out, " -> ");
    if (diff->action != DIFF_DELETE)
        value_print(r.out, diff->after, 0);
    render_null_suffix(r, diff);
    render_forces(r, diff);
}

/* -- keys -- */

static struct str key_text(struct render r, const struct diff *parent, struct str key)
{
    if (parent->kind != DIFF_MAP && print_is_identifier(key))
        return key;
    STRBUF_AUTO text = STRBUF_INIT(0);
    text_quote(&text, key);
    return arena_str(r.arena, strbuf_str(&text));
}

static size_t key_width(struct render r, const struct diff *parent)
{
    size_t widest = 0;
    vec_each (&parent->children, i) {
        if (parent->children.v[i].diff->nested_block)
            continue;
        size_t w = unicode_width(key_text(r, parent, parent->children.v[i].key));
        widest = w > widest ? w : widest;
    }
    return widest;
}

/* Names that tell people which object they look at are shown even where they stay as they are. */
static bool is_landmark(const struct diff *parent, struct str key)
{
    return parent->kind != DIFF_MAP && (str_is(key, "id") || str_is(key, "name") || str_is(key, "tags"));
}

static void render_pair(struct render r, const struct diff *parent, const struct diff_child *child, size_t width,
                        unsigned indent)
{
    struct str key = key_text(r, parent, child->key);
    render_warnings(r, child->diff, indent);
    line_start(r, indent, child->diff->action);
    strbuf_add(r.out, key);
    strbuf_add_n(r.out, ' ', width - unicode_width(key));
    strbuf_lit(r.out, " = ");
    render_diff(r, child->diff, indent);
    strbuf_addc(r.out, '\n');
}

/* Attributes by name; those that stay the same are counted, except landmarks and what forces a replacement. */
static void render_pairs(struct render r, const struct diff *diff, unsigned indent)
{
    size_t width = key_width(r, diff), hidden = 0;
    vec_each (&diff->children, i) {
        const struct diff_child *child = &diff->children.v[i];
        if (child->diff->nested_block)
            continue;
        bool shown = child->diff->action != DIFF_SAME || child->diff->replace || r.show_unchanged ||
                     is_landmark(diff, child->key);
        if (shown)
            render_pair(r, diff, child, width, indent);
        else
            hidden++;
    }
    if (diff->kind == DIFF_MAP)
        render_hidden(r, indent, "# (%zu unchanged element hidden)", "# (%zu unchanged elements hidden)", hidden);
    else
        render_hidden(r, indent, "# (%zu unchanged attribute hidden)", "# (%zu unchanged attributes hidden)", hidden);
}

static void render_keyed(struct render r, const struct diff *diff, unsigned indent)
{
    if (!diff->children.n) {
        strbuf_lit(r.out, "{}");
        render_null_suffix(r, diff);
        render_forces(r, diff);
        return;
    }
    struct render in = r;
    in.no_null_suffix = true;
    strbuf_lit(r.out, "{");
    render_forces(r, diff);
    strbuf_addc(r.out, '\n');
    render_pairs(in, diff, indent + 1);
    close_with(r, diff, indent, '}');
}

/* -- blocks -- */

static void render_nested_blocks(struct render r, const struct diff *diff, unsigned indent)
{
    size_t hidden = 0;
    bool any_attribute = false;
    vec_each (&diff->children, i) {
        const struct diff_child *child = &diff->children.v[i];
        any_attribute |= !child->diff->nested_block;
        if (!child->diff->nested_block)
            continue;
        if (child->diff->action == DIFF_SAME && !r.show_unchanged && !child->diff->replace) {
            hidden++;
            continue;
        }
        strbuf_addc(r.out, '\n');
        line_start(r, indent, child->diff->action);
        strbuf_add(r.out, child->key);
        strbuf_addc(r.out, ' ');
        render_diff(r, child->diff, indent);
        strbuf_addc(r.out, '\n');
    }
    if (hidden && any_attribute)
        strbuf_addc(r.out, '\n');
    render_hidden(r, indent, "# (%zu unchanged block hidden)", "# (%zu unchanged blocks hidden)", hidden);
}

static void render_block(struct render r, const struct diff *diff, unsigned indent)
{
    strbuf_lit(r.out, "{");
    render_forces(r, diff);
    strbuf_addc(r.out, '\n');
    render_pairs(r, diff, indent + 1);
    render_nested_blocks(r, diff, indent + 1);
    render_pad(r, indent, 4);
    strbuf_addc(r.out, '}');
}

/* -- sequences -- */

static void render_element(struct render r, const struct diff *element, unsigned indent)
{
    render_warnings(r, element, indent);
    line_start(r, indent, element->action);
    if (element->action == DIFF_SAME)
        r.show_unchanged = true;
    render_diff(r, element, indent);
    strbuf_lit(r.out, ",\n");
}

/* Elements that stay as they are are shown next to a change only; sets, having no order, show none of them. */
static void render_elements(struct render r, const struct diff *diff, unsigned indent)
{
    bool context = diff->kind == DIFF_SEQUENCE, after_change = false;
    const struct diff *waiting = NULL; /* the unchanged element just before */
    size_t hidden = 0;
    vec_each (&diff->children, i) {
        const struct diff *element = diff->children.v[i].diff;
        bool changed = element->action != DIFF_SAME || r.show_unchanged;
        if (!changed && !after_change) {
            hidden += waiting != NULL;
            waiting = element;
            continue;
        }
        if (waiting && (!context || !changed))
            hidden++, waiting = NULL;
        render_hidden(r, indent, "# (%zu unchanged element hidden)", "# (%zu unchanged elements hidden)", hidden);
        hidden = 0;
        if (waiting)
            render_element(r, waiting, indent);
        waiting = NULL;
        render_element(r, element, indent);
        after_change = context && element->action != DIFF_SAME;
    }
    hidden += waiting != NULL;
    render_hidden(r, indent, "# (%zu unchanged element hidden)", "# (%zu unchanged elements hidden)", hidden);
}

static void render_sequence(struct render r, const struct diff *diff, unsigned indent)
{
    if (!diff->children.n) {
        strbuf_lit(r.out, "[]");
        render_null_suffix(r, diff);
        render_forces(r, diff);
        return;
    }
    struct render in = r;
    in.no_null_suffix = true;
    strbuf_lit(r.out, "[");
    render_forces(r, diff);
    strbuf_addc(r.out, '\n');
    render_elements(in, diff, indent + 1);
    close_with(r, diff, indent, ']');
}

/* -- what cannot be shown -- */

static void render_unknown(struct render r, const struct diff *diff, unsigned indent)
{
    struct render in = r;
    in.no_null_suffix = true;
    if (diff->old) {
        render_diff(in, diff->old, indent);
        strbuf_lit(r.out, " -> ");
    }
    strbuf_printf(r.out, "%s", _("(known after apply)"));
    render_forces(r, diff);
}

static void render_sensitive(struct render r, const struct diff *diff)
{
    strbuf_printf(r.out, "%s", _("(sensitive value)"));
    render_null_suffix(r, diff);
    render_forces(r, diff);
}

static void render_type_change(struct render r, const struct diff *diff, unsigned indent)
{
    struct render in = r;
    in.no_null_suffix = true;
    render_diff(in, diff->old, indent);
    strbuf_lit(r.out, " -> ");
    render_diff(in, diff->new, indent);
    render_forces(r, diff);
}

void render_diff(struct render r, const struct diff *diff, unsigned indent)
{
    switch (diff->kind) {
    case DIFF_PRIMITIVE:
        render_primitive(r, diff, indent);
        return;
    case DIFF_OBJECT:
    case DIFF_MAP:
        render_keyed(r, diff, indent);
        return;
    case DIFF_SEQUENCE:
    case DIFF_SET:
        render_sequence(r, diff, indent);
        return;
    case DIFF_UNKNOWN:
        render_unknown(r, diff, indent);
        return;
    case DIFF_SENSITIVE:
        render_sensitive(r, diff);
        return;
    case DIFF_TYPE_CHANGE:
        render_type_change(r, diff, indent);
        return;
    case DIFF_BLOCK:
        render_block(r, diff, indent);
        return;
    }
}
