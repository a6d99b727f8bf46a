/* Saved plans: the plan, the sources and the variables in one file, and a session over what is in it. */
#include "core/run.h"

#include "base/fs.h"
#include "base/gettext.h"
#include "plan/file.h"

#include <errno.h>

enum { PLAN_SIZE = 1 << 30 };

/* -- the sources that were read -- */

static bool recorder_list(void *ctx, struct arena *arena, struct str dir, struct str **names, size_t *n)
{
    const struct recorder *recorder = ctx;
    return recorder->inner->list(recorder->inner->ctx, arena, dir, names, n);
}

static bool recorder_read(void *ctx, struct arena *arena, struct str path, struct str *content)
{
    struct recorder *recorder = ctx;
    if (!recorder->inner->read(recorder->inner->ctx, arena, path, content))
        return false;
    struct config_file file = {arena_str(recorder->arena, path), *content};
    vec_push(recorder->arena, &recorder->files, file);
    return true;
}

/* Where a module was found is kept like a file that no folder holds: its name is the question, its text the answer. */
static struct str module_question(struct arena *arena, const struct config_call *call, struct str from)
{
    return arena_printf(arena, "module\n%.*s\n%.*s", STR_ARG(from), STR_ARG(call->source));
}

static enum config_place recorder_module(void *ctx, struct arena *arena, struct sources *sources,
                                         const struct config_call *call, struct str from, struct str inside,
                                         struct config_package *found, struct diags *diags)
{
    struct recorder *recorder = ctx;
    enum config_place place =
        recorder->inner->module(recorder->inner->ctx, arena, sources, call, from, inside, found, diags);
    if (place == CONFIG_PACKAGE) {
        struct config_file file = {
            module_question(recorder->arena, call, from),
            arena_printf(recorder->arena, "%.*s\n%.*s", STR_ARG(found->dir), STR_ARG(found->folder))};
        vec_push(recorder->arena, &recorder->files, file);
    }
    return place;
}

struct config_reader recorder_reader(struct recorder *recorder, struct arena *arena, const struct config_reader *inner)
{
    *recorder = (struct recorder){.arena = arena, .inner = inner};
    return (struct config_reader){.empty_root = inner->empty_root,
                                  .ctx = recorder,
                                  .list = recorder_list,
                                  .read = recorder_read,
                                  .module = inner->module ? recorder_module : NULL};
}

/* A saved plan knows where its modules are. */
static enum config_place saved_module(void *ctx, struct arena *arena, struct sources *sources,
                                      const struct config_call *call, struct str from, struct str inside,
                                      struct config_package *found, struct diags *diags)
{
    struct str answer;
    struct config_reader saved = config_memory(ctx);
    (void)sources, (void)inside, (void)diags;
    if (!saved.read(saved.ctx, arena, module_question(arena, call, from), &answer))
        return CONFIG_BESIDE;
    str_next_line(&answer, &found->dir);
    found->folder = answer;
    return CONFIG_PACKAGE;
}

/* -- writing -- */

/* Files of values are not needed again: what they gave the variables is in the plan, sealed where it is secret. */
static bool holds_values(const struct session *session, struct str path)
{
    const struct session_options *o = &session->options;
    size_t slash = path.n;
    while (slash && path.p[slash - 1] != '/')
        slash--;
    if (config_is_values(str_sub(path, slash, path.n)))
        return true;
    for (size_t i = 0; i < o->n_inputs; i++)
        if (o->inputs[i].is_file && str_eq(o->inputs[i].text, path))
            return true;
    return false;
}

