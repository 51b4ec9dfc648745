/* The engine's memory, and whether it ran out. */
#ifndef WEBCLAVE_MEMORY_H
#define WEBCLAVE_MEMORY_H

#include "quickjs.h"

extern const JSMallocFunctions engine_memory;

/* Takes the reserve, unless it is there; without enough memory there is none. */
void keep_reserve(void);

/* Whether memory ever ran out. */
int memory_has_run_out(void);

#endif
