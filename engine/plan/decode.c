/* The reading half of file.h: the parts of a plan, and the whole. */
#include "plan/decode_private.h"

#include "base/gettext.h"
#include "value/json.h"

/* -- parts of the plan -- */

static bool get_addr(struct reading *r, struct value object, const char *name, const struct addr **out)
{
    struct str text = {0};
    struct diags unheard = DIAGS_INIT(r->scratch);
    if (!plan_read_text(r, object, name, &text))
        return false;
    if (text.n && !(*out = addr_parse(r->addrs, r->sources, text, &unheard)))
        return plan_read_fail(r, name);
    return true;
}

static bool get_paths(struct reading *r, struct value object, struct paths *out)
{
    struct value list = plan_read_member(object, "replace_because");
    for (size_t i = 0; value_is_set(list) && list.type->kind == TYPE_TUPLE && i < list.n; i++) {
        struct value steps = list.u.items[i];
        struct path path = {0};
        for (size_t k = 0; value_is_set(steps) && steps.type->kind == TYPE_TUPLE && k < steps.n; k++)
            if (value_is_set(steps.u.items[k]) && steps.u.items[k].type == type_string)
                path = path_attr(r->plan->arena, path, arena_str(r->plan->arena, steps.u.items[k].u.string));
        struct path_marks place = {path, 0};
        vec_push(r->plan->arena, &out->list, place);
    }
    return true;
}

static bool get_risks(struct reading *r, struct value object, struct change *c)
{
    struct value list = plan_read_member(object, "risks");
    for (size_t i = 0; value_is_set(list) && list.type->kind == TYPE_TUPLE && i < list.n; i++) {
        struct risk risk = {0};
        uint64_t level;
        if (!plan_read_number(r, list.u.items[i], "level", RISK_DANGER, &level) ||
            !plan_read_text(r, list.u.items[i], "text", &risk.text))
            return false;
        risk.level = (enum risk_level)level;
        vec_push(r->plan->arena, &c->risks, risk);
    }
    return true;
}

static bool get_change_value(struct reading *r, struct value json, const struct change *c, const char *name,
                             struct value *out)
{
    return plan_read_value(r, json, "changes", c->addr->text, c->deposed, name, out);
}

static bool read_change(struct reading *r, struct value json, struct change *c)
{
    uint64_t action, reason;
    if (!get_addr(r, json, "address", &c->addr) || !c->addr || !get_addr(r, json, "moved_from", &c->moved_from) ||
        !plan_read_text(r, json, "deposed", &c->deposed) || !plan_read_text(r, json, "import_id", &c->import_id) ||
        !plan_read_number(r, json, "action", ACTION_FORGET, &action) ||
        !plan_read_number(r, json, "reason", REASON_READ_CHECK_NESTED, &reason) ||
        !plan_read_text(r, json, "provider", &c->provider) || !plan_read_text(r, json, "lane", &c->lane) ||
        !plan_read_text(r, json, "place", &c->place) || !get_change_value(r, json, c, "before", &c->before) ||
        !get_change_value(r, json, c, "after", &c->after) || !get_paths(r, json, &c->replace_because) ||
        !get_risks(r, json, c) || !plan_read_private(r, json, c, "private_before", &c->private_before) ||
        !plan_read_private(r, json, c, "private_planned", &c->private_planned))
        return plan_read_fail(r, "changes");
    c->action = (enum action)action;
    c->reason = (enum reason)reason;
    c->schema = r->schema_of(r->ctx, c->addr->mode, c->addr->type);
    return c->schema ? true : plan_read_fail(r, _("a type that no provider offers"));
}

static bool read_output(struct reading *r, struct value json, struct plan_output *o)
{
    uint64_t action;
    if (!plan_read_text(r, json, "name", &o->name) || !plan_read_text(r, json, "description", &o->description) ||
        !plan_read_number(r, json, "action", ACTION_FORGET, &action) ||
        !plan_read_flag(r, json, "sensitive", &o->sensitive) ||
        !plan_read_value(r, json, "outputs", o->name, STR(""), "before", &o->before) ||
        !plan_read_value(r, json, "outputs", o->name, STR(""), "after", &o->after))
        return false;
    o->action = (enum action)action;
    return true;
}

