#include "view/json/state.h"
#include "base/vec.h"
#include "view/json/modules.h"

typedef VEC(struct modules_item) items_vec;

static void add_object(struct arena *arena, items_vec *items, const struct addr *addr,
                       const struct state_object *object, struct str deposed)
{
    if (!object)
        return;
    struct modules_item item = {.addr = addr,
                                .provider = object->provider,
                                .schema_version = object->schema_version,
                                .value = object->value,
                                .tainted = object->status == OBJECT_TAINTED,
                                .deposed = deposed,
                                .depends = object->depends,
                                .n_depends = object->n_depends};
    vec_push(arena, items, item);
}

static void add_instance(struct arena *arena, items_vec *items, const struct state_instance *instance)
{
    add_object(arena, items, instance->addr, instance->object, (struct str){0});
    vec_each (&instance->deposed, i)
        add_object(arena, items, instance->addr, instance->deposed.v[i].object, instance->deposed.v[i].key);
}

static void write_outputs(struct writer *w, const struct snapshot *state)
{
    size_t n;
    const struct state_output *outputs = snapshot_outputs((struct snapshot *)state, &n);
    writer_open(w, '{');
    for (size_t i = 0; i < n; i++) {
        writer_key_str(w, outputs[i].name);
        writer_open(w, '{');
        writer_field_bool(w, "sensitive", outputs[i].sensitive);
        writer_key(w, "type");
        writer_type(w, outputs[i].value.type);
        writer_key(w, "value");
        writer_value(w, outputs[i].value);
        writer_close(w, '}');
    }
    writer_close(w, '}');
}

void json_state_write(struct writer *w, const struct snapshot *state)
{
    ARENA_AUTO arena = arena_new();
    size_t n;
    const struct state_instance *const *instances = snapshot_sorted((struct snapshot *)state, &n);
    items_vec items = {0};
    for (size_t i = 0; i < n; i++)
        add_instance(arena, &items, instances[i]);
    writer_open(w, '{');
    writer_field_c(w, "format_version", "1.0");
    writer_field_c(w, "terraform_version", FORMAT_OF);
    if (!snapshot_empty(state)) {
        writer_key(w, "values");
        writer_open(w, '{');
        writer_key(w, "outputs");
        write_outputs(w, state);
        writer_key(w, "root_module");
        modules_write(w, arena, items.v, items.n);
        writer_close(w, '}');
    }
    writer_close(w, '}');
}

void json_state(struct strbuf *out, const struct snapshot *state)
{
    struct writer w = writer_to(out);
    json_state_write(&w, state);
    strbuf_addc(out, '\n');
}

void json_state_instance(struct strbuf *out, const struct state_instance *instance)
{
    ARENA_AUTO arena = arena_new();
    items_vec items = {0};
    add_instance(arena, &items, instance);
    struct writer w = writer_to(out);
    modules_write(&w, arena, items.v, items.n);
    strbuf_addc(out, '\n');
}

void json_outputs(struct strbuf *out, const struct snapshot *state)
{
    struct writer w = writer_to(out);
    write_outputs(&w, state);
    strbuf_addc(out, '\n');
}
