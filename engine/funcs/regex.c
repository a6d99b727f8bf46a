/* regex: patterns compiled and matched by PCRE2, and the functions regex(), regexall() and replace(). */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "funcs/regex.h"

#include "base/clock.h"
#include "base/unicode.h"
#include "funcs/kit.h"

#include <pcre2.h>
#include <unictype.h>

/* Together they keep a match within a second and a few megabytes. */
enum { MATCH_STEPS = 1000000, MATCH_KIB = 64 << 10, NEST_MAX = 1000 };
/* For all matches of one call. */
static const uint64_t call_ns = 500000000;

struct regex {
    struct pattern pattern;
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
    size_t *offsets;
    uint64_t started;
};

static void pcre_message(struct strbuf *why, int code)
{
    PCRE2_UCHAR text[160];
    pcre2_get_error_message(code, text, sizeof text);
    strbuf_printf(why, "%s", (const char *)text);
}

static pcre2_code *compile(struct str text, struct strbuf *why)
{
    int error;
    PCRE2_SIZE at;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (!context)
        return NULL;
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    pcre2_set_parens_nest_limit(context, 3 * NEST_MAX);
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)text.p, text.n, PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_DOLLAR_ENDONLY,
                                     &error, &at, context);
    pcre2_compile_context_free(context);
    if (!code)
        pcre_message(why, error);
    return code;
}

struct regex *regex_new(struct arena *arena, struct str source, struct strbuf *why)
{
    struct regex *re = ARENA_NEW(arena, struct regex);
    if (!pattern_read(arena, source, &re->pattern, why) || !(re->code = compile(re->pattern.text, why)))
        return NULL;
    re->data = pcre2_match_data_create_from_pattern(re->code, NULL);
    re->context = pcre2_match_context_create(NULL);
    if (!re->data || !re->context) {
        strbuf_lit(why, "out of memory");
        regex_free(re);
        return NULL;
    }
    pcre2_set_match_limit(re->context, MATCH_STEPS);
    pcre2_set_heap_limit(re->context, MATCH_KIB);
    re->started = clock_monotonic_ns();
    re->offsets = ARENA_ARRAY(arena, size_t, 2 * (re->pattern.n_groups + 1));
    return re;
}

void regex_free(struct regex *re)
{
    if (!re)
        return;
    pcre2_match_context_free(re->context);
    pcre2_match_data_free(re->data);
    pcre2_code_free(re->code);
}

const struct pattern *regex_pattern(const struct regex *re)
{
    return &re->pattern;
}

enum regex_answer regex_match(struct regex *re, struct str text, size_t from, const size_t **offsets,
                              struct strbuf *why)
{
    int n = pcre2_match(re->code, (PCRE2_SPTR)(text.n ? text.p : ""), text.n, from, PCRE2_NO_UTF_CHECK, re->data,
                        re->context);
    if (n > 0 && clock_monotonic_ns() - re->started > call_ns)
        n = PCRE2_ERROR_MATCHLIMIT;
    if (n == PCRE2_ERROR_NOMATCH)
        return REGEX_NONE;
    if (n < 0) {
        if (n == PCRE2_ERROR_MATCHLIMIT || n == PCRE2_ERROR_HEAPLIMIT || n == PCRE2_ERROR_DEPTHLIMIT)
            strbuf_printf(why, "%s", _("matching takes too long; avoid repetitions within repetitions, such as (a+)+"));
        else
            pcre_message(why, n);
        return REGEX_FAILED;
    }
    const PCRE2_SIZE *found = pcre2_get_ovector_pointer(re->data);
    for (size_t i = 0; i < 2 * (re->pattern.n_groups + 1); i++)
        re->offsets[i] = i < 2 * (size_t)n && found[i] != PCRE2_UNSET ? found[i] : SIZE_MAX;
    *offsets = re->offsets;
    return REGEX_MATCH;
}

/* -- what a match answers -- */

/* string without groups, tuple of strings for groups, object for named groups. */
static bool match_type(struct func_call *call, const struct pattern *pattern, const struct type **out)
{
    size_t n = pattern->n_groups;
    if (!n) {
        *out = type_string;
        return true;
    }
    if (pattern->n_named && pattern->n_named < n)
        return func_fail(call, 0, _("the pattern has groups with and without names: give all of them names or none"));
    const struct type **types = ARENA_ARRAY(kit_arena(call), const struct type *, n);
    struct str *names = ARENA_ARRAY(kit_arena(call), struct str, n);
    size_t unique = 0;
    struct map seen = MAP_INIT(kit_arena(call));
    for (size_t i = 0; i < n; i++) {
        types[i] = type_string;
        if (pattern->n_named && !map_find(&seen, pattern->names[i])) {
            map_put(&seen, pattern->names[i], NULL);
            names[unique++] = pattern->names[i];
        }
    }
    *out = pattern->n_named ? type_object(names, types, NULL, unique) : type_tuple(types, n);
    return true;
}

