#include "state/secrets.h"
#include "base/gettext.h"
#include "base/hex.h"
#include "base/rng.h"
#include "state/keyring.h"
#include "value/json.h"

#include <errno.h>
#include <fcntl.h>

struct entry {
    struct age_recipient key;
    enum secrets_origin origin;
};

/* Of one data key: whom it is wrapped for, and the wrappings. */
struct header {
    VEC(struct entry) entries;
    VEC(struct str) wrapped; /* age files: one for the recipients, one for the passphrase */
    bool passphrase;
    struct str text; /* as it was read; empty: it was made here */
};

struct secrets {
    struct arena *arena; /* wiped */
    struct secrets_settings settings;
    struct keyring ring;
    struct header header;
    struct seal *seal;   /* NULL: no key */
    struct str key_file; /* to be written, with key_text, before the key is used; empty: none */
    struct str key_text;
    bool stored;
};

enum { WRAPPED_MAX = 1 << 16 };

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

/* -- the header as text */

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

/* -- opening */

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

static struct seal *open_with_keys(struct secrets *s, const struct header *h, bool *damaged)
{
    return open_with(s, h, &(struct age_from){.identities = s->ring.identities.v, .n = s->ring.identities.n}, damaged);
}

/* Keys in files first, then what the command prints, then a passphrase: from the cheapest to the most tiresome. */
static struct seal *open_header(struct secrets *s, const struct header *h, bool *damaged)
{
    keyring_read_files(&s->ring);
    struct seal *seal = open_with_keys(s, h, damaged);
    if (!seal && s->settings.command.n) {
        keyring_run_command(&s->ring);
        seal = open_with_keys(s, h, damaged);
    }
    if (!seal && h->passphrase) {
        struct str passphrase = keyring_passphrase(&s->ring);
        if (passphrase.n)
            seal = open_with(s, h, &(struct age_from){.passphrase = passphrase}, damaged);
    }
    return seal;
}

static void name_entries(struct strbuf *out, const struct header *h)
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
        name_entries(&out, h);
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

static void use(struct secrets *s, const struct header *h, struct seal *seal)
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
    use(s, &h, seal);
    s->stored = true;
    return true;
}

/* -- making */

static struct entry *entry_find(const struct header *h, struct str text)
{
    vec_each (&h->entries, i)
        if (str_eq(h->entries.v[i].key.text, text))
            return &h->entries.v[i];
    return NULL;
}

/* Whether it is new. */
static bool entry_add(struct secrets *s, struct header *h, const struct age_recipient *key, enum secrets_origin origin)
{
    struct entry *known = entry_find(h, key->text);
    if (known) {
        if (origin == SECRETS_CONFIGURED)
            known->origin = origin;
        return false;
    }
    vec_push(s->arena, &h->entries, ((struct entry){*key, origin}));
    return true;
}

static bool add_configured(struct secrets *s, struct header *h, bool *added, struct diags *diags)
{
    size_t errors = diags->n_errors;
    for (size_t i = 0; i < s->settings.recipients.n; i++) {
        const struct secrets_text *given = &s->settings.recipients.v[i];
        struct age_recipient key;
        const char *why;
        if (age_recipient_parse(s->arena, given->text, &key, &why))
            *added |= entry_add(s, h, &key, SECRETS_CONFIGURED);
        else
            diag_error(diags, given->span, _("Invalid recipient"), _("Secrets cannot be sealed for this: %s."), _(why));
    }
    return diags->n_errors == errors;
}

static bool add_identities(struct secrets *s, struct header *h, const struct age_identity *v, size_t n)
{
    bool added = false;
    for (size_t i = 0; i < n; i++)
        added |= entry_add(s, h, &v[i].recipient, SECRETS_KEY);
    return added;
}

/* A key file that will be there before the key is used. */
static bool plan_key_file(struct secrets *s, struct header *h, struct str path)
{
    STRBUF_AUTO text = STRBUF_SECRET(4096);
    struct age_identities made;
    const char *why;
    age_identity_generate(&text);
    s->key_file = arena_str(s->arena, path);
    s->key_text = arena_str(s->arena, strbuf_str(&text));
    if (!age_identities_parse(s->arena, s->key_text, &made, &why))
        return false;
    add_identities(s, h, made.v, made.n);
    for (size_t i = 0; i < made.n; i++)
        vec_push(s->arena, &s->ring.identities, made.v[i]);
    return true;
}

