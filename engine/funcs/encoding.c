/* encoding: values and bytes as text: JSON, base64, gzip, URL query. */
#include "base/unicode.h"
#include "funcs/base64.h"
#include "funcs/kit.h"
#include "value/json.h"

#include <limits.h>
#include <zlib.h>

/* -- JSON -- */

/* The first character follows from the type, where the value is known not to be null. */
static bool jsonencode_unknown(struct func_call *call)
{
    struct value v = call->args[0];
    struct refine refine = {.not_null = true, .max_length = UINT32_MAX};
    bool maybe_null = !value_is_known(v) && !(v.refine && v.refine->not_null);
    if (maybe_null || v.type->kind == TYPE_DYNAMIC)
        return kit_unknown(call);
    if (v.type->kind == TYPE_STRING)
        refine.prefix = STR("\"");
    else if (type_is_keyed(v.type))
        refine.prefix = STR("{");
    else if (kit_is_sequence(v.type))
        refine.prefix = STR("[");
    return kit_answer(call, value_unknown_refined(kit_arena(call), type_string, refine));
}

static bool jsonencode_impl(struct func_call *call)
{
    STRBUF_AUTO out = STRBUF_INIT(KIT_TEXT_MAX);
    if (!value_wholly_known(call->args[0]))
        return jsonencode_unknown(call);
    if (!json_write(&out, call->args[0], JSON_HTML_SAFE))
        return func_fail(call, KIT_CALL, _("infinity has no JSON form"));
    return kit_answer_text(call, &out);
}

/* What the first character of a text that is not known yet says about its type. */
static bool jsondecode_guess(struct func_call *call, const struct type **out)
{
    struct value v = call->args[0];
    struct str prefix = v.refine ? str_trim(v.refine->prefix) : STR("");
    *out = type_dynamic;
    if (!prefix.n)
        return true;
    char c = prefix.p[0];
    if (c == '"')
        *out = type_string;
    else if (c == 't' || c == 'f')
        *out = type_bool;
    else if (c == '-' || c == '.' || (c >= '0' && c <= '9'))
        *out = type_number;
    else if (c != '{' && c != '[' && c != 'n')
        return func_fail(call, 0, _("no JSON document begins with \"%.*s\""),
                         STR_ARG(str_sub(prefix, 0, unicode_grapheme(prefix))));
    return true;
}

/* Decodes already, since the type is that of the content; the implementation hands it on. */
static bool jsondecode_type(struct func_call *call, const struct type **out)
{
    struct json_error error = {0};
    if (!value_is_known(call->args[0]))
        return jsondecode_guess(call, out);
    if (!json_read(kit_arena(call), kit_str(call, 0), &call->result, &error))
        return func_fail(call, KIT_CALL, _("not valid JSON at byte %zu: %s"), error.off, error.why);
    *out = call->result.type;
    return true;
}

static bool decoded_impl(struct func_call *call)
{
    return kit_answer(call, call->result);
}

/* -- base64 and gzip -- */

static bool base64encode_impl(struct func_call *call)
{
    return kit_answer(call, value_string(base64_encode(kit_arena(call), kit_str(call, 0))));
}

static bool base64decode_impl(struct func_call *call)
{
    struct str bytes;
    size_t at;
    if (!base64_decode(kit_arena(call), kit_str(call, 0), &bytes, &at))
        return func_fail(call, KIT_CALL,
                         at < kit_str(call, 0).n ? _("not base64 at byte %zu")
                                                 : _("the base64 text ends too early, at byte %zu"),
                         at);
    if (utf8_invalid(bytes) != SIZE_MAX)
        return func_fail(call, KIT_CALL,
                         _("the decoded bytes are not UTF-8 text; textdecodebase64() decodes other character sets"));
    return kit_answer_str(call, bytes);
}

static void put_le32(char *out, uint32_t n)
{
    for (int i = 0; i < 4; i++)
        out[i] = (char)(n >> (8 * i));
}

/* Deflates into `out`, up to a byte boundary; the number of bytes, or 0. */
static size_t deflate_flushed(struct str s, char *out, size_t room)
{
    z_stream z = {
        .next_in = (Bytef *)(uintptr_t)s.p, .avail_in = (uInt)s.n, .next_out = (Bytef *)out, .avail_out = (uInt)room};
    if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return 0;
    int code = deflate(&z, Z_SYNC_FLUSH);
    size_t n = z.total_out;
    deflateEnd(&z);
    return code == Z_OK && z.avail_in == 0 && z.avail_out ? n : 0;
}

/* As the reference writes it: flushed before the end, which then is an empty stored block. */
static bool base64gzip_impl(struct func_call *call)
{
    static const char head[10] = {0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0, 0, (char)0xff};
    static const char end[5] = {1, 0, 0, (char)0xff, (char)0xff};
    struct str s = kit_str(call, 0);
    size_t room = s.n + s.n / 1000 + 128;
    char *out = arena_alloc(kit_arena(call), room + sizeof head + sizeof end + 8);
    memcpy(out, head, sizeof head);
    size_t n = s.n < UINT_MAX / 2 ? deflate_flushed(s, out + sizeof head, room) : 0;
    if (!n)
        return func_fail(call, KIT_CALL, _("the string cannot be compressed"));
    n += sizeof head;
    memcpy(out + n, end, sizeof end);
    put_le32(out + n + sizeof end, (uint32_t)crc32(0, (const Bytef *)(s.n ? s.p : ""), (uInt)s.n));
    put_le32(out + n + sizeof end + 4, (uint32_t)s.n);
    return kit_answer(call, value_string(base64_encode(kit_arena(call), str_from(out, n + sizeof end + 8))));
}

/* -- URL -- */

/* As a query component: a blank becomes a plus. */
static bool urlencode_impl(struct func_call *call)
{
    struct str s = kit_str(call, 0);
    STRBUF_AUTO out = STRBUF_INIT(KIT_TEXT_MAX);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c && strchr("-_.~", c));
        if (plain || c == ' ')
            strbuf_addc(&out, plain ? (char)c : '+');
        else
            strbuf_printf(&out, "%%%02X", c);
    }
    return kit_answer_text(call, &out);
}

#define ROW(name_, impl_, doc_)                                                                                        \
    {                                                                                                                  \
        .name = name_, .result_type = "string", .impl = impl_, .flags = FUNC_REFINE_NOT_NULL, .doc = doc_,             \
        .params = PARAMS({"str", "string", 0, N_("The string.")})                                                      \
    }

const struct func encoding_funcs[] = {
    {.name = "jsonencode",
     .result_type = "string",
     .impl = jsonencode_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"val", "any", PARAM_NULL | PARAM_UNKNOWN | PARAM_DYNAMIC, N_("The value to write.")}),
     .doc = N_("The value as JSON text.")},
    {.name = "jsondecode",
     .type = jsondecode_type,
     .impl = decoded_impl,
     .params = PARAMS({"str", "string", 0, N_("JSON text.")}),
     .doc = N_("The value that JSON text holds.")},
    ROW("base64encode", base64encode_impl, N_("The bytes of a string in base64.")),
    ROW("base64decode", base64decode_impl, N_("The string whose bytes are given in base64.")),
    ROW("base64gzip", base64gzip_impl, N_("The bytes of a string compressed with gzip, in base64.")),
    ROW("urlencode", urlencode_impl, N_("The string escaped for the query of a URL.")),
    {0},
};
