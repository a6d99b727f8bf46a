#include "syntax/token.h"
#include "base/gettext.h"

static const char *const names[] = {
    [TOKEN_EOF] = N_("the end of the file"),
    [TOKEN_NEWLINE] = N_("the end of the line"),
    [TOKEN_COMMENT] = N_("a comment"),
    [TOKEN_IDENT] = N_("a name"),
    [TOKEN_NUMBER] = N_("a number"),
    [TOKEN_STRING] = N_("a quoted string"),
    [TOKEN_OQUOTE] = N_("a quoted string"),
    [TOKEN_QUOTED_LIT] = N_("text"),
    [TOKEN_CQUOTE] = N_("the closing quote"),
    [TOKEN_QUOTED_NEWLINE] = N_("the end of the line"),
    [TOKEN_OHEREDOC] = N_("a heredoc"),
    [TOKEN_STRING_LIT] = N_("text"),
    [TOKEN_CHEREDOC] = N_("the end of the heredoc"),
    [TOKEN_INTERP] = "\"${\"",
    [TOKEN_CONTROL] = "\"%{\"",
    [TOKEN_SEQ_END] = "\"}\"",
    [TOKEN_OBRACE] = "\"{\"",
    [TOKEN_CBRACE] = "\"}\"",
    [TOKEN_OBRACKET] = "\"[\"",
    [TOKEN_CBRACKET] = "\"]\"",
    [TOKEN_OPAREN] = "\"(\"",
    [TOKEN_CPAREN] = "\")\"",
    [TOKEN_ASSIGN] = "\"=\"",
    [TOKEN_DOT] = "\".\"",
    [TOKEN_COMMA] = "\",\"",
    [TOKEN_COLON] = "\":\"",
    [TOKEN_DOUBLE_COLON] = "\"::\"",
    [TOKEN_ELLIPSIS] = "\"...\"",
    [TOKEN_FAT_ARROW] = "\"=>\"",
    [TOKEN_QUESTION] = "\"?\"",
    [TOKEN_STAR] = "\"*\"",
    [TOKEN_SLASH] = "\"/\"",
    [TOKEN_PERCENT] = "\"%\"",
    [TOKEN_PLUS] = "\"+\"",
    [TOKEN_MINUS] = "\"-\"",
    [TOKEN_EQ] = "\"==\"",
    [TOKEN_NE] = "\"!=\"",
    [TOKEN_LT] = "\"<\"",
    [TOKEN_GT] = "\">\"",
    [TOKEN_LE] = "\"<=\"",
    [TOKEN_GE] = "\">=\"",
    [TOKEN_AND] = "\"&&\"",
    [TOKEN_OR] = "\"||\"",
    [TOKEN_BANG] = "\"!\"",
    [TOKEN_BITWISE] = N_("an operator that the language does not have"),
    [TOKEN_SEMICOLON] = "\";\"",
    [TOKEN_QUOTE] = N_("a quote of the wrong kind"),
    [TOKEN_INVALID] = N_("a character that the language does not use"),
    [TOKEN_BAD_UTF8] = N_("a byte that is not UTF-8"),
};

struct str token_kind_name(enum token_kind kind)
{
    return str_c(_(names[kind]));
}

int token_bracket(enum token_kind kind)
{
    switch (kind) {
    case TOKEN_OBRACE:
    case TOKEN_OBRACKET:
    case TOKEN_OPAREN:
    case TOKEN_INTERP:
    case TOKEN_CONTROL:
        return 1;
    case TOKEN_CBRACE:
    case TOKEN_CBRACKET:
    case TOKEN_CPAREN:
    case TOKEN_SEQ_END:
        return -1;
    default:
        return 0;
    }
}
