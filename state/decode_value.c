#include "state/decode_private.h"
#include "base/gettext.h"
#include "value/json.h"
#include "value/walk.h"

/* -- types -- */

bool decode_type(struct decoder *d, struct str json)
{
    const struct type *type = type_json_read(json);
    if (!type)
        return decode_fail(d, json, _("this is not a type"));
    vec_push(d->scratch, &d->types, type);
    return true;
}

static bool numbered_type(struct decoder *d, struct str json, const struct type **out)
{
    uint64_t n;
    if (!decode_number(d, json, &n))
        return false;
    if (n >= d->types.n)
        return decode_fail(d, json, _("there is no type with the number %.*s"), STR_ARG(json));
    *out = d->types.v[n];
    return true;
}

/* -- paths -- */

/* One step: a string is an attribute, {"index":…} an index. */
static bool decode_step(struct decoder *d, struct str json, struct path_step *out)
{
    if (json.p[0] == '"') {
        out->kind = PATH_ATTR;
        return decode_string(d, json, &out->name);
    }
    struct cut c = cut_open(json, '{');
    struct str key, value;
    struct json_error error = {0};
    if (!cut_next(&c, &key, &value) || !json_read(d->arena, value, &out->index, &error))
        return decode_fail(d, json, _("this is not a step of a path"));
    out->kind = PATH_INDEX;
    return true;
}

static bool decode_path(struct decoder *d, struct str json, struct path *out)
{
    VEC(struct path_step) steps = {0};
    struct cut c = cut_open(json, '[');
    struct str key, value;
    while (cut_next(&c, &key, &value)) {
        struct path_step step = {0};
        if (!decode_step(d, value, &step))
            return false;
        vec_push(d->arena, &steps, step);
    }
    *out = (struct path){steps.v, steps.n};
    return c.why ? decode_fail_cut(d, &c) : true;
}

static bool decode_paths(struct decoder *d, struct str json, uint16_t marks, struct paths *out)
{
    struct cut c = cut_open(json, '[');
    struct str key, value;
    while (cut_next(&c, &key, &value)) {
        struct path_marks at = {.marks = marks};
        if (!decode_path(d, value, &at.path))
            return false;
        vec_push(d->arena, &out->list, at);
    }
    return c.why ? decode_fail_cut(d, &c) : true;
}

/* -- seals -- */

bool decode_secrets(struct decoder *d, struct str json)
{
    struct str why = str_c(_("there is nothing to open them with"));
    if (d->secrets && secrets_take(d->secrets, json, &why))
        return true;
    d->closed = true;
    return decode_fail(d, json, _("the secrets cannot be opened: %.*s"), STR_ARG(why));
}

/* "the secret detour_data.a.input": of what stands in `where`, and the path. */
static struct str secret_name(struct decoder *d, const struct path *path)
{
    struct str rest = strbuf_str(&d->where), kind, address;
    STRBUF_AUTO out = STRBUF_INIT(1 << 16);
    str_next_line(&rest, &kind);
    str_next_line(&rest, &address);
    strbuf_printf(&out, "%s%.*s", str_is(kind, "output") ? "output." : "", STR_ARG(address));
    if (path)
        path_print(&out, *path);
    return arena_str(d->scratch, strbuf_str(&out));
}

static bool fail_seal(struct decoder *d, struct str at, struct str name, enum seal_result result)
{
    d->closed = true;
    return decode_fail(d, at,
                       result == SEAL_CUT
                           ? _("the secret %.*s is cut short or no seal")
                           : _("the secret %.*s was changed, or copied here from another place or another "
                               "state: its seal does not open"),
                       STR_ARG(name));
}

bool decode_seal(struct decoder *d, struct str json, const struct path *path, struct str *plain)
{
    struct seal *seal = d->secrets ? secrets_seal(d->secrets) : NULL;
    struct str text = json.n >= 2 && json.p[0] == '"' ? str_sub(json, 1, json.n - 1) : (struct str){0};
    if (!seal) {
        d->closed = true;
        return decode_fail(d, json, _("the secret %.*s is sealed, and the state does not say with which key"),
                           STR_ARG(secret_name(d, path)));
    }
    enum seal_result result = seal_get(seal, d->arena, strbuf_str(&d->where), text, plain);
    return result == SEAL_OPENED || fail_seal(d, json, secret_name(d, path), result);
}

