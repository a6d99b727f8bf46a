#include "debian.h"
#include "base/gettext.h"

#include <stdio.h>
#include <stdlib.h>

static const struct detour_attribute package_attributes[] = {
    DEBIAN_ID_ATTRIBUTE,
    DEBIAN_HOST_ATTRIBUTE,
    {"name", "string", DETOUR_REQUIRED | DETOUR_REPLACE,
     "Name of the package; \"libc6:i386\" for another architecture."},
    {"version", "string", DETOUR_OPTIONAL | DETOUR_COMPUTED,
     "The exact version to have. If not set, any will do; the one that is installed is shown."},
    {"hold", "bool", DETOUR_OPTIONAL | DETOUR_COMPUTED, "Keep apt from upgrading or removing it."},
    {"recommends", "bool", DETOUR_OPTIONAL,
     "Install what it recommends as well; if not set, apt's own setting counts."},
    {"purge", "bool", DETOUR_OPTIONAL, "Destroying removes its configuration files as well."},
    {0},
};

static const struct detour_type package_type = {
    .name = "debian_package",
    .flags = DETOUR_MENDS,
    .version = 1,
    .attributes = package_attributes,
    .doc = "A package that is installed. All packages of a machine that are ready at once go through one apt "
           "transaction, and "
           "the plan shows what else apt would install, upgrade or remove; a removal that was not shown is not made. "
           "Package "
           "lists are fetched only where needed. Changed configuration files are kept. Destroying removes the package.",
    .example = "resource \"debian_package\" \"nginx\" {\n  host = debian_host.web.id\n  name = \"nginx\"\n}\n",
    .import_id = "web:nginx",
};

static void package_validate(struct kit kit, const detour_value *config, size_t request)
{
    struct str name = kit_text(kit, config, "name"), version = kit_text(kit, config, "version");
    bool ok = name.n > 1 && name.p[0] != '-' && name.p[0] != '+' && name.p[0] != '.' && name.p[0] != ':';
    for (size_t i = 0; i < name.n; i++)
        ok = ok && ((name.p[i] >= 'a' && name.p[i] <= 'z') || (name.p[i] >= '0' && name.p[i] <= '9') ||
                    strchr("+-.:", name.p[i]));
    if (!ok && kit_attr(kit, config, "name"))
        kit.host->fail(
            kit.call, request, "name", _("Not a package name"),
            _("\"%.*s\" is no name for a Debian package: lower-case letters, digits, \"+\", \"-\" and \".\"."),
            STR_ARG(name));
    for (size_t i = 0; i < version.n; i++)
        if ((unsigned char)version.p[i] <= ' ' || strchr("'\"*/", version.p[i])) {
            kit.host->fail(
                kit.call, request, "version", _("Not a package version"),
                _("\"%.*s\" is no version of a Debian package: give it in full, as `apt-cache policy` shows it."),
                STR_ARG(version));
            return;
        }
}

static void package_plan(struct kit kit, struct detour_plan *plan, size_t request)
{
    (void)request;
    struct kit_edit edit = {.kit = kit};
    common_plan_id(kit, &edit, plan->config, "name");
    if (!kit_set(kit, plan->config, "hold"))
        kit_put_bool(&edit, "hold", false);
    plan->planned = kit_edited(&edit, plan->proposed);
}

static const detour_value *package_state(struct batch *batch, struct item *item)
{
    if (!item->package.installed)
        return NULL;
    struct kit_edit edit = {.kit = batch->kit};
    kit_put_text(&edit, "id",
                 kit_printf(batch->kit, "%.*s:%.*s", STR_ARG(machine_name(batch->machine)), STR_ARG(item->name)));
    kit_put_text(&edit, "version", item->package.version);
    kit_put_bool(&edit, "hold", item->package.hold);
    return kit_edited(&edit, item->base);
}

