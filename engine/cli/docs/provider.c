/* The reference of a provider in Markdown, from its own tables. */
#include "cli/docs/docs.h"

#include "builtin/builtin.h"

#include <stdio.h>
#include <string.h>

/* Text in a cell of a table: one line, no bars. */
static void print_cell(const char *text)
{
    for (; *text; text++) {
        if (*text == '|')
            putchar('\\');
        putchar(*text == '\n' ? ' ' : *text);
    }
}

static const char *presence(unsigned flags)
{
    if (flags & DETOUR_REQUIRED)
        return "required";
    if (flags & DETOUR_OPTIONAL)
        return flags & DETOUR_COMPUTED ? "optional, else computed" : "optional";
    return "computed";
}

static void attribute_row(const struct detour_attribute *a)
{
    printf("| `%s` | `%s` | %s%s%s%s%s | ", a->name, a->type, presence(a->flags),
           a->flags & DETOUR_SENSITIVE ? ", sensitive" : "", a->flags & DETOUR_REPLACE ? "; a change replaces" : "",
           a->flags & DETOUR_CREATE_ONLY ? "; at creation only" : "",
           a->flags & DETOUR_WRITE_ONLY ? "; never stored" : "");
    print_cell(a->doc ? a->doc : "");
    printf(" |\n");
}

static bool is_computed(const struct detour_attribute *a)
{
    return !(a->flags & (DETOUR_REQUIRED | DETOUR_OPTIONAL));
}

/* Attributes that a configuration may set come before those that it can only read. */
static void attribute_table(const struct detour_attribute *attributes)
{
    printf("| Attribute | Type | Given | Meaning |\n|---|---|---|---|\n");
    for (unsigned computed = 0; computed < 2; computed++)
        for (const struct detour_attribute *a = attributes; a && a->name; a++)
            if (is_computed(a) == computed)
                attribute_row(a);
    printf("\n");
}

static void block_tables(const struct detour_block *blocks)
{
    for (const struct detour_block *b = blocks; b && b->name; b++) {
        printf("Block `%s`%s: %s\n\n", b->name, b->min ? ", required" : "", b->doc ? b->doc : "");
        attribute_table(b->attributes);
        block_tables(b->blocks);
    }
}

/* The import of the object that the example declares. */
static void import_example(const struct detour_type *type)
{
    char head[80];
    snprintf(head, sizeof head, "resource \"%s\" \"", type->name);
    const char *block = type->import_id && type->example ? strstr(type->example, head) : NULL;
    if (!block)
        return;
    const char *name = block + strlen(head);
    printf("Imported by an id, without doing anything to it:\n\n```hcl\nimport {\n  to = %s.%.*s\n  id = "
           "\"%s\"\n}\n```\n\n",
           type->name, (int)strcspn(name, "\""), name, type->import_id);
}

static void type_section(const struct detour_type *type)
{
    printf("## %s%s\n\n%s\n\n", type->flags & DETOUR_DATA ? "data " : "", type->name, type->doc);
    if (type->example)
        printf("```hcl\n%s```\n\n", type->example);
    import_example(type);
    attribute_table(type->attributes);
    block_tables(type->blocks);
}

static void function_section(const struct detour_provider *p, const struct detour_function *f)
{
    printf("### provider::%s::%s(", p->name, f->name);
    for (const struct detour_parameter *param = f->parameters; param && param->name; param++)
        printf("%s%s", param == f->parameters ? "" : ", ", param->name);
    if (f->rest)
        printf("%s%s...", f->parameters && f->parameters->name ? ", " : "", f->rest->name);
    printf(")\n\n%s\n\n```hcl\n%s\n```\n\n| Parameter | Type | Meaning |\n|---|---|---|\n", f->doc, f->example);
    for (const struct detour_parameter *param = f->parameters; param && param->name; param++)
        printf("| `%s` | `%s`%s | %s |\n", param->name, param->type,
               param->flags & DETOUR_PARAM_NULL ? ", may be null" : "", param->doc);
    if (f->rest)
        printf("| `%s...` | `%s` | %s |\n", f->rest->name, f->rest->type, f->rest->doc);
    printf("\nAnswers `%s`.\n\n", f->result);
}

static void provider_text(const struct detour_provider *p)
{
    printf("<!-- Made by detour-docs from the tables of the provider; change those, not this file. -->\n"
           "# Provider %s\n\n%s\n\n",
           p->name, p->doc);
    if (p->config && p->config->name) {
        printf("Arguments of the `provider \"%s\"` block, which may be left out:\n\n", p->name);
        attribute_table(p->config);
    }
    for (const struct detour_type *type = p->types; type->name; type++)
        type_section(type);
    if (p->functions)
        printf("## Functions\n\nCalled by their whole names, wherever expressions stand.\n\n");
    for (const struct detour_function *f = p->functions; f && f->name; f++)
        function_section(p, f);
    printf("What people who change this provider need to know is in [../README.md](../README.md).\n");
}

int docs_provider(const char *name)
{
    const struct detour_provider *const *all = builtin_providers();
    for (size_t i = 0; all[i]; i++)
        if (strcmp(all[i]->name, name) == 0) {
            provider_text(all[i]);
            return 0;
        }
    fprintf(stderr, "detour-docs: no provider \"%s\"\n", name);
    return 1;
}
