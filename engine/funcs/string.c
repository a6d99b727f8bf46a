/* string: functions on text. Lengths and positions count grapheme clusters; case is mapped code point by code point. */
#include "base/unicode.h"
#include "funcs/kit.h"

#include <unicase.h>
#include <unictype.h>

/* -- case -- */

typedef ucs4_t case_map(ucs4_t);

static bool map_case(struct func_call *call, case_map *map)
{
    struct str s = kit_str(call, 0);
    STRBUF_AUTO out = STRBUF_INIT(KIT_TEXT_MAX);
    for (size_t i = 0; i < s.n;) {
        uint32_t rune;
        i += utf8_decode(str_sub(s, i, s.n), &rune);
        strbuf_add_rune(&out, map(rune));
    }
    return kit_answer_text(call, &out);
}

static bool upper_impl(struct func_call *call)
{
    return map_case(call, uc_toupper);
}

static bool lower_impl(struct func_call *call)
{
    return map_case(call, uc_tolower);
}

static bool is_space(uint32_t rune)
{
    return rune == 0x85 || rune == 0xa0 || uc_is_property_white_space(rune);
}

/* What stands between words: in ASCII everything but letters, digits and the underscore; beyond it, white space. */
static bool is_separator(uint32_t rune)
{
    if (rune < 0x80)
        return !((rune >= '0' && rune <= '9') || (rune >= 'a' && rune <= 'z') || (rune >= 'A' && rune <= 'Z') ||
                 rune == '_');
    return is_space(rune);
}

static bool title_impl(struct func_call *call)
{
    struct str s = kit_str(call, 0);
    STRBUF_AUTO out = STRBUF_INIT(KIT_TEXT_MAX);
    uint32_t before = ' ', rune;
    for (size_t i = 0; i < s.n; before = rune) {
        i += utf8_decode(str_sub(s, i, s.n), &rune);
        strbuf_add_rune(&out, is_separator(before) ? uc_totitle(rune) : rune);
    }
    return kit_answer_text(call, &out);
}

/* -- trimming -- */

/* Start of the code point that ends before `end` (> 0). */
static size_t rune_start(struct str s, size_t end)
{
    size_t at = end - 1;
    while (at && ((unsigned char)s.p[at] & 0xc0) == 0x80)
        at--;
    return at;
}

/* Code points for which `drop(cutset, rune)` holds, taken off both ends. */
static struct str trim_runes(struct str s, bool (*drop)(struct str cutset, uint32_t rune), struct str cutset)
{
    uint32_t rune;
    while (s.n) {
        size_t n = utf8_decode(s, &rune);
        if (!drop(cutset, rune))
            break;
        s = str_sub(s, n, s.n);
    }
    while (s.n) {
        size_t at = rune_start(s, s.n);
        utf8_decode(str_sub(s, at, s.n), &rune);
        if (!drop(cutset, rune))
            break;
        s.n = at;
    }
    return s;
}

static bool drop_space(struct str cutset, uint32_t rune)
{
    (void)cutset;
    return is_space(rune);
}

static bool drop_in_set(struct str cutset, uint32_t rune)
{
    uint32_t c;
    for (size_t i = 0; i < cutset.n;) {
        i += utf8_decode(str_sub(cutset, i, cutset.n), &c);
        if (c == rune)
            return true;
    }
    return false;
}

static bool trimspace_impl(struct func_call *call)
{
    return kit_answer_str(call, trim_runes(kit_str(call, 0), drop_space, STR("")));
}

static bool trim_impl(struct func_call *call)
{
    return kit_answer_str(call, trim_runes(kit_str(call, 0), drop_in_set, kit_str(call, 1)));
}

static bool trimprefix_impl(struct func_call *call)
{
    struct str s = kit_str(call, 0), prefix = kit_str(call, 1);
    return kit_answer_str(call, str_starts(s, prefix) ? str_sub(s, prefix.n, s.n) : s);
}

static bool trimsuffix_impl(struct func_call *call)
{
    struct str s = kit_str(call, 0), suffix = kit_str(call, 1);
    return kit_answer_str(call, str_ends(s, suffix) ? str_sub(s, 0, s.n - suffix.n) : s);
}

