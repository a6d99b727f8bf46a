#include "config/language.h"
#include "base/gettext.h"

/* clang-format off */
#define BLOCKS(...) .blocks = (const struct language_block *const[]){__VA_ARGS__, NULL}
#define ARGUMENTS(...) .arguments = (const struct language_argument[]){__VA_ARGS__, {0}}
#define LABELS(...) .labels = (const char *const[]){__VA_ARGS__, NULL}

/* -- arguments that several blocks have -- */

#define DEPENDS_ON {.name = "depends_on", .kind = LANGUAGE_REFS, .doc = N_("What else must be done first.")}
#define COUNT {.name = "count", .type = "number", .doc = N_("How many instances; they are numbered from 0.")}
#define FOR_EACH {.name = "for_each", .type = "any", .doc = N_("A map or a set of strings: one instance for each element.")}
#define PROVIDER {.name = "provider", .kind = LANGUAGE_REF, .doc = N_("The provider instance to go through: debian.backup.")}
#define TEXT(name_, doc_) {.name = name_, .kind = LANGUAGE_CONSTANT, .type = "string", .doc = doc_}
#define FLAG(name_, doc_) {.name = name_, .kind = LANGUAGE_CONSTANT, .type = "bool", .doc = doc_}
#define ADDRESS(name_, doc_) {.name = name_, .kind = LANGUAGE_REF, .required = true, .doc = doc_}

/* -- conditions -- */

#define CONDITION(name_, type_, doc_)                                                                                  \
    static const struct language_block name_ = {                                                                       \
        .type = type_,                                                                                                 \
        .doc = doc_,                                                                                                   \
        ARGUMENTS({.name = "condition", .type = "bool", .required = true, .doc = N_("What must hold.")},               \
                  {.name = "error_message", .type = "string", .required = true, .doc = N_("What to say if it does not.")})}

CONDITION(validation, "validation", N_("What must hold for the value of the variable."));
CONDITION(precondition, "precondition", N_("What must hold before anything is done."));
CONDITION(postcondition, "postcondition", N_("What must hold of the result."));
CONDITION(assert, "assert", N_("What is to hold; where it does not, the run warns and goes on."));

/* -- resources -- */

static const struct language_block resource_lifecycle = {
    .type = "lifecycle",
    .single = true,
    .doc = N_("How the object comes and goes."),
    ARGUMENTS(
        FLAG("create_before_destroy", N_("A replacement is made before what it replaces is destroyed.")),
        {.name = "prevent_destroy", .type = "bool", .doc = N_("Refuse every plan that would destroy the object.")},
        {.name = "ignore_changes", .kind = LANGUAGE_IGNORE,
         .doc = N_("Attributes whose changes in the configuration are not followed, or all.")},
        {.name = "replace_triggered_by", .kind = LANGUAGE_REFS,
         .doc = N_("Resources or attributes whose change replaces the object.")}),
    BLOCKS(&precondition, &postcondition),
};

static const struct language_block data_lifecycle = {
    .type = "lifecycle",
    .single = true,
    .doc = N_("What must hold before and after reading."),
    BLOCKS(&precondition, &postcondition),
};

static const struct language_block resource = {
    .type = "resource",
    LABELS("type", "name"),
    .rest = LANGUAGE_SCHEMA,
    .doc = N_("An object to be managed."),
    ARGUMENTS(COUNT, FOR_EACH, DEPENDS_ON, PROVIDER),
    BLOCKS(&resource_lifecycle),
};

static const struct language_block data = {
    .type = "data",
    LABELS("type", "name"),
    .rest = LANGUAGE_SCHEMA,
    .doc = N_("A data source: an object to be read only."),
    ARGUMENTS(COUNT, FOR_EACH, DEPENDS_ON, PROVIDER),
    BLOCKS(&data_lifecycle),
};

static const struct language_block content = {
    .type = "content",
    .rest = LANGUAGE_SCHEMA,
    .single = true,
    .doc = N_("The content of each block."),
};

const struct language_block language_dynamic = {
    .type = "dynamic",
    LABELS("type"),
    .doc = N_("Blocks of the type named by the label, one for each element."),
    ARGUMENTS({.name = "for_each", .type = "any", .required = true, .doc = N_("A collection: one block for each element.")},
              {.name = "iterator", .kind = LANGUAGE_NAME,
               .doc = N_("The name of the element in the content; the label, if not given.")},
              {.name = "labels", .type = "list(string)", .doc = N_("The labels of the blocks.")}),
    BLOCKS(&content),
};

/* -- modules and their variables, locals and outputs -- */

static const struct language_block terraform = {.type = "terraform", .foreign = true};
static const struct language_block backend = {.type = "backend", LABELS("type"), .foreign = true};
static const struct language_block cloud = {.type = "cloud", .foreign = true};
static const struct language_block required_providers = {.type = "required_providers", .foreign = true};

