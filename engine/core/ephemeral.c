/* Ephemeral values are never stored: what keeps values in the plan and the state refuses them. */
#include "core/run.h"

#include "base/gettext.h"

static bool is_ephemeral(struct value v)
{
    return value_exists(v) && (v.deep & DEEP_EPHEMERAL);
}

/* The argument or block of the object that is kept and holds something ephemeral; empty: none is. */
static struct str kept_ephemeral(const struct schema *schema, struct value v);

static bool blocks_keep(const struct schema_nested *nested, struct value blocks)
{
    if (!value_is_set(blocks) || nested->nesting == NESTING_SINGLE)
        return kept_ephemeral(nested->schema, blocks).n;
    struct value_iter it = value_iter(blocks);
    for (struct value key, block; value_next(&it, &key, &block);)
        if (kept_ephemeral(nested->schema, block).n)
            return true;
    return false;
}

static struct str kept_ephemeral(const struct schema *schema, struct value v)
{
    if (!value_is_set(v) || !is_ephemeral(v))
        return (struct str){0};
    for (size_t i = 0; i < schema->n_attrs; i++) {
        const struct schema_attr *attr = &schema->attrs[i];
        if (!(attr->flags & SCHEMA_WRITE_ONLY) && is_ephemeral(value_attr(v, attr->name)))
            return attr->name;
    }
    for (size_t i = 0; i < schema->n_nested; i++) {
        const struct schema_nested *nested = &schema->nested[i];
        struct value blocks = value_attr(v, nested->name);
        if (is_ephemeral(blocks) && blocks_keep(nested, blocks))
            return nested->name;
    }
    return (struct str){0};
}

bool ephemeral_refused_object(struct run *run, const struct task *task, struct str object, struct value config)
{
    struct str name = kept_ephemeral(task->type->schema, config);
    if (!name.n)
        return false;
    struct path_step step = {.kind = PATH_ATTR, .name = name};
    struct span span = eval_body_span(task->config->args, (struct path){&step, 1}, task->config->header);
    struct diag *diag = diag_error(
        run->diags, span, _("Invalid use of ephemeral value"),
        _("\"%.*s\" is kept in the plan and the state, but the value is ephemeral, and such values are never stored. "
          "They "
          "can be given to write-only arguments, to providers, and to outputs and variables that are ephemeral."),
        STR_ARG(name));
    diag->object = object;
    return true;
}

bool ephemeral_refused_output(struct run *run, const struct config_output *output, struct value v)
{
    if (output->ephemeral || !is_ephemeral(v))
        return false;
    diag_error(
        run->diags, output->value->span, _("Ephemeral value not allowed"),
        _("The value of output \"%.*s\" is ephemeral, or made of something that is, and outputs are stored. Write "
          "ephemeral = true in the block to hand it on without storing it."),
        STR_ARG(output->name.text));
    return true;
}
