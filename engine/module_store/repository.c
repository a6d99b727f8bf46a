#include "module_store/repository.h"
#include "base/gettext.h"
#include "base/hex.h"
#include "base/map.h"
#include "base/process.h"
#include "base/strbuf.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    GIT_SECONDS = 600,
    REFS_MAX = 64 << 20,  /* bytes of a list of refs */
    FILES_MAX = 64 << 20, /* bytes of a list of files */
    ABBREVIATED = 7,      /* digits of a commit at least */
};

/* -- running git -- */

/* What ties git to another repository, as in a hook that starts detour, and what is set anew. */
static const char *const dropped[] = {"GIT_DIR",
                                      "GIT_WORK_TREE",
                                      "GIT_IMPLICIT_WORK_TREE",
                                      "GIT_INDEX_FILE",
                                      "GIT_OBJECT_DIRECTORY",
                                      "GIT_ALTERNATE_OBJECT_DIRECTORIES",
                                      "GIT_COMMON_DIR",
                                      "GIT_CONFIG",
                                      "GIT_CONFIG_PARAMETERS",
                                      "GIT_GRAFT_FILE",
                                      "GIT_SHALLOW_FILE",
                                      "GIT_REPLACE_REF_BASE",
                                      "GIT_NAMESPACE",
                                      "GIT_PREFIX",
                                      "GIT_QUARANTINE_PATH",
                                      "GIT_ALLOW_PROTOCOL",
                                      "GIT_PROTOCOL_FROM_USER",
                                      "GIT_NO_REPLACE_OBJECTS",
                                      "GIT_TERMINAL_PROMPT"};

static bool is_dropped(struct str variable)
{
    struct str name = str_sub(variable, 0, str_find_byte(variable, '=', 0));
    for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++)
        if (str_eq(name, str_c(dropped[i])))
            return true;
    return false;
}

/* Users' own settings may turn https into ssh and the reverse; nothing else gets through, above all not ext::. */
static const char *allowed(struct str protocol)
{
    return str_is(protocol, "file")   ? "GIT_ALLOW_PROTOCOL=file"
           : str_is(protocol, "http") ? "GIT_ALLOW_PROTOCOL=http:https"
                                      : "GIT_ALLOW_PROTOCOL=https:ssh";
}

static char *const *environment(struct repository *r)
{
    VEC(const char *) list = {0};
    for (char **variable = environ; *variable; variable++)
        if (!is_dropped(str_c(*variable)))
            vec_push(r->arena, &list, *variable);
    vec_push(r->arena, &list, "GIT_TERMINAL_PROMPT=0");
    vec_push(r->arena, &list, "GIT_NO_REPLACE_OBJECTS=1");
    vec_push(r->arena, &list, allowed(r->origin->protocol));
    vec_push(r->arena, &list, NULL);
    return (char *const *)(uintptr_t)list.v;
}

static const char *const options[] = {"git",
                                      "-c",
                                      "core.hooksPath=/dev/null",
                                      "-c",
                                      "core.fsmonitor=false",
                                      "-c",
                                      "gc.auto=0",
                                      "-c",
                                      "maintenance.auto=false",
                                      "-c",
                                      "fetch.recurseSubmodules=false",
                                      "-c",
                                      "advice.objectNameWarning=false",
                                      "-c",
                                      "http.lowSpeedLimit=100",
                                      "-c",
                                      "http.lowSpeedTime=60"};
enum { N_OPTIONS = sizeof options / sizeof *options, ARGS_MAX = 12 };

/* Runs git with the arguments, NULL-ended, and gathers what it prints. */
static bool git(struct repository *r, const char *const *args, struct str input, struct strbuf *out)
{
    const char *argv[N_OPTIONS + ARGS_MAX];
    size_t n = 0;
    for (; n < N_OPTIONS; n++)
        argv[n] = options[n];
    for (size_t i = 0; i < ARGS_MAX && (argv[n] = args[i]); i++)
        n++;
    STRBUF_AUTO why = STRBUF_INIT(4096);
    struct process process = {.argv = argv,
                              .input = input,
                              .environment = environment(r),
                              .seconds = GIT_SECONDS,
                              .no_terminal = true,
                              .running = r->running};
    if (process_run(&process, out, &why))
        return true;
    *r->why = errno == ENOENT
                  ? str_c(_("The program git is needed for it, and is not installed: install the package git."))
                  : arena_printf(r->arena, "%.*s%s", STR_ARG(strbuf_str(&why)),
                                 str_ends(strbuf_str(&why), STR(".")) ? "" : ".");
    return false;
}
#define GIT(r, input, out, ...) git((r), (const char *const[]){__VA_ARGS__, NULL}, (input), (out))

