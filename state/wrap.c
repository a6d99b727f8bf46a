/* Making data keys, and wrapping them for those whom the settings name. */
#include "base/gettext.h"
#include "base/hex.h"
#include "base/rng.h"
#include "state/secrets_private.h"

#include <errno.h>

struct entry *secrets_entry_find(const struct header *h, struct str text)
{
    vec_each (&h->entries, i)
        if (str_eq(h->entries.v[i].key.text, text))
            return &h->entries.v[i];
    return NULL;
}

/* Whether it is new. */
bool secrets_entry_add(struct secrets *s, struct header *h, const struct age_recipient *key, enum secrets_origin origin)
{
    struct entry *known = secrets_entry_find(h, key->text);
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
            *added |= secrets_entry_add(s, h, &key, SECRETS_CONFIGURED);
        else
            diag_error(diags, given->span, _("Invalid recipient"), _("Secrets cannot be sealed for this: %s."), _(why));
    }
    return diags->n_errors == errors;
}

static bool add_identities(struct secrets *s, struct header *h, const struct age_identity *v, size_t n)
{
    bool added = false;
    for (size_t i = 0; i < n; i++)
        added |= secrets_entry_add(s, h, &v[i].recipient, SECRETS_KEY);
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

bool secrets_wants_passphrase(const struct secrets *s)
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
    struct seal *seal = secrets_open_with_keys(s, h, &damaged);
    bool ok = seal != NULL;
    seal_free(seal);
    if (ok)
        return true;
    STRBUF_AUTO names = STRBUF_INIT(1 << 14);
    secrets_name_entries(&names, h);
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
    secrets_use(s, h, seal_new(key));
    s->key_file = file;
    s->stored = false;
    return true;
}

static bool fresh_passphrase(struct secrets *s, struct by_passphrase *out, struct diags *diags)
{
    *out = (struct by_passphrase){0};
    if (!secrets_wants_passphrase(s))
        return true;
    out->passphrase = s->settings.passphrase ? keyring_new_passphrase(&s->ring, diags) : s->ring.passphrase;
    return out->passphrase.n > 0;
}

/* A new data key for `h`. */
bool secrets_make_key(struct secrets *s, struct header *h, struct diags *diags)
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
    secrets_name_entries(&names, &s->header);
    diag_warning(
        diags, (struct span){0}, _("The secrets are sealed anew"),
        new_key ? _("The recipients in the configuration changed: from now on a new key seals the secrets, for "
                    "%.*s. Those who were taken off the list can still open what they have seen: change the secrets "
                    "themselves where that matters.")
                : _("The recipients in the configuration changed: from now on these open the secrets: %.*s."),
        STR_ARG(strbuf_str(&names)));
}

/* The same key for other people: the passphrase that opens it stays, or comes where the settings want one. */
bool secrets_rewrap(struct secrets *s, struct header *h, struct diags *diags)
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
        return gather(s, &h, true, &added, diags) && secrets_make_key(s, &h, diags);
    vec_each (&s->header.entries, i)
        vec_push(s->arena, &h.entries, s->header.entries.v[i]);
    bool dropped = drop_unlisted(s, &h);
    if (!gather(s, &h, false, &added, diags))
        return false;
    added |= s->settings.passphrase && !s->header.passphrase;
    *renewed = added || dropped;
    if (!*renewed)
        return true;
    bool ok = dropped ? secrets_make_key(s, &h, diags) : secrets_rewrap(s, &h, diags);
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
    return gather(s, &h, s->seal == NULL || s->settings.command.n > 0, &added, diags) && secrets_make_key(s, &h, diags);
}

bool secrets_ensure(struct secrets *s, struct diags *diags)
{
    bool renewed;
    return (s->seal || secrets_renew(s, &renewed, diags)) && (!s->key_file.n || secrets_write_key_file(s, diags));
}
