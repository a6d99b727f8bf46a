/*
 * complete: completion scripts for shells, made from the tables of commands and options. What depends on the shell
 * alone stands in detour.bash, detour.zsh and detour.fish, which are built in.
 */
#ifndef DETOUR_CLI_COMPLETE_COMPLETE_H
#define DETOUR_CLI_COMPLETE_COMPLETE_H

#include "base/strbuf.h"
#include "cli/flags.h"

/* What may stand somewhere; from COMPLETE_ADDRESSES on detour lists it: "detour completion list KIND". */
enum complete_kind {
    COMPLETE_NOTHING,  /* nothing stands there */
    COMPLETE_ANYTHING, /* something that cannot be guessed */
    COMPLETE_BOOL,
    COMPLETE_FILES,
    COMPLETE_FOLDERS,
    COMPLETE_WORDS,     /* one of a few */
    COMPLETE_COMMANDS,  /* a subcommand, or for help any command */
    COMPLETE_ADDRESSES, /* what -target takes: of the configuration and of the state */
    COMPLETE_OBJECTS,   /* what stands in the state */
    COMPLETE_OUTPUTS,
    COMPLETE_FUNCTIONS,
    COMPLETE_TYPES,
};

struct completion {
    enum complete_kind kind;
    struct str words; /* for COMPLETE_WORDS: "bash|zsh|fish", "[list | add KEY]" */
};

/* What an option's value, and what a command's arguments may be, by the words of the tables. */
struct completion complete_flag(const struct flag *flag);
struct completion complete_arguments(const struct command *command);

/* "files", "addresses"… */
const char *complete_kind_name(enum complete_kind kind);
/* The kind of that name among those that detour lists; COMPLETE_NOTHING where there is none. */
enum complete_kind complete_kind_named(struct str name);

typedef void complete_visit(struct strbuf *out, const struct command *command);
/* Calls visit for each command that is shown: the root (NULL) first, groups before what they hold. */
void complete_each(struct strbuf *out, complete_visit *visit);
/* The commands within one: all for the root (NULL) and for help. NULL-ended, or NULL where none is shown. */
const struct command *const *complete_within(const struct command *command);

/* Their names with blanks between them. */
void complete_names(struct strbuf *out, const struct command *command);

/* How a shell is told what values there are; texts of its own. */
struct complete_syntax {
    const char *boolean, *files, *folders;
    const char *before_words, *after_words;   /* around the words, which stand with blanks between them */
    const char *before_listed, *after_listed; /* around the kind that detour lists */
};
/* Appends the values in that form; nothing where they cannot be told. */
void complete_values(struct strbuf *out, struct completion completion, const struct complete_syntax *syntax);
/* The words of COMPLETE_WORDS with blanks between them. */
void complete_words(struct strbuf *out, struct completion completion);

/* 'text', as sh, bash and zsh read it. */
void complete_quote(struct strbuf *out, struct str text);

/* The whole script of a shell. */
void complete_bash(struct strbuf *out);
void complete_zsh(struct strbuf *out);
void complete_fish(struct strbuf *out);

#endif
