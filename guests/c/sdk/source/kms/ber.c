#include "ber.h"

#define DEPTH_MAX 16
#define CONSTRUCTED 0x20
#define INDEFINITE 0x80
#define LENGTH_BYTES_MAX 4

/* The length of an element's contents, which `at` moves to. Returns false if it is malformed. */
static bool read_length(kms_span bytes, size_t *at, size_t *length, bool *is_indefinite) {
  unsigned char first = (unsigned char)bytes.at[(*at)++];
  *is_indefinite = first == INDEFINITE;
  *length = first;
  if (first <= INDEFINITE) return true;
  size_t count = first & 0x7f;
  if (count > LENGTH_BYTES_MAX || count > bytes.length - *at) return false;
  *length = 0;
  while (count-- > 0) *length = *length << 8 | (unsigned char)bytes.at[(*at)++];
  return true;
}

/* Reads the element at the beginning of `bytes`, and how long it is in total. */
static bool read_element(kms_span bytes, int depth, kms_ber *element, size_t *total) {
  bool is_indefinite;
  size_t at = 1, length;
  if (depth > DEPTH_MAX || bytes.length < 2) return false;
  element->tag = (unsigned char)bytes.at[0];
  bool is_constructed = (element->tag & CONSTRUCTED) != 0;
  if ((element->tag & 0x1f) == 0x1f || !read_length(bytes, &at, &length, &is_indefinite)) return false;
  if (is_indefinite && !is_constructed) return false;
  size_t left = bytes.length - at;
  if (!is_indefinite && length > left) return false;
  kms_span rest = {bytes.at + at, is_indefinite ? left : length};
  element->content = rest;
  *total = at + rest.length;
  if (!is_constructed) return true;
  while (is_indefinite || rest.length > 0) {
    kms_ber child;
    size_t taken;
    if (is_indefinite && rest.length >= 2 && rest.at[0] == 0 && rest.at[1] == 0) {
      element->content.length -= rest.length;
      *total -= rest.length - 2;
      return true;
    }
    if (!read_element(rest, depth + 1, &child, &taken)) return false;
    rest.at += taken;
    rest.length -= taken;
  }
  return true;
}

bool kms_ber_read(kms_span bytes, kms_ber *element) {
  size_t total;
  return read_element(bytes, 0, element, &total) && total == bytes.length;
}

bool kms_ber_next(kms_span *contents, kms_ber *element) {
  size_t total;
  if (contents->length == 0 || !read_element(*contents, 0, element, &total)) return false;
  contents->at += total;
  contents->length -= total;
  return true;
}

bool kms_ber_child(const kms_ber *parent, int index, kms_ber *child) {
  kms_span contents = parent->content;
  if ((parent->tag & CONSTRUCTED) == 0) return false;
  for (int i = 0; i <= index; i++)
    if (!kms_ber_next(&contents, child)) return false;
  return true;
}