struct opening {
    struct decoder *d;
    const struct paths *places;
    struct str *seals; /* JSON texts, one for each place */
    size_t prefix;     /* of `where` */
    size_t asked;
    bool failed;
};

static struct value open_place(void *ctx, size_t i, struct value v)
{
    struct opening *o = ctx;
    struct decoder *d = o->d;
    struct path path = o->places->list.v[i].path;
    struct json_error error = {0};
    struct str plain;
    o->asked++;
    if (o->failed || str_is(o->seals[i], "null")) {
        if (!o->failed && !value_is_null(v))
            o->failed = !decode_fail(d, o->seals[i], _("a secret stands here in plain text"));
        return v;
    }
    d->where.n = o->prefix;
    path_json_write(&d->where, path);
    o->failed = !decode_seal(d, o->seals[i], &path, &plain);
    if (!o->failed && !json_read_as(d->arena, plain, v.type, &v, &error))
        o->failed = !fail_seal(d, o->seals[i], secret_name(d, &path), SEAL_WRONG);
    return v;
}

/* One seal, or null, for each place. */
static bool decode_seal_list(struct decoder *d, struct str json, struct str *out, size_t n)
{
    struct cut c = cut_open(json, '[');
    struct str key, value;
    size_t i = 0;
    while (cut_next(&c, &key, &value)) {
        if (i < n)
            out[i] = value;
        i++;
    }
    if (c.why)
        return decode_fail_cut(d, &c);
    return i == n || decode_fail(d, json, _("there must be as many seals as there are sensitive paths"));
}

static bool decode_seals(struct decoder *d, struct str json, const struct paths *places, struct value *v)
{
    struct opening o = {.d = d, .places = places, .prefix = d->where.n};
    if (!json.n)
        return decode_fail(d, json, _("secrets stand here in plain text"));
    for (size_t i = 1; i < places->list.n; i++)
        if (path_covers(places->list.v[i - 1].path, places->list.v[i].path))
            return decode_fail(d, json, _("a sensitive path lies within another"));
    o.seals = ARENA_ARRAY(d->arena, struct str, places->list.n);
    if (!decode_seal_list(d, json, o.seals, places->list.n))
        return false;
    *v = paths_replace(d->arena, *v, places, open_place, &o);
    d->where.n = o.prefix;
    return !o.failed && (o.asked == places->list.n || decode_fail(d, json, _("there is no such place in the value")));
}

/* -- values -- */

static struct value put_unknown(void *ctx, struct path path, struct value v)
{
    const struct paths *unknown = ctx;
    vec_each (&unknown->list, i)
        if (path_equal(unknown->list.v[i].path, path))
            return value_unknown(v.type);
    return v;
}

static bool decode_marks(struct decoder *d, const struct fields *f, struct value *v)
{
    struct paths unknown = {0}, sensitive = {0};
    if (f->sensitive_paths.n && !decode_paths(d, f->sensitive_paths, MARK_SENSITIVE, &sensitive))
        return false;
    if (sensitive.list.n && !d->plain && !decode_seals(d, f->sealed, &sensitive, v))
        return false;
    if (f->unknown_paths.n) {
        if (!decode_paths(d, f->unknown_paths, 0, &unknown))
            return false;
        *v = value_rewrite(d->arena, *v, put_unknown, &unknown);
    }
    *v = paths_mark(d->arena, *v, &sensitive);
    return true;
}

bool decode_value(struct decoder *d, const struct fields *f, struct value *out)
{
    const struct type *type = NULL;
    struct json_error error = {0};
    if (!numbered_type(d, f->type, &type))
        return false;
    if (!json_read_as(d->arena, f->value, type, out, &error))
        return decode_fail(d, str_sub(f->value, error.off, f->value.n), _("the value does not fit its type: %s"),
                           error.why ? error.why : "");
    return decode_marks(d, f, out);
}