/* Whether apt has to do something for it: not for a mere change of `hold` or of what destroying means. */
static bool needs_apt(struct kit kit, const struct item *item)
{
    if (item->action != DETOUR_UPDATE)
        return true;
    const detour_value *to = kit_attr(kit, item->planned, "version"), *from = kit_attr(kit, item->prior, "version");
    return to && !(from && kit.host->equal(from, to));
}

/* "name", "name=version" or "name-", as apt-get install takes them; a name that ends in + or - says so with a sign
 * more. */
static struct str spec_of(struct batch *batch, const struct item *item)
{
    if (item->action == DETOUR_DELETE)
        return arena_printf(batch->arena, "%.*s-", STR_ARG(item->name));
    if (kit_attr(batch->kit, item->planned, "version"))
        return arena_printf(batch->arena, "%.*s=%.*s", STR_ARG(item->name),
                            STR_ARG(kit_text(batch->kit, item->planned, "version")));
    bool sign = str_ends(item->name, STR("+")) || str_ends(item->name, STR("-"));
    return sign ? arena_printf(batch->arena, "%.*s+", STR_ARG(item->name)) : item->name;
}

enum recommends { AS_APT, WITH, WITHOUT, CHOICES };

static enum recommends choice_of(struct kit kit, const struct item *item)
{
    if (item->action == DETOUR_DELETE || !kit_attr(kit, item->planned, "recommends"))
        return AS_APT;
    return kit_bool(kit, item->planned, "recommends", true) ? WITH : WITHOUT;
}

static bool any_of(struct batch *batch, int choice)
{
    batch_each(batch, KIND_PACKAGE, item)
    {
        if (needs_apt(batch->kit, item) && (choice < 0 || choice_of(batch->kit, item) == (enum recommends)choice))
            return true;
    }
    return false;
}

/* "function 'flags' spec spec…" for the items of one choice; removals go with the first line there is. */
static void transaction(struct batch *batch, const char *function, enum recommends choice, bool may_remove)
{
    static const char *const flags[CHOICES] = {"", "--install-recommends", "--no-install-recommends"};
    if (!any_of(batch, (int)choice))
        return;
    bool versions = false, held = false;
    batch_each(batch, KIND_PACKAGE, item)
    {
        versions = versions || kit_attr(batch->kit, item->planned, "version");
        held = held || kit_bool(batch->kit, item->prior, "hold", false);
    }
    batch_line(batch, "%s '%s%s%s%s'", function, flags[choice], versions ? " --allow-downgrades" : "",
               held ? " --allow-change-held-packages" : "", may_remove ? "" : " --no-remove");
    batch_each(batch, KIND_PACKAGE, item)
    {
        if (needs_apt(batch->kit, item) && choice_of(batch->kit, item) == choice)
            batch_word(batch, spec_of(batch, item));
    }
    batch_line(batch, "\n");
}

/* Removals are only made where the plan showed them: those asked for, and what a review found besides. */
static bool may_remove(struct batch *batch)
{
    batch_each(batch, KIND_PACKAGE, item)
    {
        if (item->action == DETOUR_DELETE || (item->private_in.n && *(const char *)item->private_in.p == 'r'))
            return true;
    }
    return false;
}

/* Sets $R to the names that apt may remove: those asked for, and those that the plan showed. */
static void removals_line(struct batch *batch)
{
    STRBUF_AUTO names = STRBUF_INIT(0);
    batch_each(batch, KIND_PACKAGE, item)
    {
        size_t colon = item->name.n ? str_find_byte(item->name, ':', 0) : SIZE_MAX;
        if (item->action == DETOUR_DELETE)
            strbuf_printf(&names, " %.*s %.*s", STR_ARG(item->name),
                          STR_ARG(colon == SIZE_MAX ? STR("") : str_sub(item->name, 0, colon)));
        if (item->private_in.n > 1 && *(const char *)item->private_in.p == 'r')
            strbuf_add(&names, str_from((const char *)item->private_in.p + 1, item->private_in.n - 1));
    }
    strbuf_addc(&names, ' ');
    batch_line(batch, "R=");
    transport_quote(&batch->script, strbuf_str(&names));
    batch_line(batch, "\n");
}

