/* What the tests of the state share. */
#ifndef DETOUR_TESTS_STATE_FIXTURE_H
#define DETOUR_TESTS_STATE_FIXTURE_H

#include "state/store.h"

#include <criterion/criterion.h>

struct fixture {
    struct arena *arena;
    struct secrets *secrets; /* with a key of its own */
    struct addrs *addrs;
    struct sources *sources;
    struct diags diags;
};

static inline struct fixture fixture_new(void)
{
    struct fixture f = {.arena = arena_new(), .addrs = addrs_new(), .sources = sources_new()};
    f.diags = DIAGS_INIT(f.arena);
    f.secrets = secrets_throwaway();
    cr_assert(secrets_ensure(f.secrets, &f.diags));
    return f;
}

static inline void fixture_free(struct fixture *f)
{
    secrets_free(f->secrets);
    addrs_free(f->addrs);
    sources_free(f->sources);
    arena_free(f->arena);
}

static inline const struct addr *at(struct fixture *f, const char *text)
{
    const struct addr *addr = addr_parse(f->addrs, f->sources, str_c(text), &f->diags);
    cr_assert_not_null(addr, "%s", text);
    return addr;
}

/* A copy of an array that a value may keep. */
#define KEEP(arena, array) memcpy(arena_alloc((arena), sizeof(array)), (array), sizeof(array))

/* {"id": text} */
static inline struct value object_value(struct fixture *f, const char *text)
{
    const struct str names[] = {STR("id")};
    struct value items[] = {value_string_copy(f->arena, str_c(text))};
    return value_object(f->arena, names, KEEP(f->arena, items), 1);
}

static inline const struct state_object *object(struct fixture *f, const char *text)
{
    struct state_object *o = ARENA_NEW(f->arena, struct state_object);
    *o = (struct state_object){.provider = STR("detour"), .value = object_value(f, text)};
    return o;
}

static inline struct result set(struct fixture *f, const char *addr, const char *text)
{
    return (struct result){.kind = RESULT_SET, .addr = at(f, addr), .object = object(f, text)};
}

static inline struct result other(struct fixture *f, enum result_kind kind, const char *addr, const char *deposed)
{
    return (struct result){.kind = kind, .addr = at(f, addr), .deposed = str_c(deposed)};
}

static inline struct intent intend(struct fixture *f, const char *addr, enum intent_action action)
{
    struct intent i = {.addr = at(f, addr), .action = action};
    i.planned = *object(f, "planned");
    return i;
}

static inline bool holds(const struct snapshot *s, const struct addr *addr, const char *deposed, const char *text)
{
    const struct state_object *o = snapshot_object(s, addr, str_c(deposed));
    if (!o || !text)
        return !o && !text;
    return str_eq(value_attr(o->value, STR("id")).u.string, str_c(text));
}

/* The first diagnostic, for assertions on its text. */
static inline const char *first_detail(const struct fixture *f)
{
    return f->diags.list.n ? f->diags.list.v[0].detail.p : "";
}

static inline const char *first_summary(const struct fixture *f)
{
    return f->diags.list.n ? f->diags.list.v[0].summary.p : "";
}

#endif
