/* Providers, mocks and overrides of a run: evaluated, and checked against what the schemas say. */
#include "testing/bench.h"

#include "base/gettext.h"
#include "provider/mock.h"
#include "syntax/traversal.h"

/* What a mocked provider gives, by type. */
struct mock_table {
    struct map defaults[2]; /* by enum addr_mode: type -> struct mock_values */
};

struct making {
    struct bench *bench;
    const struct subject *subject;
    struct eval *eval;
    struct arena *arena;
    struct diags *diags;
    struct registry *registry;
    VEC(struct session_provider) providers;
    VEC(struct session_override) overrides;
    size_t n_used; /* overrides of the file so far */
};

/* -- values against schemas -- */

/* Where a name stands in an object as it was written: its key, or the whole. */
static struct span key_span(const struct expr *expr, struct str name)
{
    if (expr->kind != EXPR_OBJECT)
        return expr->span;
    const struct expr_object *object = expr_object(expr);
    for (size_t i = 0; i < object->n_items; i++) {
        const struct object_item *item = &object->items[i];
        struct str key = item->name.n                                  ? item->name
                         : item->key && item->key->kind == EXPR_STRING ? expr_string(item->key)->text
                                                                       : (struct str){0};
        if (str_eq(key, name))
            return item->key ? item->key->span : item->value->span;
    }
    return expr->span;
}

static const char *near_words(struct making *m, struct str near)
{
    return near.n ? arena_printf(m->arena, _(" Did you mean \"%.*s\"?"), STR_ARG(near)).p : "";
}

static bool value_is_named(struct value v)
{
    return value_is_set(v) && (v.type->kind == TYPE_OBJECT || v.type->kind == TYPE_MAP);
}

static void check_values(struct making *m, const struct schema *schema, struct str type, struct value values,
                         const struct expr *expr);

static void check_attribute(struct making *m, const struct schema_attr *attr, struct str type, struct value v,
                            struct span at)
{
    struct value ignored;
    struct path where = {0};
    STRBUF_AUTO why = STRBUF_INIT(1 << 12);
    STRBUF_AUTO path = STRBUF_INIT(1 << 12);
    if (!(attr->flags & SCHEMA_COMPUTED)) {
        diag_error(m->diags, at, _("Attribute is not computed"),
                   _("\"%.*s\" of %.*s is set by the configuration alone, so nothing can be given in its place. Set it "
                     "with a variable."),
                   STR_ARG(attr->name), STR_ARG(type));
        return;
    }
    if (convert(m->arena, v, attr->type, &ignored, &where, &why))
        return;
    path_print(&path, where);
    struct str place = strbuf_str(&path), said = strbuf_str(&why);
    diag_error(m->diags, at, _("Value does not fit"), _("The attribute \"%.*s\" of %.*s: %.*s%s%.*s."),
               STR_ARG(attr->name), STR_ARG(type), STR_ARG(place), place.n ? ": " : "", STR_ARG(said));
}

static void check_one(struct making *m, const struct schema *schema, struct str type, struct str name, struct value v,
                      const struct expr *expr)
{
    const struct schema_attr *attr = schema_attr(schema, name);
    const struct schema_nested *nested = schema_nested(schema, name);
    if (attr)
        check_attribute(m, attr, type, v, key_span(expr, name));
    else if (nested && value_is_named(v))
        check_values(m, nested->schema, arena_printf(m->arena, "%.*s.%.*s", STR_ARG(type), STR_ARG(name)), v, expr);
    else if (nested)
        diag_error(m->diags, key_span(expr, name), _("Value does not fit"),
                   _("\"%.*s\" is a block of %.*s: give an object of its computed attributes."), STR_ARG(name),
                   STR_ARG(type));
    else
        diag_error(m->diags, key_span(expr, name), _("Unknown attribute"), _("%.*s has no attribute \"%.*s\".%s"),
                   STR_ARG(type), STR_ARG(name), near_words(m, schema_near(schema, name)));
}

static void check_values(struct making *m, const struct schema *schema, struct str type, struct value values,
                         const struct expr *expr)
{
    struct value key, item;
    for (struct value_iter it = value_iter(values); value_next(&it, &key, &item);)
        check_one(m, schema, type, key.u.string, item, expr);
}

