/* files: names of files and their content. Relative names start from eval->base_dir. */
#ifndef DETOUR_FUNCS_FILES_H
#define DETOUR_FUNCS_FILES_H

#include "eval/func.h"

/* The name in text argument i as the system takes it: "~" expanded, made relative to base_dir; NUL-terminated. False
 * after a diagnostic. */
bool files_name(struct func_call *call, size_t i, struct str *name);

/* The bytes of the file that text argument i names; a diagnostic at that argument where they cannot be read. */
bool files_read(struct func_call *call, size_t i, struct str *content);

/* The shortest name for the same file, as text alone: no "//", "/./" or "x/../". */
struct str files_clean(struct arena *arena, struct str name);

#endif
