/* What import blocks say once values are known: the addresses that they import into, and the ids. */
#include "core/run.h"

#include "base/gettext.h"

/* -- ids and addresses -- */

static bool eval_id(struct frame *frame, const struct import_block *block, struct str *id)
{
    struct run *run = frame->run;
    const struct expr *expr = block->config->id;
    struct scope scope;
    struct eval eval = frame_eval(frame, &scope, run->arena);
    eval.object = str_c("import");
    size_t errors = run->diags->n_errors;
    struct value v = eval_expr_as(&eval, expr, type_string);
    const char *why = NULL;
    if (run->diags->n_errors > errors)
        return false;
    if (value_has_secret(v))
        why = _("The id is sensitive or ephemeral, and ids are shown in the plan and kept in it. Use nonsensitive() "
                "where it is no secret.");
    else if (run->phase == PHASE_VALIDATE && !value_is_known(v))
        return true;
    else if (!value_is_known(v))
        why = _("The id is known only after apply, and what is imported must be looked at before. Write it as text, or "
                "apply what it is made from first, with -target.");
    else if (value_is_null(v) || !v.u.string.n)
        why = value_is_null(v) ? _("The id is null.") : _("The id is empty.");
    if (why)
        diag_error(run->diags, expr->span, _("Invalid import id"), "%s", why);
    else
        *id = v.u.string;
    return !why;
}

static bool key_refused(struct run *run, const struct expr *expr, const char *why)
{
    diag_error(run->diags, expr->span, _("Invalid import target"), _("The instance key of \"to\" %s."), why);
    return false;
}

/* A key of `to`; where nothing is known yet, while validating, there is none. */
static bool eval_key(struct frame *frame, const struct expr *expr, struct key *key)
{
    struct run *run = frame->run;
    *key = (struct key){0};
    if (!expr)
        return true;
    struct scope scope;
    struct eval eval = frame_eval(frame, &scope, run->arena);
    size_t errors = run->diags->n_errors;
    struct value v = eval_expr(&eval, expr);
    if (run->diags->n_errors > errors)
        return false;
    if (value_has_secret(v))
        return key_refused(run, expr, _("is sensitive, and addresses are shown"));
    if (!value_is_known(v))
        return run->phase == PHASE_VALIDATE || key_refused(run, expr, _("is known only after apply"));
    if (!value_is_null(v) && v.type == type_string) {
        *key = (struct key){.kind = KEY_STRING, .name = v.u.string};
        return true;
    }
    *key = (struct key){.kind = KEY_INT};
    if (!value_is_null(v) && v.type == type_number && number_to_int64(value_as_number(v), &key->index) &&
        key->index >= 0)
        return true;
    return key_refused(run, expr, _("must be a string, or a whole number from zero"));
}

static const struct addr *eval_addr(struct frame *frame, const struct import_block *block)
{
    struct run *run = frame->run;
    const struct module_inst *module = addr_root(run->session->addrs);
    struct key key;
    vec_each (&block->modules, i) {
        if (!eval_key(frame, block->modules.v[i].key, &key))
            return NULL;
        module = addr_module(run->session->addrs, module, block->modules.v[i].name, key);
    }
    return eval_key(frame, block->key, &key)
               ? addr_resource(run->session->addrs, module, ADDR_MANAGED, block->type, block->name, key)
               : NULL;
}

/* -- the imports of a resource -- */

static void add_import(struct run *run, struct task *task, const struct import_block *block, const struct addr *addr,
                       struct str id, struct import_list *list)
{
    struct import *import = ARENA_NEW(run->arena, struct import);
    *import = (struct import){.task = task, .addr = addr, .id = id};
    import->where = block->config ? block->config->header : (struct span){0};
    vec_push(run->arena, &list->list, import);
}

static struct frame frame_of_import(struct run *run, const struct expansion *found, size_t i)
{
    struct module *root = run->tree->root;
    struct frame frame = frame_of(run, root, &root->copies[0]);
    frame.repetition = found->repetition;
    frame.unknown_key = run->phase == PHASE_VALIDATE && found->repetition != REPEAT_NONE;
    if (found->repetition == REPEAT_EACH && !frame.unknown_key) {
        frame.key = found->keys[i];
        frame.each_value = found->values[i];
    }
    return frame;
}

static bool gather_block(struct run *run, struct task *task, const struct import_block *block, struct import_list *list)
{
    if (!block->config) {
        add_import(run, task, block, block->addr, block->id, list);
        return true;
    }
    struct module *root = run->tree->root;
    struct frame outer = frame_of(run, root, &root->copies[0]);
    struct expansion found;
    bool ok = expand(&outer, NULL, block->config->for_each, STR("import"), &found);
    for (size_t i = 0; ok && i < found.n; i++) {
        struct frame frame = frame_of_import(run, &found, i);
        struct str id = {0};
        const struct addr *addr = eval_addr(&frame, block);
        ok = addr && eval_id(&frame, block, &id);
        if (ok)
            add_import(run, task, block, addr, id, list);
    }
    return ok;
}

bool imports_gather(struct run *run, struct task *task, struct import_list *list)
{
    bool ok = true;
    vec_each (&task->imports, i)
        ok &= gather_block(run, task, &task->imports.v[i], list);
    return ok;
}

bool imports_validate(struct run *run, struct task *task)
{
    struct import_list unused = {0};
    return imports_gather(run, task, &unused);
}