/* An upgrade of a held package takes the hold off, so that it is set again behind every transaction. */
static void mark_hold(struct batch *batch, bool hold)
{
    bool any = false;
    batch_each(batch, KIND_PACKAGE, item)
    {
        bool wanted = item->action != DETOUR_DELETE && kit_bool(batch->kit, item->planned, "hold", false);
        bool was = kit_bool(batch->kit, item->prior, "hold", false);
        bool lost = wanted && needs_apt(batch->kit, item);
        if ((wanted == was && !lost) || wanted != hold)
            continue;
        if (!any)
            batch_line(batch, "o=$(apt-mark %s", hold ? "hold" : "unhold");
        any = true;
        batch_word(batch, item->name);
    }
    if (any)
        batch_line(batch, " 2>&1) || emit hold \"$o\"\n");
}

static void purge(struct batch *batch)
{
    bool any = false;
    batch_each(batch, KIND_PACKAGE, item)
    {
        if (item->action != DETOUR_DELETE || !kit_bool(batch->kit, item->prior, "purge", false))
            continue;
        if (!any)
            batch_line(batch, "o=$(dpkg --purge");
        any = true;
        batch_word(batch, item->name);
    }
    if (any)
        batch_line(batch, " 9>&- 2>&1) || emit purge \"$o\"\n");
}

void package_steps(struct batch *batch)
{
    bool any = false;
    batch_each(batch, KIND_PACKAGE, item) any = true;
    if (!any)
        return;
    batch_line(batch, "if ! D=$(mktemp -d /tmp/detour.XXXXXX 2>&1); then emit apt \"1\n$D\"; else\n");
    mark_hold(batch, false);
    if (any_of(batch, -1)) {
        removals_line(batch);
        batch_line(batch, "if ! stopped; then\napt_lists\nA=$(date +%%s%%N)\n");
        for (int choice = 0; choice < CHOICES; choice++)
            transaction(batch, "packages", (enum recommends)choice, may_remove(batch));
        batch_line(batch, "A=\"$A $(date +%%s%%N)\"\nW=\"$W $A\"\nemit window \"$A\"\nfi\n");
    }
    purge(batch);
    mark_hold(batch, true);
    batch_line(batch, "rm -rf \"$D\"\nfi\n");
}

static struct str apt_words(struct batch *batch, const struct item *item)
{
    struct str name = arena_printf(batch->arena, "apt:%.*s", STR_ARG(spec_of(batch, item)));
    const struct str *own = transport_section(&batch->answer, name);
    const struct str *joint = transport_section(&batch->answer, STR("apt"));
    struct str words = own ? *own : joint ? *joint : STR("");
    size_t eol = words.n ? str_find_byte(words, '\n', 0) : SIZE_MAX;
    return eol == SIZE_MAX ? STR("") : str_trim(str_sub(words, eol + 1, words.n));
}

static const char *apt_hint(struct str words)
{
    if (str_find(words, STR("Unable to locate"), 0) != SIZE_MAX)
        return _(
            "\nThe package lists of the machine do not know it, and were fetched just now: is the name right, is its "
            "source in /etc/apt/sources.list.d?");
    if (str_find(words, STR("was not found"), 0) != SIZE_MAX)
        return _("\nThis version is not to be had: `apt-cache madison PACKAGE` there shows which are.");
    if (str_find(words, STR("Packages need to be removed"), 0) != SIZE_MAX ||
        str_find(words, STR("remove is disabled"), 0) != SIZE_MAX ||
        str_find(words, STR("E: not in the plan: "), 0) != SIZE_MAX)
        return _("\napt would have to remove packages, which the plan did not show. Plan again to see which.");
    if (str_find(words, STR("No space left"), 0) != SIZE_MAX ||
        str_find(words, STR("enough free space"), 0) != SIZE_MAX)
        return _("\nThe disk is full: make room on the machine, then apply again.");
    if (str_find(words, STR("Could not get lock"), 0) != SIZE_MAX)
        return _("\nAnother apt or dpkg was at work for five minutes: see what it is doing, then apply again.");
    if (str_find(words, STR("re you root"), 0) != SIZE_MAX)
        return _(
            "\nThe account that detour connects with lacks the rights: connect as root, or set `sudo = true` on the "
            "debian_host.");
    return "";
}

