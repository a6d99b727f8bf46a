#include "view/term.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool is_dumb(void)
{
    const char *term = getenv("TERM");
    return !term || !*term || strcmp(term, "dumb") == 0;
}

static bool wants_color(bool no_color)
{
    const char *env = getenv("NO_COLOR");
    return !no_color && !(env && *env) && !is_dumb();
}

struct term term_of_fd(int fd, bool no_color)
{
    if (!isatty(fd))
        return (struct term){.width = 78};
    struct winsize size = {0};
    unsigned columns = ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
    return (struct term){
        .color = wants_color(no_color), .moves = !is_dumb(), .width = columns > 2 ? columns - 1 : columns};
}

const char *term_on(const struct term *term, enum term_ink ink)
{
    static const char *const codes[] = {
        [INK_NONE] = "",        [INK_BOLD] = "\033[1m",  [INK_GREEN] = "\033[32m", [INK_YELLOW] = "\033[33m",
        [INK_RED] = "\033[31m", [INK_CYAN] = "\033[36m", [INK_DIM] = "\033[2m",    [INK_BOLD_RED] = "\033[1;31m",
    };
    return term->color ? codes[ink] : "";
}

const char *term_off(const struct term *term)
{
    return term->color ? "\033[0m" : "";
}

void term_paint(struct strbuf *out, const struct term *term, enum term_ink ink, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    strbuf_add(out, str_c(term_on(term, ink)));
    strbuf_vprintf(out, format, args);
    if (ink != INK_NONE)
        strbuf_add(out, str_c(term_off(term)));
    va_end(args);
}
