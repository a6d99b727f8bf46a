/* spec: a machine as it is wanted, in plain terms, and what is wrong with it. */
#ifndef DETOUR_LAB_SPEC_H
#define DETOUR_LAB_SPEC_H

#include "base/strbuf.h"
#include "lab_host/net.h"

struct strs {
    VEC(struct str) list;
};

/* All strings are NUL-terminated. */
struct spec {
    struct str name, suite, address; /* address empty: to be allotted */
    struct network network;
    struct strs keys, packages;       /* packages: sorted, unique */
    bool keys_given;                  /* else the file in the machine is left alone */
    struct strs mount_to, mount_from; /* pairs */
    struct str mirror;
    struct str token; /* tells this machine from another one of the same name */
};

#define SPEC_SUITE "bookworm"
#define SPEC_NETWORK "10.213.0.0/24"
#define SPEC_MIRROR "http://deb.debian.org/debian"

/* Each: NULL where the text is right, else what is wrong with it (translated, static). */
const char *spec_check_name(struct str name);
const char *spec_check_suite(struct str suite);
const char *spec_check_package(struct str package);
const char *spec_check_key(struct str key);
const char *spec_check_mount(struct str to, struct str from);
const char *spec_check_mirror(struct str mirror);

/* Appends, without looking whether it is there; whether it is; whether both are equal in their order. */
void strs_add(struct arena *arena, struct strs *strs, struct str s);
bool strs_has(const struct strs *strs, struct str s);
bool strs_equal(const struct strs *a, const struct strs *b);
/* Sorts and removes duplicates. */
void strs_sort(struct strs *strs);
/* One a line. */
struct str strs_lines(struct arena *arena, const struct strs *strs);

#endif