static void apt_failed(struct batch *batch, struct item *item)
{
    struct str words = apt_words(batch, item);
    bool version = str_find(words, STR("Version '"), 0) != SIZE_MAX;
    if (!words.n)
        words = str_c(_("apt was not run: stopped as asked, or another step failed first."));
    batch_fail(batch, item, version ? "version" : "name",
               item->action == DETOUR_DELETE ? _("Package stays") : _("apt failed"), _("%.*s on %.*s:\n%.*s%s"),
               STR_ARG(item->name), STR_ARG(machine_name(batch->machine)), STR_ARG(words), apt_hint(words));
}

/* What apt said is one thing; what is installed now decides. */
static void package_judge(struct batch *batch, struct item *item)
{
    struct kit kit = batch->kit;
    const struct package_facts *facts = &item->package;
    bool gone = item->action == DETOUR_DELETE;
    if (gone != facts->installed) {
        struct str version = gone ? STR("") : kit_text(kit, item->planned, "version");
        if (version.n && !str_eq(version, facts->version)) {
            apt_failed(batch, item);
            return;
        }
    } else {
        apt_failed(batch, item);
        return;
    }
    const struct str *hold = transport_section(&batch->answer, STR("hold"));
    if (!gone && kit_bool(kit, item->planned, "hold", false) != facts->hold)
        batch_fail(batch, item, "hold", _("Hold cannot be set"), "%.*s: %.*s", STR_ARG(item->name),
                   STR_ARG(hold ? *hold : STR("")));
    const struct str *purged = transport_section(&batch->answer, STR("purge"));
    if (gone && purged && str_find(*purged, item->name, 0) != SIZE_MAX)
        batch_fail(batch, item, "purge", _("Configuration files stay"), "%.*s: %.*s", STR_ARG(item->name),
                   STR_ARG(*purged));
}

void package_review_script(struct batch *batch)
{
    if (!any_of(batch, -1))
        return;
    bool removes = false; /* that needs no lists */
    batch_each(batch, KIND_PACKAGE, item) removes = removes || item->action == DETOUR_DELETE;
    batch_line(batch, removes ? "if true; then\n" : "if has_lists; then\n");
    for (int choice = 0; choice < CHOICES; choice++)
        transaction(batch, "simulate", (enum recommends)choice, true);
    batch_line(batch, "else emit nolists ''; fi\n");
}

static bool asked_for(struct batch *batch, struct str name, bool removal)
{
    batch_each(batch, KIND_PACKAGE, item)
    {
        if (!needs_apt(batch->kit, item) || removal != (item->action == DETOUR_DELETE))
            continue;
        size_t colon = str_find_byte(item->name, ':', 0);
        if (str_eq(item->name, name) || (colon != SIZE_MAX && str_eq(str_sub(item->name, 0, colon), name)))
            return true;
    }
    return false;
}

struct besides { /* what apt would do besides what was asked for */
    struct strbuf installs, upgrades, removals;
    struct strbuf gone; /* all that it would remove: "r NAME NAME …" */
    bool essential;
};

static void note_line(struct batch *batch, struct besides *besides, struct str line)
{
    bool inst = str_starts(line, STR("Inst ")), remv = str_starts(line, STR("Remv "));
    if (str_find(line, STR("essential packages will be removed"), 0) != SIZE_MAX)
        besides->essential = true;
    if (!inst && !remv && !str_starts(line, STR("Purg ")))
        return;
    struct str rest = str_sub(line, 5, line.n);
    size_t space = str_find_byte(rest, ' ', 0);
    struct str name = str_sub(rest, 0, space == SIZE_MAX ? rest.n : space);
    if (!inst)
        strbuf_printf(&besides->gone, "%s %.*s", besides->gone.n ? "" : "r", STR_ARG(name));
    if (asked_for(batch, name, !inst))
        return;
    bool upgrade = inst && space != SIZE_MAX && space + 1 < rest.n && rest.p[space + 1] == '[';
    struct strbuf *list = !inst ? &besides->removals : upgrade ? &besides->upgrades : &besides->installs;
    strbuf_printf(list, "%s%.*s", list->n ? ", " : "", STR_ARG(name));
}

