#include "view/human/tests.h"
#include "base/gettext.h"
#include "view/human/state.h"

static void status_word(struct strbuf *out, const struct term *term, enum test_status status)
{
    static const struct {
        const char *word;
        enum term_ink ink;
    } words[] = {[TEST_PENDING] = {N_("pending"), INK_DIM},
                 [TEST_SKIP] = {N_("skip"), INK_DIM},
                 [TEST_PASS] = {N_("pass"), INK_GREEN},
                 [TEST_FAIL] = {N_("fail"), INK_RED},
                 [TEST_ERROR] = {N_("fail"), INK_RED}};
    term_paint(out, term, words[status].ink, "%s", _(words[status].word));
}

static void file_line(struct strbuf *out, const struct term *term, const struct test_file *file, const char *word)
{
    strbuf_printf(out, "%.*s... ", STR_ARG(file->path));
    if (word)
        term_paint(out, term, INK_DIM, "%s", word);
    else
        status_word(out, term, file->status);
    strbuf_addc(out, '\n');
}

static void hold(struct human_tests *view, const struct test_event *event)
{
    if (!view->verbose)
        return;
    strbuf_addc(&view->held, '\n');
    if (event->plan)
        human_plan(&view->held, event->plan, &view->options);
    if (event->state)
        human_state(&view->held, event->state, view->registry, &view->options);
    strbuf_addc(&view->held, '\n');
}

void human_tests_event(struct strbuf *out, struct human_tests *view, const struct test_event *event)
{
    const struct term *term = &view->options.term;
    switch (event->kind) {
    case TEST_FILE_START:
        file_line(out, term, event->file, _("in progress"));
        break;
    case TEST_RUN_SHOW:
        hold(view, event);
        break;
    case TEST_RUN_END:
        strbuf_printf(out, "  run \"%.*s\"... ", STR_ARG(event->run->name));
        status_word(out, term, event->run->status);
        strbuf_addc(out, '\n');
        strbuf_add(out, strbuf_str(&view->held));
        strbuf_clear(&view->held);
        break;
    case TEST_FILE_TEARDOWN:
        file_line(out, term, event->file, _("tearing down"));
        break;
    case TEST_FILE_END:
        file_line(out, term, event->file, NULL);
        break;
    case TEST_FOUND:
    case TEST_RUN_START:
    case TEST_RUN_TEARDOWN:
    case TEST_END:
        break;
    }
}

void human_tests_summary(struct strbuf *out, const struct term *term, const struct test_suite *suite)
{
    bool good = suite->status <= TEST_PASS && suite->status != TEST_SKIP;
    strbuf_addc(out, '\n');
    term_paint(out, term, good ? INK_GREEN : INK_RED, "%s", good ? _("Success!") : _("Failure!"));
    strbuf_printf(out, _(" %zu passed, %zu failed"), suite->passed, suite->failed + suite->errored);
    if (suite->skipped)
        strbuf_printf(out, _(", %zu skipped"), suite->skipped);
    strbuf_lit(out, ".\n");
}

void human_tests_left(struct strbuf *out, const struct test_file *file)
{
    if (!file->left.n)
        return;
    strbuf_printf(out, _("These objects are still there after %.*s and have to be cleaned up by hand:\n"),
                  STR_ARG(file->path));
    vec_each (&file->left, i) {
        const struct test_left *left = &file->left.v[i];
        strbuf_printf(out, "  - %.*s", STR_ARG(left->addr));
        if (left->deposed.n)
            strbuf_printf(out, _(" (deposed object %.*s)"), STR_ARG(left->deposed));
        strbuf_printf(out, _(", of run \"%.*s\"\n"), STR_ARG(left->run));
    }
    strbuf_addc(out, '\n');
}
