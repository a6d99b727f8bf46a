#include "state/journal.h"
#include "state/decode.h"
#include "state/encode.h"
#include "state/line.h"
#include "value/json.h"

#include <inttypes.h>
#include <stdlib.h>

struct journal_writer {
    struct encoder encoder;
    uint64_t seq;
};

struct journal_writer *journal_writer_new(struct secrets *secrets)
{
    struct journal_writer *w = heap_alloc(sizeof *w);
    *w = (struct journal_writer){0};
    encoder_init(&w->encoder, secrets);
    return w;
}

void journal_writer_free(struct journal_writer *w)
{
    if (!w)
        return;
    encoder_free(&w->encoder);
    free(w);
}

uint64_t journal_seq(const struct journal_writer *w)
{
    return w->seq;
}

/* -- lines -- */

/* A record under construction: where its checksum goes and where the text that it covers starts. */
struct open_line {
    size_t seq_at, crc_at, json_at;
};

static struct open_line line_open(struct journal_writer *w, struct strbuf *out)
{
    struct open_line line = {.seq_at = out->n};
    strbuf_printf(out, "%" PRIu64 " ", ++w->seq);
    line.crc_at = out->n;
    strbuf_lit(out, "00000000 ");
    line.json_at = out->n;
    return line;
}

static void line_close(struct strbuf *out, struct open_line line)
{
    struct str all = strbuf_str(out);
    uint32_t crc = line_crc(str_sub(all, line.seq_at, line.crc_at - 1), str_sub(all, line.json_at, all.n));
    for (int i = LINE_CRC_DIGITS - 1; i >= 0; i--, crc >>= 4)
        out->p[line.crc_at + (size_t)i] = "0123456789abcdef"[crc & 15];
    strbuf_addc(out, '\n');
}

void journal_begin(struct journal_writer *w, struct strbuf *out, struct str lineage, uint64_t serial)
{
    struct open_line line = line_open(w, out);
    strbuf_printf(out, "{\"record\":\"BEGIN\",\"version\":%d,\"lineage\":", JOURNAL_VERSION);
    json_write_string(out, lineage, JSON_COMPACT);
    strbuf_printf(out, ",\"serial\":%" PRIu64 "}", serial);
    line_close(out, line);
}

void journal_end(struct journal_writer *w, struct strbuf *out)
{
    struct open_line line = line_open(w, out);
    strbuf_lit(out, "{\"record\":\"END\"}");
    line_close(out, line);
}

/* The wrapped key stands before the first seal that needs it, unless the snapshot has it. */
static void name_key(struct journal_writer *w, struct strbuf *out)
{
    struct secrets *secrets = w->encoder.secrets;
    if (!secrets || !secrets_seal(secrets) || secrets_is_stored(secrets))
        return;
    struct open_line line = line_open(w, out);
    strbuf_lit(out, "{\"record\":\"SECRETS\",\"secrets\":");
    secrets_write(secrets, out);
    strbuf_addc(out, '}');
    line_close(out, line);
    secrets_stored(secrets);
}

/* What a record with the value needs before it. A value's type gets its number in a record of its own, before the first
 * record that uses it. */
static void prepare(struct journal_writer *w, struct strbuf *out, struct value v, bool secret)
{
    bool fresh = false;
    if (secret || (value_exists(v) && value_has_secret(v)))
        name_key(w, out);
    if (value_exists(v))
        type_number_of(&w->encoder.types, v.type, &fresh);
    if (!fresh)
        return;
    struct open_line line = line_open(w, out);
    strbuf_lit(out, "{\"record\":\"TYPE\",\"type\":");
    type_json_write(out, v.type);
    strbuf_addc(out, '}');
    line_close(out, line);
}

void journal_intent(struct journal_writer *w, struct strbuf *out, const struct intent *intent)
{
    prepare(w, out, intent->planned.value, false);
    struct open_line line = line_open(w, out);
    strbuf_lit(out, "{\"record\":\"INTENT\",\"action\":\"");
    strbuf_add(out, str_c(intent_action_name(intent->action)));
    strbuf_lit(out, "\",");
    encode_place(out, intent->addr, intent->deposed);
    encode_object(&w->encoder, out, intent->addr, intent->deposed, &intent->planned);
    strbuf_addc(out, '}');
    line_close(out, line);
}

static void write_result(struct journal_writer *w, struct strbuf *out, const struct result *r)
{
    if (r->kind == RESULT_OUTPUT || r->kind == RESULT_OUTPUT_REMOVE) {
        encode_output(&w->encoder, out, r->name, r->value, r->sensitive);
        return;
    }
    encode_place(out, r->addr, r->deposed);
    if (r->kind == RESULT_MOVE) {
        strbuf_lit(out, ",\"from\":");
        json_write_string(out, r->from->text, JSON_COMPACT);
    }
    if (r->kind == RESULT_SET)
        encode_object(&w->encoder, out, r->addr, r->deposed, r->object);
}

void journal_result(struct journal_writer *w, struct strbuf *out, const struct result *r)
{
    prepare(w, out, r->kind == RESULT_SET ? r->object->value : r->value, r->sensitive);
    struct open_line line = line_open(w, out);
    strbuf_lit(out, "{\"record\":\"RESULT\",\"kind\":\"");
    strbuf_add(out, str_c(result_kind_name(r->kind)));
    strbuf_lit(out, "\",");
    write_result(w, out, r);
    strbuf_addc(out, '}');
    line_close(out, line);
}
