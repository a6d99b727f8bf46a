/*
 * detour-docs: what is written about detour, made from the tables that the program itself runs on.
 *   detour-docs man              detour.1 in scdoc
 *   detour-docs functions        detour-functions.7 in scdoc
 *   detour-docs provider NAME    the reference of a provider, in Markdown: providers/NAME/README.md
 *   detour-docs examples         the examples of the references, as one configuration
 * tests/support/docs writes the committed files; a test holds them to the answers, and validates the examples.
 */
#include "builtin/builtin.h"
#include "cli/docs/docs.h"

#include <stdio.h>
#include <string.h>

/* The examples of all types, which together are one configuration. */
static int examples(void)
{
    const struct detour_provider *const *all = builtin_providers();
    bool complete = true;
    for (size_t i = 0; all[i]; i++)
        for (const struct detour_type *type = all[i]->types; type->name; type++) {
            printf("%s\n", type->example ? type->example : "");
            if (!type->example)
                fprintf(stderr, "detour-docs: %s has no example\n", type->name);
            complete &= type->example != NULL;
        }
    for (size_t i = 0; all[i]; i++)
        for (const struct detour_function *f = all[i]->functions; f && f->name; f++)
            printf("output \"%s_%s\" {\n  value = %s\n}\n", all[i]->name, f->name, f->example);
    return complete ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "man") == 0)
        return docs_man();
    if (argc == 2 && strcmp(argv[1], "functions") == 0)
        return docs_functions();
    if (argc == 3 && strcmp(argv[1], "provider") == 0)
        return docs_provider(argv[2]);
    if (argc == 2 && strcmp(argv[1], "examples") == 0)
        return examples();
    fprintf(stderr, "usage: detour-docs man | functions | provider NAME | examples\n");
    return 2;
}
