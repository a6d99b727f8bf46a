/* What the store does where a backend is far away: writes that fail, journals of two runs. The backend is files with
 * the calls in between that a test asks for. */
#include "fixture.h"
#include "state/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct backend_ops ops;
static const struct backend_ops *real;
static bool broken, unlocked;
static struct str second; /* another journal, by a run whose lock was forced open */

static bool write_or_fail(struct backend *b, struct str text)
{
    return broken ? backend_fail(b, "the line is cut") : real->write(b, text);
}

static bool note_unlock(struct backend *b)
{
    unlocked = true;
    return real->unlock(b);
}

static bool read_more(struct backend *b, struct arena *arena, struct backend_texts *out)
{
    bool ok = real->read(b, arena, out);
    if (ok && second.n)
        vec_push(arena, &out->journals, ((struct backend_journal){STR("the other run"), second}));
    return ok;
}

struct far {
    struct fixture f;
    char dir[32], path[64], rescue[64];
    struct backend *backend;
    struct store_options options;
};

static struct far far_new(void)
{
    struct far p = {.f = fixture_new(), .dir = "/tmp/detour-far-XXXXXX"};
    cr_assert_not_null(mkdtemp(p.dir));
    snprintf(p.path, sizeof p.path, "%s/s", p.dir);
    snprintf(p.rescue, sizeof p.rescue, "%s/rescue", p.dir);
    p.backend = backend_local(NULL, p.path);
    real = p.backend->ops;
    ops = *real;
    ops.write = write_or_fail;
    ops.unlock = note_unlock;
    ops.read = read_more;
    p.backend->ops = &ops;
    p.backend->remote = true;
    return p;
}

static struct store *open_far(struct far *p)
{
    p->options = (struct store_options){
        .backend = p->backend, .addrs = p->f.addrs, .sources = p->f.sources, .rescue = p->rescue, .operation = "test"};
    return store_open(&p->options, &p->f.diags);
}

static void far_free(struct far *p)
{
    backend_close(p->backend);
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", p->dir);
    cr_assert_eq(system(command), 0);
    fixture_free(&p->f);
}

Test(remote, a_state_that_is_not_taken_is_kept_and_its_lock_stays)
{
    struct far p = far_new();
    struct store *s = open_far(&p);
    struct result one = set(&p.f, "a.b", "1");
    struct stat st;
    cr_assert(store_begin(s, &p.f.diags) && store_results(s, &one, 1, &p.f.diags));
    broken = true;
    cr_assert_not(store_checkpoint(s, &p.f.diags));
    cr_assert_not_null(strstr(first_detail(&p.f), "the line is cut"), "%s", first_detail(&p.f));
    cr_assert_not_null(strstr(first_detail(&p.f), "detour state push"));
    cr_assert_eq(stat(p.rescue, &st), 0);
    cr_assert_eq(st.st_mode & 07777, 0600);
    store_close(s);
    cr_assert_not(unlocked);
    real->unlock(p.backend); /* the process goes on here */
    /* what is kept is the state with its change, and newer than the stored one */
    broken = false;
    struct str text;
    struct absorbed absorbed;
    cr_assert(fs_read(&vfs_system, p.f.arena, p.rescue, 1 << 20, &text));
    struct snapshot *kept = format_read(p.f.addrs, str_c(p.rescue), text, NULL, &absorbed, &p.f.diags);
    cr_assert_not_null(kept);
    cr_assert(holds(kept, at(&p.f, "a.b"), "", "1"));
    s = open_far(&p);
    cr_assert_not_null(s, "%s", first_detail(&p.f));
    cr_assert(holds(store_snapshot(s), at(&p.f, "a.b"), "", "1"), "the journal has it, too");
    cr_assert(store_unsettled(s) && absorbed.set && store_unsettled_seq(s) <= absorbed.seq);
    cr_assert_eq(snapshot_serial(kept), snapshot_serial(store_snapshot(s)) + 1);
    cr_assert(store_replace(s, text, true, &p.f.diags));
    store_close(s);
    s = open_far(&p);
    cr_assert(store_exists(s) && !store_unsettled(s));
    cr_assert_eq(snapshot_serial(kept), snapshot_serial(store_snapshot(s)));
    store_close(s);
    snapshot_free(kept);
    far_free(&p);
}

Test(remote, two_runs_that_wrote_at_once_are_told)
{
    struct far p = far_new();
    struct store *s = open_far(&p);
    struct result one = set(&p.f, "a.b", "1");
    struct backend_texts texts;
    cr_assert(store_begin(s, &p.f.diags) && store_results(s, &one, 1, &p.f.diags));
    cr_assert(real->read(p.backend, p.f.arena, &texts));
    second = texts.journals.v[0].text;
    store_close(s);
    cr_assert_null(open_far(&p));
    cr_assert_str_eq(first_summary(&p.f), "Two runs wrote this state at the same time");
    far_free(&p);
}

Test(remote, a_web_page_and_a_note_are_no_states)
{
    static const char *const cases[][2] = {
        {"<html>502</html>", "Not a state"},
        {"{\"format\":\"detour.state.moved\",\"version\":1,\"lineage\":\"l\",\"serial\":1,\"to\":\"s3\"}",
         "The state has moved"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct far p = far_new();
        cr_assert(fs_replace(&vfs_system, p.path, str_c(cases[i][0]), 0600));
        cr_assert_null(open_far(&p));
        cr_assert_str_eq(first_summary(&p.f), cases[i][1]);
        far_free(&p);
    }
}
