/* The secrets of the state: who can open them, as the configuration says, and what is done about them by hand. */
#include "core/run.h"

#include "base/gettext.h"
#include "core/place.h"
#include "state/secrets.h"
#include "syntax/parse.h"
#include "value/json.h"

static struct secrets_texts texts_of(struct arena *arena, struct config_texts from)
{
    struct secrets_text *v = ARENA_ARRAY(arena, struct secrets_text, from.n);
    for (size_t i = 0; i < from.n; i++)
        v[i] = (struct secrets_text){from.v[i].text, from.v[i].span};
    return (struct secrets_texts){v, from.n};
}

static struct secrets_text text_of(struct config_text from)
{
    return (struct secrets_text){from.text, from.span};
}

static struct secrets_settings settings_of(struct session *session)
{
    const struct session_options *o = &session->options;
    struct arena *arena = session->arena;
    const struct config_secrets *c = session->config ? session->config->root->module->secrets : NULL;
    const char *usual = o->env.n ? arena_printf(arena, "detour.%.*s.state.key", STR_ARG(o->env)).p : "detour.state.key";
    struct secrets_settings s = {.vfs = o->vfs,
                                 .folder = o->dir,
                                 .default_key = arena_printf(arena, "%.*s.key", STR_ARG(place_beside(session))),
                                 .usual_key = o->state_path.n ? STR("") : fs_join(arena, o->dir, str_c(usual)),
                                 .ask = o->passphrase,
                                 .ask_ctx = o->ask_ctx};
    if (!c)
        return s;
    s.recipients = texts_of(arena, c->recipients);
    s.identity_files = texts_of(arena, c->identity_files);
    s.key_file = text_of(c->key_file);
    s.command = texts_of(arena, c->command);
    s.passphrase = c->passphrase;
    s.passphrase_env = text_of(c->passphrase_env);
    s.passphrase_file = text_of(c->passphrase_file);
    s.passphrase_command = texts_of(arena, c->passphrase_command);
    return s;
}

struct secrets *session_keys(struct session *session)
{
    if (session->options.secrets)
        return session->options.secrets;
    if (session->keys)
        return session->keys;
    if (session->options.backend) { /* it ends with the session */
        session->keys = secrets_throwaway();
    } else {
        struct secrets_settings settings = settings_of(session);
        session->keys = secrets_new(&settings);
    }
    return session->keys;
}

void session_key_plan(struct session *session, struct plan *plan)
{
    struct secrets *keys = session_keys(session);
    if (!secrets_seal(keys) || !secrets_is_stored(keys))
        return;
    struct digest key = seal_derive(secrets_seal(keys), "detour digest 1");
    plan->digest_key = arena_str(plan->arena, str_from((const char *)key.bytes, sizeof key.bytes));
}

static bool stores_secret(const struct plan *plan)
{
    vec_each (&plan->changes, i)
        if (plan->changes.v[i].action != ACTION_NOOP && value_has_secret(plan->changes.v[i].after))
            return true;
    vec_each (&plan->outputs, i)
        if (plan->outputs.v[i].action != ACTION_NOOP && value_has_secret(plan->outputs.v[i].after))
            return true;
    return false;
}

bool session_ready_key(struct session *session, const struct plan *plan, struct diags *diags)
{
    return !stores_secret(plan) || secrets_ensure(session_keys(session), diags);
}

/* -- by hand -- */

static bool no_secrets(struct diags *diags)
{
    diag_error(
        diags, (struct span){0}, _("No secrets in the state"),
        _("Nothing in the state is sealed yet, so there is no key. The first apply that stores a secret makes one, "
          "for those whom detour { secrets { … } } names."));
    return false;
}

/* The state under its lock, its key open. */
static struct store *opened(struct session *session, struct diags *diags)
{
    if (session->broken || !session_need_store(session, diags))
        return NULL;
    if (secrets_seal(session_keys(session)) || snapshot_has_secret(store_snapshot(session->store)))
        return session->store;
    no_secrets(diags);
    return NULL;
}

bool session_rekey(struct session *session, struct diags *diags)
{
    struct store *store = opened(session, diags);
    return store && secrets_rekey(session_keys(session), diags) && store_reseal(store, diags);
}

bool session_add_recipient(struct session *session, struct str recipient, struct diags *diags)
{
    struct store *store = opened(session, diags);
    return store && secrets_ensure(session_keys(session), diags) &&
           secrets_add(session_keys(session), recipient, diags) && store_reseal(store, diags);
}

bool session_remove_recipient(struct session *session, struct str recipient, struct diags *diags)
{
    struct store *store = opened(session, diags);
    return store && secrets_ensure(session_keys(session), diags) &&
           secrets_remove(session_keys(session), recipient, diags) && store_reseal(store, diags);
}

const struct secrets *session_secrets(struct session *session, struct diags *diags)
{
    if (session->broken || !session_state(session, diags))
        return NULL;
    return secrets_seal(session_keys(session)) || no_secrets(diags) ? session_keys(session) : NULL;
}

