/* The writing half of file.h. A value is a tree of its own: {"u":1} unknown, {"o":…} object or map, {"m":marks,"v":…}
 * marked, or {"m":marks,"s":"…"}: marked, the tree sealed. */
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

/* -- values -- */

struct writing {
    struct strbuf *out;
    const struct plan_sealer *sealer; /* NULL inside of a seal */
    struct strbuf where;              /* of the value at hand */
};

static void node(struct writing *w, struct value v);

static void items(struct writing *w, struct value v)
{
    bool keyed = type_is_keyed(v.type);
    struct value key, item;
    size_t before = w->where.n;
    strbuf_add(w->out, keyed ? STR("{\"o\":{") : STR("["));
    for (struct value_iter it = value_iter(v); value_next(&it, &key, &item);) {
        if (value_has_secret(item) || (item.deep & DEEP_EPHEMERAL)) {
            w->where.n = before;
            strbuf_addc(&w->where, '/');
            json_write(&w->where, value_unmark(key), JSON_COMPACT);
        }
        if (keyed) {
            json_write_string(w->out, key.u.string, JSON_COMPACT);
            strbuf_addc(w->out, ':');
        }
        node(w, item);
        strbuf_addc(w->out, ',');
    }
    w->where.n = before;
    close(w->out, keyed ? '}' : ']');
    if (keyed)
        strbuf_addc(w->out, '}');
}

/* What is not to be shown, or not to be kept, is in the file for whoever applies it alone. */
static void sealed(struct writing *w, struct value v)
{
    STRBUF_AUTO plain = STRBUF_SECRET(STRBUF_MAX);
    struct writing inside = {.out = &plain};
    node(&inside, v);
    strbuf_lit(w->out, "\"s\":\"");
    w->sealer->seal(w->sealer->ctx, w->out, strbuf_str(&w->where), strbuf_str(&plain));
    strbuf_lit(w->out, "\"}");
    strbuf_free(&inside.where);
}

static void node(struct writing *w, struct value v)
{
    struct strbuf *out = w->out;
    if (v.marks) {
        strbuf_printf(out, "{\"m\":%u,", (unsigned)v.marks);
        v = value_unmark(v);
        if (w->sealer && value_is_set(v)) {
            sealed(w, v);
            return;
        }
        strbuf_lit(out, "\"v\":");
        node(w, v);
        strbuf_addc(out, '}');
    } else if (!value_is_known(v)) {
        strbuf_lit(out, "{\"u\":1}");
    } else if (value_is_null(v)) {
        strbuf_lit(out, "null");
    } else if (type_is_primitive(v.type)) {
        json_write(out, v, JSON_COMPACT);
    } else {
        items(w, v);
    }
}

/* The place of what follows: a list of the plan, an element's name, and one of its members. */
static void place(struct writing *w, const char *list, struct str name, struct str more, const char *member)
{
    w->where.n = 0;
    strbuf_printf(&w->where, "plan %s\n%.*s\n%.*s\n%s\n", list, STR_ARG(name), STR_ARG(more), member);
}

static void value(struct writing *w, const char *name, struct value v)
{
    if (!value_exists(v))
        return;
    strbuf_printf(w->out, "\"%s\":{\"type\":", name);
    type_json_write(w->out, v.type);
    strbuf_lit(w->out, ",\"value\":");
    node(w, v);
    strbuf_lit(w->out, "},");
}

/* What a provider keeps beside an object with secrets may be made from them. */
static void private(struct writing *w, const struct change *c, const char *name, struct blob blob)
{
    bool secret = (value_exists(c->before) && value_has_secret(c->before)) ||
                  (value_exists(c->after) && value_has_secret(c->after));
    if (!blob.n || !w->sealer || !secret) {
        hex(w->out, name, blob);
        return;
    }
    place(w, "changes", c->addr->text, c->deposed, name);
    strbuf_printf(w->out, "\"sealed_%s\":\"", name);
    w->sealer->seal(w->sealer->ctx, w->out, strbuf_str(&w->where), str_from(blob.p, blob.n));
    strbuf_lit(w->out, "\",");
}

