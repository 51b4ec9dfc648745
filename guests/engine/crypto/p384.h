/* The arithmetic of P-384, in constant time. Numbers for its generator have 48 bytes and are less than the order. */
#ifndef P384_H
#define P384_H

#include "bearssl.h"

extern const br_ec_impl p384;

#endif