/* The key in the file; a file that is not there is made where there is no key yet. */
static bool add_key_file(struct secrets *s, struct header *h, struct secrets_text file, bool fresh, bool *added,
                         struct diags *diags)
{
    s->ring.tried.n = 0;
    errno = 0;
    struct age_identities found = keyring_file(&s->ring, file.text);
    if (!found.n && errno == ENOENT)
        return !fresh || plan_key_file(s, h, file.text);
    if (!found.n) {
        diag_error(diags, file.span, _("Unusable key file"), _("%.*s. Nothing was changed."),
                   STR_ARG(strbuf_str(&s->ring.tried)));
        return false;
    }
    *added |= add_identities(s, h, found.v, found.n);
    return true;
}

/* What the command prints is a private key: its public one is a recipient. A passphrase is taken up by wrap(). */
static bool add_command(struct secrets *s, struct header *h, bool *added, struct diags *diags)
{
    size_t before = s->ring.identities.n;
    s->ring.tried.n = 0;
    keyring_run_command(&s->ring);
    *added |= add_identities(s, h, s->ring.identities.v + before, s->ring.identities.n - before);
    if (s->ring.identities.n > before || s->ring.passphrase.n)
        return true;
    diag_error(diags, s->settings.command.v[0].span, _("No key from the command"),
               _("The command of the secrets should print a private key of age or a passphrase; %.*s. Nothing was "
                 "changed."),
               STR_ARG(strbuf_str(&s->ring.tried)));
    return false;
}

static bool nothing_configured(const struct secrets *s)
{
    const struct secrets_settings *o = &s->settings;
    return !o->recipients.n && !o->key_file.text.n && !o->command.n && !o->passphrase;
}

/* Whom the settings name, beside those who are in the header already. */
static bool gather(struct secrets *s, struct header *h, bool fresh, bool *added, struct diags *diags)
{
    const struct secrets_settings *o = &s->settings;
    if (!add_configured(s, h, added, diags) ||
        (o->key_file.text.n && !add_key_file(s, h, o->key_file, fresh, added, diags)) ||
        (o->command.n && fresh && !add_command(s, h, added, diags)))
        return false;
    if (!fresh || !nothing_configured(s))
        return true;
    if (o->only_identities) {
        keyring_read_files(&s->ring);
        *added |= add_identities(s, h, s->ring.identities.v, s->ring.identities.n);
        return true;
    }
    if (o->default_key.n)
        return add_key_file(s, h, (struct secrets_text){.text = o->default_key}, true, added, diags);
    diag_error(
        diags, (struct span){0}, _("No key for the secrets"),
        _("The state is not on this machine, so a key that was made here would be lost. Say in the configuration who "
          "can open the secrets: detour { secrets { recipients = [\"ssh-ed25519 …\"] } }. Nothing was changed."));
    return false;
}

static bool wants_passphrase(const struct secrets *s)
{
    return s->settings.passphrase || (s->settings.command.n && s->ring.command_run && s->ring.passphrase.n);
}

static bool push_wrapped(struct secrets *s, struct header *h, const struct age_to *to, const unsigned char *key)
{
    char digits[2 * SEAL_KEY_SIZE];
    STRBUF_AUTO out = STRBUF_INIT(WRAPPED_MAX);
    hex_write(digits, key, SEAL_KEY_SIZE);
    bool ok = age_encrypt(&out, to, str_from(digits, sizeof digits));
    explicit_bzero(digits, sizeof digits);
    if (ok)
        vec_push(s->arena, &h->wrapped, arena_str(s->arena, strbuf_str(&out)));
    return ok;
}

static bool wrap_for_keys(struct secrets *s, struct header *h, const unsigned char *key)
{
    struct age_recipient *to = ARENA_ARRAY(s->arena, struct age_recipient, h->entries.n);
    vec_each (&h->entries, i)
        to[i] = h->entries.v[i].key;
    return h->entries.n == 0 || push_wrapped(s, h, &(struct age_to){.recipients = to, .n = h->entries.n}, key);
}

/* How a passphrase opens the key: a new wrapping, or the one that there is already. Both empty: none does. */
struct by_passphrase {
    struct str passphrase, wrapped;
};

/* Wraps the key for everybody in the header. */
static bool wrap(struct secrets *s, struct header *h, const unsigned char *key, struct by_passphrase by,
                 struct diags *diags)
{
    struct age_to to = {.passphrase = by.passphrase};
    h->passphrase = by.passphrase.n || by.wrapped.n;
    bool ok = wrap_for_keys(s, h, key) && (!by.passphrase.n || push_wrapped(s, h, &to, key));
    if (by.wrapped.n)
        vec_push(s->arena, &h->wrapped, by.wrapped);
    if (ok)
        return true;
    diag_error(diags, (struct span){0}, _("The key of the secrets cannot be wrapped"),
               _("One of the recipients is no usable key, or there are too many. Nothing was changed."));
    return false;
}