/* -- one value for the tools of others -- */

static struct path path_of(struct arena *arena, const struct traversal *t)
{
    struct path path = path_attr(arena, (struct path){0}, t->root.text);
    for (size_t i = 0; i < t->n_steps; i++) {
        const struct step *step = &t->steps[i];
        struct number n;
        if (step->kind == STEP_ATTR || !step->key || step->key->kind != EXPR_NUMBER)
            path = path_attr(arena, path, step->text);
        else if (number_parse(arena, step->text, &n))
            path = path_index(arena, path, value_number(n));
    }
    return path;
}

static bool find_value(struct session *session, const struct snapshot *state, struct str address, struct value *out,
                       struct diags *diags)
{
    if (str_starts(address, STR("output."))) {
        const struct state_output *output = snapshot_output(state, str_sub(address, strlen("output."), address.n));
        *out = output ? output->value : (struct value){0};
    } else {
        const struct addr *addr = addr_parse(session->addrs, session->sources, address, diags);
        if (!addr)
            return false;
        const struct state_object *object = snapshot_object(state, addr, STR(""));
        *out = object ? object->value : (struct value){0};
    }
    if (value_exists(*out))
        return true;
    diag_error(diags, (struct span){0}, _("Not in the state"),
               _("The state has no object or output %.*s. \"detour state list\" shows what there is."),
               STR_ARG(address));
    return false;
}

static bool follow(struct session *session, struct str address, struct str text, struct value *v, struct diags *diags)
{
    if (!text.n)
        return true;
    uint32_t file = sources_add(session->sources, STR("(command line)"), text);
    const struct traversal *t = parse_traversal(session->arena, diags, session->sources, file);
    if (!t)
        return false;
    if (path_get(*v, path_of(session->arena, t), v))
        return true;
    diag_error(diags, t->span, _("No such attribute"),
               _("%.*s has no %.*s. \"detour state show %.*s\" shows what it has."), STR_ARG(address), STR_ARG(text),
               STR_ARG(address));
    return false;
}

bool session_export_secret(struct session *session, struct str address, struct str path, struct strbuf *out,
                           struct diags *diags)
{
    ARENA_AUTO scratch = arena_new();
    STRBUF_AUTO json = STRBUF_SECRET(STRBUF_MAX);
    const struct snapshot *state = session->broken ? NULL : session_state(session, diags);
    struct value v;
    arena_wipe_on_free(scratch);
    if (!state || !find_value(session, state, address, &v, diags) || !follow(session, address, path, &v, diags))
        return false;
    if (!secrets_seal(session_keys(session)))
        return no_secrets(diags);
    v = value_unmark_deep(scratch, v);
    bool text = v.type == type_string && value_is_set(v);
    if (!text)
        json_write(&json, v, JSON_COMPACT);
    return secrets_export(session_keys(session), out, text ? v.u.string : strbuf_str(&json), diags);
}

/* -- saved plans -- */

static void seal(void *ctx, struct strbuf *out, struct str where, struct str plain)
{
    seal_put(secrets_seal(ctx), out, where, plain);
}

static bool unseal(void *ctx, struct arena *arena, struct str where, struct str text, struct str *plain)
{
    struct seal *key = secrets_seal(session_keys(ctx));
    return key && seal_get(key, arena, where, text, plain) == SEAL_OPENED;
}

bool session_seal_plan(struct session *session, struct plan_file *file, struct plan_sealer *sealer, struct diags *diags)
{
    STRBUF_AUTO header = STRBUF_INIT(STRBUF_MAX);
    struct secrets *keys = session_keys(session);
    *sealer = (struct plan_sealer){.ctx = keys, .seal = seal};
    if (!plan_has_secret(file->plan))
        return true;
    if (!secrets_ensure(keys, diags))
        return false;
    secrets_write(keys, &header);
    file->secrets = arena_str(session->arena, strbuf_str(&header));
    return true;
}

/* The configuration comes with the plan, and says where the keys are. */
static bool begin(void *ctx, const struct plan_file *file, struct str *digest_key, struct diags *diags)
{
    struct session *session = ctx;
    struct str why;
    session_load_saved(session, file, diags);
    if (session->broken)
        return false;
    if (!file->secrets.n)
        return true;
    struct secrets *keys = session_keys(session);
    if (!secrets_take(keys, file->secrets, &why)) {
        diag_error(diags, (struct span){0}, _("The secrets of the plan cannot be opened"),
                   _("%.*s. Nothing was changed."), STR_ARG(why));
        return false;
    }
    secrets_forget_stored(keys); /* the state may not have this key yet */
    struct digest key = seal_derive(secrets_seal(keys), "detour digest 1");
    *digest_key = arena_str(session->arena, str_from((const char *)key.bytes, sizeof key.bytes));
    return true;
}

struct plan_sealer session_plan_opener(struct session *session)
{
    return (struct plan_sealer){.ctx = session, .open = unseal, .begin = begin};
}
