/* The key that opens the seals in the corpus; nothing else on the disk is looked at. */
#ifndef DETOUR_TESTS_FUZZ_SECRETS_H
#define DETOUR_TESTS_FUZZ_SECRETS_H

#include "state/secrets.h"

#define FUZZ_IDENTITY "AGE-SECRET-KEY-1FHP47YEQPLQ9GC8WD2L9NVUJHNE3QMXA4UJ957G22PAJ2TSHLC9Q6XFG5W"

static inline struct secrets *fuzz_secrets(void)
{
    return secrets_new(&(struct secrets_settings){.identities = STR(FUZZ_IDENTITY), .only_identities = true});
}

#endif
