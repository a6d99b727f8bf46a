#include "state/keyring.h"
#include "base/gettext.h"
#include "base/process.h"

#include <errno.h>
#include <stdlib.h>

enum { KEY_FILE_MAX = 1 << 16, COMMAND_SECONDS = 300 /* somebody may have to type a PIN */ };

void keyring_init(struct keyring *ring, struct arena *arena, const struct secrets_settings *settings)
{
    *ring = (struct keyring){.arena = arena, .settings = settings, .tried = STRBUF_INIT(1 << 14)};
}

void keyring_free(struct keyring *ring)
{
    strbuf_free(&ring->tried);
}

static void tried(struct keyring *ring, struct str what, const char *why)
{
    if (ring->tried.n)
        strbuf_lit(&ring->tried, "; ");
    strbuf_printf(&ring->tried, "%.*s: %s", STR_ARG(what), why);
}

struct str keyring_path(struct keyring *ring, struct str path)
{
    const char *home = getenv("HOME");
    if (str_starts(path, STR("~/")) && home && *home)
        return arena_printf(ring->arena, "%s/%.*s", home, STR_ARG(str_sub(path, 2, path.n)));
    if (str_eq(path, ring->settings->default_key) || str_eq(path, ring->settings->usual_key))
        return arena_str(ring->arena, path);
    return fs_join(ring->arena, ring->settings->folder, path);
}

static const struct vfs *vfs_of(const struct keyring *ring)
{
    return ring->settings->vfs ? ring->settings->vfs : &vfs_system;
}

/* -- the environment -- */

/* Taken out of the environment, so that no program that is started inherits it. */
static struct str from_environment(struct keyring *ring, const char *name)
{
    char *value = getenv(name);
    if (!value || !*value)
        return (struct str){0};
    struct str copy = arena_str(ring->arena, str_c(value));
    explicit_bzero(value, copy.n);
    unsetenv(name);
    return copy;
}

/* -- private keys -- */

static void take(struct keyring *ring, struct age_identities from)
{
    for (size_t i = 0; i < from.n; i++)
        vec_push(ring->arena, &ring->identities, from.v[i]);
}

/* Whoever may read the file opens the secrets; kept to be told by who has diagnostics. */
static void note_loose(struct keyring *ring, struct str path)
{
    struct stat at;
    struct str file = keyring_path(ring, path);
    if (!ring->loose.n && vfs_of(ring) == &vfs_system && stat(file.p, &at) == 0 && (at.st_mode & 077))
        ring->loose = file;
}

struct age_identities keyring_file(struct keyring *ring, struct str path)
{
    struct age_identities found = {0};
    struct str text;
    const char *why;
    if (!fs_read(vfs_of(ring), ring->arena, keyring_path(ring, path).p, KEY_FILE_MAX, &text))
        tried(ring, path, strerror(errno));
    else if (!age_identities_parse(ring->arena, text, &found, &why))
        tried(ring, path, _(why));
    else {
        note_loose(ring, path);
        tried(ring, path, _("another key"));
    }
    return found;
}

/* Where nobody asked for the file, it is no news that it is missing. */
static void take_usual(struct keyring *ring, struct str path)
{
    size_t before = ring->tried.n;
    errno = 0;
    struct age_identities found = keyring_file(ring, path);
    if (!found.n && errno == ENOENT)
        ring->tried.n = before;
    take(ring, found);
}

void keyring_read_files(struct keyring *ring)
{
    const struct secrets_settings *s = ring->settings;
    struct age_identities given;
    const char *why;
    if (ring->files_read)
        return;
    ring->files_read = true;
    struct str text = s->only_identities ? s->identities : from_environment(ring, "DETOUR_IDENTITY");
    if (text.n) {
        if (age_identities_parse(ring->arena, text, &given, &why))
            take(ring, given);
        tried(ring, STR("DETOUR_IDENTITY"), given.n ? _("another key") : _(why));
    }
    if (s->only_identities)
        return;
    for (size_t i = 0; i < s->identity_files.n; i++)
        take(ring, keyring_file(ring, s->identity_files.v[i].text));
    if (s->key_file.text.n)
        take(ring, keyring_file(ring, s->key_file.text));
    if (s->default_key.n)
        take_usual(ring, s->default_key);
    if (s->usual_key.n && !str_eq(s->usual_key, s->default_key))
        take_usual(ring, s->usual_key);
    take_usual(ring, STR("~/.config/detour/key.txt"));
    take_usual(ring, STR("~/.ssh/id_ed25519"));
}

/* -- programs -- */

static bool run(struct keyring *ring, struct secrets_texts words, struct str *out)
{
    const char **argv = ARENA_ARRAY(ring->arena, const char *, words.n + 1);
    STRBUF_AUTO printed = STRBUF_SECRET(KEY_FILE_MAX);
    STRBUF_AUTO why = STRBUF_INIT(4096);
    for (size_t i = 0; i < words.n; i++)
        argv[i] = arena_str(ring->arena, words.v[i].text).p;
    struct process process = {.argv = argv, .folder = ring->settings->folder, .seconds = COMMAND_SECONDS};
    if (!process_run(&process, &printed, &why)) {
        tried(ring, words.v[0].text, arena_str(ring->arena, strbuf_str(&why)).p);
        return false;
    }
    *out = arena_str(ring->arena, strbuf_str(&printed));
    return true;
}