/* The object that the expression is; type NULL where it is none (reported) or not given. */
static struct value given_object(struct making *m, const struct expr *expr)
{
    size_t errors = m->diags->n_errors;
    if (!expr)
        return (struct value){0};
    struct value v = eval_expr(m->eval, expr);
    if (m->diags->n_errors > errors)
        return (struct value){0};
    if (!value_is_named(v)) {
        diag_error(m->diags, expr->span, _("Invalid values"),
                   _("Values are given as an object: { id = \"x\" }. This is %.*s."),
                   STR_ARG(type_friendly(m->arena, v.type)));
        return (struct value){0};
    }
    if (v.type->kind == TYPE_OBJECT)
        return v;
    struct value *items = ARENA_ARRAY(m->arena, struct value, v.n); /* a map, from an expression: the same by name */
    memcpy(items, v.u.map.items, v.n * sizeof *items);
    return value_mark(value_object(m->arena, v.u.map.keys, items, v.n), v.marks);
}

static const struct provider_type *type_of(struct making *m, enum addr_mode mode, struct str name, struct span at)
{
    const struct provider_type *type = registry_type(m->registry, mode, name);
    if (type)
        return type;
    enum addr_mode other = mode == ADDR_DATA ? ADDR_MANAGED : ADDR_DATA;
    bool swapped = registry_type(m->registry, other, name) != NULL;
    diag_error(m->diags, at, _("Unknown type"), _("There is no %s \"%.*s\".%s%s"),
               mode == ADDR_DATA ? _("data source") : _("resource type"), STR_ARG(name),
               !swapped                ? ""
               : other == ADDR_MANAGED ? _(" It is a resource type.")
                                       : _(" It is a data source."),
               swapped ? "" : near_words(m, registry_near_type(m->registry, mode, name)));
    return NULL;
}

/* -- mocks -- */

static const struct mock_values *find_defaults(void *ctx, const struct provider_type *type, const void *tag)
{
    (void)tag;
    const struct mock_table *table = ctx;
    return map_get(&table->defaults[type->mode], type->name);
}

static void add_defaults(struct making *m, const struct testfile_mock *mock, const struct detour_provider *real,
                         const struct testfile_defaults *defaults, struct mock_table *table)
{
    const struct provider_type *type = type_of(m, defaults->mode, defaults->type.text, defaults->type.span);
    if (!type)
        return;
    if (type->provider != real) {
        diag_error(m->diags, defaults->type.span, _("Type of another provider"),
                   _("\"%.*s\" is offered by provider \"%s\", and this is a mock of \"%.*s\"."), STR_ARG(type->name),
                   type->provider->name, STR_ARG(mock->name.text));
        return;
    }
    struct mock_values *values = ARENA_NEW(m->arena, struct mock_values);
    *values = (struct mock_values){given_object(m, defaults->values), defaults->planned};
    if (value_exists(values->values))
        check_values(m, type->schema, type->name, values->values, defaults->values);
    map_put(&table->defaults[type->mode], type->name, values);
}

static const struct detour_provider *real_provider(struct making *m, struct name name)
{
    const struct detour_provider *real = registry_provider(m->registry, name.text);
    if (!real)
        diag_error(m->diags, name.span, _("Unknown provider"), _("There is no provider \"%.*s\".%s"),
                   STR_ARG(name.text), near_words(m, registry_near_provider(m->registry, name.text)));
    return real;
}

static const struct detour_provider *make_mock(struct making *m, const struct testfile_mock *mock)
{
    const struct detour_provider *real = real_provider(m, mock->name);
    struct mock_table *table = ARENA_NEW(m->arena, struct mock_table);
    *table = (struct mock_table){{MAP_INIT(m->arena), MAP_INIT(m->arena)}};
    for (size_t i = 0; real && i < mock->n_defaults; i++)
        add_defaults(m, mock, real, &mock->defaults[i], table);
    return real ? mock_new(m->arena, real, find_defaults, table) : NULL;
}

/* -- providers -- */

static void add_mock(struct making *m, const struct testfile_mock *mock, struct str name, struct str alias)
{
    struct session_provider p = {.name = name, .alias = alias, .instead = make_mock(m, mock)};
    if (p.instead)
        vec_push(m->arena, &m->providers, p);
}

static void add_provider(struct making *m, const struct config_provider *block, struct str name, struct str alias)
{
    const struct detour_provider *real = real_provider(m, block->name);
    struct session_provider p = {.name = name, .alias = alias};
    size_t errors = m->diags->n_errors;
    if (!real)
        return;
    p.config = eval_body(m->eval, block->args, registry_config_schema(m->registry, real), NULL, 0);
    if (m->diags->n_errors == errors)
        vec_push(m->arena, &m->providers, p);
}

