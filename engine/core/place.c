#include "core/place.h"
#include "base/gettext.h"
#include "core/run.h"
#include "state/backend/config.h"
#include "state/moved.h"
#include "value/json.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

enum { MEMORY_MAX = 1 << 16 };

struct place {
    struct backend *backend, *own; /* `own`: to be closed here */
    struct backend_config *config; /* NULL: the caller's backend, or -state */
    struct place_memory memory;
};

static struct str file_in(struct session *session, const char *name)
{
    return fs_join(session->arena, session->options.dir, str_c(name));
}

/* Each environment has its own memory. */
static struct str memory_file(struct session *session)
{
    struct str env = session->options.env;
    return env.n ? file_in(session, arena_printf(session->arena, ".detour/backend.%.*s", STR_ARG(env)).p)
                 : file_in(session, ".detour/backend");
}

/* -- the configuration's words -- */

static struct backend_config *configure(struct session *session, const struct config_backend *block,
                                        struct diags *diags)
{
    const struct session_options *o = &session->options;
    const struct backend_type *type =
        block ? backend_type_find(block->type.text, block->type.span, diags) : &backend_type_local;
    size_t n = 0, n_block = block ? block->n_settings : 0;
    if (!type)
        return NULL;
    struct backend_setting *settings =
        ARENA_ARRAY(session->arena, struct backend_setting, n_block + o->n_backend_settings + 1);
    for (size_t i = 0; i < n_block; i++)
        settings[n++] =
            (struct backend_setting){block->settings[i].name, block->settings[i].value, block->settings[i].span, true};
    for (size_t i = 0; i < o->n_backend_settings; i++)
        settings[n++] = o->backend_settings[i];
    return backend_configure(session->arena, type, block ? block->header : (struct span){0}, settings, n, o->dir,
                             diags);
}

static const struct config_backend *block_of(const struct session *session)
{
    return session->config && session->config->root ? session->config->root->module->backend : NULL;
}

static struct backend_config *in_environment(struct session *session, struct backend_config *config,
                                             struct diags *diags)
{
    struct str env = session->options.env;
    if (!config || !env.n)
        return config;
    return (struct backend_config *)backend_environment(session->arena, config, env, (struct span){0}, diags);
}

struct backend_config *place_config(struct session *session, struct diags *diags)
{
    const struct config_backend *block = block_of(session);
    if (block && block->broken) {
        diag_error(diags, block->header, _("Invalid backend"),
                   _("Mend the block first: without it, it is not known where the state is."));
        return NULL;
    }
    return in_environment(session, configure(session, block, diags), diags);
}

/* -- what is remembered: {"backend":"s3","settings":{…},"lineage":"…","serial":3} -- */

static struct str text_of(struct arena *arena, struct value object, const char *name)
{
    struct value v = value_attr(object, str_c(name));
    return value_exists(v) && value_is_set(v) && v.type == type_string ? arena_str(arena, v.u.string) : STR("");
}

static bool damaged(struct session *session, struct diags *diags)
{
    diag_error(
        diags, (struct span){0}, _("Damaged memory of the state's place"),
        _("%s cannot be read. It says where the state was last; nothing was changed. If the configuration names the "
          "right place, delete the file."),
        memory_file(session).p);
    return false;
}

static struct backend_config *remembered_config(struct session *session, struct value v, struct diags *diags)
{
    struct value settings = value_attr(v, STR("settings"));
    const struct backend_type *type = backend_type_find(text_of(session->arena, v, "backend"), (struct span){0}, diags);
    if (!type || !value_exists(settings) || !value_is_set(settings) || settings.type->kind != TYPE_OBJECT)
        return NULL;
    VEC(struct backend_setting) list = {0};
    for (size_t i = 0; type->fields[i].name; i++) {
        struct str value = text_of(session->arena, settings, type->fields[i].name);
        if (value.n)
            vec_push(session->arena, &list, ((struct backend_setting){str_c(type->fields[i].name), value, {0}, false}));
    }
    return backend_configure(session->arena, type, (struct span){0}, list.v, list.n, session->options.dir, diags);
}

static bool parse_memory(struct session *session, struct str text, struct place_memory *out, struct diags *diags)
{
    struct value v;
    struct json_error error = {0};
    int64_t serial = 0;
    if (!json_read(session->arena, text, &v, &error) || !value_is_set(v) || v.type->kind != TYPE_OBJECT)
        return damaged(session, diags);
    struct value n = value_attr(v, STR("serial"));
    if (value_exists(n) && value_is_set(n) && n.type == type_number)
        number_to_int64(value_as_number(n), &serial);
    struct diags quiet = DIAGS_INIT(session->arena);
    *out = (struct place_memory){remembered_config(session, v, &quiet), text_of(session->arena, v, "lineage"),
                                 (uint64_t)serial};
    return true;
}

