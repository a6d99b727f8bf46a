#include "state/format.h"
#include "state/encode.h"
#include "value/json.h"

#include <inttypes.h>

struct writer {
    struct strbuf *out;
    struct snapshot *snapshot;
    struct encoder encoder;
    bool first; /* of the list at hand */
};

static void number_type(struct writer *w, struct value v)
{
    bool fresh;
    if (value_exists(v))
        type_number_of(&w->encoder.types, v.type, &fresh);
}

/* Types are numbered in the order in which the values come below, so that the same state has the same bytes. */
static void number_types(struct writer *w)
{
    size_t n;
    const struct state_output *outputs = snapshot_outputs(w->snapshot, &n);
    for (size_t i = 0; i < n; i++)
        number_type(w, outputs[i].value);
    const struct state_instance *const *all = snapshot_sorted(w->snapshot, &n);
    for (size_t i = 0; i < n; i++) {
        if (all[i]->object)
            number_type(w, all[i]->object->value);
        vec_each (&all[i]->deposed, k)
            if (all[i]->deposed.v[k].object)
                number_type(w, all[i]->deposed.v[k].object->value);
    }
    for (size_t i = 0; i < n; i++) {
        if (all[i]->uncertain)
            number_type(w, all[i]->uncertain->planned.value);
        vec_each (&all[i]->deposed, k)
            if (all[i]->deposed.v[k].uncertain)
                number_type(w, all[i]->deposed.v[k].uncertain->planned.value);
    }
}

static void list_open(struct writer *w, const char *name)
{
    strbuf_printf(w->out, ",\n  \"%s\": [", name);
    w->first = true;
}

static void list_item(struct writer *w)
{
    strbuf_add(w->out, w->first ? STR("\n    ") : STR(",\n    "));
    w->first = false;
}

static void list_close(struct writer *w)
{
    strbuf_add(w->out, w->first ? STR("]") : STR("\n  ]"));
}

static void write_types(struct writer *w)
{
    list_open(w, "types");
    for (uint32_t i = 0; i < w->encoder.types.n; i++) {
        list_item(w);
        type_json_write(w->out, w->encoder.types.list[i]);
    }
    list_close(w);
}

static void write_outputs(struct writer *w)
{
    size_t n;
    const struct state_output *outputs = snapshot_outputs(w->snapshot, &n);
    list_open(w, "outputs");
    for (size_t i = 0; i < n; i++) {
        list_item(w);
        strbuf_addc(w->out, '{');
        encode_output(&w->encoder, w->out, outputs[i].name, outputs[i].value, outputs[i].sensitive);
        strbuf_addc(w->out, '}');
    }
    list_close(w);
}

static void write_object(struct writer *w, const struct addr *addr, struct str deposed, const struct state_object *o)
{
    if (!o)
        return;
    list_item(w);
    strbuf_addc(w->out, '{');
    encode_place(w->out, addr, deposed);
    encode_object(&w->encoder, w->out, addr, deposed, o);
    strbuf_addc(w->out, '}');
}

static void write_objects(struct writer *w)
{
    size_t n;
    const struct state_instance *const *all = snapshot_sorted(w->snapshot, &n);
    list_open(w, "resources");
    for (size_t i = 0; i < n; i++) {
        write_object(w, all[i]->addr, STR(""), all[i]->object);
        vec_each (&all[i]->deposed, k)
            write_object(w, all[i]->addr, all[i]->deposed.v[k].key, all[i]->deposed.v[k].object);
    }
    list_close(w);
}

static void write_intent(struct writer *w, const struct intent *intent)
{
    if (!intent)
        return;
    list_item(w);
    strbuf_printf(w->out, "{\"action\":\"%s\",", intent_action_name(intent->action));
    encode_place(w->out, intent->addr, intent->deposed);
    encode_object(&w->encoder, w->out, intent->addr, intent->deposed, &intent->planned);
    strbuf_addc(w->out, '}');
}

static void write_uncertain(struct writer *w)
{
    size_t n;
    const struct state_instance *const *all = snapshot_sorted(w->snapshot, &n);
    list_open(w, "uncertain");
    for (size_t i = 0; i < n; i++) {
        write_intent(w, all[i]->uncertain);
        vec_each (&all[i]->deposed, k)
            write_intent(w, all[i]->deposed.v[k].uncertain);
    }
    list_close(w);
}

/* Once there is a key it stays, also while nothing is secret. */
static void write_secrets(struct writer *w, struct secrets *secrets)
{
    if (!secrets || !secrets_seal(secrets) || !(secrets_is_stored(secrets) || snapshot_has_secret(w->snapshot)))
        return;
    strbuf_lit(w->out, ",\n  \"secrets\": ");
    secrets_write(secrets, w->out);
}

/* Only while a move to another state is under way. */
static void write_moving(struct writer *w)
{
    const struct state_moving *m = snapshot_moving(w->snapshot);
    if (!m)
        return;
    list_open(w, "moving");
    list_item(w);
    json_write_string(w->out, m->to, JSON_COMPACT);
    list_item(w);
    json_write_string(w->out, m->lineage, JSON_COMPACT);
    for (size_t i = 0; i < m->n; i++) {
        list_item(w);
        json_write_string(w->out, m->addrs[i]->text, JSON_COMPACT);
    }
    list_close(w);
}

bool format_write(struct strbuf *out, struct snapshot *s, struct secrets *secrets, struct absorbed absorbed)
{
    struct writer w = {.out = out, .snapshot = s};
    encoder_init(&w.encoder, secrets);
    strbuf_printf(out, "{\n  \"format\": \"detour.state\",\n  \"version\": %d,\n  \"written_by\": \"detour %s\",\n",
                  STATE_FORMAT_VERSION, DETOUR_VERSION);
    strbuf_lit(out, "  \"lineage\": ");
    json_write_string(out, snapshot_lineage(s), JSON_COMPACT);
    strbuf_printf(out, ",\n  \"serial\": %" PRIu64, snapshot_serial(s));
    if (absorbed.set)
        strbuf_printf(out, ",\n  \"absorbed\": [%" PRIu64 ", %" PRIu64 "]", absorbed.serial, absorbed.seq);
    write_secrets(&w, secrets);
    number_types(&w);
    write_types(&w);
    write_outputs(&w);
    write_objects(&w);
    write_uncertain(&w);
    write_moving(&w);
    strbuf_lit(out, "\n}\n");
    encoder_free(&w.encoder);
    return !out->over;
}