/* Whoever seals must be able to open, or would be locked out by the next run. */
static bool can_open(struct secrets *s, const struct header *h, struct diags *diags)
{
    bool damaged = false;
    if (h->passphrase)
        return true;
    keyring_read_files(&s->ring);
    struct seal *seal = open_with_keys(s, h, &damaged);
    bool ok = seal != NULL;
    seal_free(seal);
    if (ok)
        return true;
    STRBUF_AUTO names = STRBUF_INIT(1 << 14);
    name_entries(&names, h);
    struct span at = s->settings.recipients.n ? s->settings.recipients.v[0].span : (struct span){0};
    diag_error(
        diags, at, _("Nobody here could open the secrets"),
        _("They would be sealed for %.*s, and none of the private keys here belongs to one of these (%.*s). Add the "
          "public key of one that you have to the recipients, or name its private key in identity_files. Nothing was "
          "changed."),
        STR_ARG(strbuf_str(&names)), STR_ARG(s->ring.tried.n ? strbuf_str(&s->ring.tried) : str_c(_("there is none"))));
    return false;
}

static bool wrap_and_use(struct secrets *s, struct header *h, const unsigned char *key, struct by_passphrase by,
                         struct diags *diags)
{
    struct str file = s->key_file;
    if (!wrap(s, h, key, by, diags) || !can_open(s, h, diags))
        return false;
    use(s, h, seal_new(key));
    s->key_file = file;
    s->stored = false;
    return true;
}

static bool fresh_passphrase(struct secrets *s, struct by_passphrase *out, struct diags *diags)
{
    *out = (struct by_passphrase){0};
    if (!wants_passphrase(s))
        return true;
    out->passphrase = s->settings.passphrase ? keyring_new_passphrase(&s->ring, diags) : s->ring.passphrase;
    return out->passphrase.n > 0;
}

/* A new data key for `h`. */
static bool make_key(struct secrets *s, struct header *h, struct diags *diags)
{
    unsigned char key[SEAL_KEY_SIZE];
    struct by_passphrase by;
    if (!fresh_passphrase(s, &by, diags))
        return false;
    rng_bytes(key, sizeof key);
    bool ok = wrap_and_use(s, h, key, by, diags);
    explicit_bzero(key, sizeof key);
    return ok;
}

/* Those in the header that no longer stand in the configuration's list. Without a list there is nothing to compare. */
static bool drop_unlisted(struct secrets *s, struct header *h)
{
    size_t kept = 0, n = h->entries.n;
    if (!s->settings.recipients.n)
        return false;
    struct entry *left = ARENA_ARRAY(s->arena, struct entry, n);
    for (size_t i = 0; i < n; i++) {
        bool listed = h->entries.v[i].origin != SECRETS_CONFIGURED;
        for (size_t k = 0; !listed && k < s->settings.recipients.n; k++) {
            struct age_recipient key;
            const char *why;
            listed = age_recipient_parse(s->arena, s->settings.recipients.v[k].text, &key, &why) &&
                     str_eq(key.text, h->entries.v[i].key.text);
        }
        if (listed)
            left[kept++] = h->entries.v[i];
    }
    h->entries.v = left;
    h->entries.n = kept;
    h->entries.cap = n;
    return kept < n;
}

static void tell_renewed(const struct secrets *s, bool new_key, struct diags *diags)
{
    STRBUF_AUTO names = STRBUF_INIT(1 << 14);
    name_entries(&names, &s->header);
    diag_warning(
        diags, (struct span){0}, _("The secrets are sealed anew"),
        new_key ? _("The recipients in the configuration changed: from now on a new key seals the secrets, for "
                    "%.*s. Those who were taken off the list can still open what they have seen: change the secrets "
                    "themselves where that matters.")
                : _("The recipients in the configuration changed: from now on these open the secrets: %.*s."),
        STR_ARG(strbuf_str(&names)));
}

