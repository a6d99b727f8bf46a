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

/* The reference writes UTF-16 in big-endian order behind a mark. */
static bool encode(struct func_call *call, const char *charset, struct strbuf *out)
{
    bool marked = strcmp(charset, "UTF-16") == 0;
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
    if (!encode(call, charset, &out))
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
    return transcode(charset, "UTF-8", bytes, out) && utf8_invalid(strbuf_str(out)) == SIZE_MAX &&
           str_find(strbuf_str(out), STR("\xef\xbf\xbd"), 0) == SIZE_MAX;
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
    if (!decode(charset, bytes, &out))
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
