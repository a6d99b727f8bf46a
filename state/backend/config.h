/*
 * config: which backend, with which settings: from the configuration, from -backend-config, from the environment, in
 * that order of weight (the later wins only over what is not set, but -backend-config wins over the configuration).
 * Secrets come from the environment or -backend-config alone, and are in no text that is made of a place.
 */
#ifndef DETOUR_STATE_BACKEND_CONFIG_H
#define DETOUR_STATE_BACKEND_CONFIG_H

#include "diag/diag.h"
#include "state/backend/backend.h"

/* A setting as given. `span` is its value's place; file 0 for -backend-config. */
struct backend_setting {
    struct str name, value;
    struct span span;
    bool literal; /* from the configuration's own text: no place for secrets */
};

enum backend_kind { SETTING_TEXT, SETTING_BOOL, SETTING_NUMBER };
enum { SETTING_NUMBER_MAX = UINT16_MAX };

/* One setting that a backend knows. */
struct backend_field {
    const char *name;
    enum backend_kind kind;
    const char *environment[3]; /* variables that are asked, the first that is set; NULL-ended */
    const char *otherwise;      /* NULL: empty */
    const char *doc;
    bool required;
    bool secret;
    bool identity; /* part of what the place is: another value, another state */
};

struct backend_config {
    const struct backend_type *type;
    struct str *values; /* one for each field of the type; NUL-terminated, empty where not set */
    struct str dir;     /* the folder of the configuration: what stays here goes there */
};

struct backend_type {
    const char *name, *doc;
    const struct backend_field *fields; /* ends with a NULL name */
    /* A backend that has not been reached yet. NULL after a diagnostic: settings that cannot be. */
    struct backend *(*open)(const struct backend_config *config, struct diags *diags);
};

/* All of them, NULL-ended. */
extern const struct backend_type *const backend_types[];
extern const struct backend_type backend_type_local, backend_type_http, backend_type_s3, backend_type_pg;

/* NULL after a diagnostic at `span` with near names. */
const struct backend_type *backend_type_find(struct str name, struct span span, struct diags *diags);

/* Settings, later ones over earlier ones, then the environment, then what the fields say otherwise. NULL after
 * diagnostics: unknown names, secrets in the configuration, required ones that are missing, what is no truth or number
 * where one is wanted. */
struct backend_config *backend_configure(struct arena *arena, const struct backend_type *type, struct span span,
                                         const struct backend_setting *settings, size_t n, struct str dir,
                                         struct diags *diags);

/* The same place for an environment: detour.staging.state, the key env/staging/KEY, the name NAME.staging, the address
 * with -staging. NULL after a diagnostic: an address whose lock has an address of its own says nothing of the lock of
 * another. An empty name: `config` itself. */
const struct backend_config *backend_environment(struct arena *arena, const struct backend_config *config,
                                                 struct str name, struct span span, struct diags *diags);

/* The value of a field, empty where not set; the name must be one of the type's. */
struct str backend_value(const struct backend_config *config, const char *name);
bool backend_value_bool(const struct backend_config *config, const char *name);
/* The number, or `otherwise` where none is set. */
unsigned backend_value_number(const struct backend_config *config, const char *name, unsigned otherwise);

/* Whether both name the same place. */
bool backend_same_place(const struct backend_config *a, const struct backend_config *b);
/* For people: "s3, bucket \"b\", key \"k\"". */
struct str backend_words(struct arena *arena, const struct backend_config *config);

/* The settings that are no secrets, as the members of a JSON object; and the reverse: settings to configure from. */
void backend_config_write(struct strbuf *out, const struct backend_config *config);

#endif
