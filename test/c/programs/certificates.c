/* Reads certificates of standard input, each after its length in two bytes: whether the first has issued each. */
#include <stdio.h>

#include "../../../guests/c/sdk/source/document/certificate.h"

enum { LONGEST = 65535 };

static uint8_t authority[LONGEST], other[LONGEST];

static size_t next(uint8_t *bytes) {
  int high = getchar(), low = getchar();
  if (low == EOF) return 0;
  size_t length = (size_t)high << 8 | (size_t)low;
  return fread(bytes, 1, length, stdin);
}

int main(void) {
  struct certificate issuer, issued;
  size_t length = next(authority);
  if (!certificate_read((struct bytes){authority, length}, &issuer)) return 1;
  while ((length = next(other)) > 0) {
    bool is_read = certificate_read((struct bytes){other, length}, &issued);
    puts(!is_read ? "unreadable" : certificate_is_issued_by(&issued, &issuer, issuer.not_before) ? "issued" : "not issued");
  }
  return 0;
}