static void replace_because(struct strbuf *out, const struct change *c)
{
    strbuf_lit(out, "\"replace_because\":[");
    vec_each (&c->replace_because.list, i) {
        path_json_write(out, c->replace_because.list.v[i].path);
        strbuf_addc(out, ',');
    }
    close(out, ']');
    strbuf_addc(out, ',');
}

static void risks(struct strbuf *out, const struct change *c)
{
    strbuf_lit(out, "\"risks\":[");
    vec_each (&c->risks, i) {
        strbuf_addc(out, '{');
        number(out, "level", c->risks.v[i].level);
        text(out, "text", c->risks.v[i].text);
        close(out, '}');
        strbuf_addc(out, ',');
    }
    close(out, ']');
    strbuf_addc(out, ',');
}

static void change(struct writing *w, const struct change *c)
{
    struct strbuf *out = w->out;
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
    place(w, "changes", c->addr->text, c->deposed, "before");
    value(w, "before", c->before);
    place(w, "changes", c->addr->text, c->deposed, "after");
    value(w, "after", c->after);
    replace_because(out, c);
    risks(out, c);
    private(w, c, "private_before", c->private_before);
    private(w, c, "private_planned", c->private_planned);
    close(out, '}');
    strbuf_addc(out, ',');
}

/* What is declared sensitive is marked as a whole already, unless somebody forgot. */
static struct value hidden(struct value v, bool sensitive)
{
    return sensitive && value_is_set(v) ? value_mark(v, MARK_SENSITIVE) : v;
}

static void output(struct writing *w, const struct plan_output *o)
{
    struct strbuf *out = w->out;
    strbuf_addc(out, '{');
    text(out, "name", o->name);
    text(out, "description", o->description);
    number(out, "action", o->action);
    number(out, "sensitive", o->sensitive);
    place(w, "outputs", o->name, STR(""), "before");
    value(w, "before", hidden(o->before, o->sensitive));
    place(w, "outputs", o->name, STR(""), "after");
    value(w, "after", hidden(o->after, o->sensitive));
    close(out, '}');
    strbuf_addc(out, ',');
}

static void variable(struct writing *w, const struct plan_variable *v)
{
    struct strbuf *out = w->out;
    strbuf_addc(out, '{');
    text(out, "name", v->name);
    number(out, "sensitive", v->sensitive);
    number(out, "ephemeral", v->ephemeral);
    place(w, "variables", v->name, STR(""), "value");
    value(w, "value", hidden(v->value, v->sensitive));
    close(out, '}');
    strbuf_addc(out, ',');
}

static void check(struct writing *w, const struct plan_check *c)
{
    struct strbuf *out = w->out;
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

static void read(struct writing *w, const struct plan_read *r)
{
    struct strbuf *out = w->out;
    strbuf_addc(out, '{');
    text(out, "address", r->addr->text);
    text(out, "provider", r->provider);
    place(w, "reads", r->addr->text, STR(""), "value");
    value(w, "value", r->value);
    close(out, '}');
    strbuf_addc(out, ',');
}

static void target(struct writing *w, const struct str *s)
{
    struct strbuf *out = w->out;
    json_write_string(out, *s, JSON_COMPACT);
    strbuf_addc(out, ',');
}

static void source(struct writing *w, const struct plan_source *s)
{
    struct strbuf *out = w->out;
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
            one(&w, &(vec).v[i]);                                                                                      \
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

void plan_file_write(struct strbuf *out, const struct plan_file *file, const struct plan_sealer *sealer)
{
    struct writing w = {.out = out, .sealer = sealer, .where = STRBUF_INIT(STRBUF_MAX)};
    ARENA_AUTO arena = arena_new();
    const struct plan *plan = file->plan;
    strbuf_printf(out, "{\"format\":\"detour-plan\",\"version\":%d,\n", PLAN_FILE_VERSION);
    text(out, "program", file->program);
    text(out, "digest", digest_hex(arena, plan->digest));
    text(out, "secrets", file->secrets);
    number(out, "keyed", plan->digest_key.n > 0);
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
    strbuf_free(&w.where);
}
