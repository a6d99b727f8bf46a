/* What is asked of a web server that keeps states, and what its answers lead to. */
#include "server.h"

static struct backend *start(struct server *s, struct arena *arena, struct diags *diags)
{
    struct backend_setting settings[] = {
        {.name = STR("address"), .value = arena_printf(arena, "http://127.0.0.1:%u/x", server_start(s))},
        {.name = STR("username"), .value = STR("me")},
        {.name = STR("password"), .value = STR("pw")},
        {.name = STR("retry_max"), .value = STR("1")}};
    struct backend_config *c =
        backend_configure(arena, &backend_type_http, (struct span){0}, settings, 4, STR("."), diags);
    return c->type->open(c, diags);
}

Test(http, a_lock_a_write_and_an_unlock)
{
    static const char *const answers[] = {ANSWER("200", ""), ANSWER("200", ""), ANSWER("200", ""), NULL};
    struct server *s = calloc(1, sizeof *s);
    s->answers = answers;
    struct arena *arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    struct backend *b = start(s, arena, &diags);
    struct lock_holder mine = holder_here(arena, "apply"), holder = {0};
    cr_assert_eq(b->ops->lock(b, arena, &mine, &holder), LOCK_TAKEN, "%s", b->why);
    cr_assert(b->ops->write(b, STR("{\"serial\": 1}")), "%s", b->why);
    cr_assert(b->ops->unlock(b), "%s", b->why);
    backend_close(b);
    stop(s);
    cr_assert_not_null(strstr(s->seen[0], "LOCK /x HTTP/1.1"));
    cr_assert_not_null(strstr(s->seen[0], "\"Operation\":\"apply\""));
    cr_assert_not_null(strstr(s->seen[0], "Authorization: Basic bWU6cHc="));
    cr_assert_not_null(strstr(s->seen[1], arena_printf(arena, "POST /x?ID=%.*s HTTP/1.1", STR_ARG(mine.id)).p));
    cr_assert_not_null(strstr(s->seen[1], "Content-Type: application/json"));
    cr_assert_not_null(strstr(s->seen[1], "Content-MD5: "));
    cr_assert_not_null(strstr(s->seen[2], "UNLOCK /x HTTP/1.1"));
    cr_assert_not_null(strstr(s->seen[2], mine.id.p));
    arena_free(arena);
    free(s);
}

Test(http, the_holder_is_named_and_what_says_later_is_tried_again)
{
    static const char *const answers[] = {ANSWER("503", ""),
                                          ANSWER("423", "{\"ID\":\"7\",\"Who\":\"ada@far\",\"Operation\":\"apply\"}"),
                                          ANSWER("401", ""),
                                          ANSWER("302", ""),
                                          ANSWER("200", "<html>login</html>"),
                                          NULL};
    struct server *s = calloc(1, sizeof *s);
    s->answers = answers;
    struct arena *arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    struct backend *b = start(s, arena, &diags);
    struct lock_holder mine = holder_here(arena, "apply"), holder = {0};
    cr_assert_eq(b->ops->lock(b, arena, &mine, &holder), LOCK_HELD, "%s", b->why);
    cr_assert(str_is(holder.who, "ada@far"));
    struct backend_texts texts;
    cr_assert_not(b->ops->read(b, arena, &texts));
    cr_assert_not_null(strstr(b->why, "DETOUR_HTTP_PASSWORD"), "%s", b->why);
    cr_assert_not(b->ops->read(b, arena, &texts));
    cr_assert_not_null(strstr(b->why, "elsewhere"), "%s", b->why);
    cr_assert_not(b->ops->read(b, arena, &texts));
    cr_assert_not_null(strstr(b->why, "web page"), "%s", b->why);
    backend_close(b);
    stop(s);
    arena_free(arena);
    free(s);
}

#define DOCUMENT(name, serial, text)                                                                                   \
    ANSWER("200", "{\"format\":\"detour.text\",\"version\":1,\"serial\":" serial ",\"name\":\"" name                   \
                  "\",\"text\":\"" text "\"}")

Test(http, further_texts_are_looked_at_before_they_are_written)
{
    static const char *const answers[] = {ANSWER("404", ""),
                                          ANSWER("200", ""),
                                          DOCUMENT("history", "4", "a\\nb"),
                                          ANSWER("405", ""),
                                          DOCUMENT("history.7", "1", "x"),
                                          ANSWER("200", ""),
                                          ANSWER("200", "{\"format\":\"detour.state\",\"serial\":3}"),
                                          NULL};
    struct server *s = calloc(1, sizeof *s);
    s->answers = answers;
    struct arena *arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    struct backend *b = start(s, arena, &diags);
    struct str text;
    bool exists;
    cr_assert(b->ops->extra_write(b, "history", STR("a\n\"b\"")), "%s", b->why);
    cr_assert(b->ops->extra_read(b, arena, "history", &text, &exists) && exists && str_is(text, "a\nb"), "%s", b->why);
    cr_assert(b->ops->extra_drop(b, "history.7"), "%s", b->why);
    /* the state itself answers at that address: it is not written over, and nothing is asked of it again */
    cr_assert_not(b->ops->extra_write(b, "history", STR("a")));
    cr_assert_not_null(strstr(b->why, "something else is at …/x.history"), "%s", b->why);
    cr_assert_not(b->ops->extra_write(b, "environments", STR("a")));
    cr_assert(b->ops->extra_read(b, arena, "history", &text, &exists) && !exists);
    backend_close(b);
    stop(s);
    cr_assert_eq(s->n, 7);
    cr_assert_not_null(strstr(s->seen[0], "GET /x.history HTTP/1.1"));
    cr_assert_not_null(strstr(s->seen[1], "POST /x.history HTTP/1.1"));
    cr_assert_not_null(strstr(s->seen[1], "\"serial\":1,\"name\":\"history\",\"text\":\"a\\n\\\"b\\\"\"}"), "%s",
                       s->seen[1]);
    cr_assert_not_null(strstr(s->seen[3], "DELETE /x.history.7 HTTP/1.1"));
    cr_assert_not_null(strstr(s->seen[5], "\"serial\":2,\"name\":\"history.7\",\"text\":\"\"}"), "%s", s->seen[5]);
    arena_free(arena);
    free(s);
}
