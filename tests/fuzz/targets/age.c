/* Any bytes as a file of age, as a file of private keys and as a public key: what opens, opens again the same. */
#include "state/age/age.h"

#include "fuzz_secrets.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA_AUTO arena = arena_new();
    struct str text = str_from((const char *)data, size), plain, again;
    struct age_identities mine, any;
    struct age_recipient to;
    const char *why;
    assert(age_identities_parse(arena, STR(FUZZ_IDENTITY), &mine, &why));
    struct age_from from = {.identities = mine.v, .n = mine.n};
    if (age_decrypt(arena, text, &from, &plain) == AGE_OPENED)
        assert(age_decrypt(arena, text, &from, &again) == AGE_OPENED && str_eq(plain, again));
    age_wants_passphrase(text);
    if (age_identities_parse(arena, text, &any, &why))
        assert(any.n > 0);
    if (age_recipient_parse(arena, text, &to, &why)) {
        struct age_recipient back;
        assert(age_recipient_parse(arena, to.text, &back, &why) && str_eq(back.text, to.text));
    }
    return 0;
}
