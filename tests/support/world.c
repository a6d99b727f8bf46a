#include "world.h"

#include "../../providers/detour_data/provider.h"
#include "base/fs.h"
#include "value/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_FILES = 16, MAX_INPUTS = 8 };

struct world *world_new(void)
{
    struct world *w = calloc(1, sizeof *w);
    snprintf(w->dir, sizeof w->dir, "/tmp/detour-test-XXXXXX");
    if (!mkdtemp(w->dir))
        abort();
    w->arena = arena_new();
    w->registry = registry_new();
    registry_add(w->registry, detour_data_provider());
    registry_add(w->registry, test_provider());
    w->files.v = ARENA_ARRAY(w->arena, struct config_file, MAX_FILES);
    w->inputs = ARENA_ARRAY(w->arena, struct config_option, MAX_INPUTS);
    w->reader = config_memory(&w->files);
    w->diags = DIAGS_INIT(w->arena);
    test_forget();
    return w;
}

void world_close(struct world *w)
{
    session_close(w->session);
    w->session = NULL;
    w->plan = NULL;
}

static struct str state_path(struct world *w, const char *suffix)
{
    return arena_printf(w->arena, "%s/detour.state%s", w->dir, suffix);
}

void world_free(struct world *w)
{
    world_close(w);
    static const char *const suffixes[] = {"", ".journal", ".lock"};
    for (size_t i = 0; i < 3; i++)
        unlink(state_path(w, suffixes[i]).p);
    rmdir(w->dir);
    registry_free(w->registry);
    arena_free(w->arena);
    free(w);
}

void world_file(struct world *w, const char *path, const char *hcl)
{
    struct config_file *files = (struct config_file *)(uintptr_t)w->files.v;
    size_t i = 0;
    while (i < w->files.n && !str_eq(files[i].path, str_c(path)))
        i++;
    files[i] = (struct config_file){arena_str(w->arena, str_c(path)), arena_str(w->arena, str_c(hcl))};
    if (i == w->files.n)
        w->files.n++;
}

void world_config(struct world *w, const char *hcl)
{
    world_file(w, "main.hcl", hcl);
}

void world_var(struct world *w, const char *assignment)
{
    w->inputs[w->n_inputs++] = (struct config_option){.text = str_c(assignment)};
}

void world_open(struct world *w)
{
    world_close(w);
    w->diags = DIAGS_INIT(w->arena);
    struct session_options options = {
        .state_path = state_path(w, ""),
        .registry = w->registry,
        .funcs = w->funcs,
        .reader = &w->reader,
        .inputs = w->inputs,
        .n_inputs = w->n_inputs,
        .parallelism = w->parallelism,
        .operation = STR("test"),
        .version = STR("0.1.0"),
        .events = w->events,
    };
    w->session = session_open(&options, &w->diags);
}

struct plan *world_plan_with(struct world *w, struct plan_options options)
{
    world_open(w);
    w->plan = w->session ? session_plan(w->session, &options, &w->diags) : NULL;
    return w->plan;
}

struct plan *world_plan(struct world *w)
{
    return world_plan_with(w, (struct plan_options){0});
}

bool world_apply_with(struct world *w, struct plan_options options)
{
    struct plan *plan = world_plan_with(w, options);
    bool ok = plan && session_apply(w->session, plan, &w->result, &w->diags);
    world_close(w);
    return ok;
}

bool world_apply(struct world *w)
{
    return world_apply_with(w, (struct plan_options){0});
}

static const char *keep(struct world *w, struct strbuf *text)
{
    struct str s = arena_str(w->arena, strbuf_str(text));
    strbuf_free(text);
    return s.p;
}

const char *world_changes(struct world *w)
{
    struct strbuf out = STRBUF_INIT(1 << 20);
    for (size_t i = 0; w->plan && i < w->plan->changes.n; i++) {
        const struct change *c = &w->plan->changes.v[i];
        if (c->action == ACTION_NOOP)
            continue;
        strbuf_printf(&out, "%s%s %.*s", out.n ? "\n" : "", action_symbol(c->action), STR_ARG(c->addr->text));
        if (c->deposed.n)
            strbuf_lit(&out, " deposed");
        if (c->reason)
            strbuf_printf(&out, " %s", reason_name(c->reason));
    }
    return keep(w, &out);
}

const char *world_problems(struct world *w)
{
    struct strbuf out = STRBUF_INIT(1 << 20);
    for (size_t i = 0; i < w->diags.list.n; i++)
        strbuf_printf(&out, "%s%.*s: %.*s\n", w->diags.list.v[i].severity == DIAG_WARNING ? "warning: " : "",
                      STR_ARG(w->diags.list.v[i].summary), STR_ARG(w->diags.list.v[i].detail));
    return keep(w, &out);
}

/* The state as it is on disk now. */
static struct snapshot *stored(struct world *w, struct addrs *addrs, struct sources *sources)
{
    struct store_options options = {.path = state_path(w, "").p, .addrs = addrs, .sources = sources};
    return store_read(&options, &w->diags);
}

const char *world_state(struct world *w, const char *text, const char *attribute)
{
    struct addrs *addrs = addrs_new();
    struct sources *sources = sources_new();
    struct snapshot *state = stored(w, addrs, sources);
    const struct addr *addr = addr_parse(addrs, sources, str_c(text), &w->diags);
    const struct state_object *object = snapshot_object(state, addr, (struct str){0});
    const char *answer = NULL;
    if (object && !strcmp(attribute, "status"))
        answer = object->status == OBJECT_TAINTED ? "tainted" : "ready";
    else if (object)
        answer = arena_str(w->arena, value_brief(w->arena, value_attr(object->value, str_c(attribute)), 100)).p;
    snapshot_free(state);
    sources_free(sources);
    addrs_free(addrs);
    return answer;
}

const char *world_output(struct world *w, const char *name)
{
    struct addrs *addrs = addrs_new();
    struct sources *sources = sources_new();
    struct snapshot *state = stored(w, addrs, sources);
    const struct state_output *output = snapshot_output(state, str_c(name));
    const char *answer = output ? arena_str(w->arena, value_brief(w->arena, output->value, 100)).p : NULL;
    snapshot_free(state);
    sources_free(sources);
    addrs_free(addrs);
    return answer;
}

size_t world_objects(struct world *w)
{
    struct addrs *addrs = addrs_new();
    struct sources *sources = sources_new();
    struct snapshot *state = stored(w, addrs, sources);
    size_t n, all = 0;
    const struct state_instance *const *list = snapshot_sorted(state, &n);
    for (size_t i = 0; i < n; i++)
        all += (list[i]->object != NULL) + list[i]->deposed.n;
    snapshot_free(state);
    sources_free(sources);
    addrs_free(addrs);
    return all;
}
