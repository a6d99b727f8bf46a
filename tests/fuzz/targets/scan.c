/* Tokens lie in order, within the text, with nothing but white space (and a byte order mark) between them; and the same
 * ones come in one go and by instalments. */
#include "syntax/scan.h"

#include <assert.h>

static void check_gaps(struct str text, const struct tokens *tokens)
{
    size_t at = str_starts(text, STR("\xEF\xBB\xBF")) ? 3 : 0;
    for (size_t i = 0; i < tokens->n; i++) {
        const struct token *t = &tokens->v[i];
        assert(t->off >= at && t->off + (size_t)t->len <= text.n);
        for (; at < t->off; at++)
            assert(text.p[at] == ' ' || text.p[at] == '\t');
        at = t->off + (size_t)t->len;
        assert((t->kind == TOKEN_EOF) == (i + 1 == tokens->n));
        assert(t->len || t->kind == TOKEN_EOF || t->kind == TOKEN_NEWLINE);
    }
    assert(at == text.n);
}

static bool same(const struct token *a, const struct token *b)
{
    return a->off == b->off && a->len == b->len && a->kind == b->kind && a->flags == b->flags;
}

static void check_instalments(struct str text, const struct tokens *whole)
{
    struct scanner *scanner = scan_open(text, 0, text.n, SCAN_CODE, 2);
    struct tokens some = {0};
    size_t seen = 0, n_bad = 0;
    while (scan_more(scanner, &some)) {
        for (size_t i = 0; i + 1 < some.n; i++, seen++)
            assert(same(&some.v[i], &whole->v[seen]));
        n_bad += some.n_bad;
    }
    assert(seen + 1 == whole->n && n_bad == whole->n_bad);
    tokens_free(&some);
    scan_close(scanner);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_from((const char *)data, size);
    struct tokens code = scan_tokens(text, 0, size, SCAN_CODE), template = scan_tokens(text, 0, size, SCAN_TEMPLATE);
    check_gaps(text, &code);
    check_gaps(text, &template);
    check_instalments(text, &code);
    tokens_free(&code);
    tokens_free(&template);
    return 0;
}
