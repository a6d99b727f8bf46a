/* yaml_scalar: what a scalar of YAML stands for: null, bool, number, timestamp or text, by its tag or its form. */
#ifndef DETOUR_FUNCS_YAML_SCALAR_H
#define DETOUR_FUNCS_YAML_SCALAR_H

#include "value/value.h"

/* `tag` is empty where there is none; `quoted`: between single or double quotes. False with the reason in `why`. */
bool yaml_scalar(struct arena *arena, struct str tag, struct str text, bool quoted, struct value *out,
                 struct strbuf *why);

#endif
