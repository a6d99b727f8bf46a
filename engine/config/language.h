/*
 * language: the language's own blocks as one table: their labels, arguments and nested blocks, with what each means.
 * The decoders accept what it lists, *.hcl.json files are read by it, and documentation and the JSON schema are made
 * from it.
 */
#ifndef DETOUR_CONFIG_LANGUAGE_H
#define DETOUR_CONFIG_LANGUAGE_H

#include "base/arena.h"
#include "base/str.h"
#include "syntax/json.h"

enum language_kind {
    LANGUAGE_EXPR,      /* any expression of the type */
    LANGUAGE_CONSTANT,  /* a value of the type that uses no names and no functions */
    LANGUAGE_TYPE,      /* a type constraint */
    LANGUAGE_NAME,      /* a bare name */
    LANGUAGE_REF,       /* a reference: debian_file.motd */
    LANGUAGE_REFS,      /* a list of them */
    LANGUAGE_IGNORE,    /* a list of attributes, or the word all */
    LANGUAGE_PROVIDERS, /* an object of references to provider instances */
};

struct language_argument {
    const char *name;
    enum language_kind kind;
    const char *type; /* constraint text, for EXPR and CONSTANT */
    bool required;
    bool foreign; /* what other programs have: known to be told what to write instead */
    const char *doc;
};

/* What a block holds besides what its row lists. */
enum language_rest {
    LANGUAGE_NOTHING,
    LANGUAGE_ARGUMENTS, /* arguments of any name: locals, the variables of a module */
    LANGUAGE_SCHEMA,    /* what the schema of its provider or type says, with dynamic blocks */
};

struct language_block {
    const char *type;                           /* "variable" */
    const char *const *labels;                  /* what they are: "name"; NULL-ended, or NULL */
    const struct language_argument *arguments;  /* ended by a NULL name, or NULL */
    const struct language_block *const *blocks; /* NULL-ended, or NULL */
    enum language_rest rest;
    bool single;  /* at most one stands in its block */
    bool foreign; /* see above */
    const char *doc;
};

/* A file: its type is "". */
extern const struct language_block language_root;
/* A file of tests. */
extern const struct language_block language_test;
/* A file of what mocked providers answer, in the folder that the source of a mock names. */
extern const struct language_block language_mock;
/* dynamic "…" { for_each, iterator, content }, which stands in bodies of schemas. */
extern const struct language_block language_dynamic;

/* The row of a nested block (foreign ones as well), or NULL. */
const struct language_block *language_block(const struct language_block *in, struct str type);
/* The row of an argument, or NULL. */
const struct language_argument *language_argument(const struct language_block *in, struct str name);
/* The names of all arguments and of all blocks of a row that are not foreign, NULL-ended. */
const char *const *language_argument_names(struct arena *arena, const struct language_block *block);
const char *const *language_block_names(struct arena *arena, const struct language_block *block);

/* How a file of that root is read where it is written in JSON; lives in the arena. */
const struct json_block *language_json(struct arena *arena, const struct language_block *root);

#endif
