#include "state/decode_private.h"
#include "base/gettext.h"
#include "state/encode.h"
#include "value/json.h"

#include <openssl/evp.h>

void decoder_init(struct decoder *d, struct addrs *addrs, struct secrets *secrets)
{
    *d = (struct decoder){.arena = arena_new(), .scratch = arena_new(), .addrs = addrs, .secrets = secrets};
    arena_wipe_on_free(d->arena);
    d->where = STRBUF_INIT(STRBUF_MAX);
    d->sources = sources_new();
}

void decoder_free(struct decoder *d)
{
    sources_free(d->sources);
    strbuf_free(&d->where);
    arena_free(d->arena);
    arena_free(d->scratch);
}

bool decode_fail(struct decoder *d, struct str at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    d->at = at.p ? at.p : d->record.p;
    d->why = arena_vprintf(d->scratch, format, args);
    va_end(args);
    return false;
}

bool decode_fail_cut(struct decoder *d, const struct cut *c)
{
    return decode_fail(d, str_sub(c->text, c->at, c->text.n), "%s", _(c->why));
}

/* -- records -- */

#define FIELD(name)                                                                                                    \
    {                                                                                                                  \
        STR_INIT(#name), offsetof(struct fields, name)                                                                 \
    }
static const struct {
    struct str name;
    size_t offset;
} field_table[] = {
    FIELD(record),
    FIELD(kind),
    FIELD(action),
    FIELD(address),
    FIELD(from),
    FIELD(deposed),
    FIELD(name),
    FIELD(sensitive),
    FIELD(provider),
    FIELD(schema_version),
    FIELD(status),
    FIELD(create_before_destroy),
    FIELD(type),
    FIELD(value),
    FIELD(sensitive_paths),
    FIELD(unknown_paths),
    FIELD(depends),
    FIELD(private),
    FIELD(sealed),
    FIELD(sealed_private),
    FIELD(secrets),
    FIELD(prevent_destroy),
    FIELD(version),
    FIELD(lineage),
    FIELD(serial),
};

static struct str *field(struct fields *f, struct str name)
{
    for (size_t i = 0; i < sizeof field_table / sizeof *field_table; i++)
        if (str_eq(field_table[i].name, name))
            return (struct str *)((char *)f + field_table[i].offset);
    return NULL;
}

bool decode_fields(struct decoder *d, struct str text, struct fields *out)
{
    *out = (struct fields){0};
    arena_reset(d->arena);
    d->record = text;
    struct cut c = cut_open(text, '{');
    struct str key, value;
    while (cut_next(&c, &key, &value)) {
        struct str *slot = field(out, key);
        if (!slot)
            return decode_fail(d, key, _("\"%.*s\" is not known here"), STR_ARG(key));
        if (slot->n)
            return decode_fail(d, key, _("\"%.*s\" stands here twice"), STR_ARG(key));
        *slot = value;
    }
    return c.why ? decode_fail_cut(d, &c) : true;
}

/* -- scalars -- */

bool decode_string(struct decoder *d, struct str json, struct str *out)
{
    struct value v;
    struct json_error error = {0};
    if (!json.n)
        return decode_fail(d, json, _("a member is missing"));
    if (!json_read_as(d->arena, json, type_string, &v, &error) || !value_is_set(v))
        return decode_fail(d, json, _("a text in quotes was expected"));
    *out = v.u.string;
    return true;
}

bool decode_number(struct decoder *d, struct str json, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < json.n; i++) {
        unsigned digit = (unsigned char)json.p[i] - (unsigned)'0';
        if (digit > 9 || __builtin_mul_overflow(*out, 10u, out) || __builtin_add_overflow(*out, digit, out))
            return decode_fail(d, json, _("a whole number was expected"));
    }
    return json.n > 0 || decode_fail(d, json, _("a whole number was expected"));
}

static bool decode_flag(struct decoder *d, struct str json, bool *out)
{
    *out = str_is(json, "true");
    return !json.n || *out || str_is(json, "false") || decode_fail(d, json, _("true or false was expected"));
}

/* The text between the quotes where it is what it says: most addresses and names are. */
static struct str plain_text(struct str json)
{
    bool plain = json.n > 2 && json.p[0] == '"';
    for (size_t i = 1; plain && i + 1 < json.n; i++)
        plain = json.p[i] != '\\' && json.p[i] >= 0x20 && json.p[i] < 0x7f;
    return plain ? str_sub(json, 1, json.n - 1) : (struct str){0};
}

bool decode_address(struct decoder *d, struct str json, const struct addr **out)
{
    struct str text = plain_text(json);
    if (!text.n && !decode_string(d, json, &text))
        return false;
    if ((*out = addr_find(d->addrs, text)))
        return true;
    struct diags diags = DIAGS_INIT(d->scratch);
    *out = addr_parse(d->addrs, d->sources, text, &diags);
    if (!*out)
        return decode_fail(d, json, _("\"%.*s\" is not the address of a resource"), STR_ARG(text));
    return true;
}

/* -- objects -- */

static bool decode_depends(struct decoder *d, struct str json, struct state_object *out)
{
    VEC(const struct addr *) depends = {0};
    struct cut c = cut_open(json, '[');
    struct str key, value;
    while (cut_next(&c, &key, &value)) {
        const struct addr *addr;
        if (!decode_address(d, value, &addr))
            return false;
        vec_push(d->arena, &depends, addr);
    }
    out->depends = depends.v;
    out->n_depends = depends.n;
    return c.why ? decode_fail_cut(d, &c) : true;
}

