/* The writing half of file.h. A value is a tree of its own: {"u":1} unknown, {"o":…} object or map, {"m":marks,"v":…}
 * marked. */
#include "plan/file.h"

#include "base/hex.h"
#include "base/strbuf.h"
#include "value/json.h"

static void text(struct strbuf *out, const char *name, struct str s)
{
    strbuf_printf(out, "\"%s\":", name);
    json_write_string(out, s, JSON_COMPACT);
    strbuf_addc(out, ',');
}

static void number(struct strbuf *out, const char *name, uint64_t n)
{
    strbuf_printf(out, "\"%s\":%llu,", name, (unsigned long long)n);
}

/* Closes a list or object, over its last comma. */
static void close(struct strbuf *out, char bracket)
{
    if (out->n && out->p[out->n - 1] == ',')
        out->n--;
    strbuf_addc(out, bracket);
}

static void hex(struct strbuf *out, const char *name, struct blob blob)
{
    if (!blob.n)
        return;
    ARENA_AUTO arena = arena_new();
    text(out, name, hex_text(arena, blob.p, blob.n));
}

static void node(struct strbuf *out, struct value v);

static void items(struct strbuf *out, struct value v)
{
    bool keyed = type_is_keyed(v.type);
    struct value key, item;
    strbuf_add(out, keyed ? STR("{\"o\":{") : STR("["));
    for (struct value_iter it = value_iter(v); value_next(&it, &key, &item);) {
        if (keyed) {
            json_write_string(out, key.u.string, JSON_COMPACT);
            strbuf_addc(out, ':');
        }
        node(out, item);
        strbuf_addc(out, ',');
    }
    close(out, keyed ? '}' : ']');
    if (keyed)
        strbuf_addc(out, '}');
}

static void node(struct strbuf *out, struct value v)
{
    if (v.marks) {
        strbuf_printf(out, "{\"m\":%u,\"v\":", (unsigned)v.marks);
        node(out, value_unmark(v));
        strbuf_addc(out, '}');
    } else if (!value_is_known(v)) {
        strbuf_lit(out, "{\"u\":1}");
    } else if (value_is_null(v)) {
        strbuf_lit(out, "null");
    } else if (type_is_primitive(v.type)) {
        json_write(out, v, JSON_COMPACT);
    } else {
        items(out, v);
    }
}

static void value(struct strbuf *out, const char *name, struct value v)
{
    if (!value_exists(v))
        return;
    strbuf_printf(out, "\"%s\":{\"type\":", name);
    type_json_write(out, v.type);
    strbuf_lit(out, ",\"value\":");
    node(out, v);
    strbuf_lit(out, "},");
}

static void change(struct strbuf *out, const struct change *c)
{
    strbuf_addc(out, '{');
    text(out, "address", c->addr->text);
    if (c->moved_from)
        text(out, "moved_from", c->moved_from->text);
    text(out, "deposed", c->deposed);
    text(out, "import_id", c->import_id);
    number(out, "action", c->action);
    number(out, "reason", c->reason);
    text(out, "provider", c->provider);
    text(out, "lane", c->lane);
    text(out, "place", c->place);
    value(out, "before", c->before);
    value(out, "after", c->after);
    strbuf_lit(out, "\"replace_because\":[");
    vec_each (&c->replace_because.list, i) {
        path_json_write(out, c->replace_because.list.v[i].path);
        strbuf_addc(out, ',');
    }
    close(out, ']');
    strbuf_lit(out, ",\"risks\":[");
    vec_each (&c->risks, i) {
        strbuf_addc(out, '{');
        number(out, "level", c->risks.v[i].level);
        text(out, "text", c->risks.v[i].text);
        close(out, '}');
        strbuf_addc(out, ',');
    }
    close(out, ']');
    strbuf_addc(out, ',');
    hex(out, "private_before", c->private_before);
    hex(out, "private_planned", c->private_planned);
    close(out, '}');
    strbuf_addc(out, ',');
}