bool session_save_plan(struct session *session, const struct plan *plan, const char *path, struct diags *diags)
{
    ARENA_AUTO arena = arena_new();
    STRBUF_AUTO text = STRBUF_INIT(STRBUF_MAX);
    struct plan_file file = {.plan = (struct plan *)(uintptr_t)plan, .program = session->options.version};
    struct plan_sealer sealer;
    if (!session_seal_plan(session, &file, &sealer, diags))
        return false;
    vec_each (&session->recorder.files, i) {
        if (holds_values(session, session->recorder.files.v[i].path))
            continue;
        struct plan_source source = {session->recorder.files.v[i].path, session->recorder.files.v[i].text};
        vec_push(arena, &file.sources, source);
    }
    plan_file_write(&text, &file, &sealer);
    bool ok = !text.over &&
              fs_replace(session->options.vfs ? session->options.vfs : &vfs_system, path, strbuf_str(&text), 0600);
    if (!ok)
        diag_error(diags, (struct span){0}, _("Plan not written"), _("%s could not be written: %s."), path,
                   text.over ? _("it would be too large") : strerror(errno));
    explicit_bzero(text.p, text.n);
    return ok;
}

/* -- reading -- */

static const struct schema *schema_of(void *ctx, enum addr_mode mode, struct str type)
{
    const struct provider_type *found = registry_type(ctx, mode, type);
    return found ? found->schema : NULL;
}

/* The values that were given are in the plan: nothing is asked or looked up again. */
static void take_inputs(struct session *session, const struct plan *plan)
{
    session->inputs = MAP_INIT(session->arena);
    const struct map *variables = &session->config->root->module->variables;
    map_each (variables, i) {
        struct config_input *input = ARENA_NEW(session->arena, struct config_input);
        input->variable = variables->entries[i].value;
        input->given = true;
        input->span = input->variable->header;
        input->origin = STR("plan");
        vec_each (&plan->variables, k)
            if (str_eq(plan->variables.v[k].name, input->variable->name.text))
                input->value = plan->variables.v[k].value;
        map_put(&session->inputs, input->variable->name.text, input);
    }
    session->inputs_ready = true;
}

/* Where each change stands in the sources that came with the plan. */
static void find_places(struct session *session, struct plan *plan)
{
    struct run run = {.session = session, .tree = session->tree};
    vec_each (&plan->changes, i) {
        const struct task *task = task_of_addr(&run, plan->changes.v[i].addr);
        if (task)
            plan->changes.v[i].where = task->config->header;
    }
}

void session_load_saved(struct session *session, const struct plan_file *file, struct diags *diags)
{
    struct config_file *files = ARENA_ARRAY(session->arena, struct config_file, file->sources.n);
    vec_each (&file->sources, i)
        files[i] = (struct config_file){arena_str(session->arena, file->sources.v[i].path),
                                        arena_str(session->arena, file->sources.v[i].text)};
    session->saved_files = (struct config_files){files, file->sources.n};
    session->saved_reader = config_memory(&session->saved_files);
    session->saved_reader.module = saved_module;
    session->options.reader = &session->saved_reader;
    session_load(session, diags);
}

struct session *session_open_plan(const struct session_options *options, const char *path, struct plan **plan,
                                  struct diags *diags)
{
    ARENA_AUTO scratch = arena_new();
    struct str text;
    *plan = NULL;
    if (!fs_read(options->vfs ? options->vfs : &vfs_system, scratch, path, PLAN_SIZE, &text)) {
        diag_error(diags, (struct span){0}, _("Plan not read"), _("%s could not be read: %s."), path, strerror(errno));
        return NULL;
    }
    arena_wipe_on_free(scratch);
    struct session *session = session_new(options);
    struct plan_file file;
    struct plan_sealer opener = session_plan_opener(session);
    if (!plan_file_read(session->addrs, session->sources, str_c(path), text, schema_of, options->registry, &opener,
                        &file, diags)) {
        if (session->broken) /* diagnostics point at its sources */
            return session;
        session_close(session);
        return NULL;
    }
    vec_push(session->arena, &session->plans, file.plan);
    take_inputs(session, file.plan);
    if (session_prepare(session, diags))
        find_places(session, file.plan);
    *plan = file.plan;
    return session;
}
