/*
 * observe: one look at everything in a batch. Questions are asked by sort, a process for each sort; answers are lines
 * in the order of the questions, so no name from the machine needs parsing. What does not fit the form counts as
 * unreadable.
 */
#include "debian.h"

#include <stdio.h>
#include <stdlib.h>

enum { CHUNK = 400 }; /* paths in one command line */

static bool is_path(const struct item *item)
{
    return item->kind->id == KIND_FILE || item->kind->id == KIND_DIRECTORY;
}

/* Appends the names of up to CHUNK items that `wanted` accepts, from *at on; returns how many. */
static size_t add_names(struct batch *batch, size_t *at, bool (*wanted)(const struct item *item), const char *head)
{
    size_t n = 0;
    for (; *at < batch->n && n < CHUNK; (*at)++) {
        struct item *item = &batch->items[*at];
        if (item->failed || !wanted(item))
            continue;
        if (n++ == 0)
            batch_line(batch, "%s", head);
        batch_word(batch, item->kind->id == KIND_SERVICE ? service_unit(batch->arena, item->name) : item->name);
    }
    batch_line(batch, n ? "\n" : "");
    return n;
}

static bool wants_host(const struct item *item)
{
    return item->kind->id == KIND_HOST;
}

static bool wants_file(const struct item *item)
{
    return item->kind->id == KIND_FILE;
}

static bool wants_user(const struct item *item)
{
    return item->kind->id == KIND_USER;
}

static bool wants_account(const struct item *item)
{
    return item->kind->id == KIND_USER || item->kind->id == KIND_GROUP;
}

static bool wants_package(const struct item *item)
{
    return item->kind->id == KIND_PACKAGE;
}

static bool wants_service(const struct item *item)
{
    return item->kind->id == KIND_SERVICE;
}

static size_t count(const struct batch *batch, bool (*wanted)(const struct item *item))
{
    size_t n = 0;
    for (size_t i = 0; i < batch->n; i++)
        n += !batch->items[i].failed && wanted(&batch->items[i]);
    return n;
}

static void ask_files(struct batch *batch, enum look look)
{
    STRBUF_AUTO known = STRBUF_INIT(0);
    strbuf_addc(&known, ' ');
    batch_each(batch, KIND_FILE, item)
    {
        strbuf_add(&known, item->known_sha256);
        strbuf_addc(&known, ' ');
    }
    batch_line(batch, "K=");
    transport_quote(&batch->script, look == LOOK_FETCH ? strbuf_str(&known) : STR("*"));
    batch_line(batch, "\n");
    for (size_t at = 0; add_names(batch, &at, wants_file, "look_files files \"$K\"");)
        ;
}

void observe_script(struct batch *batch, enum look look)
{
    size_t at = 0;
    if (count(batch, wants_host))
        batch_line(batch, "look_host\n");
    for (at = 0; add_names(batch, &at, is_path, "look_paths paths");)
        ;
    if (count(batch, wants_file))
        ask_files(batch, look);
    for (at = 0; add_names(batch, &at, wants_user, "emit passwd \"$(getent passwd");)
        batch->script.n--, batch_line(batch, ")\"\n");
    for (at = 0; add_names(batch, &at, wants_user, "look_keys");)
        ;
    if (count(batch, wants_account))
        batch_line(batch, "emit group \"$(getent group)\"\n");
    for (at = 0; add_names(batch, &at, wants_package, "look_packages");)
        ;
    for (at = 0; add_names(batch, &at, wants_service, "look_services");)
        ;
}

/* The next field of a line, up to `separator`. */
static struct str field(struct str *rest, char separator)
{
    size_t end = rest->n ? str_find_byte(*rest, separator, 0) : SIZE_MAX;
    struct str out = str_sub(*rest, 0, end == SIZE_MAX ? rest->n : end);
    *rest = end == SIZE_MAX ? STR("") : str_sub(*rest, end + 1, rest->n);
    return out;
}

static unsigned long number(struct str digits, int base)
{
    char text[32] = "";
    memcpy(text, digits.p, digits.n < sizeof text - 1 ? digits.n : sizeof text - 1);
    return strtoul(text, NULL, base);
}

static void take_stat(struct item *item, struct str line)
{
    unsigned long raw = number(field(&line, ' '), 16);
    struct path_facts *path = &item->path;
    path->present = true;
    if (raw == 0) {
        path->unreadable = true;
        return;
    }
    unsigned long format = raw & 0170000;
    path->type = format == 0100000 ? 'f' : format == 0040000 ? 'd' : format == 0120000 ? 'l' : 'o';
    path->mode = (unsigned)(raw & 07777);
    path->size = number(field(&line, ' '), 10);
    path->uid = field(&line, ' ');
    path->gid = field(&line, ' ');
    path->owner = field(&line, ' ');
    path->group = line;
}

