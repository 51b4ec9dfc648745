/* What crypto.c needs from freestanding.c in addition to the C library's functions. */
#ifndef ARENA_H
#define ARENA_H

/* Clears and releases everything that `malloc` returned. */
void arena_empty(void);

#endif
