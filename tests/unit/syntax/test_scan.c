#include "syntax/scan.h"

#include <criterion/criterion.h>

/* One letter per token: easier to read than names in a table. */
static char letter(const struct token *t)
{
    static const char letters[] = {
        [TOKEN_EOF] = '.',     [TOKEN_NEWLINE] = 'n',  [TOKEN_COMMENT] = 'c',        [TOKEN_IDENT] = 'i',
        [TOKEN_NUMBER] = '1',  [TOKEN_STRING] = 's',   [TOKEN_OQUOTE] = '"',         [TOKEN_QUOTED_LIT] = 't',
        [TOKEN_CQUOTE] = '\'', [TOKEN_OHEREDOC] = 'H', [TOKEN_STRING_LIT] = 'T',     [TOKEN_CHEREDOC] = 'h',
        [TOKEN_INTERP] = '$',  [TOKEN_CONTROL] = '%',  [TOKEN_SEQ_END] = '>',        [TOKEN_OBRACE] = '{',
        [TOKEN_CBRACE] = '}',  [TOKEN_OBRACKET] = '[', [TOKEN_CBRACKET] = ']',       [TOKEN_ASSIGN] = '=',
        [TOKEN_INVALID] = '!', [TOKEN_BAD_UTF8] = '8', [TOKEN_QUOTED_NEWLINE] = 'N',
    };
    char c = t->kind < sizeof letters ? letters[t->kind] : 0;
    return c ? c : 'o';
}

Test(scan, tokens)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"a = 1.5e3 # c\n", "i=1c."},
        {"1..2 1... 1.a 1e", "11o1oi1i."},
        {"\"plain\" \"a$b%c$$d\" \"$${e}\"", "sss."},
        {"\"a${b}c\" \"${\"x\"}\"", "\"t$i>t'\"$s>'."},
        {"\"${{a={}}}\"", "\"${i={}}>'."},
        {"<<EOT\na\n${b}\nEOT\n", "HT$i>Thn."},
        {"<<-A\n A\n", "Hhn."},
        {"<< EOT", "ooi."},
        {"/* a */ /* b", "cooi."},
        {"a\r\nb\r", "ini!."},
        {"é日本_1 - a-b", "ioi."},
        {"\"a\nb = \"c\"\n", "\"tNni=sn."},
        {"\"a\nb\"", "\"tNt'."},
        {"\xff\xfe\"\xff\"", "8\"8'."},
        {"\"\\", "\"!."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str text = str_c(cases[i].text);
        struct tokens tokens = scan_tokens(text, 0, text.n, SCAN_CODE);
        char got[64] = {0};
        for (size_t j = 0; j < tokens.n && j + 1 < sizeof got; j++)
            got[j] = letter(&tokens.v[j]);
        cr_assert_str_eq(got, cases[i].want, "%s -> %s", cases[i].text, got);
        tokens_free(&tokens);
    }
}
