#include "cbor.h"

#include <qtsm_lib.h>
#include <string.h>

enum { DIRECT = 23, RESERVED = 28, INDEFINITE = 31 };

int cbor_next(struct cbor *input, struct cbor_item *item) {
  if (input->at >= input->end) return CBOR_LOAD_ERROR;
  uint8_t initial = *input->at++, information = initial & 0x1f;
  *item = (struct cbor_item){.type = (enum cbor_type)(initial >> 5), .number = information};
  if (information == INDEFINITE) return CBOR_DATA_INDEFINITE;
  if (information >= RESERVED) return CBOR_LOAD_ERROR;
  if (information > DIRECT) {
    item->width = 1 << (information - DIRECT - 1);
    if (input->end - input->at < item->width) return CBOR_LOAD_ERROR;
    item->number = 0;
    for (int count = 0; count < item->width; count++) item->number = item->number << 8 | *input->at++;
  }
  if (item->type != CBOR_BYTES && item->type != CBOR_TEXT) return NO_ERROR;
  if (item->number > (uint64_t)(input->end - input->at)) return CBOR_LOAD_ERROR;
  item->bytes = input->at;
  input->at += item->number;
  return NO_ERROR;
}

int cbor_expect(struct cbor *input, enum cbor_type type, struct cbor_item *item) {
  int error = cbor_next(input, item);
  return error != NO_ERROR ? error : item->type == type ? NO_ERROR : CBOR_TYPE_ERROR;
}

bool cbor_is(const struct cbor_item *item, const char *text) {
  return item->number == strlen(text) && memcmp(item->bytes, text, item->number) == 0;
}
