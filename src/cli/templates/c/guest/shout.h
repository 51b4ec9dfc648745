#ifndef SHOUT_H
#define SHOUT_H

#include <stddef.h>
#include <stdint.h>

/* Turns the ASCII letters of `bytes` into upper case, in place. */
void shout(uint8_t *bytes, size_t length);

#endif
