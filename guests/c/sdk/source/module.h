/* The security module, for both of its names: the results are QTSM's error codes. */
#ifndef WEBCLAVE_MODULE_H
#define WEBCLAVE_MODULE_H

#include <qtsm_lib.h>

#include "descriptors.h"

enum { RANDOM_LENGTH = 256 };

struct input {
  const uint8_t *bytes;
  uint32_t length;
};
struct output {
  uint8_t *bytes;
  uint32_t *length;
};

int module_open(enum descriptor_kind kind);
void module_close(enum descriptor_kind kind, int fd);
/* NO_ERROR if `fd` is an open descriptor of this kind. */
int module_check(enum descriptor_kind kind, int fd);

int module_describe_pcr(uint16_t index, bool *locked, struct output value);
int module_extend_pcr(uint16_t index, struct input data, struct output value);
int module_lock_pcr(uint16_t index);
int module_lock_pcrs(const uint16_t *indexes, uint32_t count);
int module_describe(struct describe_qtsm *description);
/* NULL bytes are none. */
int module_attest(struct input user_data, struct input nonce, struct input public_key, struct output document);
int module_random(uint8_t *bytes, uint32_t length);

#endif