static const struct language_block state_backend = {
    .type = "backend",
    LABELS("type"),
    .rest = LANGUAGE_ARGUMENTS,
    .single = true,
    .doc = N_("Where the state is kept: \"local\", \"http\", \"s3\" or \"pg\", with its settings as constants."),
};

#define TEXTS(name_, doc_) {.name = name_, .kind = LANGUAGE_CONSTANT, .type = "list(string)", .doc = doc_}

static const struct language_block secrets_passphrase = {
    .type = "passphrase",
    .single = true,
    .doc = N_("A passphrase opens the secrets, too: from the variable DETOUR_PASSPHRASE or typed on the terminal, if nothing else is said."),
    ARGUMENTS(TEXT("env", N_("The environment variable that holds it.")),
              TEXT("file", N_("A file whose first line it is.")),
              TEXTS("command", N_("A program and its arguments; the first line that it prints is the passphrase."))),
};

static const struct language_block secrets = {
    .type = "secrets",
    .single = true,
    .doc = N_("Who can open the secrets in the state and in saved plans. Without it a key file is made beside the state."),
    ARGUMENTS(TEXTS("recipients", N_("Public keys of those who can open them: \"ssh-ed25519 AAAA… anna\", \"age1…\".")),
              TEXTS("identity_files", N_("Files with the private keys to open them with, beside ~/.ssh/id_ed25519 and ~/.config/detour/key.txt.")),
              TEXT("key_file", N_("A private key of age; made where it is missing.")),
              TEXTS("command", N_("A program and its arguments that prints a private key of age, or a passphrase: [\"pass\", \"show\", \"detour\"]."))),
    BLOCKS(&secrets_passphrase),
};

static const struct language_block detour = {
    .type = "detour",
    .doc = N_("Settings of the configuration."),
    ARGUMENTS(TEXT("required_version", N_("The versions of detour that may be used: \">= 0.1, < 2.0\"."))),
    BLOCKS(&state_backend, &secrets, &required_providers, &cloud),
};

static const struct language_block variable = {
    .type = "variable",
    LABELS("name"),
    .doc = N_("A value that is given to the module."),
    ARGUMENTS({.name = "type", .kind = LANGUAGE_TYPE, .doc = N_("What values it takes: string, list(number), object({…}).")},
              {.name = "default", .kind = LANGUAGE_CONSTANT, .type = "any", .doc = N_("The value where none is given.")},
              TEXT("description", N_("What it is for.")),
              FLAG("sensitive", N_("The value is not shown.")),
              FLAG("ephemeral", N_("The value is not stored, neither in plans nor in the state.")),
              FLAG("nullable", N_("Whether the value may be null; true, if not given.")),
              TEXT("deprecated", N_("What to use instead; giving the variable a value is a warning."))),
    BLOCKS(&validation),
};

static const struct language_block locals = {
    .type = "locals",
    .rest = LANGUAGE_ARGUMENTS,
    .doc = N_("Names for expressions: local.NAME."),
};

static const struct language_block output = {
    .type = "output",
    LABELS("name"),
    .doc = N_("A value that the module gives."),
    ARGUMENTS({.name = "value", .type = "any", .required = true, .doc = N_("The value.")},
              TEXT("description", N_("What it is.")),
              FLAG("sensitive", N_("The value is not shown.")),
              FLAG("ephemeral", N_("The value is not stored.")),
              TEXT("deprecated", N_("What to use instead; using the output is a warning.")),
              DEPENDS_ON),
    BLOCKS(&precondition),
};

static const struct language_block provider = {
    .type = "provider",
    LABELS("name"),
    .rest = LANGUAGE_SCHEMA,
    .doc = N_("An instance of a provider."),
    ARGUMENTS(TEXT("alias", N_("The name of the instance, for those that are not the default one."))),
};

static const struct language_block module_lifecycle = {
    .type = "lifecycle",
    .single = true,
    .doc = N_("How the objects of the module come and go."),
    ARGUMENTS({.name = "prevent_destroy", .type = "bool", .doc = N_("Refuse every plan that would destroy one of them.")}),
};

static const struct language_block module = {
    .type = "module",
    LABELS("name"),
    .rest = LANGUAGE_ARGUMENTS,
    .doc = N_("A call of a module; arguments beyond these are its variables."),
    ARGUMENTS({.name = "source", .kind = LANGUAGE_CONSTANT, .type = "string", .required = true,
               .doc = N_("Where the module is: ./modules/web.")},
              {.name = "version", .kind = LANGUAGE_CONSTANT, .type = "string", .foreign = true},
              COUNT, FOR_EACH, DEPENDS_ON,
              {.name = "providers", .kind = LANGUAGE_PROVIDERS,
               .doc = N_("The instances that the module's providers are: { debian = debian.backup }.")}),
    BLOCKS(&module_lifecycle),
};

/* -- what happened to addresses, and checks -- */

static const struct language_block moved = {
    .type = "moved",
    .doc = N_("An object got another address."),
    ARGUMENTS(ADDRESS("from", N_("The address before.")), ADDRESS("to", N_("The address now."))),
};

