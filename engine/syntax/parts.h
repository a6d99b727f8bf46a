/* parts: a template as a flat list, private to the parser: text, values and directives, trimmed by ~ and flushed by
 * <<-. */
#ifndef DETOUR_SYNTAX_PARTS_H
#define DETOUR_SYNTAX_PARTS_H

#include "syntax/parser.h"

enum part_kind { PART_TEXT, PART_VALUE, PART_IF, PART_FOR, PART_ELSE, PART_ENDIF, PART_ENDFOR, PART_END };

struct part {
    enum part_kind kind;
    bool non_ascii;          /* PART_TEXT */
    struct str text;         /* PART_TEXT */
    const struct expr *expr; /* PART_VALUE, PART_IF */
    struct for_head *head;   /* PART_FOR */
    struct span span;
};

/* Reads up to and with the token `end` and leaves the parts on the pile, behind what was there: text never twice in a
 * row, and PART_END last. Returns their number, 0 after an error. */
size_t parts_read(struct parser *p, enum token_kind end, bool flush);

#endif
