/* charset: text in other character sets than UTF-8, by IANA's names and through iconv. */
#include "base/unicode.h"
#include "funcs/base64.h"
#include "funcs/kit.h"

#include <errno.h>
#include <iconv.h>

/* iconv's name, and IANA's name and aliases in lower case. The sets are those of the reference. */
static const struct {
    const char *iconv;
    const char *names;
} charsets[] = {
    {"UTF-8", "utf-8 csutf8"},
    {"UTF-16", "utf-16 csutf16"},
    {"UTF-16BE", "utf-16be csutf16be"},
    {"UTF-16LE", "utf-16le csutf16le"},
    {"ASCII", "us-ascii iso-ir-6 ansi_x3.4-1968 ansi_x3.4-1986 iso_646.irv:1991 iso646-us us ibm367 cp367 csascii"},
    {"ISO-8859-1", "iso-8859-1 iso_8859-1 iso_8859-1:1987 iso-ir-100 latin1 l1 ibm819 cp819 csisolatin1"},
    {"ISO-8859-2", "iso-8859-2 iso_8859-2 iso_8859-2:1987 iso-ir-101 latin2 l2 csisolatin2"},
    {"ISO-8859-3", "iso-8859-3 iso_8859-3 iso_8859-3:1988 iso-ir-109 latin3 l3 csisolatin3"},
    {"ISO-8859-4", "iso-8859-4 iso_8859-4 iso_8859-4:1988 iso-ir-110 latin4 l4 csisolatin4"},
    {"ISO-8859-5", "iso-8859-5 iso_8859-5 iso_8859-5:1988 iso-ir-144 cyrillic csisolatincyrillic"},
    {"ISO-8859-6", "iso-8859-6 iso_8859-6 iso_8859-6:1987 iso-ir-127 ecma-114 asmo-708 arabic csisolatinarabic "
                   "iso-8859-6-e csiso88596e iso-8859-6-i csiso88596i"},
    {"ISO-8859-7", "iso-8859-7 iso_8859-7 iso_8859-7:1987 iso-ir-126 elot_928 ecma-118 greek greek8 csisolatingreek"},
    {"ISO-8859-8", "iso-8859-8 iso_8859-8 iso_8859-8:1988 iso-ir-138 hebrew csisolatinhebrew iso-8859-8-e csiso88598e "
                   "iso-8859-8-i csiso88598i"},
    {"ISO-8859-9", "iso-8859-9 iso_8859-9 iso_8859-9:1989 iso-ir-148 latin5 l5 csisolatin5"},
    {"ISO-8859-10", "iso-8859-10 iso_8859-10:1992 iso-ir-157 l6 csisolatin6 latin6"},
    {"ISO-8859-13", "iso-8859-13 csiso885913"},
    {"ISO-8859-14", "iso-8859-14 iso-ir-199 iso_8859-14:1998 iso_8859-14 latin8 iso-celtic l8 csiso885914"},
    {"ISO-8859-15", "iso-8859-15 iso_8859-15 latin-9 csiso885915"},
    {"ISO-8859-16", "iso-8859-16 iso-ir-226 iso_8859-16:2001 iso_8859-16 latin10 l10 csiso885916"},
    {"IBM037", "ibm037 cp037 ebcdic-cp-us ebcdic-cp-ca ebcdic-cp-wt ebcdic-cp-nl csibm037"},
    {"IBM437", "ibm437 cp437 437 cspc8codepage437"},
    {"IBM850", "ibm850 cp850 850 cspc850multilingual"},
    {"IBM852", "ibm852 cp852 852 cspcp852"},
    {"IBM855", "ibm855 cp855 855 csibm855"},
    {"CP858", "ibm00858 ccsid00858 cp00858 pc-multilingual-850+euro csibm00858"},
    {"IBM860", "ibm860 cp860 860 csibm860"},
    {"IBM862", "ibm862 cp862 862 cspc862latinhebrew"},
    {"IBM863", "ibm863 cp863 863 csibm863"},
    {"IBM865", "ibm865 cp865 865 csibm865"},
    {"IBM866", "ibm866 cp866 866 csibm866"},
    {"IBM1047", "ibm1047 ibm-1047 csibm1047"},
    {"IBM1140", "ibm01140 ccsid01140 cp01140 ebcdic-us-37+euro csibm01140"},
    {"KOI8-R", "koi8-r cskoi8r"},
    {"KOI8-U", "koi8-u cskoi8u"},
    {"MACINTOSH", "macintosh mac csmacintosh"},
    {"CP874", "windows-874 cswindows874"},
    {"CP1250", "windows-1250 cswindows1250"},
    {"CP1251", "windows-1251 cswindows1251"},
    {"CP1252", "windows-1252 cswindows1252"},
    {"CP1253", "windows-1253 cswindows1253"},
    {"CP1254", "windows-1254 cswindows1254"},
    {"CP1255", "windows-1255 cswindows1255"},
    {"CP1256", "windows-1256 cswindows1256"},
    {"CP1257", "windows-1257 cswindows1257"},
    {"CP1258", "windows-1258 cswindows1258"},
    {"GBK", "gbk cp936 ms936 windows-936 csgbk"},
    {"GB18030", "gb18030 csgb18030"},
    {"HZ", "hz-gb-2312"},
    {"BIG5-HKSCS", "big5 csbig5"},
    {"EUC-JP", "euc-jp extended_unix_code_packed_format_for_japanese cseucpkdfmtjapanese"},
    {"ISO-2022-JP", "iso-2022-jp csiso2022jp"},
    {"CP932", "shift_jis ms_kanji csshiftjis"},
    {"CP949", "euc-kr cseuckr"},
};

