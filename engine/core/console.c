#include "core/console.h"
#include "base/clock.h"
#include "core/run.h"
#include "syntax/parse.h"
#include "syntax/scan.h"

#include <stdlib.h>

struct console {
    struct run run;
    bool planning;
    struct diags unheard; /* of the configuration: validate and plan tell them */
};

struct console *console_open(struct session *session, bool planning, struct diags *diags)
{
    if (!session_prepare(session, diags) || !session_state(session, diags))
        return NULL;
    struct console *console = ARENA_NEW(session->arena, struct console);
    console->planning = planning;
    console->unheard = DIAGS_INIT(session->arena);
    console->run = (struct run){.session = session,
                                .tree = session->tree,
                                .phase = PHASE_PRIOR,
                                .arena = session->arena,
                                .scratch = session->arena,
                                .diags = diags,
                                .timestamp = clock_timestamp(session->arena)};
    if (!priors_load(&console->run))
        return NULL;
    console->run.diags = &console->unheard;
    state_pass(&console->run);
    return console;
}

static struct frame root_frame(struct console *console)
{
    struct module *root = console->run.tree->root;
    return frame_of(&console->run, root, &root->copies[0]);
}

struct value console_eval(struct console *console, struct arena *arena, struct str text, struct diags *diags)
{
    struct sources *sources = console->run.session->sources;
    size_t errors = diags->n_errors;
    uint32_t file = sources_add(sources, STR("<console>"), text);
    const struct expr *expr = parse_expression(arena, diags, sources, file);
    struct session *session = console->run.session;
    config_check_expr(session->config, console->run.tree->root->config->module, expr, diags);
    if (diags->n_errors > errors)
        return value_unknown(type_dynamic);
    struct frame frame = root_frame(console);
    struct scope scope;
    struct eval eval = frame_eval(&frame, &scope, arena);
    eval.diags = diags;
    eval.object = (struct str){0};
    eval.planning = console->planning;
    return eval_expr(&eval, expr);
}

bool console_goes_on(struct str text)
{
    if (text.n >= INT32_MAX)
        return false;
    STRBUF_AUTO line = STRBUF_INIT(0); /* a heredoc begins with its line's end */
    strbuf_add(&line, text);
    strbuf_addc(&line, '\n');
    struct tokens tokens = scan_tokens(strbuf_str(&line), 0, text.n + 1, SCAN_CODE);
    int brackets = 0, heredocs = 0;
    for (size_t i = 0; i < tokens.n; i++) {
        brackets += token_bracket(tokens.v[i].kind);
        heredocs += (tokens.v[i].kind == TOKEN_OHEREDOC) - (tokens.v[i].kind == TOKEN_CHEREDOC);
    }
    tokens_free(&tokens);
    return brackets > 0 || heredocs > 0;
}

/* -- completion -- */

typedef VEC(struct str) names_vec;

static void offer(struct arena *arena, names_vec *names, struct str prefix, const char *head, struct str name,
                  const char *tail)
{
    struct str whole = arena_printf(arena, "%s%.*s%s", head, STR_ARG(name), tail);
    if (str_starts(whole, prefix))
        vec_push(arena, names, whole);
}

static void offer_map(struct arena *arena, names_vec *names, struct str prefix, const char *head, const struct map *map)
{
    map_each (map, i)
        offer(arena, names, prefix, head, map->entries[i].key, "");
}

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

size_t console_complete(struct console *console, struct arena *arena, struct str prefix, struct str **out)
{
    const struct config_module *module = console->run.tree->root->config->module;
    const struct map *functions = &console->run.session->options.funcs->by_name;
    names_vec names = {0};
    offer_map(arena, &names, prefix, "var.", &module->variables);
    offer_map(arena, &names, prefix, "local.", &module->locals);
    offer_map(arena, &names, prefix, "module.", &module->calls);
    offer_map(arena, &names, prefix, "", &module->resources);
    map_each (functions, i)
        offer(arena, &names, prefix, "", functions->entries[i].key, "(");
    if (names.n)
        qsort(names.v, names.n, sizeof *names.v, by_bytes);
    *out = names.v;
    return names.n;
}
