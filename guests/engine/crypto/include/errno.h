/* libsodium says here why memory is missing; nobody reads it. */
#ifndef ERRNO_H
#define ERRNO_H

#define ENOMEM 12
#define EINVAL 22

extern int errno;

#endif
