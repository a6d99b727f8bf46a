/* decode: what the decoders of the single blocks share. Private to config/. */
#ifndef DETOUR_CONFIG_DECODE_H
#define DETOUR_CONFIG_DECODE_H

#include "base/gettext.h"
#include "config/config.h"
#include "config/language.h"

/* One module being decoded. */
struct decode {
    struct arena *arena;
    struct sources *sources;
    struct diags *diags;
    struct config_module *module;
    struct str version;
};

/* -- block.c: shape -- */

/* Whether the labels are those of the row; a mistake is reported. */
bool decode_labels(struct decode *d, const struct block *block, const struct language_block *row);
/* Whether label `i` is a name of the language; reported. */
bool decode_name(struct decode *d, const struct label *label);
/* Reports every argument and block that the row does not list, and arguments written as blocks and the reverse. */
void decode_shape(struct decode *d, const struct body *body, const struct language_block *row);
/* The only block of that type, or NULL; a second one is reported. */
const struct block *decode_single(struct decode *d, const struct body *body, const char *type);
/* The attribute's expression or NULL. */
const struct expr *decode_expr(const struct body *body, const char *name);
/* As decode_expr; reports where it is missing. */
const struct expr *decode_required(struct decode *d, const struct block *block, const char *name);
/* The body without the arguments and blocks of the row; the body itself where it holds none of them. */
const struct body *decode_without(struct decode *d, const struct body *body, const struct language_block *row);
/* Enters an object under its key; a second one of the same key is reported, with the place of the first, and left out.
 */
bool decode_declare(struct decode *d, struct map *map, struct str key, void *object, struct span at, const char *what,
                    struct span (*place)(const void *object));

/* -- constant.c: what must be known without evaluation -- */

/* The value of an expression that may use neither names nor functions, converted to `type`. False where it is not one
 * (reported, "The value of %what…"). */
bool decode_constant(struct decode *d, const struct expr *expr, const struct type *type, const char *what,
                     struct value *out);
/* The constant argument of that name; `otherwise`, or empty, where the body has none or it is wrong (reported). */
bool decode_bool(struct decode *d, const struct body *body, const char *name, bool otherwise);
struct str decode_text(struct decode *d, const struct body *body, const char *name);

/* -- lists.c: lists of references and conditions -- */

/* The references of `depends_on`; what is none is reported. */
struct config_traversals decode_depends_on(struct decode *d, const struct body *body);
/* The blocks of that type, which stand in a block of the row. */
struct config_conditions decode_conditions(struct decode *d, const struct body *body, const struct language_block *in,
                                           const char *type);
/* A traversal written as such; quotes around it are reported with the remedy. */
const struct traversal *decode_traversal(struct decode *d, const struct expr *expr, const char *what);
bool decode_provider_ref(struct decode *d, const struct expr *expr, struct config_provider_ref *out);

/* -- the blocks -- */

/* Each takes one block into d's module; what is wrong with it is reported. */
void decode_variable(struct decode *d, const struct block *block);
void decode_locals(struct decode *d, const struct block *block);
void decode_output(struct decode *d, const struct block *block);
void decode_provider(struct decode *d, const struct block *block);
void decode_resource(struct decode *d, const struct block *block);
void decode_data(struct decode *d, const struct block *block);
void decode_call(struct decode *d, const struct block *block);
void decode_settings(struct decode *d, const struct block *block);
/* detour { secrets { … } }, the only one of the root module. */
void decode_secrets_block(struct decode *d, const struct block *block);
void decode_moved(struct decode *d, const struct block *block);
void decode_removed(struct decode *d, const struct block *block);
void decode_import(struct decode *d, const struct block *block);
void decode_check(struct decode *d, const struct block *block);
/* The `providers` of a module call. */
void decode_providers(struct decode *d, const struct body *body, struct config_call *call);
void decode_foreign(struct decode *d, const struct block *block);

/* Never NULL; `row` is that of the block around it. */
const struct config_lifecycle *decode_lifecycle(struct decode *d, const struct body *body,
                                                const struct language_block *row);
/* The row of a block of a file. */
static inline const struct language_block *decode_row(const char *type)
{
    return language_block(&language_root, str_c(type));
}

/* -- override.c -- */

/* Changes the blocks of `bodies` by those of the override files, in their order; the bodies are replaced by copies. */
void override_apply(struct decode *d, const struct body **bodies, size_t n, const struct body *const *overrides,
                    size_t n_overrides);

/* -- words.c: words for messages -- */

/* Names the block at `header` as the object of all diagnostics from `from` on that have none yet. */
void words_object(const struct sources *sources, struct diags *diags, size_t from, struct span header);

/* " Did you mean \"x\"?", or nothing. */
const char *words_near(struct arena *arena, struct str near);
/* The list's nearest name, or the empty slice. */
struct str words_nearest(const char *const *names, struct str name);
/* "main.hcl:3". */
const char *words_place(struct arena *arena, const struct sources *sources, struct span span);
/* "the root module", "the module modules/app". */
const char *words_module(struct arena *arena, const struct config_module *module);
/* "a, b and c". */
const char *words_list(struct arena *arena, const char *const *names);

/* Whether the name is in the NULL-ended list; `names` may be NULL. */
bool names_have(const char *const *names, struct str name);

/* -- version.c -- */

/* Whether `version` meets `constraint` (">= 0.1, < 2.0, ~> 0.1.2, != 1.0"). False with *why set where the constraint is
 * not one, or where it is not met (*why NULL). */
bool version_meets(struct str version, struct str constraint, const char **why);

#endif
