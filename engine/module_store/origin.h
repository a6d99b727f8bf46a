/*
 * origin: what the `source` of a module call means: a folder beside the caller, a git repository or an archive.
 * Owns the syntax of sources and what is refused in them. Must not know how anything is fetched.
 *
 * What an origin holds is safe to hand to git as an argument, and to libcurl: no part begins with a dash, no control
 * characters, only protocols that are listed in origin.c.
 */
#ifndef DETOUR_MODULE_STORE_ORIGIN_H
#define DETOUR_MODULE_STORE_ORIGIN_H

#include "base/arena.h"

enum { ORIGIN_MAX = 2048 }; /* bytes of a source */

enum origin_kind {
    ORIGIN_FOLDER,  /* ./web */
    ORIGIN_GIT,     /* git::https://example.org/web.git//nginx?ref=v1.2 */
    ORIGIN_ARCHIVE, /* https://example.org/web.tar.gz//nginx, ./web.zip */
};

enum origin_format { FORMAT_TAR, FORMAT_TAR_GZ, FORMAT_TAR_BZ2, FORMAT_TAR_XZ, FORMAT_TAR_ZST, FORMAT_ZIP };

struct origin {
    enum origin_kind kind;
    struct str key;    /* names the package: the source without its subfolder, written in one way */
    struct str url;    /* what git or libcurl is given, or the path of a local archive as it is written */
    struct str subdir; /* within the package; empty: its top */
    struct str name;   /* of the package, for people: "web" */
    bool network;      /* it is on another machine, as far as can be told */
    /* git */
    struct str ref;      /* tag, branch or commit; empty: the repository's HEAD */
    struct str protocol; /* "https", "ssh", "file", "http" */
    /* archives */
    enum origin_format format;
    bool local;          /* url is a path */
    struct str checksum; /* SHA-256 in lower-case hexadecimal; empty: none was given */
};

/* Reads a source. False with *why, whole sentences that say what is wrong and what to write instead. */
bool origin_parse(struct arena *arena, struct str source, struct origin *out, struct str *why);

#endif