/* The word in a list of words, without regard to case. */
static bool has_word(const char *words, struct str word)
{
    for (const char *at = words; word.n;) {
        size_t n = strcspn(at, " ");
        if (n == word.n && strncasecmp(at, word.p, n) == 0)
            return true;
        if (!at[n])
            break;
        at += n + 1;
    }
    return false;
}

/* iconv's name for argument 1; NULL after a diagnostic. */
static const char *charset_arg(struct func_call *call)
{
    for (size_t i = 0; i < sizeof charsets / sizeof *charsets; i++)
        if (has_word(charsets[i].names, kit_str(call, 1)))
            return charsets[i].iconv;
    func_fail(call, 1, _("\"%.*s\" is not a character set that IANA names and detour knows"),
              STR_ARG(kit_str(call, 1)));
    return NULL;
}

static void cleanup_iconv(iconv_t *cd)
{
    if (*cd != (iconv_t)-1)
        iconv_close(*cd);
}

/* `s` from one set to another; false where a character has no counterpart. */
static bool transcode(const char *from, const char *to, struct str s, struct strbuf *out)
{
    CLEANUP(cleanup_iconv) iconv_t cd = iconv_open(to, from);
    char *in = (char *)(uintptr_t)s.p;
    size_t left = s.n;
    if (cd == (iconv_t)-1)
        return false;
    for (bool flushing = false;;) {
        if (!strbuf_reserve(out, s.n + 64))
            return true; /* `over` is set */
        char *p = out->p + out->n;
        size_t room = out->cap - out->n;
        size_t done = flushing ? iconv(cd, NULL, NULL, &p, &room) : iconv(cd, &in, &left, &p, &room);
        out->n = (size_t)(p - out->p);
        if (done != (size_t)-1 && flushing)
            return true;
        if (done != (size_t)-1)
            flushing = true;
        else if (errno != E2BIG)
            return false;
    }
}

/* -- HZ: GB 2312 in seven bits between ~{ and ~}, which iconv does not have -- */

static bool is_hz(const char *charset)
{
    return strcmp(charset, "HZ") == 0;
}

/* One character beyond ASCII as two bytes, each with the high bit that HZ leaves out. */
static bool hz_pair(struct str character, struct strbuf *out)
{
    STRBUF_AUTO pair = STRBUF_INIT(256);
    if (!transcode("UTF-8", "GBK", character, &pair) || pair.n != 2 || (pair.p[0] & pair.p[1] & 0x80) == 0)
        return false;
    strbuf_addc(out, (char)(pair.p[0] & 0x7f));
    strbuf_addc(out, (char)(pair.p[1] & 0x7f));
    return (pair.p[1] & 0x7f) > 0x20;
}

static bool hz_encode(struct str text, struct strbuf *out)
{
    bool chinese = false;
    for (size_t i = 0, n; i < text.n; i += n) {
        for (n = 1; i + n < text.n && (text.p[i + n] & 0xc0) == 0x80; n++)
            ;
        bool ascii = (text.p[i] & 0x80) == 0;
        if (chinese == ascii)
            strbuf_add(out, ascii ? STR("~}") : STR("~{"));
        chinese = !ascii;
        if (ascii && text.p[i] == '~')
            strbuf_lit(out, "~~");
        else if (ascii)
            strbuf_addc(out, text.p[i]);
        else if (!hz_pair(str_sub(text, i, i + n), out))
            return false;
    }
    return true;
}

/* The character behind a tilde; false where there is none that HZ knows. */
static bool hz_escape(char c, bool *chinese, struct strbuf *out)
{
    if (c == '{' || c == '}')
        *chinese = c == '{';
    else if (c == '~')
        strbuf_addc(out, '~');
    return c == '{' || c == '}' || c == '~' || c == '\n';
}