/* EVP_DecodeBlock counts the padding as bytes. */
static bool decode_private(struct decoder *d, struct str json, struct str *out)
{
    struct str text;
    if (!decode_string(d, json, &text))
        return false;
    unsigned char *bytes = arena_alloc(d->arena, text.n + 1);
    int n = text.n && text.n < INT32_MAX ? EVP_DecodeBlock(bytes, (const unsigned char *)text.p, (int)text.n) : -1;
    if (n < 0 || (size_t)n != text.n / 4 * 3)
        return decode_fail(d, json, _("this is not base64"));
    size_t padding = (size_t)str_ends(text, STR("=")) + (size_t)str_ends(text, STR("=="));
    *out = str_from((char *)bytes, (size_t)n - padding);
    return true;
}

static bool decode_status(struct decoder *d, struct str json, enum object_status *out)
{
    *out = str_is(json, "\"tainted\"") ? OBJECT_TAINTED : OBJECT_READY;
    return !json.n || *out == OBJECT_TAINTED || str_is(json, "\"ready\"") ||
           decode_fail(d, json, _("\"ready\" or \"tainted\" was expected"));
}

static bool decode_version(struct decoder *d, struct str json, int *out)
{
    uint64_t n = 0;
    if (json.n && !decode_number(d, json, &n))
        return false;
    *out = (int)n;
    return n <= INT32_MAX || decode_fail(d, json, _("this version is too large"));
}

static bool decode_sealed_private(struct decoder *d, struct str json, struct str *out)
{
    strbuf_lit(&d->where, "private");
    return decode_seal(d, json, NULL, out);
}

static bool decode_object(struct decoder *d, const struct fields *f, struct str address, struct str deposed,
                          struct state_object *o)
{
    *o = (struct state_object){0};
    strbuf_clear(&d->where);
    seal_where(&d->where, "resource", address, deposed);
    return decode_string(d, f->provider, &o->provider) && decode_version(d, f->schema_version, &o->schema_version) &&
           decode_status(d, f->status, &o->status) &&
           decode_flag(d, f->create_before_destroy, &o->create_before_destroy) &&
           decode_flag(d, f->prevent_destroy, &o->prevent_destroy) && (!f->value.n || decode_value(d, f, &o->value)) &&
           (!f->depends.n || decode_depends(d, f->depends, o)) &&
           (!f->private.n || decode_private(d, f->private, &o->private)) &&
           (!f->sealed_private.n || decode_sealed_private(d, f->sealed_private, &o->private));
}

static bool decode_place(struct decoder *d, const struct fields *f, const struct addr **addr, struct str *deposed)
{
    return decode_address(d, f->address, addr) && (!f->deposed.n || decode_string(d, f->deposed, deposed));
}

bool decode_placed(struct decoder *d, const struct fields *f, struct result *out, struct state_object *object)
{
    *out = (struct result){.kind = RESULT_SET, .object = object};
    if (!decode_place(d, f, &out->addr, &out->deposed) || !decode_object(d, f, out->addr->text, out->deposed, object))
        return false;
    return value_exists(object->value) || decode_fail(d, f->address, _("the object has no value"));
}

bool decode_intent(struct decoder *d, const struct fields *f, struct intent *out)
{
    *out = (struct intent){0};
    if (!decode_place(d, f, &out->addr, &out->deposed) ||
        !decode_object(d, f, out->addr->text, out->deposed, &out->planned))
        return false;
    struct str action;
    if (!decode_string(d, f->action, &action))
        return false;
    for (enum intent_action a = INTENT_CREATE; a <= INTENT_DELETE; a++) {
        out->action = a;
        if (str_eq(action, str_c(intent_action_name(a))))
            return true;
    }
    return decode_fail(d, f->action, _("\"%.*s\" is not an action"), STR_ARG(action));
}

bool decode_output_record(struct decoder *d, const struct fields *f, struct result *out)
{
    *out = (struct result){.kind = RESULT_OUTPUT};
    if (!decode_string(d, f->name, &out->name))
        return false;
    strbuf_clear(&d->where);
    seal_where(&d->where, "output", out->name, STR(""));
    return decode_flag(d, f->sensitive, &out->sensitive) && decode_value(d, f, &out->value);
}

const char *result_kind_name(enum result_kind kind)
{
    static const char *const names[] = {"set", "gone", "depose", "restore", "move", "output", "output_remove"};
    return names[kind];
}

static bool decode_kind(struct decoder *d, struct str json, enum result_kind *out)
{
    struct str kind;
    if (!decode_string(d, json, &kind))
        return false;
    for (*out = RESULT_SET; *out <= RESULT_OUTPUT_REMOVE; (*out)++)
        if (str_eq(kind, str_c(result_kind_name(*out))))
            return true;
    return decode_fail(d, json, _("\"%.*s\" is not a kind of result"), STR_ARG(kind));
}

bool decode_result(struct decoder *d, const struct fields *f, struct result *out, struct state_object *object)
{
    enum result_kind kind;
    if (!decode_kind(d, f->kind, &kind))
        return false;
    if (kind == RESULT_SET)
        return decode_placed(d, f, out, object);
    if (kind == RESULT_OUTPUT)
        return decode_output_record(d, f, out);
    *out = (struct result){.kind = kind};
    if (kind == RESULT_OUTPUT_REMOVE)
        return decode_string(d, f->name, &out->name);
    return decode_place(d, f, &out->addr, &out->deposed) &&
           (kind != RESULT_MOVE || decode_address(d, f->from, &out->from));
}