bool place_memory(struct session *session, struct place_memory *out, struct diags *diags)
{
    struct str text;
    *out = (struct place_memory){0};
    if (!session->options.remember)
        return true;
    if (fs_read(&vfs_system, session->arena, memory_file(session).p, MEMORY_MAX, &text))
        return parse_memory(session, text, out, diags);
    return errno == ENOENT || errno == ENOTDIR || damaged(session, diags);
}

/* Its own folder keeps itself out of git. */
static void write_memory(struct session *session, struct str text)
{
    struct str ignore = file_in(session, ".detour/.gitignore");
    mkdir(file_in(session, ".detour").p, 0777);
    if (access(ignore.p, F_OK) != 0)
        fs_replace(&vfs_system, ignore.p, STR("*\n"), 0666);
    fs_replace(&vfs_system, memory_file(session).p, text, 0666);
}

void place_forget(struct session *session)
{
    unlink(memory_file(session).p);
}

void place_remember(struct session *session, const struct snapshot *snapshot)
{
    struct place *p = session->place;
    if (!p || !p->config || !session->options.remember)
        return;
    /* A file that knows nothing any more may be deleted, and another begun. */
    bool nothing = !p->backend->remote && snapshot_empty(snapshot);
    struct str lineage = nothing ? STR("") : snapshot_lineage(snapshot);
    struct place_memory now = {p->config, arena_str(session->arena, lineage), snapshot_serial(snapshot)};
    if (p->memory.config && backend_same_place(p->memory.config, now.config) &&
        str_eq(p->memory.lineage, now.lineage) && p->memory.serial == now.serial)
        return;
    STRBUF_AUTO out = STRBUF_INIT(MEMORY_MAX);
    strbuf_printf(&out, "{\"backend\":\"%s\",\"settings\":", now.config->type->name);
    backend_config_write(&out, now.config);
    strbuf_printf(&out, ",\"lineage\":\"%.*s\",\"serial\":%" PRIu64 "}\n", STR_ARG(now.lineage), now.serial);
    if (!out.over)
        write_memory(session, strbuf_str(&out));
    p->memory = now;
}

/* -- is it still where it was? -- */

static struct span block_span(const struct session *session)
{
    const struct config_backend *block = block_of(session);
    return block ? block->header : (struct span){0};
}

static bool elsewhere(struct session *session, const struct backend_config *was, struct diags *diags)
{
    diag_error(
        diags, block_span(session), _("The state is kept elsewhere"),
        _("It was kept in %s until now, and is there still; the configuration says %s. Nothing was changed. Move it "
          "with \"detour state migrate\", or put the configuration back."),
        backend_words(session->arena, was).p, backend_words(session->arena, session->place->config).p);
    return false;
}

/* Whether a state is left at a place that the configuration does not name any more. */
static bool is_left(struct session *session, const struct backend_config *was, bool *left, struct diags *diags)
{
    ARENA_AUTO arena = arena_new();
    arena_wipe_on_free(arena);
    struct backend_texts texts;
    struct moved moved;
    struct backend *backend = was->type->open(was, diags);
    bool ok = backend && backend->ops->read(backend, arena, &texts);
    if (backend && !ok)
        diag_error(
            diags, block_span(session), _("The state's last place cannot be read"),
            _("The configuration says %s, but the state was kept in %s until now, and whether it is there still cannot "
              "be told: %s. Nothing was changed. Make it readable, or, if it is gone for good, delete %s."),
            backend_words(session->arena, session->place->config).p, backend_words(session->arena, was).p, backend->why,
            memory_file(session).p);
    *left = ok && texts.exists && !moved_parse(arena, texts.snapshot, &moved);
    backend_close(backend);
    return ok;
}

struct backend_config *place_last(struct session *session, const struct place_memory *memory, struct diags *diags)
{
    if (memory->config)
        return memory->config;
    struct backend_config *files =
        backend_configure(session->arena, &backend_type_local, (struct span){0}, NULL, 0, session->options.dir, diags);
    return in_environment(session, files, diags);
}

static bool is_here(struct session *session, struct diags *diags)
{
    struct place *p = session->place;
    bool left = false;
    if (!session->options.remember)
        return true;
    struct backend_config *was = place_last(session, &p->memory, diags);
    if (!was || backend_same_place(was, p->config))
        return was != NULL;
    return is_left(session, was, &left, diags) && (!left || elsewhere(session, was, diags));
}

const char *place_rescue_file(const struct session *session)
{
    const struct place *p = session->place;
    return p && p->backend && p->backend->remote ? fs_join(session->arena, session->options.dir, rescue_name(session)).p
                                                 : NULL;
}