/* The same key for other people: the passphrase that opens it stays, or comes where the settings want one. */
static bool rewrap(struct secrets *s, struct header *h, struct diags *diags)
{
    unsigned char key[SEAL_KEY_SIZE];
    struct by_passphrase by = {0};
    vec_each (&s->header.wrapped, i)
        if (age_wants_passphrase(s->header.wrapped.v[i]))
            by.wrapped = s->header.wrapped.v[i];
    if (!by.wrapped.n && s->settings.passphrase && !fresh_passphrase(s, &by, diags))
        return false;
    memcpy(key, seal_key(s->seal), sizeof key);
    bool ok = wrap_and_use(s, h, key, by, diags);
    explicit_bzero(key, sizeof key);
    return ok;
}

bool secrets_renew(struct secrets *s, bool *renewed, struct diags *diags)
{
    struct header h = {0};
    bool added = false;
    *renewed = false;
    if (!s->seal)
        return gather(s, &h, true, &added, diags) && make_key(s, &h, diags);
    vec_each (&s->header.entries, i)
        vec_push(s->arena, &h.entries, s->header.entries.v[i]);
    bool dropped = drop_unlisted(s, &h);
    if (!gather(s, &h, false, &added, diags))
        return false;
    added |= s->settings.passphrase && !s->header.passphrase;
    *renewed = added || dropped;
    if (!*renewed)
        return true;
    bool ok = dropped ? make_key(s, &h, diags) : rewrap(s, &h, diags);
    if (ok)
        tell_renewed(s, dropped, diags);
    return ok;
}

bool secrets_rekey(struct secrets *s, struct diags *diags)
{
    struct header h = {0};
    bool added = false;
    vec_each (&s->header.entries, i)
        vec_push(s->arena, &h.entries, s->header.entries.v[i]);
    drop_unlisted(s, &h);
    s->ring.passphrase = (struct str){0};
    s->ring.command_run = false;
    return gather(s, &h, s->seal == NULL || s->settings.command.n > 0, &added, diags) && make_key(s, &h, diags);
}

/* -- the key file */

static const struct vfs *vfs_of(const struct secrets *s)
{
    return s->settings.vfs ? s->settings.vfs : &vfs_system;
}

/* Never over another key, and whole on the disk before anything is sealed with it. */
static bool write_new(const struct vfs *vfs, struct str path, struct str text)
{
    int fd = vfs->open(vfs->ctx, path.p, O_RDONLY, 0);
    if (fd >= 0) {
        vfs->close(vfs->ctx, fd);
        errno = EEXIST;
        return false;
    }
    return errno == ENOENT && fs_replace(vfs, path.p, text, 0600);
}

static bool has_line(struct str text, struct str line)
{
    struct str one;
    while (str_next_line(&text, &one)) {
        one = str_trim(one);
        if (str_eq(one, line) || (one.n && one.p[0] == '/' && str_eq(str_sub(one, 1, one.n), line)))
            return true;
    }
    return false;
}

/* A key that is committed by mistake opens all that was ever committed. */
static bool ignore_in_git(struct secrets *s, struct str path, struct str dir)
{
    const struct vfs *vfs = vfs_of(s);
    struct str name = str_is(dir, ".") ? path : str_sub(path, dir.n + 1, path.n), text;
    struct str file = fs_join(s->arena, dir, STR(".gitignore"));
    if (!fs_read(vfs, s->arena, file.p, 1 << 20, &text)) {
        if (errno != ENOENT)
            return false;
        text = (struct str){0};
    }
    if (has_line(text, name))
        return true;
    const char *newline = text.n && text.p[text.n - 1] != '\n' ? "\n" : "";
    return fs_replace(vfs, file.p, arena_printf(s->arena, "%.*s%s%.*s\n", STR_ARG(text), newline, STR_ARG(name)), 0644);
}

static void tell_key_file(const struct secrets *s, bool ignored, struct diags *diags)
{
    diag_warning(
        diags, (struct span){0}, _("A key for the secrets was made"),
        _("%.*s opens the secrets in the state, which are sealed from now on. Keep a copy in a safe place: without "
          "it they are lost. %s. So that others can open the secrets with keys of their own: \"detour secrets "
          "recipients add\"."),
        STR_ARG(s->key_file),
        ignored ? _("It is in .gitignore, since whoever has it reads them all")
                : _("It could not be put into .gitignore: do not commit it, whoever has it reads them all"));
}

static bool write_key_file(struct secrets *s, struct diags *diags)
{
    struct str path = keyring_path(&s->ring, s->key_file), dir = fs_dirname(s->arena, path);
    if (!write_new(vfs_of(s), path, s->key_text)) {
        diag_error(diags, s->settings.key_file.span, _("The key of the secrets cannot be written"),
                   _("%.*s: %s. Without it nothing secret can be stored, so nothing was done."), STR_ARG(path),
                   strerror(errno));
        return false;
    }
    tell_key_file(s, ignore_in_git(s, path, dir), diags);
    s->key_file = s->key_text = (struct str){0};
    return true;
}

