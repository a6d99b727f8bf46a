#include "view/json/history.h"

static void write_head(struct writer *w, const char *list)
{
    writer_open(w, '{');
    writer_field_c(w, "format_version", "1.0");
    writer_key(w, list);
    writer_open(w, '[');
}

static void write_end(struct writer *w)
{
    writer_close(w, ']');
    writer_close(w, '}');
    strbuf_addc(w->out, '\n');
}

/* -- lists of objects -- */

static struct str id_of(const struct state_object *o)
{
    if (!value_is_set(o->value) || o->value.type->kind != TYPE_OBJECT || o->value.marks)
        return (struct str){0};
    struct value id = value_attr(o->value, STR("id"));
    bool plain = value_exists(id) && value_is_set(id) && id.type == type_string && !value_has_secret(id);
    return plain ? id.u.string : (struct str){0};
}

static void write_key(struct writer *w, struct key key)
{
    if (key.kind == KEY_INT)
        writer_field_int(w, "index", key.index);
    else if (key.kind == KEY_STRING)
        writer_field_str(w, "index", key.name);
}

static void write_instance(struct writer *w, const struct state_instance *in)
{
    const struct addr *addr = in->addr;
    writer_open(w, '{');
    writer_field_str(w, "address", addr->text);
    if (addr->module->parent)
        writer_field_str(w, "module", addr->module->text);
    writer_field_c(w, "mode", addr->mode == ADDR_DATA ? "data" : "managed");
    writer_field_str(w, "type", addr->type);
    writer_field_str(w, "name", addr->name);
    write_key(w, addr->key);
    if (in->object) {
        struct str id = id_of(in->object);
        writer_field_str(w, "provider", in->object->provider);
        if (id.n)
            writer_field_str(w, "id", id);
    }
    writer_field_c(w, "status",
                   in->uncertain                          ? "uncertain"
                   : !in->object                          ? "deposed"
                   : in->object->status == OBJECT_TAINTED ? "tainted"
                                                          : "ready");
    writer_key(w, "deposed");
    writer_open(w, '[');
    vec_each (&in->deposed, i)
        writer_str(w, in->deposed.v[i].key);
    writer_close(w, ']');
    writer_close(w, '}');
}

void json_state_list(struct strbuf *out, const struct state_instance *const *instances, size_t n)
{
    struct writer w = writer_to(out);
    write_head(&w, "resources");
    for (size_t i = 0; i < n; i++)
        write_instance(&w, instances[i]);
    write_end(&w);
}

/* -- snapshots -- */

static void write_past(struct writer *w, const struct past *p)
{
    writer_open(w, '{');
    writer_field_int(w, "serial", (int64_t)p->serial);
    writer_field_str(w, "lineage", p->lineage);
    writer_field_str(w, "when", p->when);
    writer_field_str(w, "who", p->who);
    writer_field_str(w, "operation", p->operation);
    writer_field_str(w, "digest", p->digest);
    writer_field_str(w, "sha256", p->sha256);
    writer_field_int(w, "size", (int64_t)p->size);
    writer_field_int(w, "added", (int64_t)p->added);
    writer_field_int(w, "changed", (int64_t)p->changed);
    writer_field_int(w, "removed", (int64_t)p->removed);
    writer_field_int(w, "moved", (int64_t)p->moved);
    writer_field_int(w, "outputs", (int64_t)p->outputs);
    writer_field_bool(w, "kept", p->kept);
    writer_close(w, '}');
}

void json_history(struct strbuf *out, const struct history *history, struct str lineage)
{
    struct writer w = writer_to(out);
    write_head(&w, "snapshots");
    vec_each (&history->list, i)
        if (str_eq(history->list.v[i].lineage, lineage))
            write_past(&w, &history->list.v[i]);
    write_end(&w);
}

/* -- differences -- */

static bool is_object(const struct state_object *o)
{
    return o && value_is_set(o->value) && o->value.type->kind == TYPE_OBJECT;
}

/* The attributes of the newer form that are another now. */
static void write_attributes(struct writer *w, const struct state_difference *d)
{
    if (!is_object(d->before) || !is_object(d->after))
        return;
    const struct type *type = d->after->value.type;
    writer_key(w, "attributes");
    writer_open(w, '[');
    for (size_t i = 0; i < type->n; i++) {
        struct value a = value_attr(d->before->value, type->names[i]), b = value_attr(d->after->value, type->names[i]);
        if (!value_exists(a) || a.type != b.type || !value_same_marked(a, b))
            writer_str(w, type->names[i]);
    }
    writer_close(w, ']');
}

static const char *action_of(const void *before, const void *after)
{
    return !before ? "create" : !after ? "delete" : "update";
}

static void write_difference(struct writer *w, const struct state_difference *d)
{
    writer_open(w, '{');
    writer_field_str(w, "address", d->addr->text);
    if (d->deposed.n)
        writer_field_str(w, "deposed", d->deposed);
    writer_field_c(w, "action", action_of(d->before, d->after));
    if (d->after && d->after->status == OBJECT_TAINTED)
        writer_field_bool(w, "tainted", true);
    write_attributes(w, d);
    writer_close(w, '}');
}

void json_comparison(struct strbuf *out, const struct state_comparison *c)
{
    struct writer w = writer_to(out);
    write_head(&w, "resources");
    vec_each (&c->objects, i)
        write_difference(&w, &c->objects.v[i]);
    writer_close(&w, ']');
    writer_key(&w, "outputs");
    writer_open(&w, '[');
    vec_each (&c->outputs, i) {
        writer_open(&w, '{');
        writer_field_str(&w, "name", c->outputs.v[i].name);
        writer_field_c(&w, "action", action_of(c->outputs.v[i].before, c->outputs.v[i].after));
        writer_close(&w, '}');
    }
    write_end(&w);
}