/* The first line, as `pass` has it, without its end. */
static struct str first_line(struct str text)
{
    struct str line = {0};
    str_next_line(&text, &line);
    return line.n && line.p[line.n - 1] == '\r' ? str_sub(line, 0, line.n - 1) : line;
}

void keyring_run_command(struct keyring *ring)
{
    struct str text;
    struct age_identities found;
    const char *why;
    if (ring->command_run || !ring->settings->command.n)
        return;
    ring->command_run = true;
    if (!run(ring, ring->settings->command, &text))
        return;
    struct str name = ring->settings->command.v[0].text;
    if (!age_identities_likely(text)) {
        ring->passphrase = first_line(text);
        ring->passphrase_sought = true;
        tried(ring, name, ring->passphrase.n ? _("another passphrase") : _("it printed nothing"));
    } else if (age_identities_parse(ring->arena, text, &found, &why)) {
        take(ring, found);
        tried(ring, name, _("another key"));
    } else {
        tried(ring, name, _(why));
    }
}

/* -- passphrases -- */

static struct str from_file(struct keyring *ring)
{
    struct str text, path = ring->settings->passphrase_file.text;
    if (fs_read(vfs_of(ring), ring->arena, keyring_path(ring, path).p, KEY_FILE_MAX, &text))
        return first_line(text);
    tried(ring, path, strerror(errno));
    return (struct str){0};
}

static const char *variable_name(struct keyring *ring)
{
    struct str name = ring->settings->passphrase_env.text;
    return name.n ? arena_str(ring->arena, name).p : "DETOUR_PASSPHRASE";
}

/* From wherever it comes without a person. */
static struct str unattended(struct keyring *ring)
{
    const struct secrets_settings *s = ring->settings;
    struct str found = {0}, text;
    if (s->passphrase_file.text.n)
        found = from_file(ring);
    else if (s->passphrase_command.n && run(ring, s->passphrase_command, &text))
        found = first_line(text);
    if (!found.n && !ring->environment.n)
        ring->environment = from_environment(ring, variable_name(ring));
    return found.n ? found : ring->environment;
}

static bool may_ask(const struct keyring *ring)
{
    const struct secrets_settings *s = ring->settings;
    return s->ask && !s->passphrase_file.text.n && !s->passphrase_command.n;
}

struct str keyring_passphrase(struct keyring *ring)
{
    const struct secrets_settings *s = ring->settings;
    if (ring->passphrase_sought)
        return ring->passphrase;
    ring->passphrase_sought = true;
    ring->passphrase = unattended(ring);
    if (!ring->passphrase.n && may_ask(ring) &&
        !s->ask(s->ask_ctx, _("Passphrase of the state's secrets:"), ring->arena, &ring->passphrase))
        ring->passphrase = (struct str){0};
    if (!ring->passphrase.n && !s->passphrase_file.text.n && !s->passphrase_command.n)
        tried(ring, str_c(variable_name(ring)), _("it is not set, and there is no terminal to ask on"));
    else
        tried(ring, STR("passphrase"), _("another one"));
    return ring->passphrase;
}

static struct str ask_twice(struct keyring *ring, struct diags *diags)
{
    const struct secrets_settings *s = ring->settings;
    struct str first, second;
    if (!s->ask(s->ask_ctx, _("New passphrase for the state's secrets:"), ring->arena, &first) ||
        !s->ask(s->ask_ctx, _("The same again:"), ring->arena, &second) || !first.n)
        diag_error(diags, (struct span){0}, _("No passphrase"), _("None was typed. Nothing was changed."));
    else if (!str_eq(first, second))
        diag_error(diags, (struct span){0}, _("No passphrase"),
                   _("The two that were typed are not the same. Nothing was changed; try again."));
    else
        return first;
    return (struct str){0};
}

struct str keyring_new_passphrase(struct keyring *ring, struct diags *diags)
{
    bool asked = false;
    struct str found = from_environment(ring, "DETOUR_NEW_PASSPHRASE");
    if (!found.n)
        found = unattended(ring);
    if (!found.n && (asked = may_ask(ring)))
        found = ask_twice(ring, diags);
    if (!found.n && !asked)
        diag_error(
            diags, ring->settings->passphrase_file.span, _("No passphrase"),
            _("The configuration says that a passphrase opens the secrets, and none could be had (%.*s). Set %s, or "
              "run detour on a terminal. Nothing was changed."),
            STR_ARG(strbuf_str(&ring->tried)), variable_name(ring));
    ring->passphrase = found;
    ring->passphrase_sought = true;
    return found;
}
