/* yaml: yamldecode(), yamldecodeall() and yamlencode(), on the events of libyaml. */
#include "funcs/kit.h"
#include "funcs/yaml_scalar.h"

#include <yaml.h>

enum { DEPTH_MAX = 1000, NODES_MAX = 4000000 }; /* nesting; nodes after aliases are put in */

/* -- decoding -- */

/* A node that an alias may name. */
struct anchor {
    struct value value;
    size_t nodes; /* how many it stands for */
    bool open;    /* its definition has not ended */
};

struct decoder {
    struct arena *arena;
    yaml_parser_t parser;
    struct map anchors;
    size_t nodes;
    unsigned depth;
    struct strbuf *why;
};

static bool decode_node(struct decoder *d, const yaml_event_t *event, struct value *out);

__attribute__((format(printf, 3, 4))) static bool fail(struct decoder *d, yaml_mark_t at, const char *format, ...)
{
    va_list args;
    strbuf_printf(d->why, _("line %zu, column %zu: "), at.line + 1, at.column + 1);
    va_start(args, format);
    strbuf_vprintf(d->why, format, args);
    va_end(args);
    return false;
}

static void cleanup_event(yaml_event_t *event)
{
    yaml_event_delete(event);
}
#define EVENT_AUTO CLEANUP(cleanup_event) yaml_event_t

static bool next_event(struct decoder *d, yaml_event_t *event)
{
    if (yaml_parser_parse(&d->parser, event))
        return true;
    *event = (yaml_event_t){.type = YAML_NO_EVENT};
    return fail(d, d->parser.problem_mark, "%s", d->parser.problem ? d->parser.problem : _("not valid YAML"));
}

static struct str text_of(const yaml_char_t *text)
{
    return str_c((const char *)text);
}

static struct anchor *open_anchor(struct decoder *d, const yaml_char_t *name)
{
    if (!name)
        return NULL;
    struct anchor *anchor = ARENA_NEW(d->arena, struct anchor);
    anchor->open = true;
    anchor->nodes = d->nodes;
    map_put(&d->anchors, arena_str(d->arena, text_of(name)), anchor);
    return anchor;
}

static void close_anchor(struct decoder *d, struct anchor *anchor, struct value v)
{
    if (anchor)
        *anchor = (struct anchor){v, d->nodes - anchor->nodes, false};
}

static bool decode_alias(struct decoder *d, const yaml_event_t *event, struct value *out)
{
    struct str name = text_of(event->data.alias.anchor);
    struct anchor *anchor = map_get(&d->anchors, name);
    if (!anchor)
        return fail(d, event->start_mark, _("there is no anchor \"%.*s\""), STR_ARG(name));
    if (anchor->open)
        return fail(d, event->start_mark, _("the anchor \"%.*s\" is used inside its own definition"), STR_ARG(name));
    *out = anchor->value;
    d->nodes += anchor->nodes;
    return true;
}

static bool scalar_value(struct decoder *d, const yaml_event_t *event, struct value *out)
{
    struct str text = str_from((const char *)event->data.scalar.value, event->data.scalar.length);
    yaml_scalar_style_t style = event->data.scalar.style;
    bool quoted = style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    STRBUF_AUTO why = STRBUF_INIT(1024);
    return yaml_scalar(d->arena, text_of(event->data.scalar.tag), text, quoted, out, &why) ||
           fail(d, event->start_mark, "%.*s", STR_ARG(strbuf_str(&why)));
}

/* Block text without a tag is a string, whatever it looks like. */
static bool decode_scalar(struct decoder *d, const yaml_event_t *event, struct value *out)
{
    struct anchor *anchor = open_anchor(d, event->data.scalar.anchor);
    yaml_scalar_style_t style = event->data.scalar.style;
    if (!scalar_value(d, event, out))
        return false;
    if (!event->data.scalar.tag && (style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE))
        convert(d->arena, *out, type_string, out, NULL, NULL);
    close_anchor(d, anchor, *out);
    return true;
}

