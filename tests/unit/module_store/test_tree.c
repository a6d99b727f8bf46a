#include "base/cleanup.h"
#include "base/fs.h"
#include "module_store/tree.h"

#include <criterion/criterion.h>
#include <fcntl.h>

static char work[64];

static void make_work(void)
{
    strcpy(work, "/tmp/detour-test-tree-XXXXXX");
    cr_assert(mkdtemp(work));
}

static void drop_work(void)
{
    cr_assert(tree_remove(work));
    cr_assert_neq(access(work, F_OK), 0);
}

TestSuite(tree, .init = make_work, .fini = drop_work);

static struct tree begin(struct arena *arena, const char *name, struct str *why)
{
    struct tree tree;
    cr_assert(tree_begin(&tree, arena, arena_printf(arena, "%s/%s", work, name).p, why), "%.*s", STR_ARG(*why));
    return tree;
}

static const char *digest_of(struct arena *arena, const char *name)
{
    struct digest d;
    struct str why;
    return tree_digest(arena, arena_printf(arena, "%s/%s", work, name).p, &d, &why) ? digest_hex(arena, d).p
                                                                                    : arena_str(arena, why).p;
}

/* The canonical text, written by hand. */
Test(tree, the_digest_is_as_documented)
{
    ARENA_AUTO arena = arena_new();
    struct str why;
    TREE_AUTO tree = begin(arena, "t", &why);
    cr_assert(tree_put(&tree, STR("b/run"), TREE_EXECUTABLE, STR("x")));
    cr_assert(tree_put(&tree, STR("l"), TREE_LINK, STR("b/run")));
    cr_assert(tree_put(&tree, STR("a b"), TREE_FILE, STR("")));
    cr_assert(tree_finish(&tree));
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    struct str text = arena_printf(
        arena, "detour module tree 1\nfile 3 a b " EMPTY "\nexec 5 b/run %.*s\nlink 1 l %.*s\n",
        STR_ARG(digest_hex(arena, digest_sha256(STR("x")))), STR_ARG(digest_hex(arena, digest_sha256(STR("b/run")))));
    cr_assert_str_eq(digest_of(arena, "t"), digest_hex(arena, digest_sha256(text)).p);
    /* empty folders and times do not count, modes of execution do */
    cr_assert_eq(mkdir(arena_printf(arena, "%s/t/empty", work).p, 0700), 0);
    cr_assert_str_eq(digest_of(arena, "t"), digest_hex(arena, digest_sha256(text)).p);
    cr_assert_eq(chmod(arena_printf(arena, "%s/t/b/run", work).p, 0600), 0);
    cr_assert_str_neq(digest_of(arena, "t"), digest_hex(arena, digest_sha256(text)).p);
}

Test(tree, pipes_have_no_digest)
{
    ARENA_AUTO arena = arena_new();
    struct str why;
    TREE_AUTO tree = begin(arena, "t", &why);
    cr_assert_eq(mkfifo(arena_printf(arena, "%s/t/p", work).p, 0600), 0);
    cr_assert_str_eq(digest_of(arena, "t"), "\"p\" is neither file, folder nor link.");
}

Test(tree, paths_that_are_refused)
{
    static const char *const paths[] = {"",         "/etc/x",     "../x",  "a/../../x", "a//b",  "./a",
                                        ".git/x",   "a/.GIT/y",   "a/",    "a\nb",      "twice", "dir",
                                        "twice/in", "dir/f/deep", "a/./b", ".",         ".."};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        ARENA_AUTO arena = arena_new();
        struct str why = {0};
        TREE_AUTO tree = begin(arena, arena_printf(arena, "t%zu", i).p, &why);
        cr_assert(tree_put(&tree, STR("twice"), TREE_FILE, STR("")));
        cr_assert(tree_put(&tree, STR("dir/f"), TREE_FILE, STR("")));
        cr_assert_not(tree_put(&tree, str_c(paths[i]), TREE_FILE, STR("x")), "%s", paths[i]);
        cr_assert(why.n);
    }
}

Test(tree, links_that_are_refused)
{
    static const struct {
        const char *a, *b; /* targets of the links a and d/b */
        bool ok;
    } cases[] = {
        {"d/f", "../d", true},
        {"d/f", "f", true},
        {"missing", "f", true},
        {"/etc/passwd", "f", false},
        {"..", "f", false},
        {"d/../../x", "f", false},
        {"d/b/../../x", ".", false},
        {"d/b/etc", "../../..", false},
        {"a", "f", false},
        {"d/b/../e", "..", false},
        {"/proc/self/root", "f", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ARENA_AUTO arena = arena_new();
        struct str why = {0};
        TREE_AUTO tree = begin(arena, arena_printf(arena, "t%zu", i).p, &why);
        cr_assert(tree_put(&tree, STR("a"), TREE_LINK, str_c(cases[i].a)));
        cr_assert(tree_put(&tree, STR("d/b"), TREE_LINK, str_c(cases[i].b)));
        cr_assert(tree_put(&tree, STR("d/f"), TREE_FILE, STR("x")));
        cr_assert_eq(tree_finish(&tree), cases[i].ok, "%s %s: %.*s", cases[i].a, cases[i].b, STR_ARG(why));
    }
}

/* A file is never written through a link that came before it. */
Test(tree, files_do_not_follow_links)
{
    ARENA_AUTO arena = arena_new();
    struct str why = {0};
    TREE_AUTO tree = begin(arena, "t", &why);
    cr_assert(tree_put(&tree, STR("out"), TREE_LINK, STR("..")));
    cr_assert(tree_put(&tree, STR("out/evil"), TREE_FILE, STR("x")));
    cr_assert_not(tree_finish(&tree));
    cr_assert_neq(access(arena_printf(arena, "%s/evil", work).p, F_OK), 0);
}

Test(tree, caps)
{
    ARENA_AUTO arena = arena_new();
    struct str why = {0};
    TREE_AUTO tree = begin(arena, "t", &why);
    cr_assert_not(tree_has_room(&tree, STR("f"), TREE_FILE_MAX + 1ull));
    cr_assert(str_is(why, "\"f\" is larger than 64 MiB."));
    tree.bytes = TREE_BYTES_MAX - 1;
    cr_assert(tree_put(&tree, STR("f"), TREE_FILE, STR("x")));
    cr_assert_not(tree_put(&tree, STR("g"), TREE_FILE, STR("x")));
    tree.bytes = 0;
    tree.n = TREE_FILES_MAX;
    cr_assert_not(tree_put(&tree, STR("h"), TREE_FILE, STR("x")));
}
