/* clock: signatures hold for a quarter of an hour: how far the clock here is from the server's. */
#ifndef DETOUR_STATE_BACKEND_S3_CLOCK_H
#define DETOUR_STATE_BACKEND_S3_CLOCK_H

#include "state/backend/curl/client.h"

/* The server's clock minus ours, in seconds, as an answer tells it. False where it does not. */
bool s3_clock_offset(const struct client_response *response, long *offset_s);
/* What to say of an answer that refuses the time of a signature: which clock is off by how much, what to do. Starts
 * with a space. `sent_offset_s` was added to our clock in the request. */
struct str s3_clock_advice(struct arena *arena, const struct client_response *response, long sent_offset_s);

#endif