static bool read_variable(struct reading *r, struct value json, struct plan_variable *v)
{
    return plan_read_text(r, json, "name", &v->name) && plan_read_flag(r, json, "sensitive", &v->sensitive) &&
           plan_read_flag(r, json, "ephemeral", &v->ephemeral) &&
           plan_read_value(r, json, "variables", v->name, STR(""), "value", &v->value);
}

static bool read_check(struct reading *r, struct value json, struct plan_check *c)
{
    uint64_t kind, status;
    if (!plan_read_number(r, json, "kind", CHECK_BLOCK, &kind) ||
        !plan_read_number(r, json, "status", CHECK_ERROR, &status) || !plan_read_text(r, json, "object", &c->object) ||
        !plan_read_text(r, json, "instance", &c->instance) || !get_addr(r, json, "address", &c->addr))
        return false;
    c->kind = (enum check_kind)kind;
    c->status = (enum check_status)status;
    struct value list = plan_read_member(json, "problems");
    for (size_t i = 0; value_is_set(list) && list.type->kind == TYPE_TUPLE && i < list.n; i++)
        if (value_is_set(list.u.items[i]) && list.u.items[i].type == type_string)
            vec_push(r->plan->arena, &c->problems, arena_str(r->plan->arena, list.u.items[i].u.string));
    return true;
}

static bool read_read(struct reading *r, struct value json, struct plan_read *out)
{
    if (!get_addr(r, json, "address", &out->addr) || !out->addr ||
        !plan_read_text(r, json, "provider", &out->provider) ||
        !plan_read_value(r, json, "reads", out->addr->text, STR(""), "value", &out->value))
        return plan_read_fail(r, "reads");
    out->schema = r->schema_of(r->ctx, out->addr->mode, out->addr->type);
    return out->schema ? true : plan_read_fail(r, _("a type that no provider offers"));
}

static bool read_target(struct reading *r, struct value json, struct str *out)
{
    if (!value_is_set(json) || json.type != type_string)
        return plan_read_fail(r, "targets");
    *out = arena_str(r->plan->arena, json.u.string);
    return true;
}

static bool read_source(struct reading *r, struct value json, struct plan_source *out)
{
    return plan_read_text(r, json, "path", &out->path) && plan_read_text(r, json, "text", &out->text);
}

#define LIST(name, vec, T, one)                                                                                        \
    do {                                                                                                               \
        struct value list = plan_read_member(root, name);                                                              \
        if (!value_is_set(list) || list.type->kind != TYPE_TUPLE)                                                      \
            return plan_read_fail(r, name);                                                                            \
        for (size_t i = 0; i < list.n; i++) {                                                                          \
            T item = {0};                                                                                              \
            if (!one(r, list.u.items[i], &item))                                                                       \
                return plan_read_fail(r, name);                                                                        \
            vec_push(r->plan->arena, &(vec), item);                                                                    \
        }                                                                                                              \
    } while (0)

static bool read_lists(struct reading *r, struct value root)
{
    struct plan *plan = r->plan;
    LIST("targets", plan->targets, struct str, read_target);
    LIST("replaces", plan->replaces, struct str, read_target);
    LIST("changes", plan->changes, struct change, read_change);
    LIST("drift", plan->drift, struct change, read_change);
    LIST("outputs", plan->outputs, struct plan_output, read_output);
    LIST("variables", plan->variables, struct plan_variable, read_variable);
    LIST("checks", plan->checks, struct plan_check, read_check);
    LIST("reads", plan->reads, struct plan_read, read_read);
    return true;
}

/* What says how the rest is opened. */
static bool read_key(struct reading *r, struct value root, struct diags *diags, bool *refused)
{
    LIST("sources", r->file->sources, struct plan_source, read_source);
    bool keyed;
    struct str key = {0};
    if (!plan_read_text(r, root, "secrets", &r->file->secrets) || !plan_read_flag(r, root, "keyed", &keyed))
        return false;
    *refused = r->sealer && !r->sealer->begin(r->sealer->ctx, r->file, &key, diags);
    if (keyed)
        r->plan->digest_key = arena_str(r->plan->arena, key);
    return !*refused;
}