static const struct language_block removed_lifecycle = {
    .type = "lifecycle",
    .single = true,
    .doc = N_("What becomes of the objects."),
    ARGUMENTS(FLAG("destroy", N_("false: leave them as they are and forget them."))),
};

static const struct language_block removed = {
    .type = "removed",
    .doc = N_("A resource or module is no longer declared."),
    ARGUMENTS(ADDRESS("from", N_("Its address, without instance keys."))),
    BLOCKS(&removed_lifecycle),
};

static const struct language_block import = {
    .type = "import",
    .doc = N_("Take over an object that is there already."),
    ARGUMENTS(ADDRESS("to", N_("The resource that it becomes.")),
              {.name = "id", .type = "string", .required = true, .doc = N_("What the provider knows it by.")},
              FOR_EACH, PROVIDER),
};

static const struct language_block no_lifecycle = {
    .type = "lifecycle",
    .single = true,
    .foreign = true,
    BLOCKS(&precondition, &postcondition),
};

static const struct language_block check_data = {
    .type = "data",
    LABELS("type", "name"),
    .rest = LANGUAGE_SCHEMA,
    .single = true,
    .doc = N_("A data source for the asserts alone; where it cannot be read, the run warns and goes on."),
    ARGUMENTS({.name = "count", .foreign = true}, {.name = "for_each", .foreign = true}, DEPENDS_ON, PROVIDER),
    BLOCKS(&no_lifecycle),
};

static const struct language_block check = {
    .type = "check",
    LABELS("name"),
    .doc = N_("What is to hold after every run."),
    BLOCKS(&check_data, &assert),
};

const struct language_block language_root = {
    .type = "",
    BLOCKS(&resource, &variable, &locals, &output, &module, &data, &provider, &detour, &moved, &removed, &import, &check,
           &terraform, &backend),
};
/* clang-format on */

/* -- looking up -- */

const struct language_block *language_block(const struct language_block *in, struct str type)
{
    for (size_t i = 0; in->blocks && in->blocks[i]; i++)
        if (str_eq(str_c(in->blocks[i]->type), type))
            return in->blocks[i];
    return NULL;
}

const struct language_argument *language_argument(const struct language_block *in, struct str name)
{
    for (const struct language_argument *a = in->arguments; a && a->name; a++)
        if (str_eq(str_c(a->name), name))
            return a;
    return NULL;
}

static size_t count_arguments(const struct language_block *block)
{
    size_t n = 0;
    while (block->arguments && block->arguments[n].name)
        n++;
    return n;
}

static size_t count_blocks(const struct language_block *block)
{
    size_t n = 0;
    while (block->blocks && block->blocks[n])
        n++;
    return n;
}

const char *const *language_argument_names(struct arena *arena, const struct language_block *block)
{
    size_t n = count_arguments(block), kept = 0;
    const char **names = ARENA_ARRAY(arena, const char *, n + 1);
    for (size_t i = 0; i < n; i++)
        if (!block->arguments[i].foreign)
            names[kept++] = block->arguments[i].name;
    return names;
}

const char *const *language_block_names(struct arena *arena, const struct language_block *block)
{
    size_t n = count_blocks(block), kept = 0;
    const char **names = ARENA_ARRAY(arena, const char *, n + 1);
    for (size_t i = 0; i < n; i++)
        if (!block->blocks[i]->foreign)
            names[kept++] = block->blocks[i]->type;
    return names;
}

/* -- JSON: which properties are blocks, which strings are no templates -- */

static bool is_code(enum language_kind kind)
{
    return kind != LANGUAGE_EXPR && kind != LANGUAGE_CONSTANT;
}

static const char *const *code_of(struct arena *arena, const struct language_block *block)
{
    size_t n = count_arguments(block), kept = 0;
    const char **names = ARENA_ARRAY(arena, const char *, n + 1);
    for (size_t i = 0; i < n; i++)
        if (is_code(block->arguments[i].kind))
            names[kept++] = block->arguments[i].name;
    return kept ? names : NULL;
}

static struct json_block json_of(struct arena *arena, const struct language_block *block)
{
    bool dynamic = block->rest == LANGUAGE_SCHEMA && block->blocks; /* content itself stands for a nested block */
    size_t n = count_blocks(block), labels = 0;
    struct json_block *blocks = ARENA_ARRAY(arena, struct json_block, n + 1);
    for (size_t i = 0; i < n; i++)
        blocks[i] = json_of(arena, block->blocks[i]);
    if (dynamic)
        blocks[n++] = json_of(arena, &language_dynamic);
    while (block->labels && block->labels[labels])
        labels++;
    return (struct json_block){block->type, (unsigned)labels, blocks, n, code_of(arena, block)};
}

const struct json_block *language_json(struct arena *arena, const struct language_block *root)
{
    struct json_block *block = ARENA_NEW(arena, struct json_block);
    *block = json_of(arena, root);
    return block;
}
