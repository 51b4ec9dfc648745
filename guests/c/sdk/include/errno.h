/* The error of sockets that WASI has no number for. */
#ifndef WEBCLAVE_ERRNO_H
#define WEBCLAVE_ERRNO_H

#include_next <errno.h>

#ifndef ESOCKTNOSUPPORT
#define ESOCKTNOSUPPORT 94
#endif

#endif