static const char *git_dir(struct repository *r)
{
    return arena_printf(r->arena, "--git-dir=%s", r->dir).p;
}

static bool is_hex(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (hex_digit(s.p[i]) < 0)
            return false;
    return true;
}

static bool is_whole(struct str commit)
{
    return (commit.n == 40 || commit.n == 64) && is_hex(commit);
}

/* -- which commit -- */

/* Tags come before branches, as git itself has it; of an annotated tag, the commit it stands for. */
static unsigned rank_of(struct str name, struct str ref)
{
    if (!ref.n)
        return str_is(name, "HEAD") ? 1 : 0;
    if (str_starts(name, STR("refs/tags/"))) {
        struct str tag = str_sub(name, 10, name.n);
        bool peeled = str_ends(tag, STR("^{}"));
        tag.n -= peeled ? 3 : 0;
        if (str_eq(tag, ref))
            return peeled ? 5 : 4;
    }
    if (str_starts(name, STR("refs/heads/")) && str_eq(str_sub(name, 11, name.n), ref))
        return 3;
    return str_starts(ref, STR("refs/")) && str_eq(name, ref) ? 2 : 0;
}

static bool no_such_ref(struct repository *r, const struct map *names)
{
    struct str ref = r->origin->ref, near = map_near(names, ref);
    if (!ref.n)
        *r->why = str_c(_("The repository has no commit yet."));
    else
        *r->why = arena_printf(r->arena, _("The repository has no tag and no branch \"%.*s\".%s"), STR_ARG(ref),
                               near.n ? arena_printf(r->arena, _(" Did you mean \"%.*s\"?"), STR_ARG(near)).p : "");
    return false;
}

static void remember_name(struct map *names, struct str name)
{
    if (str_starts(name, STR("refs/tags/")) && !str_ends(name, STR("^{}")))
        map_put(names, str_sub(name, 10, name.n), NULL);
    else if (str_starts(name, STR("refs/heads/")))
        map_put(names, str_sub(name, 11, name.n), NULL);
}

bool repository_resolve(struct repository *r, struct str *commit)
{
    *commit = r->origin->ref;
    if (is_whole(*commit))
        return true;
    STRBUF_AUTO out = STRBUF_INIT(REFS_MAX);
    if (!GIT(r, STR(""), &out, "ls-remote", "-q", "--", r->origin->url.p))
        return false;
    struct map names = MAP_INIT(r->arena);
    struct str rest = strbuf_str(&out), line, best = {0};
    for (unsigned rank = 0; str_next_line(&rest, &line);) {
        struct str hash = str_sub(line, 0, str_find_byte(line, '\t', 0)), name = str_sub(line, hash.n + 1, line.n);
        unsigned here = is_whole(hash) ? rank_of(name, r->origin->ref) : 0;
        if (here > rank) {
            rank = here;
            best = hash;
        }
        remember_name(&names, name);
    }
    if (!best.n && r->origin->ref.n >= ABBREVIATED && is_hex(r->origin->ref))
        return true; /* repository_fetch completes it */
    if (!best.n)
        return no_such_ref(r, &names);
    *commit = arena_str(r->arena, best);
    return true;
}

/* -- fetching -- */

static bool make_store(struct repository *r, struct str commit)
{
    STRBUF_AUTO out = STRBUF_INIT(4096);
    if (!r->ready)
        r->ready = GIT(r, STR(""), &out, git_dir(r), "init", "-q", "--bare",
                       commit.n == 64 ? "--object-format=sha256" : "--object-format=sha1");
    return r->ready;
}

/* The whole name of a commit that is in the object store; false where it is not. */
static bool has_commit(struct repository *r, struct str *commit)
{
    STRBUF_AUTO out = STRBUF_INIT(4096);
    struct str quiet, *why = r->why;
    r->why = &quiet;
    bool ok = GIT(r, STR(""), &out, git_dir(r), "rev-parse", "-q", "--verify",
                  arena_printf(r->arena, "%.*s^{commit}", STR_ARG(*commit)).p);
    r->why = why;
    struct str answer = str_trim(strbuf_str(&out));
    if (ok && is_whole(answer))
        *commit = arena_str(r->arena, answer);
    return ok && is_whole(answer);
}

/* Only that commit, which servers may refuse for one that no tag or branch names. */
static bool fetch_one(struct repository *r, struct str commit)
{
    STRBUF_AUTO out = STRBUF_INIT(1 << 20);
    return GIT(r, STR(""), &out, git_dir(r), "fetch", "-q", "--no-tags", "--depth=1", "--", r->origin->url.p,
               arena_str(r->arena, commit).p);
}

