/* xml: what is needed of the few answers of an S3 server that are read. */
#ifndef DETOUR_STATE_BACKEND_S3_XML_H
#define DETOUR_STATE_BACKEND_S3_XML_H

#include "base/arena.h"

/* <name>text</name> at or after *from, decoded; *from is then behind it. */
bool s3_element(struct arena *arena, struct str xml, const char *name, size_t *from, struct str *text);

#endif
