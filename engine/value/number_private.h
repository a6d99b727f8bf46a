/* number_private: what the files of number share: the representation of big numbers and the way in and out of MPFR. */
#ifndef DETOUR_VALUE_NUMBER_PRIVATE_H
#define DETOUR_VALUE_NUMBER_PRIVATE_H

#include "value/number.h"

#include <mpfr.h>

enum {
    PREC_INT = NUMBER_PREC_INT,
    PREC_DOUBLE = NUMBER_PREC_DOUBLE,
    PREC_TEXT = NUMBER_PREC_TEXT,
    EXPONENT_LARGEST = 100000, /* decimal exponents beyond would print as megabytes of zeros */
};

struct bignum {
    mpfr_t f; /* its mantissa is in `limbs`, so nothing has to be freed */
    mp_limb_t limbs[];
};

#define MPFR_AUTO __attribute__((cleanup(number_clear))) mpfr_t

/* mpfr_clear for MPFR_AUTO. */
static inline void number_clear(mpfr_t *f)
{
    mpfr_clear(*f);
}

/* A number as MPFR reads it: `store` is used for small ones and must live as long as the result. */
struct number_view {
    mpfr_t f;
    mp_limb_t limbs[1];
};
/* The number as MPFR has it: the number's own, or made in `store`, which must outlive it. */
mpfr_srcptr number_view(struct number a, struct number_view *store);

/* The number that `f` holds, with f's precision. */
struct number number_keep(struct arena *arena, mpfr_srcptr f);

/* Decimal digits and exponent (0.digits × 10^exponent) of the shortest text that reads back as f; digits is malloc'ed.
 */
char *number_shortest(mpfr_srcptr f, mpfr_exp_t *exponent);

#endif
