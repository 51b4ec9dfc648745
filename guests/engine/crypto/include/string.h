/* The functions that the libraries call, implemented in freestanding.c. */
#ifndef STRING_H
#define STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *at, int byte, size_t length);
int memcmp(const void *one, const void *other, size_t length);
size_t strlen(const char *text);
int strcmp(const char *one, const char *other);
char *strchr(const char *text, int unit);

#endif