static struct value group_text(struct arena *arena, struct str text, const size_t *offsets, size_t group)
{
    size_t from = offsets[2 * group], to = offsets[2 * group + 1];
    return from == SIZE_MAX ? value_null(type_string) : value_string_copy(arena, str_sub(text, from, to));
}

static struct value match_value(struct func_call *call, const struct pattern *pattern, const struct type *type,
                                struct str text, const size_t *offsets)
{
    struct arena *arena = kit_arena(call);
    if (type->kind == TYPE_STRING)
        return group_text(arena, text, offsets, 0);
    struct value *items = ARENA_ARRAY(arena, struct value, type->n);
    for (size_t i = 0; i < pattern->n_groups; i++) {
        size_t at = type->kind == TYPE_OBJECT ? (size_t)type_attr(type, pattern->names[i]) : i;
        items[at] = group_text(arena, text, offsets, i + 1);
    }
    return type->kind == TYPE_OBJECT ? value_object_of(type, items) : value_tuple(items, type->n);
}

/* The pattern in an argument; NULL after a diagnostic. */
static struct regex *pattern_arg(struct func_call *call, struct str source, int at)
{
    STRBUF_AUTO why = STRBUF_INIT(4096);
    struct regex *re = regex_new(kit_arena(call), source, &why);
    if (!re)
        func_fail(call, at, _("invalid regular expression: %.*s"), STR_ARG(strbuf_str(&why)));
    return re;
}

static bool match_failed(struct func_call *call, const struct strbuf *why)
{
    return func_fail(call, KIT_CALL, _("the regular expression failed: %.*s"), STR_ARG(strbuf_str(why)));
}

/* The type of one match; type_dynamic where the pattern is not known yet. */
static bool pattern_type(struct func_call *call, const struct type **out)
{
    *out = type_dynamic;
    if (!value_is_known(call->args[0]))
        return true;
    struct pattern pattern;
    STRBUF_AUTO why = STRBUF_INIT(4096);
    REGEX_AUTO re = regex_new(kit_arena(call), kit_str(call, 0), &why);
    if (!re)
        return func_fail(call, 0, _("invalid regular expression: %.*s"), STR_ARG(strbuf_str(&why)));
    pattern = *regex_pattern(re);
    return match_type(call, &pattern, out);
}

static bool regexall_type(struct func_call *call, const struct type **out)
{
    if (!pattern_type(call, out))
        return false;
    *out = type_list(*out);
    return true;
}

static bool regex_impl(struct func_call *call)
{
    STRBUF_AUTO why = STRBUF_INIT(4096);
    REGEX_AUTO re = pattern_arg(call, kit_str(call, 0), 0);
    const size_t *offsets;
    if (!re)
        return false;
    switch (regex_match(re, kit_str(call, 1), 0, &offsets, &why)) {
    case REGEX_NONE:
        return func_fail(call, KIT_CALL,
                         _("the pattern matches no part of the string; can() and regexall() allow for that"));
    case REGEX_FAILED:
        return match_failed(call, &why);
    case REGEX_MATCH:
        break;
    }
    return kit_answer(call, match_value(call, regex_pattern(re), call->type, kit_str(call, 1), offsets));
}

/* Length of the code point at `at`, 1 at the end. */
static size_t rune_length(struct str s, size_t at)
{
    uint32_t rune;
    return at < s.n ? utf8_decode(str_sub(s, at, s.n), &rune) : 1;
}

static bool regexall_impl(struct func_call *call)
{
    struct str text = kit_str(call, 1);
    STRBUF_AUTO why = STRBUF_INIT(4096);
    REGEX_AUTO re = pattern_arg(call, kit_str(call, 0), 0);
    VEC(struct value) items = {0};
    const size_t *offsets;
    enum regex_answer answer = REGEX_NONE;
    if (!re)
        return false;
    /* An empty match right behind the one before does not count. */
    for (size_t at = 0, last = SIZE_MAX; at <= text.n;) {
        if (!kit_goes_on(call))
            return false;
        if ((answer = regex_match(re, text, at, &offsets, &why)) != REGEX_MATCH)
            break;
        bool empty = offsets[1] == at, counts = !(empty && offsets[0] == last);
        at = empty ? at + rune_length(text, at) : offsets[1];
        last = offsets[1];
        if (counts)
            vec_push(kit_arena(call), &items, match_value(call, regex_pattern(re), call->type->elem, text, offsets));
    }
    if (answer == REGEX_FAILED)
        return match_failed(call, &why);
    return kit_answer(call, value_list(call->type->elem, items.v, items.n));
}

/* -- replace -- */

static bool replace_plain(struct func_call *call)
{
    struct str text = kit_str(call, 0), from = kit_str(call, 1), to = kit_str(call, 2);
    STRBUF_AUTO out = STRBUF_INIT(KIT_TEXT_MAX);
    size_t at = 0;
    while (at <= text.n && !out.over) {
        size_t found = str_find(text, from, at);
        if (found == SIZE_MAX)
            break;
        strbuf_add(&out, str_sub(text, at, found));
        strbuf_add(&out, to);
        at = found + from.n;
        if (!from.n) { /* an empty string stands before each character and at the end */
            size_t n = rune_length(text, at);
            strbuf_add(&out, str_sub(text, at, at + n));
            at += n;
        }
    }
    strbuf_add(&out, str_sub(text, at, text.n));
    return kit_answer_text(call, &out);
}

