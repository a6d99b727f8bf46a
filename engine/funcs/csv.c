/* csv: csvdecode(), RFC 4180 as the reference reads it: strict about quotes, lenient about line ends and empty lines.
 */
#include "funcs/kit.h"

struct reader {
    struct func_call *call;
    struct str text;
    size_t pos;
    unsigned line; /* of the position, from 1 */
};

struct record {
    VEC(struct str) fields;
    unsigned line;
};

/* Whether a line ends here: \n, \r\n, or \r at the end of the text; takes it. */
static bool take_line_end(struct reader *r)
{
    struct str rest = str_sub(r->text, r->pos, r->text.n);
    size_t n = str_starts(rest, STR("\n")) ? 1 : str_starts(rest, STR("\r\n")) ? 2 : str_is(rest, "\r") ? 1 : 0;
    r->pos += n;
    r->line += n > 0;
    return n > 0;
}

static bool unclosed(struct reader *r, unsigned line)
{
    return func_fail(r->call, KIT_CALL, _("the quotes that open in line %u do not close where the field ends"), line);
}

/* Behind the opening quotes, to behind the closing ones. */
static bool read_quoted(struct reader *r, struct str *out)
{
    unsigned from = r->line;
    STRBUF_AUTO field = STRBUF_INIT(KIT_TEXT_MAX);
    for (;;) {
        if (r->pos >= r->text.n)
            return unclosed(r, from);
        if (take_line_end(r)) {
            strbuf_addc(&field, '\n');
            continue;
        }
        char c = r->text.p[r->pos++];
        if (c != '"') {
            strbuf_addc(&field, c);
        } else if (r->pos < r->text.n && r->text.p[r->pos] == '"') {
            strbuf_addc(&field, '"');
            r->pos++;
        } else {
            *out = arena_str(kit_arena(r->call), strbuf_str(&field));
            return true;
        }
    }
}

static bool at_line_end(const struct reader *r)
{
    struct reader peek = *r;
    return r->pos >= r->text.n || take_line_end(&peek);
}

static bool read_plain(struct reader *r, struct str *out)
{
    size_t from = r->pos;
    for (; !at_line_end(r) && r->text.p[r->pos] != ','; r->pos++)
        if (r->text.p[r->pos] == '"')
            return func_fail(r->call, KIT_CALL,
                             _("line %u holds quotes in a field without quotes around it; put the field in quotes and "
                               "double those inside"),
                             r->line);
    *out = str_sub(r->text, from, r->pos);
    return true;
}

static bool read_field(struct reader *r, struct str *out)
{
    unsigned line = r->line;
    if (r->pos >= r->text.n || r->text.p[r->pos] != '"')
        return read_plain(r, out);
    r->pos++;
    if (!read_quoted(r, out))
        return false;
    return at_line_end(r) || r->text.p[r->pos] == ',' || unclosed(r, line);
}

/* The next record; *found false at the end. */
static bool read_record(struct reader *r, struct record *record, bool *found)
{
    while (take_line_end(r))
        ;
    *found = r->pos < r->text.n;
    *record = (struct record){.line = r->line};
    while (*found) {
        struct str field;
        if (!read_field(r, &field))
            return false;
        vec_push(kit_arena(r->call), &record->fields, field);
        if (r->pos >= r->text.n || take_line_end(r))
            break;
        r->pos++; /* the comma */
    }
    return true;
}

/* The first line names the attributes. */
static bool read_header(struct reader *r, struct record *header, const struct type **out)
{
    bool found;
    if (!read_record(r, header, &found))
        return false;
    if (!found)
        return func_fail(r->call, KIT_CALL, _("there is no line with the names of the columns"));
    struct map seen = MAP_INIT(kit_arena(r->call));
    const struct type **types = ARENA_ARRAY(seen.arena, const struct type *, header->fields.n);
    vec_each (&header->fields, i) {
        struct str name = value_string_copy(seen.arena, header->fields.v[i]).u.string;
        if (map_find(&seen, name))
            return func_fail(r->call, KIT_CALL, _("two columns are named \"%.*s\""), STR_ARG(name));
        map_put(&seen, name, NULL);
        types[i] = type_string;
        header->fields.v[i] = name;
    }
    *out = type_object(header->fields.v, types, NULL, header->fields.n);
    return true;
}

static bool csvdecode_type(struct func_call *call, const struct type **out)
{
    struct reader r = {call, kit_str(call, 0), 0, 1};
    struct record header;
    *out = type_dynamic;
    if (!value_is_known(call->args[0]))
        return true;
    if (!read_header(&r, &header, out))
        return false;
    *out = type_list(*out);
    return true;
}

static struct value row_value(struct arena *arena, const struct type *type, const struct record *header,
                              const struct record *row)
{
    struct value *items = ARENA_ARRAY(arena, struct value, type->n);
    vec_each (&header->fields, i)
        items[type_attr(type, header->fields.v[i])] = value_string_copy(arena, row->fields.v[i]);
    return value_object_of(type, items);
}

static bool csvdecode_impl(struct func_call *call)
{
    struct reader r = {call, kit_str(call, 0), 0, 1};
    struct record header, row;
    const struct type *type;
    VEC(struct value) rows = {0};
    bool found;
    if (!read_header(&r, &header, &type))
        return false;
    while (read_record(&r, &row, &found)) {
        if (!found)
            return kit_answer(call, value_list(type, rows.v, rows.n));
        if (!kit_goes_on(call))
            return false;
        if (row.fields.n != header.fields.n)
            return func_fail(call, KIT_CALL, _("line %u has %zu fields, but the first line names %zu"), row.line,
                             row.fields.n, header.fields.n);
        vec_push(kit_arena(call), &rows, row_value(kit_arena(call), type, &header, &row));
    }
    return false;
}

const struct func csv_funcs[] = {
    {.name = "csvdecode",
     .type = csvdecode_type,
     .impl = csvdecode_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"str", "string", 0, N_("CSV text whose first line names the columns.")}),
     .doc = N_("The rows of CSV text as a list of objects.")},
    {0},
};
