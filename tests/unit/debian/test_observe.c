/* What machines answered, as recorded from Debian 10 (systemd 241) to 13, and what is made of it. */
#include "debian/debian.h"
#include <criterion/criterion.h>
#include <stdlib.h>

static struct arena *memory;

static void *call_alloc(detour_call *call, size_t size)
{
    (void)call;
    return arena_alloc(memory, size);
}

static const struct detour_host fake_host = {.size = sizeof fake_host, .alloc = call_alloc};
static struct debian self = {.host = &fake_host};

static struct batch *batch_of(const struct kind *const *kinds, const char *const *names, size_t n)
{
    memory = arena_new();
    struct batch *batch = batch_new(&self, NULL, n);
    for (size_t i = 0; i < n; i++) {
        batch->items[i].kind = kinds[i];
        batch->items[i].name = str_c(names[i]);
        batch->items[i].request = i;
    }
    return batch;
}

static void answer(struct batch *batch, const char *name, const char *body)
{
    struct transport_section section = {str_c(name), str_c(body)};
    vec_push(batch->arena, &batch->answer.sections, section);
}

static void done(struct batch *batch)
{
    batch_free(batch);
    arena_free(memory);
}

#define BATCH(...)                                                                                                     \
    batch_of((const struct kind *const[]){__VA_ARGS__}, names,                                                         \
             sizeof((const struct kind *const[]){__VA_ARGS__}) / sizeof(struct kind *))

