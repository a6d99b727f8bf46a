#include "base/gettext.h"
#include "base/hex.h"
#include "state/secrets_private.h"
#include "value/json.h"

struct secrets *secrets_new(const struct secrets_settings *settings)
{
    struct arena *arena = arena_new();
    arena_wipe_on_free(arena);
    struct secrets *s = ARENA_NEW(arena, struct secrets);
    *s = (struct secrets){.arena = arena, .settings = *settings};
    keyring_init(&s->ring, arena, &s->settings);
    return s;
}

struct secrets *secrets_throwaway(void)
{
    struct secrets *s = secrets_new(&(struct secrets_settings){.only_identities = true});
    STRBUF_AUTO text = STRBUF_SECRET(4096);
    age_identity_generate(&text);
    s->settings.identities = arena_str(s->arena, strbuf_str(&text));
    return s;
}

void secrets_free(struct secrets *s)
{
    if (!s)
        return;
    seal_free(s->seal);
    keyring_free(&s->ring);
    arena_free(s->arena);
}

struct seal *secrets_seal(const struct secrets *s)
{
    return s->seal;
}

struct str secrets_loose_key(const struct secrets *s)
{
    return s->ring.loose;
}

bool secrets_is_stored(const struct secrets *s)
{
    return s->stored;
}

void secrets_stored(struct secrets *s)
{
    s->stored = true;
}

void secrets_forget_stored(struct secrets *s)
{
    s->stored = false;
}

/* -- the header as text -- */

static const char *const origin_names[] = {"configuration", "command", "key file"};

void secrets_write(const struct secrets *s, struct strbuf *out)
{
    strbuf_lit(out, "{\"recipients\":[");
    vec_each (&s->header.entries, i) {
        const struct entry *e = &s->header.entries.v[i];
        strbuf_add(out, i ? STR(",{\"key\":") : STR("{\"key\":"));
        json_write_string(out, e->key.text, JSON_COMPACT);
        if (e->key.comment.n) {
            strbuf_lit(out, ",\"comment\":");
            json_write_string(out, e->key.comment, JSON_COMPACT);
        }
        strbuf_printf(out, ",\"from\":\"%s\"}", origin_names[e->origin]);
    }
    strbuf_lit(out, "],\"wrapped\":[");
    vec_each (&s->header.wrapped, i) {
        if (i)
            strbuf_addc(out, ',');
        json_write_string(out, s->header.wrapped.v[i], JSON_COMPACT);
    }
    strbuf_lit(out, "]}");
}

static struct value member(struct value object, const char *name)
{
    return value_is_set(object) && object.type->kind == TYPE_OBJECT ? value_attr(object, str_c(name))
                                                                    : (struct value){0};
}

static bool text_of(struct value v, struct str *out)
{
    if (!value_is_set(v) || v.type != type_string)
        return false;
    *out = v.u.string;
    return true;
}

static bool read_entry(struct secrets *s, struct value v, struct header *out)
{
    struct entry entry = {0};
    struct str key, from, comment;
    const char *why;
    if (!text_of(member(v, "key"), &key) || !text_of(member(v, "from"), &from) ||
        !age_recipient_parse(s->arena, key, &entry.key, &why))
        return false;
    if (text_of(member(v, "comment"), &comment))
        entry.key.comment = arena_str(s->arena, comment);
    for (entry.origin = SECRETS_CONFIGURED; entry.origin <= SECRETS_KEY; entry.origin++)
        if (str_eq(from, str_c(origin_names[entry.origin]))) {
            vec_push(s->arena, &out->entries, entry);
            return true;
        }
    return false;
}

static bool read_wrapped(struct secrets *s, struct value v, struct header *out)
{
    struct str text;
    if (!text_of(v, &text) || text.n > WRAPPED_MAX)
        return false;
    out->passphrase |= age_wants_passphrase(text);
    vec_push(s->arena, &out->wrapped, arena_str(s->arena, text));
    return true;
}

static bool read_header(struct secrets *s, struct str json, struct header *out)
{
    ARENA_AUTO scratch = arena_new();
    struct value root, key, item;
    struct json_error error;
    *out = (struct header){.text = arena_str(s->arena, json)};
    if (!json_read(scratch, json, &root, &error))
        return false;
    struct value entries = member(root, "recipients"), wrapped = member(root, "wrapped");
    if (!value_is_set(entries) || entries.type->kind != TYPE_TUPLE || !value_is_set(wrapped) ||
        wrapped.type->kind != TYPE_TUPLE)
        return false;
    for (struct value_iter it = value_iter(entries); value_next(&it, &key, &item);)
        if (!read_entry(s, item, out))
            return false;
    for (struct value_iter it = value_iter(wrapped); value_next(&it, &key, &item);)
        if (!read_wrapped(s, item, out))
            return false;
    return out->wrapped.n > 0;
}