static bool decode_sequence(struct decoder *d, const yaml_event_t *event, struct value *out)
{
    struct str tag = text_of(event->data.sequence_start.tag);
    struct anchor *anchor = open_anchor(d, event->data.sequence_start.anchor);
    VEC(struct value) items = {0};
    if (tag.n && !str_is(tag, YAML_SEQ_TAG))
        return fail(d, event->start_mark, _("a sequence cannot have the tag %.*s"), STR_ARG(tag));
    for (;;) {
        EVENT_AUTO next;
        struct value item;
        if (!next_event(d, &next))
            return false;
        if (next.type == YAML_SEQUENCE_END_EVENT)
            break;
        if (!decode_node(d, &next, &item))
            return false;
        vec_push(d->arena, &items, item);
    }
    *out = value_tuple(items.v, items.n);
    close_anchor(d, anchor, *out);
    return true;
}

/* An object that grows attribute by attribute; of equal names the last wins. */
struct attributes {
    struct map at; /* name -> index + 1 */
    VEC(struct str) names;
    VEC(struct value) items;
};

static void set_attribute(struct attributes *a, struct str name, struct value v)
{
    uintptr_t seen = (uintptr_t)map_get(&a->at, name);
    if (seen) {
        a->items.v[seen - 1] = v;
        return;
    }
    vec_push(a->at.arena, &a->names, name);
    vec_push(a->at.arena, &a->items, v);
    map_put(&a->at, name, (void *)(uintptr_t)a->names.n);
}

static bool merge_object(struct decoder *d, struct attributes *a, struct value v, yaml_mark_t at)
{
    if (v.type->kind != TYPE_OBJECT || value_is_null(v))
        return fail(d, at, _("only mappings can be merged with <<"));
    for (size_t i = 0; i < v.type->n; i++)
        set_attribute(a, v.type->names[i], v.u.items[i]);
    return true;
}

/* << : a mapping, or a sequence of mappings, whose entries become entries here. */
static bool merge_key(struct decoder *d, struct attributes *a, yaml_mark_t at)
{
    EVENT_AUTO event;
    struct value v;
    if (!next_event(d, &event) || !decode_node(d, &event, &v))
        return false;
    if (v.type->kind != TYPE_TUPLE)
        return merge_object(d, a, v, at);
    for (size_t i = 0; i < v.type->n; i++)
        if (!merge_object(d, a, v.u.items[i], at))
            return false;
    return true;
}

static bool is_merge_key(const yaml_event_t *event)
{
    struct str tag = text_of(event->data.scalar.tag);
    return str_is(tag, "tag:yaml.org,2002:merge") || (!tag.n && str_is(text_of(event->data.scalar.value), "<<"));
}

static bool decode_entry(struct decoder *d, const yaml_event_t *key, struct attributes *a)
{
    EVENT_AUTO event = {0};
    struct value name, item;
    if (key->type != YAML_SCALAR_EVENT)
        return fail(d, key->start_mark, _("only strings can be keys of a mapping"));
    if (is_merge_key(key))
        return merge_key(d, a, key->start_mark);
    if (!scalar_value(d, key, &name))
        return false;
    if (value_is_null(name) || !convert(d->arena, name, type_string, &name, NULL, NULL))
        return fail(d, key->start_mark, _("null cannot be a key of a mapping"));
    if (!next_event(d, &event) || !decode_node(d, &event, &item))
        return false;
    set_attribute(a, name.u.string, item);
    return true;
}

static bool decode_mapping(struct decoder *d, const yaml_event_t *event, struct value *out)
{
    struct str tag = text_of(event->data.mapping_start.tag);
    struct anchor *anchor = open_anchor(d, event->data.mapping_start.anchor);
    struct attributes a = {.at = MAP_INIT(d->arena)};
    if (tag.n && !str_is(tag, YAML_MAP_TAG))
        return fail(d, event->start_mark, _("a mapping cannot have the tag %.*s"), STR_ARG(tag));
    for (;;) {
        EVENT_AUTO key;
        if (!next_event(d, &key))
            return false;
        if (key.type == YAML_MAPPING_END_EVENT)
            break;
        if (!decode_entry(d, &key, &a))
            return false;
    }
    *out = value_object(d->arena, a.names.v, a.items.v, a.names.n);
    close_anchor(d, anchor, *out);
    return true;
}

