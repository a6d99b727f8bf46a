/* rescue: a state that its server did not take and that lies in a file here: stored first, if the user agrees. */
#include "core/place.h"
#include "core/run.h"

#include "base/gettext.h"
#include "state/backend/backend.h"

#include <errno.h>
#include <unistd.h>

/* The word as a shell takes it. */
static struct str quoted(struct arena *arena, struct str word)
{
    bool plain = true;
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    strbuf_addc(&out, '\'');
    for (size_t i = 0; i < word.n; i++) {
        plain &= (bool)strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./@+,", word.p[i]);
        if (word.p[i] == '\'')
            strbuf_lit(&out, "'\\'");
        strbuf_addc(&out, word.p[i]);
    }
    strbuf_addc(&out, '\'');
    return plain && word.n ? word : arena_str(arena, strbuf_str(&out));
}

/* Where the command is to run, seen from where this one was called. */
static struct str folder(const struct session *session)
{
    const struct session_options *o = &session->options;
    bool here = !o->dir.n || str_is(o->dir, ".");
    return here ? o->chdir : o->chdir.n ? fs_join(session->arena, o->chdir, o->dir) : o->dir;
}

const char *rescue_command(const struct session *session)
{
    struct arena *arena = session->arena;
    struct str dir = folder(session), env = session->options.env, file = rescue_name(session);
    return arena_printf(arena, "detour %s%.*s%sstate push %s%.*s%s%s%.*s", dir.n ? "-chdir=" : "",
                        STR_ARG(dir.n ? quoted(arena, dir) : dir), dir.n ? " " : "", env.n ? "-env=" : "", STR_ARG(env),
                        env.n ? " " : "", session->options.n_backend_settings ? "-backend-config=… " : "",
                        STR_ARG(file))
        .p;
}

struct str rescue_name(const struct session *session)
{
    struct str env = session->options.env;
    return arena_printf(session->arena, "detour.rescue%s%.*s.state", env.n ? "." : "", STR_ARG(env));
}

static bool store_now(struct session *session, const char *file, struct diags *diags)
{
    struct str text;
    if (fs_read(&vfs_system, session->arena, file, BACKEND_SIZE_MAX, &text))
        return session_state_push(session, str_c(file), text, false, diags);
    diag_error(diags, (struct span){0}, _("The file cannot be read"), "%s: %s.", file, strerror(errno));
    return false;
}

static bool agreed(struct session *session, const char *file, const char *place)
{
    const struct session_options *o = &session->options;
    if (!o->confirm)
        return false;
    struct str why = arena_printf(session->arena,
                                  _("The last run could not write it to %s, and kept it in %s.\n"
                                    "  Only 'yes' stores it."),
                                  place, file);
    return o->confirm(o->ask_ctx, _("Do you want to store the state of the last run now?"), why.p);
}

bool rescue_stored(struct session *session, struct diags *diags)
{
    const char *file = place_rescue_file(session);
    if (!file || access(file, F_OK) != 0)
        return true;
    const char *place = place_backend_any(session, diags)->place.p;
    if (agreed(session, file, place))
        return store_now(session, file, diags);
    diag_error(
        diags, (struct span){0}, _("A state waits to be stored"),
        _("The last run could not write the state to %s, and kept it in %s. Nothing was changed. Store it first: "
          "%s"),
        place, file, rescue_command(session));
    return false;
}
