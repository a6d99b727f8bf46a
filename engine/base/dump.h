/* dump: what the process leaves behind when it dies. */
#ifndef DETOUR_BASE_DUMP_H
#define DETOUR_BASE_DUMP_H

/* No core files from now on, and no looking into the memory by other processes of the same user: for programs that hold
 * secrets. What cannot be switched off stays as it is. */
void dump_forbid(void);

#endif
