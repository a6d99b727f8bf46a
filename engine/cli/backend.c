/* -backend-config: NAME=VALUE, or a file of lines NAME = "VALUE". */
#include "cli/backend.h"
#include "base/fs.h"
#include "base/gettext.h"
#include "value/print.h"

#include <errno.h>

enum { FILE_MAX = 1 << 20 };

static struct str unquoted(struct str text)
{
    return text.n >= 2 && text.p[0] == '"' && text.p[text.n - 1] == '"' ? str_sub(text, 1, text.n - 1) : text;
}

static bool bad_line(struct cli *cli, struct str path, size_t line)
{
    diag_error(&cli->diags, (struct span){0}, _("Invalid file of settings"),
               _("-backend-config=%.*s, line %zu: write NAME = \"VALUE\"."), STR_ARG(path), line);
    return false;
}

static bool read_file(struct cli *cli, struct str path, struct backend_settings *out)
{
    struct str text, line;
    if (!fs_read(&vfs_system, cli->arena, path.p, FILE_MAX, &text)) {
        diag_error(&cli->diags, (struct span){0}, _("Invalid value of an option"),
                   _("-backend-config=%.*s is neither NAME=VALUE nor a file that can be read: %s."), STR_ARG(path),
                   strerror(errno));
        return false;
    }
    for (size_t n = 1; str_next_line(&text, &line); n++) {
        line = str_trim(line);
        size_t equals = str_find_byte(line, '=', 0);
        struct str name = str_trim(str_sub(line, 0, equals));
        if (!line.n || line.p[0] == '#')
            continue;
        if (equals == SIZE_MAX || !print_is_identifier(name))
            return bad_line(cli, path, n);
        struct backend_setting s = {.name = name, .value = unquoted(str_trim(str_sub(line, equals + 1, line.n)))};
        vec_push(cli->arena, out, s);
    }
    return true;
}

bool backend_settings_read(struct cli *cli, struct backend_settings *out)
{
    *out = (struct backend_settings){0};
    vec_each (&cli->flags.backend_config, i) {
        struct str text = cli->flags.backend_config.v[i];
        size_t equals = str_find_byte(text, '=', 0);
        struct str name = str_sub(text, 0, equals);
        struct backend_setting s = {.name = name, .value = str_sub(text, equals + 1, text.n)};
        if (equals != SIZE_MAX && print_is_identifier(name))
            vec_push(cli->arena, out, s);
        else if (!read_file(cli, text, out))
            return false;
    }
    return true;
}
