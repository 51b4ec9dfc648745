/* libsodium sets this when memory is missing; it is not read. */
#ifndef ERRNO_H
#define ERRNO_H

#define ENOMEM 12
#define EINVAL 22

extern int errno;

#endif