bool secrets_ensure(struct secrets *s, struct diags *diags)
{
    bool renewed;
    return (s->seal || secrets_renew(s, &renewed, diags)) && (!s->key_file.n || write_key_file(s, diags));
}

/* -- who may open them */

size_t secrets_count(const struct secrets *s)
{
    return s->header.entries.n;
}

struct secrets_recipient secrets_recipient(const struct secrets *s, size_t i)
{
    const struct entry *e = &s->header.entries.v[i];
    return (struct secrets_recipient){e->key.text, e->key.comment, e->origin};
}

bool secrets_has_passphrase(const struct secrets *s)
{
    return s->header.passphrase;
}

static void copy_entries(struct secrets *s, struct header *h, struct str but)
{
    vec_each (&s->header.entries, i)
        if (!str_eq(s->header.entries.v[i].key.text, but))
            vec_push(s->arena, &h->entries, s->header.entries.v[i]);
}

static bool invalid_recipient(struct str text, const char *why, struct diags *diags)
{
    diag_error(diags, (struct span){0}, _("Invalid recipient"), _("\"%.*s\": %s."), STR_ARG(text), _(why));
    return false;
}

bool secrets_add(struct secrets *s, struct str recipient, struct diags *diags)
{
    struct header h = {0};
    struct age_recipient key;
    const char *why;
    if (!age_recipient_parse(s->arena, recipient, &key, &why))
        return invalid_recipient(recipient, why, diags);
    copy_entries(s, &h, STR(""));
    if (!entry_add(s, &h, &key, SECRETS_ADDED)) {
        diag_error(diags, (struct span){0}, _("Recipient twice"),
                   _("%.*s opens the secrets already; \"detour secrets recipients list\" shows who does."),
                   STR_ARG(key.text));
        return false;
    }
    return rewrap(s, &h, diags);
}

/* By the key, or by its comment where that names only one. */
static const struct entry *entry_named(const struct secrets *s, struct str text)
{
    ARENA_AUTO scratch = arena_new();
    struct age_recipient key;
    const char *why;
    const struct entry *found = NULL;
    size_t n = 0;
    if (age_recipient_parse(scratch, text, &key, &why))
        return entry_find(&s->header, key.text);
    vec_each (&s->header.entries, i)
        if (str_eq(s->header.entries.v[i].key.comment, text) && ++n)
            found = &s->header.entries.v[i];
    return n == 1 ? found : NULL;
}

bool secrets_remove(struct secrets *s, struct str recipient, struct diags *diags)
{
    struct header h = {0};
    const struct entry *entry = entry_named(s, str_trim(recipient));
    if (!entry) {
        diag_error(
            diags, (struct span){0}, _("No such recipient"),
            _("\"%.*s\" is not one of those who open the secrets. \"detour secrets recipients list\" shows who does; "
              "name one by its key, or by its comment where no other has the same."),
            STR_ARG(recipient));
        return false;
    }
    if (entry->origin == SECRETS_CONFIGURED && s->settings.recipients.n) {
        diag_error(
            diags, s->settings.recipients.v[0].span, _("A recipient of the configuration"),
            _("%.*s stands in the list of recipients in the configuration. Take it out there; the next apply, or "
              "\"detour secrets rekey\", makes a new key for those who are left."),
            STR_ARG(entry->key.text));
        return false;
    }
    copy_entries(s, &h, entry->key.text);
    if (h.entries.n == 0 && !wants_passphrase(s)) {
        diag_error(diags, (struct span){0}, _("The last recipient"),
                   _("Without it nobody could open the secrets. Add another one first."));
        return false;
    }
    return make_key(s, &h, diags);
}

bool secrets_export(struct secrets *s, struct strbuf *out, struct str plain, struct diags *diags)
{
    struct age_recipient *to = ARENA_ARRAY(s->arena, struct age_recipient, s->header.entries.n);
    vec_each (&s->header.entries, i)
        to[i] = s->header.entries.v[i].key;
    struct age_to whom = {.recipients = to, .n = s->header.entries.n};
    if (!whom.n)
        whom.passphrase = keyring_passphrase(&s->ring);
    if ((whom.n || whom.passphrase.n) && age_encrypt(out, &whom, plain))
        return true;
    diag_error(diags, (struct span){0}, _("Nothing was exported"),
               _("The value is too long, or there is no passphrase to seal it with."));
    return false;
}
