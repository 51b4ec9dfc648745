/* Memory for Argon2, from an arena that is emptied after each call; see freestanding.c. */
#ifndef STDLIB_H
#define STDLIB_H

#include <stddef.h>

void *malloc(size_t length);
void free(void *at);

#endif
