#include "view/junit.h"
#include "base/gettext.h"
#include "base/unicode.h"
#include "diag/snippet.h"

#include <stdio.h>

/* XML 1.0 takes no control characters but these, and neither U+FFFE nor U+FFFF. */
static bool takes(uint32_t rune)
{
    return rune == '\t' || rune == '\n' || rune == '\r' || (rune >= 0x20 && rune != 0xFFFE && rune != 0xFFFF);
}

static void add_rune(struct strbuf *out, uint32_t rune, bool attribute)
{
    if (rune == '&')
        strbuf_lit(out, "&amp;");
    else if (rune == '<')
        strbuf_lit(out, "&lt;");
    else if (rune == '>')
        strbuf_lit(out, "&gt;");
    else if (rune == '"' && attribute)
        strbuf_lit(out, "&quot;");
    else if (rune < 0x20 && attribute && takes(rune)) /* as they are, readers make blanks of them */
        strbuf_printf(out, "&#%u;", (unsigned)rune);
    else if (rune == '\r')
        strbuf_lit(out, "&#13;");
    else
        strbuf_add_rune(out, takes(rune) ? rune : 0xFFFD);
}

static void add_text(struct strbuf *out, struct str text, bool attribute)
{
    for (size_t at = 0; at < text.n;) {
        uint32_t rune;
        size_t n = utf8_decode(str_sub(text, at, text.n), &rune);
        add_rune(out, n ? rune : 0xFFFD, attribute);
        at += n ? n : 1;
    }
}

static void add_attribute(struct strbuf *out, const char *name, struct str value)
{
    strbuf_printf(out, " %s=\"", name);
    add_text(out, value, true);
    strbuf_addc(out, '"');
}

static void add_count(struct strbuf *out, const char *name, size_t n)
{
    strbuf_printf(out, " %s=\"%zu\"", name, n);
}

static void add_time(struct strbuf *out, uint64_t ns)
{
    strbuf_printf(out, " time=\"%u.%06u\"", (unsigned)(ns / 1000000000u), (unsigned)(ns % 1000000000u / 1000u));
}

static void add_diags(struct strbuf *out, const struct sources *sources, const struct diags *diags, bool errors_only)
{
    vec_each (&diags->list, i) {
        if (errors_only && diags->list.v[i].severity != DIAG_ERROR)
            continue;
        STRBUF_AUTO text = STRBUF_INIT(STRBUF_MAX);
        snippet_render(&text, sources, &diags->list.v[i], (struct snippet_style){0});
        strbuf_addc(out, '\n');
        add_text(out, strbuf_str(&text), false);
    }
}

static struct str first_error(const struct diags *diags)
{
    vec_each (&diags->list, i)
        if (diags->list.v[i].severity == DIAG_ERROR)
            return diags->list.v[i].detail;
    return (struct str){0};
}

static void problem(struct strbuf *out, const struct sources *sources, const struct test_run *run)
{
    ARENA_AUTO arena = arena_new();
    const char *tag = run->status == TEST_FAIL ? "failure" : "error";
    struct str message = first_error(&run->diags);
    if (run->status == TEST_FAIL)
        message = arena_printf(arena, _("%zu of %zu assertions failed, including: %.*s"), run->n_failed, run->n_asserts,
                               STR_ARG(message));
    strbuf_printf(out, "      <%s", tag);
    add_attribute(out, "message", message);
    strbuf_addc(out, '>');
    add_diags(out, sources, &run->diags, true);
    strbuf_printf(out, "</%s>\n", tag);
}

static void warnings(struct strbuf *out, const struct sources *sources, const struct test_run *run)
{
    if (run->diags.list.n == run->diags.n_errors || run->status == TEST_SKIP)
        return;
    strbuf_lit(out, "      <system-err>");
    vec_each (&run->diags.list, i) {
        if (run->diags.list.v[i].severity == DIAG_ERROR)
            continue;
        STRBUF_AUTO text = STRBUF_INIT(STRBUF_MAX);
        snippet_render(&text, sources, &run->diags.list.v[i], (struct snippet_style){0});
        strbuf_addc(out, '\n');
        add_text(out, strbuf_str(&text), false);
    }
    strbuf_lit(out, "</system-err>\n");
}

