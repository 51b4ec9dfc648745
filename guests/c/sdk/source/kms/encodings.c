/* Hexadecimal, base64 (RFC 4648) and the strings of JSON (RFC 8259). */
#include "text.h"

static const char HEX[] = "0123456789abcdef";
static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void kms_text_hex(kms_text *text, const void *bytes, size_t length) {
  const unsigned char *from = bytes;
  if (length > KMS_TEXT_MAX) text->failed = true;
  if (!kms_text_reserve(text, 2 * length)) return;
  for (size_t i = 0; i < length; i++) {
    text->at[text->length++] = HEX[from[i] >> 4];
    text->at[text->length++] = HEX[from[i] & 15];
  }
}

void kms_text_base64(kms_text *text, const void *bytes, size_t length) {
  const unsigned char *from = bytes;
  if (length > KMS_TEXT_MAX) text->failed = true;
  if (!kms_text_reserve(text, (length + 2) / 3 * 4)) return;
  for (size_t i = 0; i < length; i += 3) {
    size_t left = length - i;
    uint32_t three = (uint32_t)from[i] << 16 | (left > 1 ? (uint32_t)from[i + 1] << 8 : 0) | (left > 2 ? from[i + 2] : 0);
    text->at[text->length++] = BASE64[three >> 18];
    text->at[text->length++] = BASE64[three >> 12 & 63];
    text->at[text->length++] = left > 1 ? BASE64[three >> 6 & 63] : '=';
    text->at[text->length++] = left > 2 ? BASE64[three & 63] : '=';
  }
}

void kms_text_quoted(kms_text *text, kms_span span) {
  kms_text_add(text, "\"", 1);
  for (size_t i = 0; i < span.length; i++) {
    unsigned char byte = (unsigned char)span.at[i];
    if (byte >= 0x20 && byte != '"' && byte != '\\') {
      kms_text_add(text, &span.at[i], 1);
      continue;
    }
    char escape[6] = {'\\', 'u', '0', '0', HEX[byte >> 4], HEX[byte & 15]};
    kms_text_add(text, escape, sizeof escape);
  }
  kms_text_add(text, "\"", 1);
}

/* The value of a digit, or -1. */
static int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  char lower = (char)(digit | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool kms_text_from_hex(kms_text *text) {
  if (text->failed || text->length % 2 != 0) return false;
  for (size_t i = 0; i < text->length / 2; i++) {
    int high = hex_value(text->at[2 * i]), low = hex_value(text->at[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    text->at[i] = (char)(high << 4 | low);
  }
  text->length /= 2;
  return true;
}

static int base64_value(char digit) {
  if (digit >= 'A' && digit <= 'Z') return digit - 'A';
  if (digit >= 'a' && digit <= 'z') return digit - 'a' + 26;
  if (digit >= '0' && digit <= '9') return digit - '0' + 52;
  return digit == '+' ? 62 : digit == '/' ? 63 : -1;
}

bool kms_text_from_base64(kms_text *text) {
  if (text->failed || text->length % 4 != 0) return false;
  size_t padding = 0, made = 0;
  while (padding < 2 && padding < text->length && text->at[text->length - 1 - padding] == '=') padding++;
  size_t digits = text->length - padding;
  uint32_t bits = 0;
  for (size_t i = 0; i < digits; i++) {
    int value = base64_value(text->at[i]);
    if (value < 0) return false;
    bits = (bits << 6 | (uint32_t)value) & 0xffffff;
    /* 6, 12, 18 and 24 bits: a byte is complete at all but the first. */
    if (i % 4 == 0) continue;
    text->at[made++] = (char)(bits >> (6 - 2 * (i % 4)));
  }
  text->length = made;
  /* The bits after the last byte must be zero. */
  uint32_t rest = padding == 1 ? bits & 3 : padding == 2 ? bits & 15 : 0;
  return rest == 0;
}
