#include "core/evaluate.h"

#include "core/run.h"

/* What an eval of session_eval stands on. */
struct standing {
    struct run run;
    struct frame frame;
    struct scope scope;
    struct eval eval;
};

struct eval *session_eval(struct session *session, struct arena *arena, const struct scope *outer, struct diags *diags)
{
    struct module *root = session->tree ? session->tree->root : NULL;
    if (!root || !root->n_copies)
        return NULL;
    struct standing *s = ARENA_NEW(arena, struct standing);
    s->run = (struct run){.session = session,
                          .tree = session->tree,
                          .phase = session->last,
                          .arena = arena,
                          .scratch = arena,
                          .diags = diags,
                          .timestamp = session->timestamp};
    s->frame = frame_of(&s->run, root, &root->copies[0]);
    s->eval = frame_eval(&s->frame, &s->scope, arena);
    s->scope.parent = outer;
    return &s->eval;
}

struct value session_outputs(struct session *session, struct arena *arena)
{
    const struct module *root = session->tree ? session->tree->root : NULL;
    size_t n = root ? root->outputs.n : 0;
    struct str *names = ARENA_ARRAY(arena, struct str, n);
    struct value *items = ARENA_ARRAY(arena, struct value, n);
    for (size_t i = 0; i < n; i++) {
        const struct node *node = root->outputs.v[i];
        struct value v = node->values ? node->values[0] : (struct value){0};
        names[i] = ((const struct config_output *)node->object)->name.text;
        items[i] = value_exists(v) ? value_copy(arena, v) : value_unknown(type_dynamic);
    }
    return value_object(arena, names, items, n);
}
