/* Random bytes of the QTSM, which gives at most 256 at a time. */
#include "qtsm_lib.h"
#include "webclave/crypto.h"

#define PART_MAX 256

bool webclave_random(void *to, size_t length) {
  uint8_t *at = to;
  if (at == NULL) return false;
  int qtsm = qtsm_lib_init();
  if (qtsm < 0) return false;
  int failed = 0;
  for (size_t done = 0; done < length && !failed;) {
    uint32_t part = length - done < PART_MAX ? (uint32_t)(length - done) : PART_MAX;
    failed = qtsm_get_random(qtsm, at + done, part);
    done += part;
  }
  qtsm_lib_exit(qtsm);
  if (failed) webclave_wipe(to, length);
  return !failed;
}