Test(observe, paths_and_files)
{
    const char *const names[] = {"/etc", "/etc/motd", "/gone", "/etc/a\nb", "/root/x"};
    struct batch *b = BATCH(&directory_kind, &file_kind, &file_kind, &file_kind, &file_kind);
    b->items[1].known_sha256 = STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    answer(b, "paths", "1101x\n41ed 4096 0 0 root root\n81a4 286 0 5 root tty\na1ff 7 1000 1000 UNKNOWN UNKNOWN");
    answer(b, "files",
           "1010\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  /etc/motd\n"
           "\\ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  /etc/a\\nb");
    answer(b, "content", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad YWJj");
    observe_answer(b);
    cr_assert(b->items[0].path.present && b->items[0].path.type == 'd' && b->items[0].path.mode == 0755);
    const struct path_facts *motd = &b->items[1].path, *link = &b->items[3].path;
    cr_assert(motd->type == 'f' && motd->mode == 0644 && motd->size == 286 && str_is(motd->group, "tty"));
    cr_assert(!motd->fetched && str_starts(motd->sha256, STR("e3b0")));
    cr_assert(!b->items[2].path.present && !b->items[2].path.unreadable);
    cr_assert(link->type == 'l' && str_is(link->uid, "1000") && str_is(link->owner, "UNKNOWN"));
    cr_assert(link->fetched && str_is(link->content, "abc"));
    cr_assert(b->items[4].path.unreadable);
    done(b);
}

Test(observe, a_file_nobody_may_read_is_not_an_empty_one)
{
    const char *const names[] = {"/a", "/b"};
    struct batch *b = BATCH(&file_kind, &file_kind);
    answer(b, "paths", "11\n81a4 1 0 0 root root\n-");
    answer(b, "files", "11\n-\n-");
    observe_answer(b);
    cr_assert(b->items[0].path.unreadable && b->items[1].path.unreadable);
    done(b);
}

Test(observe, content_that_another_file_had_does_not_travel)
{
    const char *const names[] = {"/a", "/b"};
    struct batch *b = BATCH(&file_kind, &file_kind);
    b->items[0].known_sha256 = STR("1111111111111111111111111111111111111111111111111111111111111111");
    b->items[0].known_content = STR("one");
    b->items[1].known_sha256 = STR("2222222222222222222222222222222222222222222222222222222222222222");
    answer(b, "files",
           "11\n1111111111111111111111111111111111111111111111111111111111111111  /a\n"
           "1111111111111111111111111111111111111111111111111111111111111111  /b");
    observe_answer(b);
    cr_assert(b->items[1].path.fetched && str_is(b->items[1].path.content, "one"));
    cr_assert(!b->items[0].path.fetched);
    done(b);
}

Test(observe, accounts)
{
    const char *const names[] = {"app", "app", "nobody2", "ghost"};
    struct batch *b = BATCH(&user_kind, &group_kind, &user_kind, &user_kind);
    answer(b, "passwd", "app:x:1000:1001:The App,,,:/srv/app:/bin/sh\nnobody2:x:99:4242::/:/usr/sbin/nologin");
    answer(b, "keys", "app a2V5Cg==");
    answer(b, "group", "root:x:0:\nsudo:x:27:other,app\nadm:x:4:app\napp:x:1001:\nnot-app:x:5:apple,xapp");
    observe_answer(b);
    const struct account_facts *app = &b->items[0].account;
    cr_assert(app->present && app->uid == 1000 && str_is(app->group, "app") && str_is(app->comment, "The App,,,"));
    cr_assert(app->n_groups == 2 && str_is(app->groups[0], "adm") && str_is(app->groups[1], "sudo"));
    cr_assert(str_is(app->home, "/srv/app") && str_is(app->shell, "/bin/sh") && str_is(app->keys, "key\n"));
    cr_assert(b->items[1].account.present && b->items[1].account.gid == 1001);
    cr_assert(str_is(b->items[2].account.group, "4242"), "a group without a name shows its number");
    cr_assert(!b->items[3].account.present);
    done(b);
}

Test(observe, packages)
{
    const char *const names[] = {"nginx", "libc6:i386", "gone", "kept", "half"};
    struct batch *b = BATCH(&package_kind, &package_kind, &package_kind, &package_kind, &package_kind);
    answer(b, "packages",
           "nginx amd64 install ok installed 1.22.1-9+deb12u1\nlibc6 amd64 install ok installed 2.36-9\n"
           "libc6 i386 install ok installed 2.36-8\ngone all deinstall ok config-files 1\n"
           "kept all hold ok installed 3:4-5\nhalf all install ok half-configured 1");
    observe_answer(b);
    cr_assert(b->items[0].package.installed && str_is(b->items[0].package.version, "1.22.1-9+deb12u1"));
    cr_assert(str_is(b->items[1].package.version, "2.36-8"));
    cr_assert(!b->items[2].package.installed && !b->items[4].package.installed);
    cr_assert(b->items[3].package.hold && str_is(b->items[3].package.version, "3:4-5"));
    done(b);
}

Test(observe, services_of_buster)
{
    const char *const names[] = {"ssh", "nonesuch", "old-init-script"};
    struct batch *b = BATCH(&service_kind, &service_kind, &service_kind);
    answer(b, "enabled", "old-init-script.service");
    answer(
        b, "services",
        "Result=success\nNRestarts=0\nLoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=enabled\n\n"
        "Result=success\nNRestarts=0\nLoadState=not-found\nActiveState=inactive\nSubState=dead\nUnitFileState=\n\n"
        "Result=exit-code\nNRestarts=3\nLoadState=loaded\nActiveState=failed\nSubState=failed\nUnitFileState="
        "generated");
    observe_answer(b);
    cr_assert(str_is(b->items[0].service.active, "active") && str_is(b->items[0].service.unit_file, "enabled"));
    cr_assert(str_is(b->items[1].service.load, "not-found"));
    cr_assert(b->items[2].service.restarts == 3 && str_is(b->items[2].service.unit_file, "enabled"));
    done(b);
}

Test(observe, services_where_systemd_is_not_running)
{
    const char *const names[] = {"ssh"};
    struct batch *b = BATCH(&service_kind);
    answer(b, "services",
           "System has not been booted with systemd as init system (PID 1). Can't operate.\n"
           "Failed to connect to bus: Host is down");
    observe_answer(b);
    cr_assert(b->items[0].service.load.n == 0);
    done(b);
}

Test(observe, hosts)
{
    const char *const names[] = {"old"};
    struct batch *b = BATCH(&host_kind);
    answer(b, "host", "debian\n10\nDebian GNU/Linux 10 (buster)\narmhf\n5b2f0a1c9c1d4f3e8a7b6c5d4e3f2a1b");
    observe_answer(b);
    cr_assert(str_is(b->items[0].host.version, "10") && str_is(b->items[0].host.architecture, "armhf"));
    cr_assert(str_is(b->items[0].host.machine_id, "5b2f0a1c9c1d4f3e8a7b6c5d4e3f2a1b"));
    done(b);
}

Test(observe, nonsense_is_survived)
{
    static const char *const sections[] = {"paths", "files",    "content",  "passwd", "group",
                                           "keys",  "packages", "services", "host",   "enabled"};
    static const char *const bodies[] = {"",        "\n",    "1",   "111111\n", "1\n\n\n",
                                         ":::::::", "a b c", "===", "\xff\xfe", "1\nzz"};
    const char *const names[] = {"/a", "u", "g", "p", "s", "h"};
    for (size_t s = 0; s < sizeof sections / sizeof *sections; s++)
        for (size_t t = 0; t < sizeof bodies / sizeof *bodies; t++) {
            struct batch *b = BATCH(&file_kind, &user_kind, &group_kind, &package_kind, &service_kind, &host_kind);
            answer(b, sections[s], bodies[t]);
            observe_answer(b);
            cr_assert(!b->items[1].account.present && !b->items[3].package.installed);
            done(b);
        }
}
