/* bench_parse: how fast text is scanned, parsed and formatted, on made-up configuration of several sizes. CPU time,
 * best of ROUNDS. */
#include "base/strbuf.h"
#include "syntax/fmt.h"
#include "syntax/parse.h"
#include "syntax/scan.h"

#include <stdio.h>
#include <time.h>

static const char resource[] = "# Server %u of the fleet\n"
                               "resource \"debian_file\" \"config_%u\" {\n"
                               "  host    = debian_host.web[%u].id\n"
                               "  path    = \"/etc/app/config-%u.conf\"\n"
                               "  owner   = \"root\"\n"
                               "  mode    = \"0644\"\n"
                               "  content = templatefile(\"${path.module}/templates/app.conf\", {\n"
                               "    name     = \"app-%u\"\n"
                               "    port     = 8000 + %u\n"
                               "    tags     = merge(var.tags, { Name = \"web-${each.key}\", Env = var.env })\n"
                               "    backends = [for b in var.backends : \"${b.host}:${b.port}\" if b.enabled]\n"
                               "  })\n"
                               "\n"
                               "  lifecycle {\n"
                               "    create_before_destroy = true\n"
                               "    ignore_changes        = [content]\n"
                               "  }\n"
                               "\n"
                               "  depends_on = [debian_package.nginx, debian_user.app]\n"
                               "}\n\n";

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void run_scan(const struct sources *sources, uint32_t file)
{
    struct str text = sources_get(sources, file)->text;
    struct tokens tokens = scan_tokens(text, 0, text.n, SCAN_CODE);
    tokens_free(&tokens);
}

static void run_parse(const struct sources *sources, uint32_t file)
{
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    parse_body(arena, &diags, sources, file);
}

static void run_fmt(const struct sources *sources, uint32_t file)
{
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    fmt_source(arena, &diags, sources, file);
}

enum { ROUNDS = 10 }; /* a neighbour on the machine spoils some of them */

static double measure(void (*run)(const struct sources *, uint32_t), const struct sources *sources, uint32_t file,
                      size_t n)
{
    size_t times = 1 + (4 << 20) / n;
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double start = now();
        for (size_t i = 0; i < times; i++)
            run(sources, file);
        double speed = (double)n * (double)times / 1e6 / (now() - start);
        best = speed > best ? speed : best;
    }
    return best;
}

int main(void)
{
    static const unsigned sizes[] = {3, 75, 2000, 20000};
    struct sources *sources = sources_new();
    printf("%12s %12s %12s %12s\n", "bytes", "scan MB/s", "parse MB/s", "fmt MB/s");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct strbuf text = STRBUF_INIT(STRBUF_MAX);
        for (unsigned k = 0; k < sizes[i]; k++)
            strbuf_printf(&text, resource, k, k, k, k, k, k);
        uint32_t file = sources_add(sources, STR("bench.hcl"), strbuf_str(&text));
        printf("%12zu %12.0f %12.0f %12.0f\n", text.n, measure(run_scan, sources, file, text.n),
               measure(run_parse, sources, file, text.n), measure(run_fmt, sources, file, text.n));
        strbuf_free(&text);
    }
    sources_free(sources);
    return 0;
}
