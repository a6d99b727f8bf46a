/* The canonical list of a plan's actions, and its SHA-256. */
#include "plan/plan.h"

#include "base/strbuf.h"
#include "value/json.h"
#include "value/value.h"

struct canon {
    struct strbuf *out;
    struct arena *scratch;
    struct str key; /* of secrets */
};

static void write_value(struct canon *canon, struct value v);

static void write_secret(struct canon *canon, struct value v)
{
    STRBUF_AUTO plain = STRBUF_SECRET(STRBUF_MAX);
    strbuf_lit(canon->out, "secret:");
    if (!canon->key.n)
        return;
    struct canon inner = *canon;
    inner.out = &plain;
    write_value(&inner, value_unmark_deep(canon->scratch, v));
    strbuf_add(canon->out, digest_hex(canon->scratch, digest_hmac(canon->key, strbuf_str(&plain))));
}

static void write_items(struct canon *canon, struct value v)
{
    bool keyed = type_is_keyed(v.type);
    struct value key, item;
    strbuf_addc(canon->out, keyed ? '{' : '[');
    for (struct value_iter it = value_iter(v); value_next(&it, &key, &item);) {
        if (keyed) {
            json_write_string(canon->out, key.u.string, JSON_COMPACT);
            strbuf_addc(canon->out, ':');
        }
        write_value(canon, item);
        strbuf_addc(canon->out, ',');
    }
    strbuf_addc(canon->out, keyed ? '}' : ']');
}

static void write_value(struct canon *canon, struct value v)
{
    if (!value_exists(v) || value_is_null(v))
        strbuf_lit(canon->out, "null");
    else if (v.marks & MARK_SENSITIVE)
        write_secret(canon, v);
    else if (!value_is_known(v))
        strbuf_lit(canon->out, "unknown");
    else if (type_is_primitive(v.type))
        json_write(canon->out, value_unmark(v), JSON_COMPACT);
    else
        write_items(canon, v);
}

static void write_line(struct canon *canon, struct str s)
{
    strbuf_add(canon->out, s);
    strbuf_addc(canon->out, '\n');
}

static void write_change(struct canon *canon, const struct change *c)
{
    write_line(canon, c->addr->text);
    write_line(canon, c->deposed);
    write_line(canon, str_c(action_symbol(c->action)));
    write_line(canon, str_c(reason_name(c->reason)));
    write_line(canon, c->moved_from ? c->moved_from->text : (struct str){0});
    write_line(canon, c->import_id);
    write_value(canon, c->before);
    strbuf_addc(canon->out, '\n');
    write_value(canon, c->after);
    strbuf_addc(canon->out, '\n');
}

static void write_output(struct canon *canon, const struct plan_output *o)
{
    strbuf_printf(canon->out, "output.%.*s\n%s\n", STR_ARG(o->name), action_symbol(o->action));
    write_value(canon, o->sensitive ? value_mark(o->before, MARK_SENSITIVE) : o->before);
    strbuf_addc(canon->out, '\n');
    write_value(canon, o->sensitive ? value_mark(o->after, MARK_SENSITIVE) : o->after);
    strbuf_addc(canon->out, '\n');
}

enum { CHUNK = 1 << 16 };

/* Adds the hash of what `item` holds to the list once it is long enough: that keeps the buffers small for large plans.
 */
static void add_chunk(struct strbuf *list, struct strbuf *item, bool last)
{
    if (item->n < CHUNK && !last)
        return;
    struct digest d = digest_sha256(strbuf_str(item));
    strbuf_add(list, str_from((const char *)d.bytes, sizeof d.bytes));
    strbuf_clear(item);
}

struct digest plan_digest(const struct plan *plan)
{
    ARENA_AUTO scratch = arena_new();
    STRBUF_AUTO list = STRBUF_INIT(STRBUF_MAX);
    STRBUF_AUTO item = STRBUF_INIT(STRBUF_MAX);
    struct canon canon = {&item, scratch, plan->digest_key};
    if (plan->digest_key.n)
        arena_wipe_on_free(scratch);
    strbuf_printf(&item, "detour plan 1\n%.*s\n%d\n", STR_ARG(plan->lineage), (int)plan->mode);
    vec_each (&plan->changes, i) {
        const struct change *c = &plan->changes.v[i];
        if (!change_matters(c))
            continue;
        write_change(&canon, c);
        add_chunk(&list, &item, false);
        arena_reset(scratch);
    }
    vec_each (&plan->outputs, i) {
        if (plan->outputs.v[i].action == ACTION_NOOP)
            continue;
        write_output(&canon, &plan->outputs.v[i]);
        add_chunk(&list, &item, false);
    }
    add_chunk(&list, &item, true);
    return digest_sha256(strbuf_str(&list));
}