static void take_hash(struct item *item, struct str line)
{
    struct str hash = field(&line, ' ');
    if (hash.n == 65 && hash.p[0] == '\\')
        hash = str_sub(hash, 1, hash.n);
    if (hash.n == 64)
        item->path.sha256 = hash;
    else
        item->path.unreadable = true;
}

/* An answer of look_paths or look_files: flags, then a line for each thing that is there, in the order of the items
 * from *at on. */
static void take_lines(struct batch *batch, size_t *at, bool (*wanted)(const struct item *item), struct str body,
                       void (*take)(struct item *item, struct str line))
{
    struct str flags = field(&body, '\n');
    for (size_t i = 0; i < flags.n && *at < batch->n; (*at)++) {
        struct item *item = &batch->items[*at];
        if (item->failed || !wanted(item))
            continue;
        char flag = flags.p[i++];
        if (flag == '1')
            take(item, field(&body, '\n'));
        else if (flag == 'x')
            item->path.unreadable = true;
    }
}

static void take_content(struct batch *batch, struct str body)
{
    struct str hash = field(&body, ' '), bytes;
    if (!kit_base64_decode(batch->kit, body, &bytes))
        return;
    batch_each(batch, KIND_FILE, item)
    {
        if (!str_eq(item->path.sha256, hash))
            continue;
        item->path.fetched = true;
        item->path.content = bytes;
        item->path.size = bytes.n > item->path.size ? bytes.n : item->path.size;
    }
}

/* A file may have the content of another one: then it did not travel, and is taken from there. */
static void share_content(struct batch *batch)
{
    batch_each(batch, KIND_FILE, item)
    {
        if (item->path.fetched || !item->path.sha256.n || str_eq(item->path.sha256, item->known_sha256))
            continue;
        batch_each(batch, KIND_FILE, other)
        {
            if (!str_eq(other->known_sha256, item->path.sha256) || !other->known_content.p)
                continue;
            item->path.fetched = true;
            item->path.content = other->known_content;
        }
    }
}

static struct item *named(struct batch *batch, struct item *after, enum kind_id kind, struct str name)
{
    for (struct item *item = after ? after + 1 : batch->items; item < batch->items + batch->n; item++)
        if (item->kind->id == kind && str_eq(item->name, name))
            return item;
    return NULL;
}

static void take_passwd(struct batch *batch, struct str body)
{
    struct str line;
    while (str_next_line(&body, &line)) {
        struct str name = field(&line, ':');
        field(&line, ':');
        struct account_facts facts = {.present = true};
        facts.uid = (int64_t)number(field(&line, ':'), 10);
        facts.gid = (int64_t)number(field(&line, ':'), 10);
        facts.comment = field(&line, ':');
        facts.home = field(&line, ':');
        facts.shell = line;
        for (struct item *item = NULL; (item = named(batch, item, KIND_USER, name));)
            item->account = facts;
    }
}

static bool has_member(struct str members, struct str name)
{
    while (members.n)
        if (str_eq(field(&members, ','), name))
            return true;
    return false;
}

/* One line of the group file, for all users and groups of the batch. Groups end up sorted: see take_group. */
static void take_group_line(struct batch *batch, struct str line)
{
    struct str name = field(&line, ':');
    field(&line, ':');
    int64_t gid = (int64_t)number(field(&line, ':'), 10);
    for (struct item *item = NULL; (item = named(batch, item, KIND_GROUP, name));)
        item->account = (struct account_facts){.present = true, .gid = gid};
    batch_each(batch, KIND_USER, item)
    {
        struct account_facts *account = &item->account;
        if (account->present && account->gid == gid && !account->group.n)
            account->group = name;
        if (!account->present || !has_member(line, item->name))
            continue;
        struct str *groups = ARENA_ARRAY(batch->arena, struct str, account->n_groups + 1);
        size_t at = account->n_groups;
        for (size_t i = 0; i < account->n_groups; i++)
            groups[i] = account->groups[i];
        for (; at && str_cmp(groups[at - 1], name) > 0; at--)
            groups[at] = groups[at - 1];
        groups[at] = name;
        account->groups = groups;
        account->n_groups++;
    }
}