static void output(struct strbuf *out, const struct plan_output *o)
{
    strbuf_addc(out, '{');
    text(out, "name", o->name);
    text(out, "description", o->description);
    number(out, "action", o->action);
    number(out, "sensitive", o->sensitive);
    value(out, "before", o->before);
    value(out, "after", o->after);
    close(out, '}');
    strbuf_addc(out, ',');
}

static void variable(struct strbuf *out, const struct plan_variable *v)
{
    strbuf_addc(out, '{');
    text(out, "name", v->name);
    number(out, "sensitive", v->sensitive);
    number(out, "ephemeral", v->ephemeral);
    value(out, "value", v->value);
    close(out, '}');
    strbuf_addc(out, ',');
}

static void check(struct strbuf *out, const struct plan_check *c)
{
    strbuf_addc(out, '{');
    number(out, "kind", c->kind);
    text(out, "object", c->object);
    text(out, "instance", c->instance);
    if (c->addr)
        text(out, "address", c->addr->text);
    number(out, "status", c->status);
    strbuf_lit(out, "\"problems\":[");
    vec_each (&c->problems, i) {
        json_write_string(out, c->problems.v[i], JSON_COMPACT);
        strbuf_addc(out, ',');
    }
    close(out, ']');
    strbuf_lit(out, "},");
}

static void read(struct strbuf *out, const struct plan_read *r)
{
    strbuf_addc(out, '{');
    text(out, "address", r->addr->text);
    text(out, "provider", r->provider);
    value(out, "value", r->value);
    close(out, '}');
    strbuf_addc(out, ',');
}

static void target(struct strbuf *out, const struct str *s)
{
    json_write_string(out, *s, JSON_COMPACT);
    strbuf_addc(out, ',');
}

static void source(struct strbuf *out, const struct plan_source *s)
{
    strbuf_addc(out, '{');
    text(out, "path", s->path);
    text(out, "text", s->text);
    close(out, '}');
    strbuf_addc(out, ',');
}

#define LIST(name, vec, one)                                                                                           \
    do {                                                                                                               \
        strbuf_lit(out, "\"" name "\":[\n");                                                                           \
        vec_each (&(vec), i) {                                                                                         \
            one(out, &(vec).v[i]);                                                                                     \
            strbuf_addc(out, '\n');                                                                                    \
        }                                                                                                              \
        drop_comma(out);                                                                                               \
        strbuf_lit(out, "],\n");                                                                                       \
    } while (0)

/* The comma before the last newline. */
static void drop_comma(struct strbuf *out)
{
    if (out->n >= 2 && out->p[out->n - 2] == ',') {
        out->p[out->n - 2] = '\n';
        out->n--;
    }
}

void plan_file_write(struct strbuf *out, const struct plan_file *file)
{
    ARENA_AUTO arena = arena_new();
    const struct plan *plan = file->plan;
    strbuf_printf(out, "{\"format\":\"detour-plan\",\"version\":%d,\n", PLAN_FILE_VERSION);
    text(out, "program", file->program);
    text(out, "digest", digest_hex(arena, plan->digest));
    number(out, "mode", plan->mode);
    text(out, "lineage", plan->lineage);
    number(out, "serial", plan->serial);
    text(out, "timestamp", plan->timestamp);
    number(out, "errored", plan->errored);
    number(out, "complete", plan->complete);
    number(out, "state_moved", plan->state_moved);
    strbuf_addc(out, '\n');
    LIST("targets", plan->targets, target);
    LIST("replaces", plan->replaces, target);
    LIST("changes", plan->changes, change);
    LIST("drift", plan->drift, change);
    LIST("outputs", plan->outputs, output);
    LIST("variables", plan->variables, variable);
    LIST("checks", plan->checks, check);
    LIST("reads", plan->reads, read);
    LIST("sources", file->sources, source);
    strbuf_lit(out, "\"end\":true}\n");
}
