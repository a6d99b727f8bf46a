#include "state/backend/backend.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/* Servers' messages have lines and end with full stops; here they become a part of a sentence. */
static void make_clause(char *why)
{
    size_t n = strlen(why);
    for (char *c = why; *c; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
    while (n && (why[n - 1] == '.' || why[n - 1] == ' '))
        why[--n] = '\0';
}

bool backend_fail(struct backend *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(b->why, sizeof b->why, format, args);
    va_end(args);
    make_clause(b->why);
    return false;
}

bool backend_fail_errno(struct backend *b)
{
    return backend_fail(b, "%s", strerror(errno));
}

void backend_close(struct backend *b)
{
    if (b)
        b->ops->close(b);
}