static void take_group(struct batch *batch, struct str body)
{
    struct str line;
    while (str_next_line(&body, &line))
        take_group_line(batch, line);
    batch_each(batch, KIND_USER, item)
    {
        if (item->account.present && !item->account.group.n) /* a number without a name */
            item->account.group = arena_printf(batch->arena, "%lld", (long long)item->account.gid);
    }
}

static void take_keys(struct batch *batch, struct str body)
{
    struct str name = field(&body, ' '), keys;
    if (!kit_base64_decode(batch->kit, body, &keys))
        return;
    for (struct item *item = NULL; (item = named(batch, item, KIND_USER, name));) {
        item->account.has_keys = true;
        item->account.keys = keys;
    }
}

static void take_package(struct batch *batch, struct str line)
{
    struct str name = field(&line, ' '), architecture = field(&line, ' ');
    struct package_facts facts = {0};
    facts.hold = str_is(field(&line, ' '), "hold");
    field(&line, ' ');
    struct str status = field(&line, ' ');
    facts.installed = str_is(status, "installed") || str_starts(status, STR("triggers-"));
    facts.version = line;
    if (!facts.installed)
        return;
    struct str full = arena_printf(batch->arena, "%.*s:%.*s", STR_ARG(name), STR_ARG(architecture));
    batch_each(batch, KIND_PACKAGE, item)
    {
        if (!item->package.installed && (str_eq(item->name, name) || str_eq(item->name, full)))
            item->package = facts;
    }
}

static void take_packages(struct batch *batch, struct str body)
{
    struct str line;
    while (str_next_line(&body, &line))
        take_package(batch, line);
}

static void take_property(struct service_facts *facts, struct str line)
{
    struct str name = field(&line, '=');
    if (str_is(name, "LoadState"))
        facts->load = line;
    else if (str_is(name, "ActiveState"))
        facts->active = line;
    else if (str_is(name, "SubState"))
        facts->sub = line;
    else if (str_is(name, "UnitFileState"))
        facts->unit_file = line;
    else if (str_is(name, "Result"))
        facts->result = line;
    else if (str_is(name, "NRestarts"))
        facts->restarts = (int64_t)number(line, 10);
}

static struct item *next_service(struct batch *batch, size_t *at)
{
    while (*at < batch->n) {
        struct item *item = &batch->items[(*at)++];
        if (!item->failed && item->kind->id == KIND_SERVICE)
            return item;
    }
    return NULL;
}

static void take_services(struct batch *batch, size_t *at, struct str body)
{
    struct str line;
    struct item *item = next_service(batch, at);
    for (bool open = false; item && str_next_line(&body, &line);) {
        if (line.n)
            take_property(&item->service, line);
        else if (open)
            item = next_service(batch, at);
        open = line.n > 0;
    }
}

static void take_enabled(struct batch *batch, struct str unit)
{
    batch_each(batch, KIND_SERVICE, item)
    {
        if (str_eq(service_unit(batch->arena, item->name), unit))
            item->service.unit_file = STR("enabled");
    }
}

static void take_host(struct batch *batch, struct str body)
{
    batch_each(batch, KIND_HOST, item)
    {
        item->host.id = field(&body, '\n');
        item->host.version = field(&body, '\n');
        item->host.pretty = field(&body, '\n');
        item->host.architecture = field(&body, '\n');
        item->host.machine_id = field(&body, '\n');
    }
}

struct places { /* where the next answer of each sort begins */
    size_t paths, files, services;
};

static void take_section(struct batch *batch, const struct transport_section *section, struct places *at)
{
    struct str name = section->name, body = section->body;
    if (str_is(name, "paths"))
        take_lines(batch, &at->paths, is_path, body, take_stat);
    else if (str_is(name, "files"))
        take_lines(batch, &at->files, wants_file, body, take_hash);
    else if (str_is(name, "content"))
        take_content(batch, body);
    else if (str_is(name, "passwd"))
        take_passwd(batch, body);
    else if (str_is(name, "group"))
        take_group(batch, body);
    else if (str_is(name, "keys"))
        take_keys(batch, body);
    else if (str_is(name, "packages"))
        take_packages(batch, body);
    else if (str_is(name, "services"))
        take_services(batch, &at->services, body);
    else if (str_is(name, "host"))
        take_host(batch, body);
}

void observe_answer(struct batch *batch)
{
    struct places at = {0};
    for (size_t i = 0; i < batch->answer.sections.n; i++)
        take_section(batch, &batch->answer.sections.v[i], &at);
    for (size_t i = 0; i < batch->answer.sections.n; i++)
        if (str_is(batch->answer.sections.v[i].name, "enabled"))
            take_enabled(batch, batch->answer.sections.v[i].body);
    share_content(batch);
}
