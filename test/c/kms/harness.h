/* What the files of the harness share. */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdbool.h>
#include <stddef.h>

/* The function of the QTSM that fails: init, random or attest. */
extern char broken[16];

/* The value of a word of the command; NULL if there is none. */
const char *get(const char *name);
unsigned number(const char *name, unsigned otherwise);
/* Bytes in a block of exactly their length, so that reading further is noticed. */
unsigned char *bytes_of(const char *name, size_t *length);
void print_hex(const void *bytes, size_t length);

/* Runs a command of harness-network.c; false if it is another. */
bool run_network(const char *command, const char *operation);
void end_network(void);

#endif
