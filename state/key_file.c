/* The file of the private key that is made where nothing else is configured. */
#include "base/gettext.h"
#include "state/secrets_private.h"

#include <errno.h>
#include <fcntl.h>

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

bool secrets_write_key_file(struct secrets *s, struct diags *diags)
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