static bool decode_node(struct decoder *d, const yaml_event_t *event, struct value *out)
{
    bool ok = false;
    if (++d->nodes > NODES_MAX)
        return fail(d, event->start_mark, _("the document stands for more than %d values"), NODES_MAX);
    if (++d->depth > DEPTH_MAX)
        return fail(d, event->start_mark, _("more than %d levels within one another"), DEPTH_MAX);
    if (event->type == YAML_SCALAR_EVENT)
        ok = decode_scalar(d, event, out);
    else if (event->type == YAML_ALIAS_EVENT)
        ok = decode_alias(d, event, out);
    else if (event->type == YAML_SEQUENCE_START_EVENT)
        ok = decode_sequence(d, event, out);
    else if (event->type == YAML_MAPPING_START_EVENT)
        ok = decode_mapping(d, event, out);
    else
        ok = fail(d, event->start_mark, _("a value is expected here"));
    d->depth--;
    return ok;
}

/* Behind DOCUMENT-START: the one value of the document and its end. */
static bool decode_document(struct decoder *d, struct value *out)
{
    EVENT_AUTO event;
    EVENT_AUTO end = {0};
    d->anchors = MAP_INIT(d->arena);
    return next_event(d, &event) && decode_node(d, &event, out) && next_event(d, &end);
}

struct documents {
    VEC(struct value) list;
};

static bool decode_stream(struct decoder *d, struct documents *out)
{
    for (;;) {
        EVENT_AUTO event;
        struct value v;
        if (!next_event(d, &event))
            return false;
        if (event.type == YAML_STREAM_END_EVENT)
            return true;
        if (event.type != YAML_DOCUMENT_START_EVENT)
            continue; /* the start of the stream */
        if (!decode_document(d, &v))
            return false;
        vec_push(d->arena, &out->list, v);
    }
}

static bool decode_documents(struct func_call *call, struct documents *out)
{
    struct str text = kit_str(call, 0);
    STRBUF_AUTO why = STRBUF_INIT(4096);
    struct decoder d = {.arena = kit_arena(call), .why = &why};
    if (!yaml_parser_initialize(&d.parser))
        return func_fail(call, KIT_CALL, _("out of memory"));
    yaml_parser_set_encoding(&d.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&d.parser, (const unsigned char *)(text.n ? text.p : ""), text.n);
    bool ok = decode_stream(&d, out);
    yaml_parser_delete(&d.parser);
    return ok || func_fail(call, KIT_CALL, _("not valid YAML in %.*s"), STR_ARG(strbuf_str(&why)));
}

/* Decodes already, since the type is that of the content. */
static bool yamldecode_type(struct func_call *call, const struct type **out)
{
    struct documents documents = {0};
    *out = type_dynamic;
    if (!value_is_known(call->args[0]))
        return true;
    if (!decode_documents(call, &documents))
        return false;
    if (documents.list.n != 1)
        return func_fail(call, KIT_CALL,
                         documents.list.n ? _("there are %zu documents; yamldecodeall() decodes them all")
                                          : _("there is no document (%zu)"),
                         documents.list.n);
    call->result = documents.list.v[0];
    *out = call->result.type;
    return true;
}

static bool yamldecodeall_type(struct func_call *call, const struct type **out)
{
    struct documents documents = {0};
    *out = type_dynamic;
    if (!value_is_known(call->args[0]))
        return true;
    if (!decode_documents(call, &documents))
        return false;
    call->result = value_tuple(documents.list.v, documents.list.n);
    *out = call->result.type;
    return true;
}

static bool decoded_impl(struct func_call *call)
{
    return kit_answer(call, call->result);
}

/* -- encoding -- */

static int write_out(void *ctx, unsigned char *bytes, size_t n)
{
    struct strbuf *out = ctx;
    strbuf_add(out, str_from((const char *)bytes, n));
    return !out->over;
}

static bool emit_scalar(yaml_emitter_t *emitter, struct str text, yaml_scalar_style_t style)
{
    yaml_event_t event;
    return text.n <= INT32_MAX &&
           yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)(text.n ? text.p : ""), (int)text.n, 1,
                                        1, style) &&
           yaml_emitter_emit(emitter, &event);
}

/* Every string is quoted or, with several lines, written as a block, so that no reader takes it for something else. */
static bool emit_string(yaml_emitter_t *emitter, struct str text)
{
    bool lines = str_find_byte(text, '\n', 0) != SIZE_MAX;
    return emit_scalar(emitter, text, lines ? YAML_LITERAL_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE);
}

static bool emit_number(yaml_emitter_t *emitter, struct number n)
{
    STRBUF_AUTO text = STRBUF_INIT(KIT_TEXT_MAX);
    if (number_is_inf(n))
        strbuf_add(&text, number_sign(n) < 0 ? STR("-Inf") : STR("+Inf"));
    else
        number_print(&text, n);
    return emit_scalar(emitter, strbuf_str(&text), YAML_PLAIN_SCALAR_STYLE);
}

