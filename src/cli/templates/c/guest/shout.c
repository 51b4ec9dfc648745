#include "shout.h"

void shout(uint8_t *bytes, size_t length) {
  for (size_t at = 0; at < length; at++)
    if (bytes[at] >= 'a' && bytes[at] <= 'z') bytes[at] -= 'a' - 'A';
}
