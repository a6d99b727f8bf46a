/* testfile_private: what the two files of test files share: testfile.c reads runs and the whole, testfile_mock.c what
 * stands in place of the real thing. */
#ifndef DETOUR_CONFIG_TESTFILE_PRIVATE_H
#define DETOUR_CONFIG_TESTFILE_PRIVATE_H

#include "config/decode.h"
#include "config/testfile.h"

struct testfile_reading {
    struct decode d; /* first: what the shared decoders take */
    struct testfile *file;
    const struct config_reader *reader;
    VEC(struct testfile_override) overrides; /* of the file */
    VEC(struct testfile_run) runs;
};

/* -- testfile.c -- */
/* The row of a block of test files. */
const struct language_block *testfile_row(const char *type);
/* One of two bare words: whether it is the second; the first where it is not given. */
bool testfile_word(struct decode *d, const struct body *body, const char *name, const char *first, const char *second);
/* Parses the file, JSON by the row; NULL after a diagnostic. */
const struct body *testfile_body(struct decode *d, const struct config_reader *reader, struct str path,
                                 const struct language_block *row);

/* -- testfile_mock.c -- */
/* The overrides that stand in the body; `planned`: known while planning, where they do not say so themselves. */
struct testfile_overrides testfile_read_overrides(struct decode *d, const struct body *body, bool planned);
/* Each takes one block of the file; what is wrong with it is reported. */
void testfile_read_override(struct testfile_reading *r, const struct block *block);
void testfile_read_mock(struct testfile_reading *r, const struct block *block);
void testfile_read_provider(struct testfile_reading *r, const struct block *block);

#endif
