/* archive_library: libarchive, loaded when the first archive is unpacked: no other command waits for it and the seven
 * libraries behind it. */
#ifndef DETOUR_MODULE_STORE_ARCHIVE_LIBRARY_H
#define DETOUR_MODULE_STORE_ARCHIVE_LIBRARY_H

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>

/* Every function of libarchive that is called, without the prefix. */
/* clang-format off */
#define ARCHIVE_FUNCTIONS(X) \
    X(entry_filetype) \
    X(entry_hardlink) \
    X(entry_mode) \
    X(entry_pathname) \
    X(entry_pathname_utf8) \
    X(entry_size) \
    X(entry_size_is_set) \
    X(entry_symlink) \
    X(entry_symlink_utf8) \
    X(error_string) \
    X(read_data) \
    X(read_free) \
    X(read_new) \
    X(read_next_header) \
    X(read_open_filename) \
    X(read_support_filter_bzip2) \
    X(read_support_filter_gzip) \
    X(read_support_filter_xz) \
    X(read_support_filter_zstd) \
    X(read_support_format_tar) \
    X(read_support_format_zip)
/* clang-format on */

struct archive_library {
#define ARCHIVE_MEMBER(name) __typeof__(&archive_##name) name;
    ARCHIVE_FUNCTIONS(ARCHIVE_MEMBER)
#undef ARCHIVE_MEMBER
};

/* Loads it, once; NULL where it cannot be loaded: *why says what the loader said. */
const struct archive_library *archive_library_load(const char **why);

#endif