static bool fetch_all(struct repository *r)
{
    STRBUF_AUTO out = STRBUF_INIT(1 << 20);
    return GIT(r, STR(""), &out, git_dir(r), "fetch", "-q", "--no-tags", "--", r->origin->url.p,
               "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*");
}

enum repository_answer repository_fetch(struct repository *r, struct str *commit)
{
    if (!make_store(r, *commit))
        return REPOSITORY_FAILED;
    if (is_whole(*commit) && fetch_one(r, *commit) && has_commit(r, commit))
        return REPOSITORY_OK;
    if (!fetch_all(r))
        return REPOSITORY_FAILED;
    return has_commit(r, commit) ? REPOSITORY_OK : REPOSITORY_GONE;
}

/* -- files -- */

struct object {
    struct str path, hash;
    enum tree_kind kind;
    uint64_t size;
};

struct exporting {
    struct repository *repository;
    struct tree *tree;
    VEC(struct object) objects;
    uint64_t bytes;
};

/* Takes the next field off a line of git. */
static struct str take(struct str *line, char end)
{
    while (line->n && line->p[0] == ' ')
        *line = str_sub(*line, 1, line->n);
    size_t at = str_find_byte(*line, end, 0);
    struct str field = str_sub(*line, 0, at);
    *line = at == SIZE_MAX ? (struct str){0} : str_sub(*line, at + 1, line->n);
    return field;
}

static bool add_object(struct exporting *e, struct str line)
{
    struct str mode = take(&line, ' '), type = take(&line, ' '), hash = take(&line, ' '), size = take(&line, '\t');
    if (str_is(type, "commit")) {
        e->repository->n_submodules++;
        return true;
    }
    struct object o = {.path = line, .hash = hash, .size = strtoull(arena_str(e->repository->arena, size).p, NULL, 10)};
    o.kind = str_is(mode, "120000") ? TREE_LINK : str_is(mode, "100755") ? TREE_EXECUTABLE : TREE_FILE;
    if (!tree_has_room(e->tree, o.path, o.size))
        return false;
    e->bytes += o.size;
    if (e->bytes > TREE_BYTES_MAX || e->objects.n >= TREE_FILES_MAX)
        return tree_full(e->tree, o.path);
    vec_push(e->repository->arena, &e->objects, o);
    return true;
}

static bool list_objects(struct exporting *e, struct str commit, struct strbuf *list)
{
    struct repository *r = e->repository;
    if (!GIT(r, STR(""), list, git_dir(r), "ls-tree", "-r", "-z", "-l", "--full-tree", commit.p)) {
        *e->tree->why = *r->why;
        return false;
    }
    for (struct str rest = strbuf_str(list); rest.n;)
        if (!add_object(e, take(&rest, '\0')))
            return false;
    return true;
}

/* "HASH blob SIZE\n", the content and a newline, for each object in turn. */
static bool put_objects(struct exporting *e, struct str answer)
{
    vec_each (&e->objects, i) {
        const struct object *o = &e->objects.v[i];
        size_t head = o->hash.n + strlen(" blob "), newline = str_find_byte(answer, '\n', 0);
        if (newline == SIZE_MAX || newline < head || answer.n - newline < o->size + 2) {
            *e->tree->why = str_c(_("The repository is damaged."));
            return false;
        }
        if (!tree_put(e->tree, o->path, o->kind, str_sub(answer, newline + 1, newline + 1 + (size_t)o->size)))
            return false;
        answer = str_sub(answer, newline + 2 + (size_t)o->size, answer.n);
    }
    return tree_finish(e->tree);
}

bool repository_export(struct repository *r, struct str commit, struct tree *tree)
{
    struct exporting e = {.repository = r, .tree = tree};
    STRBUF_AUTO list = STRBUF_INIT(FILES_MAX);
    STRBUF_AUTO names = STRBUF_INIT(FILES_MAX);
    if (!list_objects(&e, commit, &list))
        return false;
    vec_each (&e.objects, i)
        strbuf_printf(&names, "%.*s\n", STR_ARG(e.objects.v[i].hash));
    STRBUF_AUTO answer = STRBUF_INIT((size_t)e.bytes + (e.objects.n + 1) * 128);
    if (!GIT(r, strbuf_str(&names), &answer, git_dir(r), "cat-file", "--batch")) {
        *tree->why = *r->why;
        return false;
    }
    return put_objects(&e, strbuf_str(&answer));
}