static bool chomp_impl(struct func_call *call)
{
    struct str s = kit_str(call, 0);
    while (s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
        s.n--;
    return kit_answer_str(call, s);
}

/* -- asking -- */

/* An unknown string with a known beginning may be enough to tell. */
static bool startswith_impl(struct func_call *call)
{
    struct value v = call->args[0];
    struct str prefix = kit_str(call, 1);
    if (value_is_known(v))
        return kit_answer(call, value_bool(str_starts(v.u.string, prefix)));
    struct str known = v.refine ? v.refine->prefix : STR("");
    if (str_starts(known, prefix))
        return kit_answer(call, value_bool(true));
    return known.n >= prefix.n ? kit_answer(call, value_bool(false)) : kit_unknown(call);
}

static bool endswith_impl(struct func_call *call)
{
    return kit_answer(call, value_bool(str_ends(kit_str(call, 0), kit_str(call, 1))));
}

static bool strcontains_impl(struct func_call *call)
{
    return kit_answer(call, value_bool(str_find(kit_str(call, 0), kit_str(call, 1), 0) != SIZE_MAX));
}

/* -- cutting and joining -- */

/* Where the separator stands at or after `from`: an empty one stands behind every code point but the last. */
static size_t next_cut(struct str s, struct str sep, size_t from)
{
    uint32_t rune;
    if (sep.n)
        return str_find(s, sep, from);
    size_t end = from < s.n ? from + utf8_decode(str_sub(s, from, s.n), &rune) : s.n;
    return end < s.n ? end : SIZE_MAX;
}

static bool split_impl(struct func_call *call)
{
    struct str sep = kit_str(call, 0), s = kit_str(call, 1);
    VEC(struct value) items = {0};
    size_t from = 0, cut;
    while ((cut = next_cut(s, sep, from)) != SIZE_MAX) {
        if (!kit_goes_on(call))
            return false;
        vec_push(kit_arena(call), &items, value_string_copy(kit_arena(call), str_sub(s, from, cut)));
        from = cut + sep.n;
    }
    if (s.n || sep.n)
        vec_push(kit_arena(call), &items, value_string_copy(kit_arena(call), str_sub(s, from, s.n)));
    return kit_answer(call, value_list(type_string, items.v, items.n));
}

static bool join_list(struct func_call *call, size_t i, struct strbuf *out, bool *first)
{
    struct value list = call->args[i];
    for (size_t j = 0; j < list.n; j++) {
        struct value item = list.u.items[j];
        if (value_is_null(item))
            return func_fail(call, (int)i, _("element %zu is null, which cannot be joined"), j);
        if (!*first)
            strbuf_add(out, kit_str(call, 0));
        strbuf_add(out, item.u.string);
        *first = false;
    }
    return true;
}

static bool join_impl(struct func_call *call)
{
    STRBUF_AUTO out = STRBUF_INIT(KIT_TEXT_MAX);
    bool first = true;
    if (call->n < 2)
        return func_fail(call, KIT_CALL, _("at least one list is required"));
    for (size_t i = 1; i < call->n; i++)
        if (!value_wholly_known(call->args[i]))
            return kit_unknown(call);
    for (size_t i = 1; i < call->n; i++)
        if (!join_list(call, i, &out, &first))
            return false;
    return kit_answer_text(call, &out);
}

/* The slice without its first `count` grapheme clusters. */
static struct str skip_graphemes(struct str s, int64_t count)
{
    for (; count > 0 && s.n; count--)
        s = str_sub(s, unicode_grapheme(s), s.n);
    return s;
}

static bool substr_impl(struct func_call *call)
{
    struct str s = kit_str(call, 0);
    int64_t offset, length;
    if (!kit_int(call, 1, KIT_CALL, _("invalid offset"), &offset) ||
        !kit_int(call, 2, KIT_CALL, _("invalid length"), &length))
        return false;
    if (offset >= 0 && length == 0)
        return kit_answer_str(call, STR(""));
    if (offset < 0 && offset > INT64_MIN / 2)
        offset += (int64_t)unicode_length(s);
    s = skip_graphemes(s, offset);
    if (length > 0)
        s.n -= skip_graphemes(s, length).n;
    return kit_answer_str(call, s);
}

static bool strrev_impl(struct func_call *call)
{
    struct str s = kit_str(call, 0);
    char *out = arena_alloc(kit_arena(call), s.n + 1);
    for (size_t end = s.n; s.n;) {
        size_t n = unicode_grapheme(s);
        end -= n;
        memcpy(out + end, s.p, n);
        s = str_sub(s, n, s.n);
    }
    return kit_answer_str(call, str_from(out, kit_str(call, 0).n));
}

static bool indent_impl(struct func_call *call)
{
    struct str s = kit_str(call, 1);
    int64_t spaces;
    if (!kit_int(call, 0, KIT_CALL, _("invalid number of spaces"), &spaces))
        return false;
    if (spaces < 0 || spaces > KIT_TEXT_MAX)
        return func_fail(call, KIT_CALL, _("invalid number of spaces: must be between 0 and %d, and is %lld"),
                         KIT_TEXT_MAX, (long long)spaces);
    STRBUF_AUTO out = STRBUF_INIT(KIT_TEXT_MAX);
    for (size_t i = 0; i < s.n && !out.over; i++) {
        strbuf_addc(&out, s.p[i]);
        if (s.p[i] == '\n')
            strbuf_add_n(&out, ' ', (size_t)spaces);
    }
    return kit_answer_text(call, &out);
}

#define STR_PARAM                                                                                                      \
    {                                                                                                                  \
        "str", "string", 0, N_("The string.")                                                                          \
    }
#define ROW(name_, impl_, doc_, ...)                                                                                   \
    {                                                                                                                  \
        .name = name_, .result_type = "string", .impl = impl_, .flags = FUNC_REFINE_NOT_NULL, .doc = doc_,             \
        .params = PARAMS(__VA_ARGS__)                                                                                  \
    }
#define BOOL_ROW(name_, impl_, doc_, ...)                                                                              \
    {                                                                                                                  \
        .name = name_, .result_type = "bool", .impl = impl_, .flags = FUNC_REFINE_NOT_NULL, .doc = doc_,               \
        .params = PARAMS(__VA_ARGS__)                                                                                  \
    }

const struct func string_funcs[] = {
    ROW("upper", upper_impl, N_("The string in upper case."), STR_PARAM),
    ROW("lower", lower_impl, N_("The string in lower case."), STR_PARAM),
    ROW("title", title_impl, N_("The string with the first letter of each word in upper case."), STR_PARAM),
    ROW("trimspace", trimspace_impl, N_("The string without white space at both ends."), STR_PARAM),
    ROW("trim", trim_impl, N_("The string without the given characters at both ends."), STR_PARAM,
        {"cutset", "string", 0, N_("The characters to take off, in any order.")}),
    ROW("trimprefix", trimprefix_impl, N_("The string without a prefix, where it has it."), STR_PARAM,
        {"prefix", "string", 0, N_("The prefix to take off.")}),
    ROW("trimsuffix", trimsuffix_impl, N_("The string without a suffix, where it has it."), STR_PARAM,
        {"suffix", "string", 0, N_("The suffix to take off.")}),
    ROW("chomp", chomp_impl, N_("The string without line ends at its end."), STR_PARAM),
    BOOL_ROW("startswith", startswith_impl, N_("Whether the string begins with a prefix."),
             {"str", "string", PARAM_UNKNOWN, N_("The string.")}, {"prefix", "string", 0, N_("The prefix.")}),
    BOOL_ROW("endswith", endswith_impl, N_("Whether the string ends with a suffix."), STR_PARAM,
             {"suffix", "string", 0, N_("The suffix.")}),
    BOOL_ROW("strcontains", strcontains_impl, N_("Whether the string holds another."), STR_PARAM,
             {"substr", "string", 0, N_("The string to look for.")}),
    {.name = "split",
     .result_type = "list(string)",
     .impl = split_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"separator", "string", 0, N_("Where to cut; empty: between all characters.")}, STR_PARAM),
     .doc = N_("The parts of a string between separators.")},
    {.name = "join",
     .result_type = "string",
     .impl = join_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"separator", "string", 0, N_("What to put between the elements.")}),
     .rest = REST("lists", "list(string)", PARAM_PARTLY, N_("The lists to join.")),
     .doc = N_("The elements of lists in one string, with a separator between them.")},
    ROW("substr", substr_impl, N_("Part of a string, counted in characters."), STR_PARAM,
        {"offset", "number", 0, N_("The first character, from 0; negative: from the end.")},
        {"length", "number", 0, N_("How many characters; negative: all the rest.")}),
    ROW("strrev", strrev_impl, N_("The string with its characters in reverse order."), STR_PARAM),
    ROW("indent", indent_impl, N_("The string with spaces added behind every line end."),
        {"spaces", "number", 0, N_("How many spaces.")}, STR_PARAM),
    {0},
};
