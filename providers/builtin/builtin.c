#include "builtin/builtin.h"
#include "debian/provider.h"
#include "detour_data/provider.h"
#include "lab_host/provider.h"

const struct detour_provider *const *builtin_providers(void)
{
    static const struct detour_provider *all[4];
    all[0] = detour_data_provider();
    all[1] = debian_provider();
    all[2] = lab_provider();
    return all;
}