/* One entry of `providers`: the module's instance, and what it is in this file. */
static void add_passed(struct making *m, const struct config_provider_pass *pass)
{
    const struct testfile *file = m->bench->config;
    const struct config_provider_ref *inner = &pass->inner, *outer = &pass->outer;
    struct str key =
        outer->alias.n ? arena_printf(m->arena, "%.*s.%.*s", STR_ARG(outer->name), STR_ARG(outer->alias)) : outer->name;
    const struct testfile_mock *mock = map_get(&file->mocks, key);
    const struct config_provider *block = map_get(&file->providers, key);
    if (mock)
        add_mock(m, mock, inner->name, inner->alias);
    else if (block)
        add_provider(m, block, inner->name, inner->alias);
    else if (outer->alias.n)
        diag_error(m->diags, outer->span, _("Unknown provider instance"),
                   _("The test file has no provider or mock_provider \"%.*s\" with alias = \"%.*s\"."),
                   STR_ARG(outer->name), STR_ARG(outer->alias));
}

static void add_providers(struct making *m, const struct testfile_run *run)
{
    const struct testfile *file = m->bench->config;
    for (size_t i = 0; i < run->n_providers; i++)
        add_passed(m, &run->providers[i]);
    map_each (&file->mocks, i) {
        const struct testfile_mock *mock = file->mocks.entries[i].value;
        if (!run->has_providers)
            add_mock(m, mock, mock->name.text, mock->alias);
    }
    map_each (&file->providers, i) {
        const struct config_provider *block = file->providers.entries[i].value;
        if (!run->has_providers)
            add_provider(m, block, block->name.text, block->alias);
    }
}

/* -- overrides -- */

static void check_outputs(struct making *m, const struct traversal *target, struct value outputs,
                          const struct expr *expr)
{
    STRBUF_AUTO text = STRBUF_INIT(1 << 12);
    traversal_print(&text, target);
    const struct config_node *node = map_get(&m->subject->config->nodes, strbuf_str(&text));
    struct value key, item;
    for (struct value_iter it = value_iter(outputs); node && value_next(&it, &key, &item);) {
        const struct map *declared = &node->module->outputs;
        if (!map_find(declared, key.u.string))
            diag_error(m->diags, key_span(expr, key.u.string), _("Unknown output"), _("%.*s has no output \"%.*s\".%s"),
                       STR_ARG(strbuf_str(&text)), STR_ARG(key.u.string),
                       near_words(m, map_near(declared, key.u.string)));
    }
}

static void check_override(struct making *m, const struct testfile_override *override, struct value values)
{
    struct target target;
    if (override->kind == TESTFILE_MODULE) {
        check_outputs(m, override->target, values, override->values);
        return;
    }
    struct addrs *addrs = m->bench->addrs;
    if (!addr_of_traversal(addrs, addr_root(addrs), override->target, &target, m->diags) || !target.addr)
        return; /* the session says what a target has to be */
    const struct provider_type *type = type_of(m, target.addr->mode, target.addr->type, override->target->span);
    if (type)
        check_values(m, type->schema, type->name, values, override->values);
}

static void add_overrides(struct making *m, struct testfile_overrides list, bool *used)
{
    static const enum override_kind kinds[] = {
        [TESTFILE_RESOURCE] = OVERRIDE_RESOURCE, [TESTFILE_DATA] = OVERRIDE_DATA, [TESTFILE_MODULE] = OVERRIDE_MODULE};
    for (size_t i = 0; i < list.n; i++) {
        struct session_override o = {.kind = kinds[list.v[i].kind],
                                     .target = list.v[i].target,
                                     .values = given_object(m, list.v[i].values),
                                     .planned = list.v[i].planned,
                                     .used = used ? used + i : NULL};
        if (value_exists(o.values))
            check_override(m, &list.v[i], o.values);
        vec_push(m->arena, &m->overrides, o);
    }
}

/* Later ones win: those of mocks, of the file, of the run. */
static void add_all_overrides(struct making *m, const struct testfile_run *run, bool *own)
{
    const struct testfile *file = m->bench->config;
    bool *used = m->bench->used;
    map_each (&file->mocks, i) {
        const struct testfile_mock *mock = file->mocks.entries[i].value;
        add_overrides(m, mock->overrides, used);
        used += mock->overrides.n;
    }
    add_overrides(m, file->overrides, used);
    add_overrides(m, run->overrides, own);
}

bool stand_ins_make(struct bench *bench, const struct testfile_run *run, const struct subject *subject,
                    struct eval *eval, struct staged *out)
{
    struct making m = {.bench = bench,
                       .subject = subject,
                       .eval = eval,
                       .arena = bench->arena,
                       .diags = eval->diags,
                       .registry = bench->testing->options.registry};
    size_t errors = m.diags->n_errors;
    add_providers(&m, run);
    out->used = ARENA_ARRAY(m.arena, bool, run->overrides.n);
    add_all_overrides(&m, run, out->used);
    out->stand_ins = (struct session_stand_ins){m.providers.v, m.providers.n, m.overrides.v, m.overrides.n};
    return m.diags->n_errors == errors;
}