/* The name behind a $ in a replacement, and what is left; empty where there is none. */
static struct str reference_name(struct str *rest)
{
    struct str s = *rest;
    bool braces = s.n && s.p[0] == '{';
    size_t from = braces, at = from;
    while (at < s.n) {
        uint32_t rune;
        size_t n = utf8_decode(str_sub(s, at, s.n), &rune);
        if (rune != '_' && !uc_is_general_category_withtable(rune, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_Nd))
            break;
        at += n;
    }
    if (at == from || (braces && (at >= s.n || s.p[at] != '}')))
        return STR("");
    *rest = str_sub(s, at + braces, s.n);
    return str_sub(s, from, at);
}

/* The group of that number or name: SIZE_MAX where there is none. */
static size_t reference_group(const struct pattern *pattern, struct str name)
{
    size_t number = 0;
    bool digits = true;
    for (size_t i = 0; i < name.n && digits; i++) {
        digits = name.p[i] >= '0' && name.p[i] <= '9';
        number = number > 100000 ? number : number * 10 + (size_t)(name.p[i] - '0');
    }
    if (digits)
        return number <= pattern->n_groups ? number : SIZE_MAX;
    for (size_t i = 0; i < pattern->n_groups; i++)
        if (str_eq(pattern->names[i], name))
            return i + 1;
    return SIZE_MAX;
}

/* The replacement with $1, $name, ${name} and $$ put in. */
static void expand(struct strbuf *out, const struct pattern *pattern, struct str to, struct str text,
                   const size_t *offsets)
{
    while (to.n) {
        size_t dollar = str_find_byte(to, '$', 0);
        strbuf_add(out, str_sub(to, 0, dollar));
        if (dollar == SIZE_MAX)
            return;
        to = str_sub(to, dollar + 1, to.n);
        if (to.n && to.p[0] == '$') {
            strbuf_addc(out, '$');
            to = str_sub(to, 1, to.n);
            continue;
        }
        struct str name = reference_name(&to);
        size_t group = name.n ? reference_group(pattern, name) : SIZE_MAX;
        if (!name.n)
            strbuf_addc(out, '$');
        else if (group != SIZE_MAX && offsets[2 * group] != SIZE_MAX)
            strbuf_add(out, str_sub(text, offsets[2 * group], offsets[2 * group + 1]));
    }
}

static bool replace_pattern(struct func_call *call, struct str source)
{
    struct str text = kit_str(call, 0);
    STRBUF_AUTO why = STRBUF_INIT(4096);
    STRBUF_AUTO out = STRBUF_INIT(KIT_TEXT_MAX);
    REGEX_AUTO re = pattern_arg(call, source, KIT_CALL);
    const size_t *offsets;
    enum regex_answer answer = REGEX_NONE;
    size_t last = 0;
    if (!re)
        return false;
    for (size_t at = 0; at <= text.n && !out.over;) {
        if ((answer = regex_match(re, text, at, &offsets, &why)) != REGEX_MATCH)
            break;
        strbuf_add(&out, str_sub(text, last, offsets[0]));
        if (offsets[1] > last || offsets[0] == 0)
            expand(&out, regex_pattern(re), kit_str(call, 2), text, offsets);
        last = offsets[1];
        size_t next = at + rune_length(text, at);
        at = next > last ? next : last;
    }
    if (answer == REGEX_FAILED)
        return match_failed(call, &why);
    strbuf_add(&out, str_sub(text, last, text.n));
    return kit_answer_text(call, &out);
}

/* A string between slashes is a regular expression. */
static bool replace_impl(struct func_call *call)
{
    struct str from = kit_str(call, 1);
    if (from.n > 1 && from.p[0] == '/' && from.p[from.n - 1] == '/')
        return replace_pattern(call, str_sub(from, 1, from.n - 1));
    return replace_plain(call);
}

#define REGEX_PARAMS                                                                                                   \
    PARAMS({"pattern", "string", 0, N_("A regular expression of RE2's language.")},                                    \
           {"string", "string", 0, N_("The string to search.")})

const struct func regex_funcs[] = {
    {.name = "regex",
     .type = pattern_type,
     .impl = regex_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = REGEX_PARAMS,
     .doc = N_("The first match of a regular expression: a string, or its groups.")},
    {.name = "regexall",
     .type = regexall_type,
     .impl = regexall_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = REGEX_PARAMS,
     .doc = N_("All matches of a regular expression.")},
    {.name = "replace",
     .result_type = "string",
     .impl = replace_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"str", "string", 0, N_("The string to change.")},
                      {"substr", "string", 0, N_("What to replace; between slashes a regular expression.")},
                      {"replace", "string", 0, N_("What to put in its place; $1 and ${name} stand for groups.")}),
     .doc = N_("The string with every occurrence of another, or match of a pattern, replaced.")},
    {0},
};