static bool read_head(struct reading *r, struct value root)
{
    struct plan *plan = r->plan;
    uint64_t mode;
    if (!plan_read_text(r, root, "program", &r->file->program) ||
        !plan_read_number(r, root, "mode", PLAN_REFRESH_ONLY, &mode) ||
        !plan_read_text(r, root, "lineage", &plan->lineage) ||
        !plan_read_number(r, root, "serial", INT64_MAX, &plan->serial) ||
        !plan_read_text(r, root, "timestamp", &plan->timestamp) ||
        !plan_read_flag(r, root, "errored", &plan->errored) || !plan_read_flag(r, root, "complete", &plan->complete) ||
        !plan_read_flag(r, root, "state_moved", &plan->state_moved))
        return false;
    plan->mode = (enum plan_mode)mode;
    return true;
}

static bool same_digest(struct reading *r, struct value root)
{
    struct str said = {0};
    return plan_read_text(r, root, "digest", &said) && str_eq(said, digest_hex(r->scratch, r->plan->digest));
}

/* -- the whole -- */

static bool refuse(struct diags *diags, enum diag_code code, struct str name, struct str what)
{
    diag_error(diags, (struct span){0}, _("Not a usable plan"), "%.*s: %.*s", STR_ARG(name), STR_ARG(what))->code =
        code;
    return false;
}

static bool check_format(struct value root, struct str name, struct diags *diags)
{
    struct value format = plan_read_member(root, "format"), version = plan_read_member(root, "version");
    int64_t n;
    if (!value_is_set(format) || format.type != type_string || !str_is(format.u.string, "detour-plan") ||
        !value_is_set(version) || version.type != type_number || !number_to_int64(value_as_number(version), &n))
        return refuse(diags, DIAG_PLAIN, name, str_c(_("this is no plan that detour has written")));
    if (n == PLAN_FILE_VERSION)
        return true;
    return refuse(diags, DIAG_PLAIN, name,
                  str_c(n > PLAN_FILE_VERSION ? _("it was written by a newer detour; apply it with that version")
                                              : _("it was written by an older detour; make a new plan")));
}

/* The digest says that nothing was changed since; `complete` is what the file says. */
static bool seal_plan(struct reading *r, struct value root, struct str name, struct diags *diags)
{
    bool complete = r->plan->complete;
    plan_seal(r->plan);
    r->plan->complete = complete;
    return same_digest(r, root) ||
           refuse(diags, DIAG_DIGEST_MISMATCH, name,
                  str_c(_("what is in the file is not what its digest says: it was changed after it was written")));
}

static bool read_plan(struct reading *r, struct value root, struct str name, struct diags *diags)
{
    bool refused = false;
    bool read = read_head(r, root) && read_key(r, root, diags, &refused) && read_lists(r, root);
    if (read)
        return seal_plan(r, root, name, diags);
    if (!refused)
        refuse(diags, DIAG_PLAIN, name,
               arena_printf(r->scratch, _("the file is damaged (%s)"), r->wrong ? r->wrong : "?"));
    return false;
}

bool plan_file_read(struct addrs *addrs, struct sources *sources, struct str name, struct str text,
                    plan_schema_of *schema_of, void *ctx, const struct plan_sealer *sealer, struct plan_file *out,
                    struct diags *diags)
{
    ARENA_AUTO scratch = arena_new();
    struct value root;
    struct json_error error;
    *out = (struct plan_file){0};
    if (!json_read(scratch, text, &root, &error))
        return refuse(diags, DIAG_PLAIN, name, str_c(_("this is no plan that detour has written")));
    if (!check_format(root, name, diags))
        return false;
    out->plan = plan_new(PLAN_NORMAL);
    struct reading r = {.scratch = scratch,
                        .file = out,
                        .plan = out->plan,
                        .addrs = addrs,
                        .sources = sources,
                        .schema_of = schema_of,
                        .ctx = ctx,
                        .sealer = sealer,
                        .where = STRBUF_INIT(STRBUF_MAX)};
    bool ok = read_plan(&r, root, name, diags);
    strbuf_free(&r.where);
    if (ok)
        return true;
    plan_free(out->plan);
    out->plan = NULL;
    return false;
}
