#include "state/format.h"
#include "base/gettext.h"
#include "state/cut.h"
#include "state/decode.h"

#include <inttypes.h>

#define SERIAL_MAX ((UINT64_C(1) << 53) - 1)

struct head {
    struct str format, version, written_by, lineage, serial, absorbed, secrets, types, outputs, resources, uncertain,
        moving;
};

struct reader {
    struct decoder decoder;
    struct snapshot *snapshot;
    struct head head;
};

static struct str *head_member(struct head *h, struct str key)
{
    const struct {
        struct str name, *slot;
    } table[] = {
        {STR("format"), &h->format},       {STR("version"), &h->version}, {STR("written_by"), &h->written_by},
        {STR("lineage"), &h->lineage},     {STR("serial"), &h->serial},   {STR("absorbed"), &h->absorbed},
        {STR("types"), &h->types},         {STR("outputs"), &h->outputs}, {STR("resources"), &h->resources},
        {STR("uncertain"), &h->uncertain}, {STR("moving"), &h->moving},   {STR("secrets"), &h->secrets},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (str_eq(table[i].name, key))
            return table[i].slot;
    return NULL;
}

static bool fail_cut(struct decoder *d, const struct cut *c)
{
    return decode_fail(d, str_sub(c->text, c->at, c->text.n), "%s", _(c->why));
}

/* Unknown members are looked at only once the version is known to be ours. */
static bool read_head(struct reader *r, struct str text, struct str *unknown)
{
    struct cut c = cut_open(text, '{');
    struct str key, value;
    r->decoder.record = text;
    while (cut_next(&c, &key, &value)) {
        struct str *slot = head_member(&r->head, key);
        if (slot && slot->n)
            return decode_fail(&r->decoder, key, _("\"%.*s\" stands here twice"), STR_ARG(key));
        if (slot)
            *slot = value;
        else if (!unknown->n)
            *unknown = key;
    }
    return c.why ? fail_cut(&r->decoder, &c) : true;
}

static bool each_element(struct decoder *d, struct str list, bool (*read)(struct reader *, struct str),
                         struct reader *r)
{
    if (!list.n)
        return true;
    struct cut c = cut_open(list, '[');
    struct str key, value;
    while (cut_next(&c, &key, &value))
        if (!read(r, value))
            return false;
    return c.why ? fail_cut(d, &c) : true;
}

static bool read_type(struct reader *r, struct str text)
{
    return decode_type(&r->decoder, text);
}

static bool read_output(struct reader *r, struct str text)
{
    struct fields f;
    struct result result;
    return decode_fields(&r->decoder, text, &f) && decode_output_record(&r->decoder, &f, &result) &&
           (!snapshot_output(r->snapshot, result.name) ||
            decode_fail(&r->decoder, text, _("this output stands here twice"))) &&
           snapshot_apply(r->snapshot, &result);
}

static bool read_object(struct reader *r, struct str text)
{
    struct fields f;
    struct result result;
    struct state_object object;
    if (!decode_fields(&r->decoder, text, &f) || !decode_placed(&r->decoder, &f, &result, &object))
        return false;
    if (snapshot_object(r->snapshot, result.addr, result.deposed))
        return decode_fail(&r->decoder, text, _("%s stands here twice"), result.addr->text.p);
    return snapshot_apply(r->snapshot, &result);
}

static bool read_intent(struct reader *r, struct str text)
{
    struct fields f;
    struct intent intent;
    if (!decode_fields(&r->decoder, text, &f) || !decode_intent(&r->decoder, &f, &intent))
        return false;
    snapshot_intend(r->snapshot, &intent);
    return true;
}

static bool read_moving(struct reader *r, struct str text)
{
    struct decoder *d = &r->decoder;
    struct cut c = cut_open(text, '[');
    struct str key, value;
    struct state_moving moving = {0};
    VEC(const struct addr *) addrs = {0};
    struct arena *arena = snapshot_arena(r->snapshot);
    for (size_t i = 0; cut_next(&c, &key, &value); i++) {
        struct str *slot = i == 0 ? &moving.to : &moving.lineage;
        const struct addr *addr = NULL;
        if (i < 2 ? !decode_string(d, value, slot) : !decode_address(d, value, &addr))
            return false;
        if (addr)
            vec_push(arena, &addrs, addr);
    }
    if (c.why)
        return fail_cut(d, &c);
    moving.addrs = addrs.v;
    moving.n = addrs.n;
    snapshot_set_moving(r->snapshot, moving.n ? &moving : NULL);
    return true;
}

static bool read_absorbed(struct reader *r, struct str text, struct absorbed *out)
{
    struct cut c = cut_open(text, '[');
    struct str key, serial, seq;
    out->set = cut_next(&c, &key, &serial) && cut_next(&c, &key, &seq);
    return (out->set || decode_fail(&r->decoder, text, _("two numbers were expected"))) &&
           decode_number(&r->decoder, serial, &out->serial) && decode_number(&r->decoder, seq, &out->seq);
}

/* A serial is raised with each snapshot, and other programs read it as a double. */
static bool read_identity(struct reader *r)
{
    struct decoder *d = &r->decoder;
    struct str lineage;
    uint64_t serial;
    if (!r->head.lineage.n || !r->head.serial.n)
        return decode_fail(d, d->record, _("\"%s\" is missing"), r->head.lineage.n ? "serial" : "lineage");
    if (!decode_string(d, r->head.lineage, &lineage) || !decode_number(d, r->head.serial, &serial))
        return false;
    if (!lineage.n)
        return decode_fail(d, r->head.lineage, _("the lineage is empty"));
    if (serial > SERIAL_MAX)
        return decode_fail(d, r->head.serial, _("this serial is too large"));
    snapshot_identify(r->snapshot, lineage, serial);
    return true;
}

static bool read_body(struct reader *r, struct str unknown, struct absorbed *absorbed)
{
    struct decoder *d = &r->decoder;
    if (unknown.n)
        return decode_fail(d, unknown, _("\"%.*s\" is not known here"), STR_ARG(unknown));
    if (d->plain && r->head.secrets.n)
        return decode_fail(d, r->head.version, _("a state of version %d has no seals, but this one has"),
                           STATE_FORMAT_PLAIN);
    return read_identity(r) && (!r->head.absorbed.n || read_absorbed(r, r->head.absorbed, absorbed)) &&
           (!r->head.secrets.n || decode_secrets(d, r->head.secrets)) && each_element(d, r->head.types, read_type, r) &&
           each_element(d, r->head.outputs, read_output, r) && each_element(d, r->head.resources, read_object, r) &&
           each_element(d, r->head.uncertain, read_intent, r) && (!r->head.moving.n || read_moving(r, r->head.moving));
}

/* Line and column (in bytes), from 1. */
static void place_of(struct str text, const char *at, size_t *line, size_t *column)
{
    *line = *column = 1;
    if (at < text.p || at > text.p + text.n)
        return;
    for (const char *p = text.p; p < at; p++) {
        *column = *p == '\n' ? 1 : *column + 1;
        *line += *p == '\n';
    }
}

/* What became of the text, where its place and the reader's words do not tell. */
static const char *cause_of(struct str text)
{
    static const char conflict[] = "\n<<<<<<< ";
    if (!str_trim(text).n)
        return _(" The file is empty.");
    if (memmem(text.p, text.n, conflict, sizeof conflict - 1))
        return _(" Git left both sides of a merge in it: two runs went on from the same state, and each side knows "
                 "objects that the other does not. Keep one side, whole; import what only the other one has.");
    return "";
}

static bool fail_damaged(const struct decoder *d, struct str path, struct str text, struct diags *diags)
{
    size_t line, column;
    place_of(text, d->at, &line, &column);
    if (d->closed) {
        diag_error(diags, (struct span){0}, _("The secrets of the state cannot be opened"),
                   _("%.*s, line %zu: %.*s. Nothing was changed."), STR_ARG(path), line, STR_ARG(d->why));
        return false;
    }
    diag_error(
        diags, (struct span){0}, _("Damaged state"),
        _("%.*s, line %zu, column %zu: %.*s.%s Nothing was changed. Restore the file from a backup or a commit, or "
          "mend that line by hand; do not delete it, or everything in it would be created again."),
        STR_ARG(path), line, column, STR_ARG(d->why), cause_of(text));
    return false;
}

static bool fail_newer(const struct reader *r, struct str path, uint64_t version, struct diags *diags)
{
    struct str by = str_trim(r->head.written_by);
    if (by.n >= 2 && by.p[0] == '"')
        by = str_sub(by, 1, by.n - 1);
    diag_error(
        diags, (struct span){0}, _("State of a newer format"),
        _("%.*s has format version %" PRIu64 " (written by %.*s); this is detour %s, which knows up to version %d. "
          "Nothing was changed. Use a detour at least as new as the one that wrote it."),
        STR_ARG(path), version, STR_ARG(by.n ? by : STR("an unknown version")), DETOUR_VERSION, STATE_FORMAT_VERSION);
    return false;
}

static bool read_all(struct reader *r, struct str path, struct str text, struct absorbed *absorbed, struct diags *diags)
{
    struct decoder *d = &r->decoder;
    struct str unknown = {0};
    uint64_t version = 0;
    if (!read_head(r, text, &unknown))
        return fail_damaged(d, path, text, diags);
    if (!str_is(r->head.format, "\"detour.state\"")) {
        diag_error(diags, (struct span){0}, _("Not a state"),
                   _("%.*s is JSON, but not a state of detour: it has no \"format\": \"detour.state\"."),
                   STR_ARG(path));
        return false;
    }
    if (!decode_number(d, r->head.version, &version))
        return fail_damaged(d, path, text, diags);
    if (!version)
        return decode_fail(d, r->head.version, _("there is no version 0")) || fail_damaged(d, path, text, diags);
    if (version > STATE_FORMAT_VERSION)
        return fail_newer(r, path, version, diags);
    d->plain = version <= STATE_FORMAT_PLAIN;
    return read_body(r, unknown, absorbed) || fail_damaged(d, path, text, diags);
}

struct snapshot *format_read(struct addrs *addrs, struct str path, struct str text, struct secrets *secrets,
                             struct absorbed *absorbed, struct diags *diags)
{
    struct reader r = {.snapshot = snapshot_new(addrs)};
    decoder_init(&r.decoder, addrs, secrets);
    *absorbed = (struct absorbed){0};
    bool ok = read_all(&r, path, text, absorbed, diags);
    decoder_free(&r.decoder);
    if (ok)
        return r.snapshot;
    snapshot_free(r.snapshot);
    return NULL;
}

bool format_is_plain(struct str text)
{
    static const char member[] = "\"version\":";
    struct str head = str_sub(text, 0, 256);
    const char *at = head.n ? memmem(head.p, head.n, member, sizeof member - 1) : NULL;
    if (!at)
        return true;
    struct str rest = str_trim(str_sub(head, (size_t)(at - head.p) + sizeof member - 1, head.n));
    return rest.n < 2 || (rest.p[0] == '0' + STATE_FORMAT_PLAIN && (rest.p[1] < '0' || rest.p[1] > '9'));
}
