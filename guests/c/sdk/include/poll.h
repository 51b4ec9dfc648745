/* The events that <poll.h> of wasi-libc leaves out. */
#ifndef WEBCLAVE_POLL_H
#define WEBCLAVE_POLL_H

#include_next <poll.h>

#ifndef POLLPRI
#define POLLPRI 0x0004
#endif
#ifndef POLLRDHUP
#define POLLRDHUP 0x0008
#endif

#endif