/* -- opening -- */

/* The data key is wrapped as 64 hexadecimal digits, so that people can handle it. */
static struct seal *seal_of_text(struct str text)
{
    unsigned char key[SEAL_KEY_SIZE];
    text = str_trim(text);
    if (text.n != 2 * sizeof key)
        return NULL;
    for (size_t i = 0; i < sizeof key; i++) {
        int high = hex_digit(text.p[2 * i]), low = hex_digit(text.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return NULL;
        key[i] = (unsigned char)(high * 16 + low);
    }
    struct seal *seal = seal_new(key);
    explicit_bzero(key, sizeof key);
    return seal;
}

static struct seal *open_with(struct secrets *s, const struct header *h, const struct age_from *from, bool *damaged)
{
    vec_each (&h->wrapped, i) {
        struct str plain;
        enum age_result result = age_decrypt(s->arena, h->wrapped.v[i], from, &plain);
        struct seal *seal = result == AGE_OPENED ? seal_of_text(plain) : NULL;
        if (seal)
            return seal;
        *damaged |= result != AGE_NO_KEY;
    }
    return NULL;
}

struct seal *secrets_open_with_keys(struct secrets *s, const struct header *h, bool *damaged)
{
    return open_with(s, h, &(struct age_from){.identities = s->ring.identities.v, .n = s->ring.identities.n}, damaged);
}

/* Keys in files first, then what the command prints, then a passphrase: from the cheapest to the most tiresome. */
static struct seal *open_header(struct secrets *s, const struct header *h, bool *damaged)
{
    keyring_read_files(&s->ring);
    struct seal *seal = secrets_open_with_keys(s, h, damaged);
    if (!seal && s->settings.command.n) {
        keyring_run_command(&s->ring);
        seal = secrets_open_with_keys(s, h, damaged);
    }
    if (!seal && h->passphrase) {
        struct str passphrase = keyring_passphrase(&s->ring);
        if (passphrase.n)
            seal = open_with(s, h, &(struct age_from){.passphrase = passphrase}, damaged);
    }
    return seal;
}

void secrets_name_entries(struct strbuf *out, const struct header *h)
{
    vec_each (&h->entries, i) {
        const struct age_recipient *key = &h->entries.v[i].key;
        if (i)
            strbuf_lit(out, ", ");
        strbuf_add(out, key->text);
        if (key->comment.n)
            strbuf_printf(out, " (%.*s)", STR_ARG(key->comment));
    }
    if (h->passphrase)
        strbuf_add(out, str_c(h->entries.n ? _(", a passphrase") : _("a passphrase")));
}

static struct str why_closed(struct secrets *s, const struct header *h, bool damaged)
{
    STRBUF_AUTO out = STRBUF_INIT(1 << 16);
    if (damaged)
        strbuf_printf(&out, _("the wrapped key in it is cut short or was changed. Restore the file from a commit or a "
                              "backup"));
    else {
        strbuf_printf(&out, _("they are sealed for "));
        secrets_name_entries(&out, h);
        strbuf_printf(&out, _("; none of the keys here opens them"));
        if (s->ring.tried.n)
            strbuf_printf(&out, _(" (tried: %.*s)"), STR_ARG(strbuf_str(&s->ring.tried)));
        strbuf_printf(&out,
                      _(". Put the private key where it is looked for, name its file in detour { secrets { "
                        "identity_files = […] } }, or give it in DETOUR_IDENTITY. Where it is lost, somebody else on "
                        "that list can run \"detour secrets recipients add\" for a new one; where all are lost, so are "
                        "the secrets: restore a state from before, or remove those objects from the state and import "
                        "them again"));
    }
    return arena_str(s->arena, strbuf_str(&out));
}

void secrets_use(struct secrets *s, const struct header *h, struct seal *seal)
{
    seal_free(s->seal);
    s->seal = seal;
    s->header = *h;
    s->key_file = (struct str){0};
}

bool secrets_take(struct secrets *s, struct str json, struct str *why)
{
    struct header h;
    bool damaged = false;
    if (s->seal && str_eq(s->header.text, json)) {
        s->stored = true;
        return true;
    }
    if (!read_header(s, json, &h)) {
        *why = str_c(_("the list of whom they are sealed for is damaged. Restore the file from a commit or a backup"));
        return false;
    }
    struct seal *seal = open_header(s, &h, &damaged);
    if (!seal) {
        *why = why_closed(s, &h, damaged);
        return false;
    }
    secrets_use(s, &h, seal);
    s->stored = true;
    return true;
}
