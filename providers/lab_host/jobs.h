/* jobs: the requests of one apply, several at a time: making trees and booting is mostly waiting. */
#ifndef DETOUR_LAB_JOBS_H
#define DETOUR_LAB_JOBS_H

#include "lab_host/object.h"

/* Carries out a whole batch; answers, problems and progress go to the host from the calling thread alone. */
void jobs_apply(struct kit kit, const struct settings *settings, struct detour_apply *reqs, size_t n);

#endif
