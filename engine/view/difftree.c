#include "view/difftree.h"

/* `untyped`: the attribute's type is "any", so that sets and maps are shown as the lists and objects that people wrote.
 */
struct differ {
    struct arena *arena;
    bool untyped;
};

static struct diff *diff_value(const struct differ *d, struct value before, struct value after);

static struct diff *new_diff(const struct differ *d, enum diff_kind kind, enum diff_action action)
{
    struct diff *diff = ARENA_NEW(d->arena, struct diff);
    diff->kind = kind;
    diff->action = action;
    return diff;
}

/* What a collection is to be called before its children are looked at. */
static enum diff_action base_action(struct value before, struct value after)
{
    if (!value_exists(before))
        return DIFF_CREATE;
    return value_exists(after) ? DIFF_SAME : DIFF_DELETE;
}

static enum diff_action combine(enum diff_action sum, enum diff_action child)
{
    if (child == DIFF_SAME || sum == child)
        return sum;
    return DIFF_UPDATE;
}

static void add_child(const struct differ *d, struct diff *parent, struct str key, struct diff *child)
{
    if (!child)
        return;
    struct diff_child entry = {key, child};
    vec_push(d->arena, &parent->children, entry);
    parent->action = combine(parent->action, child->action);
}

/* -- kinds -- */

enum group { GROUP_NONE, GROUP_PRIMITIVE, GROUP_KEYED, GROUP_SEQUENCE, GROUP_SET };

static enum group group_of(const struct differ *d, struct value v)
{
    if (!value_exists(v))
        return GROUP_NONE;
    if (value_is_null(v) || type_is_primitive(v.type) || v.type->kind == TYPE_DYNAMIC)
        return GROUP_PRIMITIVE;
    if (type_is_keyed(v.type))
        return GROUP_KEYED;
    return v.type->kind == TYPE_SET && !d->untyped ? GROUP_SET : GROUP_SEQUENCE;
}

static struct diff *diff_primitive(const struct differ *d, struct value before, struct value after)
{
    enum diff_action action = base_action(before, after);
    if (action == DIFF_SAME && !value_same(before, after))
        action = DIFF_UPDATE;
    struct diff *diff = new_diff(d, DIFF_PRIMITIVE, action);
    diff->before = before;
    diff->after = after;
    return diff;
}

static struct diff *diff_type_change(const struct differ *d, struct value before, struct value after)
{
    struct diff *diff = new_diff(d, DIFF_TYPE_CHANGE, DIFF_UPDATE);
    diff->old = diff_value(d, before, (struct value){0});
    diff->new = diff_value(d, (struct value){0}, after);
    return diff;
}

/* -- objects and maps -- */

static size_t keyed_count(struct value v)
{
    return value_exists(v) ? v.n : 0;
}

static struct str keyed_key(struct value v, size_t i)
{
    return v.type->kind == TYPE_MAP ? v.u.map.keys[i] : v.type->names[i];
}

static struct value keyed_item(struct value v, size_t i)
{
    return v.type->kind == TYPE_MAP ? v.u.map.items[i] : v.u.items[i];
}

/* Both sides are sorted by key, so that one pass over the two finds every pair. */
static struct diff *diff_keyed(const struct differ *d, struct value before, struct value after)
{
    struct value shape = value_exists(after) ? after : before;
    bool is_map = shape.type->kind == TYPE_MAP && !d->untyped;
    struct diff *diff = new_diff(d, is_map ? DIFF_MAP : DIFF_OBJECT, base_action(before, after));
    size_t n = keyed_count(before), m = keyed_count(after), i = 0, j = 0;
    while (i < n || j < m) {
        int order = i == n ? 1 : j == m ? -1 : str_cmp(keyed_key(before, i), keyed_key(after, j));
        struct str key = order <= 0 ? keyed_key(before, i) : keyed_key(after, j);
        struct value old = order <= 0 ? keyed_item(before, i++) : (struct value){0};
        struct value new = order >= 0 ? keyed_item(after, j++) : (struct value){0};
        add_child(d, diff, key, diff_value(d, old, new));
    }
    return diff;
}

