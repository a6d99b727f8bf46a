/* Against the real age and ssh-keygen, both ways, where they are installed; and the forms of damage. */
#include "state/age/age.h"

#include "base/fs.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct place {
    struct arena *arena;
    char dir[32];
};

static struct place place_new(void)
{
    struct place p = {.arena = arena_new(), .dir = "/tmp/detour-age-XXXXXX"};
    cr_assert_not_null(mkdtemp(p.dir));
    return p;
}

static bool run(struct place *p, const char *command)
{
    return system(arena_printf(p->arena, "cd %s && { %s; } >/dev/null 2>&1", p->dir, command).p) == 0;
}

static void place_free(struct place *p)
{
    run(p, "rm -r \"$PWD\"");
    arena_free(p->arena);
}

static bool have_age(struct place *p)
{
    return run(p, "command -v age && command -v age-keygen && command -v ssh-keygen");
}

static const char *file(struct place *p, const char *name)
{
    return arena_printf(p->arena, "%s/%s", p->dir, name).p;
}

static struct str content(struct place *p, const char *name)
{
    struct str text = {0};
    cr_assert(fs_read(&vfs_system, p->arena, file(p, name), 1 << 24, &text), "%s", name);
    return text;
}

static struct age_identities identities(struct place *p, struct str text)
{
    struct age_identities ids;
    const char *why = "";
    cr_assert(age_identities_parse(p->arena, text, &ids, &why), "%s", why);
    return ids;
}

static struct age_recipient recipient(struct place *p, struct str text)
{
    struct age_recipient to;
    const char *why = "";
    cr_assert(age_recipient_parse(p->arena, text, &to, &why), "%s", why);
    return to;
}

static struct str sealed(struct place *p, const struct age_to *to, struct str plain)
{
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    cr_assert(age_encrypt(&out, to, plain));
    return arena_str(p->arena, strbuf_str(&out));
}

static struct str generated(struct place *p)
{
    STRBUF_AUTO out = STRBUF_INIT(4096);
    age_identity_generate(&out);
    return arena_str(p->arena, strbuf_str(&out));
}

static struct str long_text(struct place *p, size_t n)
{
    char *text = arena_alloc(p->arena, n + 1);
    for (size_t i = 0; i < n; i++)
        text[i] = (char)('a' + i % 23);
    return str_from(text, n);
}

Test(age, opens_what_it_wrote)
{
    struct place p = place_new();
    const size_t sizes[] = {0, 1, 65535, 65536, 65537, 131072, 200000};
    struct age_identities mine = identities(&p, generated(&p)), other = identities(&p, generated(&p));
    struct age_recipient both[] = {other.v[0].recipient, mine.v[0].recipient};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct str plain = long_text(&p, sizes[i]), back;
        struct str text = sealed(&p, &(struct age_to){.recipients = both, .n = 2}, plain);
        cr_assert_eq(age_decrypt(p.arena, text, &(struct age_from){.identities = mine.v, .n = 1}, &back), AGE_OPENED);
        cr_assert(str_eq(back, plain), "%zu", sizes[i]);
        struct age_identities third = identities(&p, generated(&p));
        cr_assert_eq(age_decrypt(p.arena, text, &(struct age_from){.identities = third.v, .n = 1}, &back), AGE_NO_KEY);
    }
    place_free(&p);
}

Test(age, age_opens_what_detour_wrote)
{
    struct place p = place_new();
    if (!have_age(&p))
        cr_skip_test("age is not installed");
    cr_assert(
        run(&p, "age-keygen -o key && age-keygen -y key >key.pub && ssh-keygen -q -t ed25519 -N '' -C anna -f ssh"));
    struct age_recipient to[] = {recipient(&p, content(&p, "key.pub")), recipient(&p, content(&p, "ssh.pub"))};
    cr_assert(str_is(to[1].comment, "anna"));
    struct str plain = long_text(&p, 70000);
    struct str text = sealed(&p, &(struct age_to){.recipients = to, .n = 2}, plain);
    cr_assert(fs_replace(&vfs_system, file(&p, "plain"), plain, 0600));
    cr_assert(fs_replace(&vfs_system, file(&p, "x.age"), text, 0600));
    cr_assert(run(&p, "age -d -i key x.age | cmp - plain"));
    cr_assert(run(&p, "age -d -i ssh x.age | cmp - plain"));
    place_free(&p);
}

