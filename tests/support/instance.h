/* instance: one instance of a provider, opened without configuration, for drivers that do without the core. */
#ifndef DETOUR_TEST_INSTANCE_H
#define DETOUR_TEST_INSTANCE_H

#include "provider/call.h"

static inline struct instance instance_open(const struct detour_provider *provider)
{
    struct instance instance = {.provider = provider, .key = str_c(provider->name)};
    struct call *call = call_new(CALL_OPEN, &instance, 1);
    instance.self = call_open(call, (struct value){0});
    call_free(call);
    return instance;
}

#endif