/* -- sequences -- */

static bool items_equal(struct value a, struct value b)
{
    return value_wholly_known(a) && value_wholly_known(b) && value_same_marked(a, b);
}

static bool holds(struct value sequence, struct value item)
{
    for (size_t i = 0; i < sequence.n; i++)
        if (items_equal(sequence.u.items[i], item))
            return true;
    return false;
}

enum { REORDERING_LONGEST = 1000 };

/* Lists of one length that are not a reordering of each other read best position by position. */
static bool pair_by_position(struct value before, struct value after)
{
    if (before.n != after.n)
        return false;
    if (before.n > REORDERING_LONGEST)
        return true;
    for (size_t i = 0; i < before.n; i++)
        if (!holds(after, before.u.items[i]) || !holds(before, after.u.items[i]))
            return true;
    return false;
}

/* Longest common subsequence, as lengths of the best tail from (i, j); the ends that agree are skipped, so that the
 * table stays small. */
struct lcs {
    size_t head, n, m;
    uint32_t *table;
};

enum { LCS_CELLS = 4000000 };

static uint32_t *lcs_cell(const struct lcs *l, size_t i, size_t j)
{
    return &l->table[i * (l->m + 1) + j];
}

static struct lcs lcs_make(const struct differ *d, const struct value *a, size_t n, const struct value *b, size_t m)
{
    struct lcs l = {0};
    while (l.head < n && l.head < m && items_equal(a[l.head], b[l.head]))
        l.head++;
    while (n > l.head && m > l.head && items_equal(a[n - 1], b[m - 1]))
        n--, m--;
    l.n = n - l.head;
    l.m = m - l.head;
    if (l.n * l.m > LCS_CELLS) /* beyond any list that a person compares: all out, all in */
        return l;
    l.table = ARENA_ARRAY(d->arena, uint32_t, (l.n + 1) * (l.m + 1));
    for (size_t i = l.n; i-- > 0;)
        for (size_t j = l.m; j-- > 0;) {
            uint32_t skip_a = *lcs_cell(&l, i + 1, j), skip_b = *lcs_cell(&l, i, j + 1);
            bool equal = items_equal(a[l.head + i], b[l.head + j]);
            *lcs_cell(&l, i, j) = equal ? *lcs_cell(&l, i + 1, j + 1) + 1 : skip_a >= skip_b ? skip_a : skip_b;
        }
    return l;
}

static bool is_object(struct value v)
{
    return value_is_set(v) && type_is_keyed(v.type);
}

struct pairing {
    const struct differ *d;
    struct diff *diff;
    const struct value *a, *b;
};

static void pair(struct pairing *p, const struct value *old, const struct value *new)
{
    struct value none = {0};
    add_child(p->d, p->diff, (struct str){0}, diff_value(p->d, old ? *old : none, new ? *new : none));
}

/* The changed stretch between two common elements: objects that stand at the same place count as one that changed. */
static void pair_stretch(struct pairing *p, size_t *i, size_t i_end, size_t *j, size_t j_end)
{
    while (*i < i_end) {
        if (*j < j_end && is_object(p->a[*i]) && is_object(p->b[*j]))
            pair(p, &p->a[(*i)++], &p->b[(*j)++]);
        else
            pair(p, &p->a[(*i)++], NULL);
    }
    while (*j < j_end)
        pair(p, NULL, &p->b[(*j)++]);
}

/* The next common pair at or after (i, j) within the table's part; false when there is none. */
static bool next_common(const struct lcs *l, const struct pairing *p, size_t *i, size_t *j)
{
    while (l->table && *i < l->n && *j < l->m) {
        if (items_equal(p->a[l->head + *i], p->b[l->head + *j]))
            return true;
        if (*lcs_cell(l, *i + 1, *j) >= *lcs_cell(l, *i, *j + 1))
            ++*i;
        else
            ++*j;
    }
    return false;
}

