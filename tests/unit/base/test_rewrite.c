#include "base/arena.h"
#include "base/fs.h"
#include "base/rewrite.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static char dir[64];
static struct arena *arena;

static const char *at(const char *name)
{
    return arena_printf(arena, "%s/%s", dir, name).p;
}

static void make(const char *name, const char *text, mode_t mode)
{
    cr_assert(fs_replace(&vfs_system, at(name), str_c(text), 0600));
    cr_assert_eq(chmod(at(name), mode), 0);
}

static const char *text(const char *name)
{
    struct str content;
    cr_assert(fs_read(&vfs_system, arena, at(name), 1 << 20, &content), "%s", name);
    return content.p;
}

static mode_t mode(const char *name)
{
    struct stat st;
    cr_assert_eq(stat(at(name), &st), 0);
    return st.st_mode & 07777;
}

static int files(void)
{
    DIR *d = opendir(dir);
    int n = -2; /* . and .. */
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static void setup(void)
{
    arena = arena_new();
    snprintf(dir, sizeof dir, "/var/tmp/detour-rewrite-XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
}

static void teardown(void)
{
    arena_free(arena);
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    cr_assert_eq(system(command), 0);
}

TestSuite(rewrite, .init = setup, .fini = teardown);

Test(rewrite, one_after_the_other)
{
    struct rewriter r = {0};
    make("a", "old text of a, the longest of them\n", 0644);
    make("b", "old b\n", 0600);
    make("c", "old c\n", 0600);
    make("d", "", 0755);
    cr_assert(rewriter_put(&r, at("a"), STR("new a\n")));
    cr_assert(rewriter_put(&r, at("b"), STR("new b, and longer\n")));
    cr_assert(rewriter_put(&r, at("c"), STR("")));
    cr_assert(rewriter_put(&r, at("d"), STR("new d\n")));
    rewriter_end(&r);
    cr_assert_str_eq(text("a"), "new a\n");
    cr_assert_str_eq(text("b"), "new b, and longer\n");
    cr_assert_str_eq(text("c"), "");
    cr_assert_str_eq(text("d"), "new d\n");
    cr_assert(mode("a") == 0644 && mode("b") == 0600 && mode("c") == 0600 && mode("d") == 0755);
    cr_assert_eq(files(), 4, "no spare is left");
}

Test(rewrite, what_was_a_file_is_nobodys_but_its_own)
{
    struct rewriter r = {0};
    make("a", "old a\n", 0644);
    make("b", "old b\n", 0644);
    make("c", "old c\n", 0644);
    cr_assert_eq(link(at("a"), at("hard")), 0);
    bool attributes = setxattr(at("b"), "user.kind", "x", 1, 0) == 0; /* where the file system has them */
    cr_assert(rewriter_put(&r, at("a"), STR("new a\n")));
    cr_assert(rewriter_put(&r, at("b"), STR("new b\n")));
    cr_assert(rewriter_put(&r, at("c"), STR("new c\n")));
    rewriter_end(&r);
    cr_assert_str_eq(text("hard"), "old a\n");
    cr_assert_str_eq(text("c"), "new c\n");
    cr_assert(!attributes || getxattr(at("c"), "user.kind", NULL, 0) < 0, "c has what b had");
    cr_assert_eq(files(), 4);
}

Test(rewrite, links_and_errors)
{
    struct rewriter r = {0};
    make("a", "old a\n", 0644);
    make("b", "old b\n", 0644);
    cr_assert_eq(symlink("b", at("soft")), 0);
    cr_assert(rewriter_put(&r, at("a"), STR("new a\n")));
    cr_assert_not(rewriter_put(&r, at("missing"), STR("x")));
    cr_assert_eq(errno, ENOENT);
    cr_assert(rewriter_put(&r, at("soft"), STR("new b\n")));
    rewriter_end(&r);
    struct stat st;
    cr_assert(lstat(at("soft"), &st) == 0 && S_ISLNK(st.st_mode));
    cr_assert_str_eq(text("a"), "new a\n");
    cr_assert_str_eq(text("b"), "new b\n");
    cr_assert_eq(files(), 3);
}

Test(rewrite, a_spare_that_is_there_already_is_not_touched)
{
    struct rewriter r = {0};
    make("a", "old a\n", 0644);
    char name[64];
    snprintf(name, sizeof name, "a.tmp.%d", (int)getpid());
    make(name, "somebody's\n", 0644);
    cr_assert_not(rewriter_put(&r, at("a"), STR("new a\n")));
    cr_assert_eq(errno, EEXIST);
    rewriter_end(&r);
    cr_assert_str_eq(text("a"), "old a\n");
    cr_assert_str_eq(text(name), "somebody's\n");
}
