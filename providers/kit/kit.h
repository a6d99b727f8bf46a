/*
 * kit: conveniences over the provider ABI: reading attributes, answering with changed ones, import ids, base64.
 * Holds no state; a struct kit is a pair of pointers, passed by value, that lives as long as the call.
 */
#ifndef DETOUR_KIT_KIT_H
#define DETOUR_KIT_KIT_H

#include "base/strbuf.h"
#include "detour_provider.h"

struct kit {
    const struct detour_host *host;
    detour_call *call;
};

/* A string of the ABI, borrowed; and the reverse. */
static inline struct str kit_from(struct detour_str s)
{
    return str_from(s.p, s.n);
}

static inline struct detour_str kit_to(struct str s)
{
    return (struct detour_str){s.p, s.n};
}

/* The attribute, or NULL where the object is NULL or null, or the attribute is missing, null or unknown. */
const detour_value *kit_attr(struct kit kit, const detour_value *object, const char *name);

/* Whether the attribute is there and unknown. */
bool kit_unknown(struct kit kit, const detour_value *object, const char *name);

/* Whether the attribute is set: known or unknown, but not null. */
bool kit_set(struct kit kit, const detour_value *object, const char *name);

/* The attribute's text, NUL-terminated; empty (p is "") where kit_attr answers NULL. */
struct str kit_text(struct kit kit, const detour_value *object, const char *name);

/* `otherwise` where the attribute is null or unknown. */
bool kit_bool(struct kit kit, const detour_value *object, const char *name, bool otherwise);
int64_t kit_integer(struct kit kit, const detour_value *object, const char *name, int64_t otherwise);

/* The element i of a list or set of strings; empty where it is null or unknown. */
struct str kit_item(struct kit kit, const detour_value *list, size_t i);

/* Memory of the call. */
void *kit_alloc(struct kit kit, size_t size);
struct str kit_copy(struct kit kit, struct str s);
struct str kit_printf(struct kit kit, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Attributes to change in an object: fill it with the functions below, then kit_edited(). */
enum { KIT_EDIT_MAX = 24 };
struct kit_edit {
    struct kit kit;
    const char *names[KIT_EDIT_MAX];
    const detour_value *values[KIT_EDIT_MAX];
    size_t n;
};

/* Sets an attribute of the edit; at most KIT_EDIT_MAX of them. Names and values are borrowed. */
void kit_put(struct kit_edit *edit, const char *name, const detour_value *value);
void kit_put_null(struct kit_edit *edit, const char *name);
void kit_put_unknown(struct kit_edit *edit, const char *name);
void kit_put_text(struct kit_edit *edit, const char *name, struct str text);
void kit_put_bool(struct kit_edit *edit, const char *name, bool b);
void kit_put_integer(struct kit_edit *edit, const char *name, int64_t i);
void kit_put_texts(struct kit_edit *edit, const char *name, const struct str *texts, size_t n);

/* `base` with the changes; base NULL: a map that becomes the object where it is put. */
const detour_value *kit_edited(struct kit_edit *edit, const detour_value *base);

/* Cuts an import id at its first colon, "web:/etc/motd"; false where there is none, or nothing on one side. */
bool kit_split_id(struct str id, struct str *lane, struct str *rest);

/* Standard base64 with padding; decoding skips line breaks and fails on anything else that is not base64. */
struct str kit_base64_encode(struct kit kit, struct str bytes);
bool kit_base64_decode(struct kit kit, struct str text, struct str *bytes);

#endif
