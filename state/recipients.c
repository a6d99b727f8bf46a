/* Who can open the secrets, and what people change about it by hand. */
#include "base/gettext.h"
#include "state/secrets_private.h"

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

/* What is no public key may be a private one, given by mistake: then it must not be printed. */
static struct str shown(struct arena *arena, struct str text)
{
    enum { LONGEST = 120 };
    struct str line = text;
    str_next_line(&text, &line);
    if (line.n > LONGEST || text.n || memmem(line.p, line.n, "SECRET-KEY", strlen("SECRET-KEY")))
        return str_c(_("what was given"));
    return arena_printf(arena, "\"%.*s\"", STR_ARG(line));
}

static bool invalid_recipient(struct secrets *s, struct str text, const char *why, struct diags *diags)
{
    diag_error(diags, (struct span){0}, _("Invalid recipient"), "%.*s: %s.", STR_ARG(shown(s->arena, text)), _(why));
    return false;
}

bool secrets_add(struct secrets *s, struct str recipient, struct diags *diags)
{
    struct header h = {0};
    struct age_recipient key;
    const char *why;
    if (!age_recipient_parse(s->arena, recipient, &key, &why))
        return invalid_recipient(s, recipient, why, diags);
    copy_entries(s, &h, STR(""));
    if (!secrets_entry_add(s, &h, &key, SECRETS_ADDED)) {
        diag_error(diags, (struct span){0}, _("Recipient twice"),
                   _("%.*s opens the secrets already; \"detour secrets recipients list\" shows who does."),
                   STR_ARG(key.text));
        return false;
    }
    return secrets_rewrap(s, &h, diags);
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
        return secrets_entry_find(&s->header, key.text);
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
            _("%.*s is not one of those who open the secrets. \"detour secrets recipients list\" shows who does; "
              "name one by its key, or by its comment where no other has the same."),
            STR_ARG(shown(s->arena, recipient)));
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
    if (h.entries.n == 0 && !secrets_wants_passphrase(s)) {
        diag_error(diags, (struct span){0}, _("The last recipient"),
                   _("Without it nobody could open the secrets. Add another one first."));
        return false;
    }
    return secrets_make_key(s, &h, diags);
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