static void tell(struct batch *batch, const struct item *item, enum detour_risk risk, const char *format,
                 const struct strbuf *list)
{
    if (list->n)
        batch->kit.host->consequence(batch->kit.call, item->request, risk, format, STR_ARG(strbuf_str(list)));
}

static void tell_simulation(struct batch *batch, struct item *item, struct str text, struct detour_review *reviews)
{
    struct besides besides = {STRBUF_INIT(0), STRBUF_INIT(0), STRBUF_INIT(0), STRBUF_INIT(0), false};
    struct str line, rest = text;
    while (str_next_line(&rest, &line))
        note_line(batch, &besides, line);
    tell(batch, item, DETOUR_NOTE, _("apt would also install %.*s"), &besides.installs);
    tell(batch, item, DETOUR_NOTE, _("apt would also upgrade %.*s"), &besides.upgrades);
    tell(batch, item, besides.essential ? DETOUR_DANGER : DETOUR_RISK, _("apt would also remove %.*s"),
         &besides.removals);
    struct str gone = kit_copy(batch->kit, strbuf_str(&besides.gone));
    batch_each(batch, KIND_PACKAGE, each)
    {
        if (gone.n) /* whichever goes first may take the others with it */
            reviews[each->request].private_out = (struct detour_blob){gone.p, gone.n};
    }
    strbuf_free(&besides.gone);
    strbuf_free(&besides.installs);
    strbuf_free(&besides.upgrades);
    strbuf_free(&besides.removals);
}

/* A package that apt would not install now, though it may with fresh lists; the body is its spec and what apt said. */
static void tell_refused(struct batch *batch, struct str body)
{
    struct str spec = {0}, line, error = {0};
    str_next_line(&body, &spec);
    while (!error.n && str_next_line(&body, &line))
        if (str_starts(line, STR("E: ")) || str_find(line, STR(" : Depends:"), 0) != SIZE_MAX)
            error = str_trim(str_starts(line, STR("E: ")) ? str_sub(line, 3, line.n) : line);
    batch_each(batch, KIND_PACKAGE, item)
    {
        if (str_eq(spec_of(batch, item), spec))
            batch->kit.host->consequence(batch->kit.call, item->request, DETOUR_RISK,
                                         _("apt would refuse it now, and will try with fresh package lists: %.*s"),
                                         STR_ARG(error));
    }
}

/* One simulation speaks of all packages of the batch; it is told at the first. */
void package_review(struct batch *batch, struct detour_review *reviews)
{
    struct item *first = NULL;
    batch_each(batch, KIND_PACKAGE, item)
    {
        reviews[item->request].private_out = (struct detour_blob){"-", 1};
        first = first ? first : item;
    }
    for (size_t i = 0; first && i < batch->answer.sections.n; i++) {
        const struct transport_section *section = &batch->answer.sections.v[i];
        if (str_is(section->name, "simulation"))
            tell_simulation(batch, first, section->body, reviews);
        else if (str_is(section->name, "refused"))
            tell_refused(batch, section->body);
        else if (str_is(section->name, "nolists"))
            batch->kit.host->consequence(
                batch->kit.call, first->request, DETOUR_NOTE,
                _("the machine has no package lists yet: what else apt would do cannot be said"));
    }
}

const struct kind package_kind = {
    .id = KIND_PACKAGE,
    .key = "name",
    .type = &package_type,
    .validate = package_validate,
    .plan = package_plan,
    .state = package_state,
    .judge = package_judge,
};