static void skipped(struct strbuf *out, const struct test_file *file)
{
    const struct test_run *cause = NULL;
    ARENA_AUTO arena = arena_new();
    vec_each (&file->runs, i)
        if (!cause && file->runs.v[i].status == TEST_ERROR)
            cause = &file->runs.v[i];
    struct str message =
        cause ? arena_printf(arena, _("The run \"%.*s\" before it ended in an error"), STR_ARG(cause->name))
              : str_c(_("It was not begun"));
    strbuf_lit(out, "      <skipped");
    add_attribute(out, "message", message);
    strbuf_lit(out, "/>\n");
}

static void test_case(struct strbuf *out, const struct sources *sources, const struct test_file *file,
                      const struct test_run *run)
{
    strbuf_lit(out, "    <testcase");
    add_attribute(out, "name", run->name);
    add_attribute(out, "classname", file->path);
    add_time(out, run->elapsed_ns);
    if (run->started.n)
        add_attribute(out, "timestamp", run->started);
    strbuf_lit(out, ">\n");
    if (run->status == TEST_SKIP || run->status == TEST_PENDING)
        skipped(out, file);
    else if (run->status != TEST_PASS)
        problem(out, sources, run);
    warnings(out, sources, run);
    strbuf_lit(out, "    </testcase>\n");
}

/* What is wrong with a file beyond its runs has no case of its own to be told in. */
static void file_problems(struct strbuf *out, const struct sources *sources, const struct test_file *file)
{
    if (!file->diags.n_errors && !file->left.n)
        return;
    strbuf_lit(out, "    <testcase");
    add_attribute(out, "name", str_c(_("(file)")));
    add_attribute(out, "classname", file->path);
    strbuf_lit(out, " time=\"0\">\n      <error");
    add_attribute(out, "message",
                  file->left.n ? str_c(_("Objects are left that could not be destroyed")) : first_error(&file->diags));
    strbuf_addc(out, '>');
    vec_each (&file->left, i) {
        strbuf_lit(out, "\n  - ");
        add_text(out, file->left.v[i].addr, false);
    }
    add_diags(out, sources, &file->diags, true);
    strbuf_lit(out, "</error>\n    </testcase>\n");
}

static size_t count(const struct test_file *file, enum test_status status)
{
    size_t n = 0;
    vec_each (&file->runs, i)
        n += file->runs.v[i].status == status;
    return n;
}

static void test_suite(struct strbuf *out, const struct sources *sources, const struct test_file *file)
{
    size_t own = file->diags.n_errors || file->left.n ? 1 : 0;
    uint64_t elapsed = 0;
    vec_each (&file->runs, i)
        elapsed += file->runs.v[i].elapsed_ns;
    strbuf_lit(out, "  <testsuite");
    add_attribute(out, "name", file->path);
    add_count(out, "tests", file->runs.n + own);
    add_count(out, "skipped", count(file, TEST_SKIP) + count(file, TEST_PENDING));
    add_count(out, "failures", count(file, TEST_FAIL));
    add_count(out, "errors", count(file, TEST_ERROR) + own);
    add_time(out, elapsed);
    strbuf_lit(out, ">\n");
    vec_each (&file->runs, i)
        test_case(out, sources, file, &file->runs.v[i]);
    file_problems(out, sources, file);
    strbuf_lit(out, "  </testsuite>\n");
}

void junit_report(struct strbuf *out, const struct sources *sources, const struct test_suite *suite)
{
    strbuf_lit(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    vec_each (&suite->files, i)
        test_suite(out, sources, suite->files.v[i]);
    strbuf_lit(out, "</testsuites>\n");
}
