/* What crypto.c needs of freestanding.c beside the C library's own names. */
#ifndef ARENA_H
#define ARENA_H

/* Clears and takes back all that `malloc` gave. */
void arena_empty(void);

#endif