static void pair_by_content(struct pairing *p, struct value before, struct value after)
{
    struct lcs l = lcs_make(p->d, p->a, before.n, p->b, after.n);
    size_t i = 0, j = 0, x = 0, y = 0;
    for (; i < l.head; i++, j++)
        pair(p, &p->a[i], &p->b[j]);
    while (next_common(&l, p, &x, &y)) {
        pair_stretch(p, &i, l.head + x, &j, l.head + y);
        pair(p, &p->a[i++], &p->b[j++]);
        x++, y++;
    }
    pair_stretch(p, &i, l.head + l.n, &j, l.head + l.m);
    for (; i < before.n; i++, j++)
        pair(p, &p->a[i], &p->b[j]);
}

static struct diff *diff_sequence(const struct differ *d, struct value before, struct value after)
{
    struct diff *diff = new_diff(d, DIFF_SEQUENCE, base_action(before, after));
    struct pairing p = {d, diff, before.u.items, after.u.items};
    if (!value_exists(before) || !value_exists(after)) {
        size_t i = 0, j = 0;
        pair_stretch(&p, &i, value_exists(before) ? before.n : 0, &j, value_exists(after) ? after.n : 0);
    } else if (pair_by_position(before, after)) {
        for (size_t i = 0; i < before.n; i++)
            pair(&p, &p.a[i], &p.b[i]);
    } else {
        pair_by_content(&p, before, after);
    }
    return diff;
}

static struct diff *diff_set(const struct differ *d, struct value before, struct value after)
{
    struct diff *diff = new_diff(d, DIFF_SET, base_action(before, after));
    struct pairing p = {d, diff, before.u.items, after.u.items};
    for (size_t i = 0; value_exists(before) && i < before.n; i++)
        pair(&p, &p.a[i], value_exists(after) && value_set_has(after, p.a[i]) ? &p.a[i] : NULL);
    for (size_t j = 0; value_exists(after) && j < after.n; j++)
        if (!value_exists(before) || !value_set_has(before, p.b[j]))
            pair(&p, NULL, &p.b[j]);
    return diff;
}

/* -- any value -- */

static struct diff *diff_unknown(const struct differ *d, struct value before)
{
    struct diff *diff = new_diff(d, DIFF_UNKNOWN, value_exists(before) ? DIFF_UPDATE : DIFF_CREATE);
    if (value_exists(before))
        diff->old = diff_value(d, before, (struct value){0});
    return diff;
}

static bool is_sensitive(struct value v)
{
    return value_exists(v) && (v.marks & MARK_SENSITIVE);
}

/* Hides itself and says how it changed; a change of the mark alone is a change too. */
static struct diff *diff_sensitive(const struct differ *d, struct value before, struct value after)
{
    struct value plain_before = value_exists(before) ? value_unmark(before) : before;
    struct value plain_after = value_exists(after) ? value_unmark(after) : after;
    const struct diff *inner = diff_value(d, plain_before, plain_after);
    struct diff *diff = new_diff(d, DIFF_SENSITIVE, inner->action);
    diff->sensitive_before = is_sensitive(before);
    diff->sensitive_after = is_sensitive(after);
    bool both = value_exists(before) && value_exists(after);
    if (both && diff->action == DIFF_SAME && diff->sensitive_before != diff->sensitive_after)
        diff->action = DIFF_UPDATE;
    return diff;
}

static struct diff *diff_value(const struct differ *d, struct value before, struct value after)
{
    if (!value_exists(before) && !value_exists(after))
        return NULL;
    if (is_sensitive(before) || is_sensitive(after))
        return diff_sensitive(d, before, after);
    if (value_exists(after) && !value_is_known(after))
        return diff_unknown(d, before);
    enum group a = group_of(d, before), b = group_of(d, after);
    if (a != GROUP_NONE && b != GROUP_NONE && a != b)
        return diff_type_change(d, before, after);
    switch (a != GROUP_NONE ? a : b) {
    case GROUP_KEYED:
        return diff_keyed(d, before, after);
    case GROUP_SEQUENCE:
        return diff_sequence(d, before, after);
    case GROUP_SET:
        return diff_set(d, before, after);
    default:
        return diff_primitive(d, before, after);
    }
}