static bool hz_decode(struct str bytes, struct strbuf *out)
{
    bool chinese = false;
    for (size_t i = 0; i < bytes.n; i++) {
        char c = bytes.p[i], next = i + 1 < bytes.n ? bytes.p[i + 1] : 0;
        bool ok = true;
        if (c & 0x80)
            return false;
        if (c == '~')
            ok = hz_escape(next, &chinese, out);
        else if (chinese)
            ok = c > 0x20 && next > 0x20 &&
                 transcode("GBK", "UTF-8", str_from((char[]){(char)(c | 0x80), (char)(next | 0x80)}, 2), out);
        else
            strbuf_addc(out, c);
        if (!ok)
            return false;
        i += c == '~' || chinese;
    }
    return true;
}

/* Most parts of ISO 8859, and the sets of East Asia, leave the control characters U+0080 to U+009F out, and a yen sign
 * or an overline is no backslash or tilde; iconv has them otherwise. */
static bool outside(const char *charset, struct str text)
{
    bool part = strncmp(charset, "ISO-8859-", 9) == 0 && strcmp(charset + 9, "1") != 0 && strcmp(charset + 9, "9") != 0;
    bool east = strcmp(charset, "EUC-JP") == 0 || strcmp(charset, "BIG5-HKSCS") == 0;
    bool japanese = strcmp(charset, "EUC-JP") == 0 || strcmp(charset, "ISO-2022-JP") == 0;
    for (size_t i = 0; i + 1 < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i], next = (unsigned char)text.p[i + 1];
        if ((part || east) && c == 0xc2 && next < 0xa0)
            return true;
        if ((east || japanese) && ((c == 0xc2 && next == 0xa5) || str_starts(str_sub(text, i, text.n), STR("\u203e"))))
            return true;
    }
    return false;
}

/* The reference writes UTF-16 in big-endian order behind a mark. */
static bool encode(struct func_call *call, const char *charset, struct strbuf *out)
{
    bool marked = strcmp(charset, "UTF-16") == 0;
    if (is_hz(charset))
        return hz_encode(kit_str(call, 0), out);
    if (marked)
        strbuf_lit(out, "\xfe\xff");
    return transcode("UTF-8", marked ? "UTF-16BE" : charset, kit_str(call, 0), out);
}

static bool textencodebase64_impl(struct func_call *call)
{
    STRBUF_AUTO out = STRBUF_INIT(KIT_TEXT_MAX);
    const char *charset = charset_arg(call);
    if (!charset)
        return false;
    if (outside(charset, kit_str(call, 0)) || !encode(call, charset, &out))
        return func_fail(call, 0, _("the string holds characters that %.*s does not have"), STR_ARG(kit_str(call, 1)));
    if (out.over)
        return func_fail(call, KIT_CALL, _("the result would be longer than %d bytes"), KIT_TEXT_MAX);
    return kit_answer(call, value_string(base64_encode(kit_arena(call), strbuf_str(&out))));
}

/* UTF-16 without a mark is big-endian. */
static bool decode(const char *charset, struct str bytes, struct strbuf *out)
{
    if (strcmp(charset, "UTF-16") == 0) {
        bool little = str_starts(bytes, STR("\xff\xfe")), marked = little || str_starts(bytes, STR("\xfe\xff"));
        charset = little ? "UTF-16LE" : "UTF-16BE";
        bytes = str_sub(bytes, marked ? 2 : 0, bytes.n);
    }
    return (is_hz(charset) ? hz_decode(bytes, out) : transcode(charset, "UTF-8", bytes, out)) &&
           utf8_invalid(strbuf_str(out)) == SIZE_MAX && str_find(strbuf_str(out), STR("\xef\xbf\xbd"), 0) == SIZE_MAX;
}

static bool textdecodebase64_impl(struct func_call *call)
{
    STRBUF_AUTO out = STRBUF_INIT(KIT_TEXT_MAX);
    const char *charset = charset_arg(call);
    struct str bytes;
    size_t at;
    if (!charset)
        return false;
    if (!base64_decode(kit_arena(call), kit_str(call, 0), &bytes, &at))
        return func_fail(call, 0, _("not base64 at byte %zu"), at);
    if (!decode(charset, bytes, &out) || outside(charset, strbuf_str(&out)))
        return func_fail(call, 0, _("the bytes are not text in %.*s"), STR_ARG(kit_str(call, 1)));
    return kit_answer_text(call, &out);
}

#define CHARSET_PARAM                                                                                                  \
    {                                                                                                                  \
        "encoding", "string", 0, N_("The character set by IANA's name: \"UTF-16LE\", \"windows-1252\" …")              \
    }

const struct func charset_funcs[] = {
    {.name = "textencodebase64",
     .result_type = "string",
     .impl = textencodebase64_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"string", "string", 0, N_("The string.")}, CHARSET_PARAM),
     .doc = N_("The string in a character set, in base64.")},
    {.name = "textdecodebase64",
     .result_type = "string",
     .impl = textdecodebase64_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"source", "string", 0, N_("The bytes in base64.")}, CHARSET_PARAM),
     .doc = N_("The string whose bytes in a character set are given in base64.")},
    {0},
};
