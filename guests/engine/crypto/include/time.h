/* The date of a time, as mbedTLS compares it with those of certificates. */
#ifndef TIME_H
#define TIME_H

#include <stdint.h>

typedef int64_t time_t;

struct tm {
  int tm_sec, tm_min, tm_hour, tm_mday, tm_mon, tm_year;
};

#endif
