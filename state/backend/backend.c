#include "state/backend/backend.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

bool backend_fail(struct backend *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(b->why, sizeof b->why, format, args);
    va_end(args);
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
