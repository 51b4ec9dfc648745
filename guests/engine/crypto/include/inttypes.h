/* Included by mbedTLS for its integer types. */
#include <stdint.h>
