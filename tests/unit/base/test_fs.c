#include "base/fs.h"
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

Test(fs, replace_then_read)
{
    ARENA_AUTO arena = arena_new();
    char dir[] = "/tmp/detour-fs-XXXXXX";
    cr_assert_not_null(mkdtemp(dir));
    struct str path = fs_join(arena, str_c(dir), STR("file")), content;
    cr_assert(fs_replace(&vfs_system, path.p, STR("one"), 0600));
    cr_assert(fs_replace(&vfs_system, path.p, STR("two"), 0600));
    cr_assert(fs_read(&vfs_system, arena, path.p, 100, &content));
    cr_assert(str_is(content, "two"));
    cr_assert_not(fs_read(&vfs_system, arena, path.p, 2, &content));
    cr_assert_eq(errno, EFBIG);
    unlink(path.p);
    cr_assert_eq(rmdir(dir), 0, "fs_replace leaves no temporary file");
}

Test(fs, names)
{
    ARENA_AUTO arena = arena_new();
    cr_assert(str_is(fs_dirname(arena, STR("a/b/c")), "a/b"));
    cr_assert(str_is(fs_dirname(arena, STR("c")), "."));
    cr_assert(str_is(fs_dirname(arena, STR("/c")), "/"));
    cr_assert(str_is(fs_join(arena, STR("a"), STR("/b")), "/b"));
    cr_assert(str_is(fs_join(arena, STR("."), STR("b")), "b"));
}