static bool emit_value(yaml_emitter_t *emitter, struct value v);

static bool emit_sequence(yaml_emitter_t *emitter, struct value v)
{
    yaml_event_t event;
    if (!yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE) ||
        !yaml_emitter_emit(emitter, &event))
        return false;
    for (size_t i = 0, n = kit_count(v); i < n; i++)
        if (!emit_value(emitter, kit_items(v)[i]))
            return false;
    return yaml_sequence_end_event_initialize(&event) && yaml_emitter_emit(emitter, &event);
}

static bool emit_mapping(yaml_emitter_t *emitter, struct value v)
{
    yaml_event_t event;
    if (!yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE) ||
        !yaml_emitter_emit(emitter, &event))
        return false;
    for (size_t i = 0, n = kit_count(v); i < n; i++)
        if (!emit_string(emitter, kit_key(v, i)) || !emit_value(emitter, kit_items(v)[i]))
            return false;
    return yaml_mapping_end_event_initialize(&event) && yaml_emitter_emit(emitter, &event);
}

static bool emit_value(yaml_emitter_t *emitter, struct value v)
{
    if (value_is_null(v))
        return emit_scalar(emitter, STR("null"), YAML_PLAIN_SCALAR_STYLE);
    if (v.type == type_string)
        return emit_string(emitter, v.u.string);
    if (v.type == type_number)
        return emit_number(emitter, value_as_number(v));
    if (v.type == type_bool)
        return emit_scalar(emitter, v.u.boolean ? STR("true") : STR("false"), YAML_PLAIN_SCALAR_STYLE);
    return type_is_keyed(v.type) ? emit_mapping(emitter, v) : emit_sequence(emitter, v);
}

static bool emit_stream(yaml_emitter_t *emitter, struct value v)
{
    yaml_event_t event;
    return yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) && yaml_emitter_emit(emitter, &event) &&
           yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1) && yaml_emitter_emit(emitter, &event) &&
           emit_value(emitter, v) && yaml_document_end_event_initialize(&event, 1) &&
           yaml_emitter_emit(emitter, &event) && yaml_stream_end_event_initialize(&event) &&
           yaml_emitter_emit(emitter, &event);
}

static bool yamlencode_impl(struct func_call *call)
{
    STRBUF_AUTO out = STRBUF_INIT(KIT_TEXT_MAX);
    struct value v = call->args[0];
    yaml_emitter_t emitter;
    if (!value_wholly_known(v))
        return kit_unknown(call);
    if (!yaml_emitter_initialize(&emitter))
        return func_fail(call, KIT_CALL, _("out of memory"));
    yaml_emitter_set_output(&emitter, write_out, &out);
    yaml_emitter_set_unicode(&emitter, 1);
    bool ok = emit_stream(&emitter, v);
    /* Newer versions of libyaml leave out the mark that ends a document of one plain scalar. */
    bool plain = value_is_null(v) || v.type == type_number || v.type == type_bool;
    if (ok && plain && !str_ends(strbuf_str(&out), STR("...\n")))
        strbuf_lit(&out, "...\n");
    struct str problem = arena_str(kit_arena(call), str_c(emitter.problem));
    yaml_emitter_delete(&emitter);
    return ok || out.over ? kit_answer_text(call, &out)
                          : func_fail(call, KIT_CALL, _("the value cannot be written: %.*s"), STR_ARG(problem));
}

const struct func yaml_funcs[] = {
    {.name = "yamldecode",
     .type = yamldecode_type,
     .impl = decoded_impl,
     .params = PARAMS({"src", "string", 0, N_("YAML text with one document.")}),
     .doc = N_("The value that YAML text holds.")},
    {.name = "yamldecodeall",
     .type = yamldecodeall_type,
     .impl = decoded_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"src", "string", 0, N_("YAML text with any number of documents.")}),
     .doc = N_("The values of all documents in YAML text, as a list.")},
    {.name = "yamlencode",
     .result_type = "string",
     .impl = yamlencode_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"value", "any", PARAM_NULL | PARAM_UNKNOWN | PARAM_DYNAMIC, N_("The value to write.")}),
     .doc = N_("The value as YAML text.")},
    {0},
};
