#include "graph/dot.h"

static void quoted(struct strbuf *out, struct str s)
{
    strbuf_addc(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            strbuf_addc(out, '\\');
        strbuf_addc(out, s.p[i]);
    }
    strbuf_addc(out, '"');
}

static void edges(struct strbuf *out, const struct dag *dag, uint32_t node, struct str label,
                  struct str (*name)(void *ctx, uint32_t node), void *ctx)
{
    struct dag_list needs = dag_needs(dag, node);
    for (uint32_t i = 0; i < needs.n; i++) {
        struct str to = name(ctx, needs.v[i]);
        if (!to.n)
            continue;
        strbuf_lit(out, "  ");
        quoted(out, label);
        strbuf_lit(out, " -> ");
        quoted(out, to);
        strbuf_lit(out, ";\n");
    }
}

void dot_write(struct strbuf *out, const struct dag *dag, struct str (*name)(void *ctx, uint32_t node), void *ctx)
{
    strbuf_lit(out, "digraph G {\n  rankdir = \"RL\";\n  node [shape = rect, fontname = \"sans-serif\"];\n");
    for (uint32_t x = 0; x < dag_size(dag); x++) {
        struct str label = name(ctx, x);
        if (!label.n)
            continue;
        strbuf_lit(out, "  ");
        quoted(out, label);
        strbuf_lit(out, ";\n");
    }
    for (uint32_t x = 0; x < dag_size(dag); x++) {
        struct str label = name(ctx, x);
        if (label.n)
            edges(out, dag, x, label, name, ctx);
    }
    strbuf_lit(out, "}\n");
}