Test(age, detour_opens_what_age_wrote)
{
    struct place p = place_new();
    if (!have_age(&p))
        cr_skip_test("age is not installed");
    cr_assert(
        run(&p, "age-keygen -o key && ssh-keygen -q -t ed25519 -N '' -f ssh && head -c 150000 /dev/urandom >plain"));
    cr_assert(run(&p, "age -r \"$(age-keygen -y key)\" -o a plain && age -a -R ssh.pub -o b plain"));
    struct str plain = content(&p, "plain"), back;
    struct age_identities key = identities(&p, content(&p, "key")), ssh = identities(&p, content(&p, "ssh"));
    cr_assert_eq(age_decrypt(p.arena, content(&p, "a"), &(struct age_from){.identities = key.v, .n = 1}, &back),
                 AGE_OPENED);
    cr_assert(str_eq(back, plain));
    cr_assert_eq(age_decrypt(p.arena, content(&p, "b"), &(struct age_from){.identities = ssh.v, .n = 1}, &back),
                 AGE_OPENED);
    cr_assert(str_eq(back, plain));
    cr_assert_eq(age_decrypt(p.arena, content(&p, "b"), &(struct age_from){.identities = key.v, .n = 1}, &back),
                 AGE_NO_KEY);
    place_free(&p);
}

Test(age, passphrases_open_and_others_do_not)
{
    struct place p = place_new();
    struct str back, text = sealed(&p, &(struct age_to){.passphrase = STR("correct horse")}, STR("it"));
    cr_assert(age_wants_passphrase(text));
    cr_assert_eq(age_decrypt(p.arena, text, &(struct age_from){.passphrase = STR("correct horse")}, &back), AGE_OPENED);
    cr_assert(str_is(back, "it"));
    cr_assert_eq(age_decrypt(p.arena, text, &(struct age_from){.passphrase = STR("wrong")}, &back), AGE_NO_KEY);
    cr_assert_eq(age_decrypt(p.arena, text, &(struct age_from){0}, &back), AGE_NO_KEY);
    place_free(&p);
}

/* age asks on the terminal only, so `script` gives it one. */
Test(age, age_opens_a_passphrase_file)
{
    struct place p = place_new();
    if (!have_age(&p) || !run(&p, "command -v script"))
        cr_skip_test("age or script is not installed");
    struct str text = sealed(&p, &(struct age_to){.passphrase = STR("correct horse")}, STR("it"));
    cr_assert(fs_replace(&vfs_system, file(&p, "x.age"), text, 0600));
    cr_assert(run(&p, "{ sleep 1; echo 'correct horse'; sleep 2; } | script -qec 'age -d -o out x.age' /dev/null; "
                      "test \"$(cat out)\" = it"));
    place_free(&p);
}

Test(age, every_changed_byte_and_every_cut_is_noticed)
{
    struct place p = place_new();
    struct age_identities mine = identities(&p, generated(&p));
    struct age_from from = {.identities = mine.v, .n = 1};
    struct str text = sealed(&p, &(struct age_to){.recipients = &mine.v[0].recipient, .n = 1}, STR("secret")), back;
    for (size_t i = 0; i < text.n - 1; i++) {
        char *exact = malloc(i ? i : 1);
        memcpy(exact, text.p, i);
        cr_assert_neq(age_decrypt(p.arena, str_from(exact, i), &from, &back), AGE_OPENED, "%zu", i);
        free(exact);
        char *changed = (char *)arena_str(p.arena, text).p;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        cr_assert_neq(age_decrypt(p.arena, str_from(changed, text.n), &from, &back), AGE_OPENED, "%zu", i);
    }
    place_free(&p);
}

Test(age, says_what_is_wrong_with_a_key)
{
    struct place p = place_new();
    const struct {
        const char *text, *why;
    } recipients[] = {
        {"ssh-rsa AAAAB3NzaC1yc2E", "only those of the type ssh-ed25519"},
        {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI", "cut short"},
        {"age1qqqq", "cut short or mistyped"},
        {"AGE-SECRET-KEY-1QQ", "private key"},
        {"anna", "a public key was expected"},
    };
    for (size_t i = 0; i < sizeof recipients / sizeof *recipients; i++) {
        struct age_recipient to;
        const char *why = "";
        cr_assert_not(age_recipient_parse(p.arena, str_c(recipients[i].text), &to, &why));
        cr_assert_not_null(strstr(why, recipients[i].why), "%s: %s", recipients[i].text, why);
    }
    struct age_identities ids;
    const char *why = "";
    cr_assert_not(age_identities_parse(p.arena, STR("# nothing\n"), &ids, &why));
    cr_assert_not(age_identities_parse(p.arena, STR("AGE-SECRET-KEY-1QQQ\n"), &ids, &why));
    cr_assert_not(age_identities_parse(p.arena, STR("-----BEGIN RSA PRIVATE KEY-----\n"), &ids, &why));
    if (have_age(&p)) {
        cr_assert(run(&p, "ssh-keygen -q -t ed25519 -N secret -f locked && ssh-keygen -q -t rsa -N '' -f rsa"));
        cr_assert_not(age_identities_parse(p.arena, content(&p, "locked"), &ids, &why));
        cr_assert_not_null(strstr(why, "protected by a passphrase"), "%s", why);
        cr_assert_not(age_identities_parse(p.arena, content(&p, "rsa"), &ids, &why));
        cr_assert_not_null(strstr(why, "only those of the type ssh-ed25519"), "%s", why);
    }
    place_free(&p);
}
