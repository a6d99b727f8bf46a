#include "plan/change.h"

#include <assert.h>

static const struct {
    const char *name, *symbol, *json[2];
} actions[] = {
    [ACTION_NOOP] = {"no-op", " ", {"no-op"}},
    [ACTION_CREATE] = {"create", "+", {"create"}},
    [ACTION_READ] = {"read", "<=", {"read"}},
    [ACTION_UPDATE] = {"update", "~", {"update"}},
    [ACTION_DELETE] = {"delete", "-", {"delete"}},
    [ACTION_REPLACE] = {"replace", "-/+", {"delete", "create"}},
    [ACTION_CREATE_BEFORE_DELETE] = {"replace", "+/-", {"create", "delete"}},
    [ACTION_FORGET] = {"forget", ".", {"forget"}},
};

static const char *const reasons[] = {
    [REASON_NONE] = "",
    [REASON_REPLACE_CANNOT_UPDATE] = "replace_because_cannot_update",
    [REASON_REPLACE_TAINTED] = "replace_because_tainted",
    [REASON_REPLACE_REQUESTED] = "replace_by_request",
    [REASON_REPLACE_TRIGGERS] = "replace_by_triggers",
    [REASON_DELETE_NO_CONFIG] = "delete_because_no_resource_config",
    [REASON_DELETE_WRONG_REPETITION] = "delete_because_wrong_repetition",
    [REASON_DELETE_COUNT_INDEX] = "delete_because_count_index",
    [REASON_DELETE_EACH_KEY] = "delete_because_each_key",
    [REASON_DELETE_NO_MODULE] = "delete_because_no_module",
    [REASON_READ_CONFIG_UNKNOWN] = "read_because_config_unknown",
    [REASON_READ_DEPENDENCY_PENDING] = "read_because_dependency_pending",
    [REASON_READ_CHECK_NESTED] = "read_because_check_nested",
};

const char *action_name(enum action action)
{
    assert((size_t)action < sizeof actions / sizeof *actions);
    return actions[action].name;
}

bool change_matters(const struct change *change)
{
    bool acts = change->action != ACTION_NOOP && change->reason != REASON_READ_CHECK_NESTED;
    return acts || change->moved_from || change->import_id.n;
}

size_t action_json(enum action action, const char *names[static 2])
{
    assert((size_t)action < sizeof actions / sizeof *actions);
    names[0] = actions[action].json[0];
    names[1] = actions[action].json[1];
    return names[1] ? 2 : 1;
}

const char *action_symbol(enum action action)
{
    assert((size_t)action < sizeof actions / sizeof *actions);
    return actions[action].symbol;
}

const char *reason_name(enum reason reason)
{
    assert((size_t)reason < sizeof reasons / sizeof *reasons);
    return reasons[reason];
}
