/* docs: what detour-docs prints, a function each. Each writes to the standard output and answers an exit status. */
#ifndef DETOUR_CLI_DOCS_DOCS_H
#define DETOUR_CLI_DOCS_DOCS_H

/* detour.1 */
int docs_man(void);
/* detour-functions.7 */
int docs_functions(void);
/* providers/NAME/README.md; 1 where there is no such provider. */
int docs_provider(const char *name);

#endif