struct diff *diff_of_values(struct arena *arena, struct value before, struct value after)
{
    return diff_value(&(struct differ){arena, true}, before, after);
}

struct diff *diff_of_lines(struct arena *arena, struct value before, struct value after)
{
    struct differ d = {arena, true};
    struct diff *diff = new_diff(&d, DIFF_SEQUENCE, DIFF_SAME);
    struct pairing p = {&d, diff, before.u.items, after.u.items};
    pair_by_content(&p, before, after);
    return diff;
}

/* -- resources -- */

/* The attribute, with null taken for "not there". */
static struct value present(struct value object, struct str name)
{
    if (!value_exists(object) || !value_is_set(object))
        return (struct value){0};
    struct value v = value_attr(object, name);
    return value_exists(v) && value_is_null(v) && !v.marks ? (struct value){0} : v;
}

static struct diff *diff_body(struct arena *arena, const struct schema *schema, struct value before,
                              struct value after);

/* Nested blocks of one name; each becomes a child of its own. */
static void add_nested(struct arena *arena, struct diff *body, const struct schema_nested *nested, struct value before,
                       struct value after)
{
    struct differ d = {arena, false};
    if (nested->nesting == NESTING_SINGLE) {
        if (value_exists(before) || value_exists(after)) {
            struct diff *child = diff_body(arena, nested->schema, before, after);
            child->nested_block = true;
            add_child(&d, body, nested->name, child);
        }
        return;
    }
    struct diff *all = diff_value(&d, before, after);
    if (all && (all->kind == DIFF_UNKNOWN || all->kind == DIFF_SENSITIVE)) {
        add_child(&d, body, nested->name, all);
        return;
    }
    for (size_t i = 0; all && i < all->children.n; i++) {
        struct diff *child = all->children.v[i].diff;
        child->nested_block = child->kind == DIFF_OBJECT;
        if (child->nested_block)
            child->kind = DIFF_BLOCK;
        add_child(&d, body, nested->name, child);
    }
}

static struct diff *diff_body(struct arena *arena, const struct schema *schema, struct value before, struct value after)
{
    struct diff *body = new_diff(&(struct differ){arena, false}, DIFF_BLOCK, base_action(before, after));
    for (size_t i = 0; i < schema->n_attrs; i++) {
        const struct schema_attr *attr = &schema->attrs[i];
        struct differ d = {arena, attr->type->has_dynamic};
        add_child(&d, body, attr->name, diff_value(&d, present(before, attr->name), present(after, attr->name)));
    }
    for (size_t i = 0; i < schema->n_nested; i++)
        add_nested(arena, body, &schema->nested[i], present(before, schema->nested[i].name),
                   present(after, schema->nested[i].name));
    return body;
}

static void flag_replacements(struct diff *diff, const struct path *path, size_t step)
{
    if (step == path->n || diff->kind == DIFF_SENSITIVE || diff->kind == DIFF_UNKNOWN) {
        diff->replace = true;
        return;
    }
    struct str name = path->steps[step].kind == PATH_ATTR ? path->steps[step].name : (struct str){0};
    vec_each (&diff->children, i)
        if (name.n && str_eq(diff->children.v[i].key, name)) {
            flag_replacements(diff->children.v[i].diff, path, step + 1);
            return;
        }
    diff->replace = step > 0;
}

struct diff *diff_of_change(struct arena *arena, const struct change *change)
{
    struct value none = {0};
    struct value before = value_exists(change->before) && !value_is_null(change->before) ? change->before : none;
    struct value after = value_exists(change->after) && !value_is_null(change->after) ? change->after : none;
    struct diff *body = diff_body(arena, change->schema, before, after);
    vec_each (&change->replace_because.list, i)
        flag_replacements(body, &change->replace_because.list.v[i].path, 0);
    return body;
}