struct backend *place_default(struct session *session, struct diags *diags)
{
    struct backend_config *config = configure(session, block_of(session), diags);
    return config ? config->type->open(config, diags) : NULL;
}

/* -- opening -- */

static struct backend *open_files(struct session *session, struct str path)
{
    return backend_local(session->options.vfs, arena_str(session->arena, path).p);
}

static bool open_place(struct session *session, struct place *p, struct diags *diags)
{
    const struct session_options *o = &session->options;
    if (o->backend) {
        p->backend = o->backend;
        return true;
    }
    if (o->state_path.n) {
        p->backend = p->own = open_files(session, o->state_path);
        return true;
    }
    p->config = place_config(session, diags);
    if (!p->config || !place_memory(session, &p->memory, diags))
        return false;
    p->own = o->vfs ? open_files(session, file_in(session, "detour.state")) : p->config->type->open(p->config, diags);
    p->backend = p->own;
    return p->backend != NULL;
}

struct backend *place_backend_any(struct session *session, struct diags *diags)
{
    if (session->place)
        return session->place->backend;
    struct place *p = ARENA_NEW(session->arena, struct place);
    if (!open_place(session, p, diags))
        return NULL;
    session->place = p;
    return p->backend;
}

struct backend *place_backend(struct session *session, struct diags *diags)
{
    bool fresh = !session->place;
    struct backend *backend = place_backend_any(session, diags);
    if (!backend || !fresh || !session->place->config)
        return backend;
    if (env_is_known(session, diags) && is_here(session, diags) && rescue_stored(session, diags))
        return backend;
    place_close(session->place);
    session->place = NULL;
    return NULL;
}

void place_close(struct place *p)
{
    if (!p)
        return;
    backend_close(p->own);
}

struct str place_beside(struct session *session)
{
    const struct session_options *o = &session->options;
    const struct config_backend *block = block_of(session);
    struct str path = STR("detour.state");
    if (o->state_path.n)
        return o->state_path;
    if (session->place && session->place->config && session->place->config->type == &backend_type_local)
        return session->place->backend->place;
    for (size_t i = 0; block && str_is(block->type.text, "local") && i < block->n_settings; i++)
        if (str_is(block->settings[i].name, "path"))
            path = block->settings[i].value;
    if (o->env.n)
        path = arena_printf(session->arena, "detour.%.*s.state", STR_ARG(o->env));
    return fs_join(session->arena, o->dir, path);
}

/* -- is it the same state? -- */

static bool another(struct session *session, const struct snapshot *s, struct diags *diags)
{
    const struct place *p = session->place;
    if (!snapshot_serial(s) && snapshot_empty(s))
        diag_error(
            diags, (struct span){0}, _("The state is gone"),
            _("%s holds no state any more; when it was last seen from here, it was lineage %.*s, serial %" PRIu64
              ". Nothing was changed: an apply would make everything a second time. Restore the state from a backup "
              "with \"detour state push\", or, if everything it knew is gone as well, delete %s and start anew."),
            p->backend->place.p, STR_ARG(p->memory.lineage), p->memory.serial, memory_file(session).p);
    else
        diag_error(
            diags, (struct span){0}, _("Another state"),
            _("%s holds lineage %.*s now; when it was last seen from here, it was lineage %.*s. Nothing was changed. "
              "Check the settings of the backend: does another project keep its state there? If the state was "
              "replaced on purpose, delete %s."),
            p->backend->place.p, STR_ARG(snapshot_lineage(s)), STR_ARG(p->memory.lineage), memory_file(session).p);
    return false;
}

static bool went_back(struct session *session, const struct snapshot *s, struct diags *diags)
{
    const struct place *p = session->place;
    diag_error(
        diags, (struct span){0}, _("The state went back"),
        _("%s has serial %" PRIu64 " now, and had %" PRIu64
          " when it was last seen from here: an older state was put in its place, and what was made since is not in "
          "it. Nothing was changed. Restore the newer one, or, if the older one is meant, make it the newest: "
          "detour state pull > state.json && detour state push -force state.json"),
        p->backend->place.p, snapshot_serial(s), p->memory.serial);
    return false;
}

bool place_check(struct session *session, const struct snapshot *s, struct diags *diags)
{
    const struct place *p = session->place;
    bool known =
        p->config && p->memory.config && p->memory.lineage.n && backend_same_place(p->memory.config, p->config);
    bool same = known && str_eq(p->memory.lineage, snapshot_lineage(s));
    if (known && !same)
        return another(session, s, diags);
    if (same && snapshot_serial(s) < p->memory.serial)
        return went_back(session, s, diags);
    if (p->backend->remote && snapshot_serial(s))
        place_remember(session, s);
    return true;
}
