/*
 * test_provider: the provider "test" for session-level tests: an imaginary world of objects on machines, that counts
 * how often and with what it is called, and fails where it is told to.
 */
#ifndef DETOUR_TEST_PROVIDER_H
#define DETOUR_TEST_PROVIDER_H

#include "detour_provider.h"

/*
 * resource "test_host":  name (required, replace), address (optional, connection), id = name            [anchor]
 * resource "test_thing": host, name (required, replace), value, size (computed: length of value), note (create-only),
 *                        secret (sensitive), token (write-only), id (computed)
 * data "test_lookup":    host, name; value, found
 */
const struct detour_provider *test_provider(void);

/* What happened since test_reset, one line each: "read web: 3", "apply web: +a ~b -c", "review web: 2". */
const char *test_log(void);
/* Lines of the log that start with `prefix`. */
unsigned test_count(const char *prefix);
/* Empties the log and the failures; the world stays. */
void test_reset(void);
/* Empties the world too. */
void test_forget(void);

/* From now on: operations ("read", "apply", "plan", "review") on things of that name, or on every thing of a host
 * ("@web"), fail. */
void test_fail(const char *operation, const char *name);
/* The same after having done their work half-way: apply leaves an object behind. */
void test_fail_half(const char *name);
/* apply waits until the other lane's apply has begun too: shows that lanes run side by side. */
void test_rendezvous(unsigned lanes);
/* Called inside apply, before anything is done; NULL for none. */
void test_on_apply(void (*f)(void));

/* The world: value of a thing, NULL where there is none; set with value NULL to remove it. */
const char *test_world(const char *host, const char *name);
void test_world_set(const char *host, const char *name, const char *value);
unsigned test_world_size(void);

#endif
