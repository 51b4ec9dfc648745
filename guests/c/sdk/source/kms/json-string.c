#include "json-string.h"

/* What `next` returns besides a code point. */
#define END (-1)
#define INVALID (-2)

static int32_t four_digits(kms_json_cursor *at) {
  int32_t unit = 0;
  if (at->end - at->at < 4) return INVALID;
  for (int i = 0; i < 4; i++) {
    char digit = *at->at++, lower = (char)(digit | 0x20);
    if (digit >= '0' && digit <= '9') unit = unit * 16 + digit - '0';
    else if (lower >= 'a' && lower <= 'f') unit = unit * 16 + lower - 'a' + 10;
    else return INVALID;
  }
  return unit;
}

/* After `\u`. A surrogate must be the first of a pair. */
static int32_t escaped_unit(kms_json_cursor *at) {
  int32_t first = four_digits(at);
  if (first < 0xd800 || first > 0xdfff) return first;
  if (first > 0xdbff || at->end - at->at < 2 || at->at[0] != '\\' || at->at[1] != 'u') return INVALID;
  at->at += 2;
  int32_t second = four_digits(at);
  if (second < 0xdc00 || second > 0xdfff) return INVALID;
  return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
}

static int32_t escaped(kms_json_cursor *at) {
  if (at->at == at->end) return INVALID;
  switch (*at->at++) {
    case '"': return '"';
    case '\\': return '\\';
    case '/': return '/';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'u': return escaped_unit(at);
    default: return INVALID;
  }
}

/* The rest of a code point in UTF-8 (RFC 3629): no longer form than needed, no surrogates, nothing above U+10FFFF. */
static int32_t several(kms_json_cursor *at, unsigned char first) {
  int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
  if (first < 0xc2 || first > 0xf4 || at->end - at->at < more) return INVALID;
  int32_t point = first & (0x3f >> more);
  for (int i = 0; i < more; i++) {
    unsigned char byte = (unsigned char)*at->at++;
    if ((byte & 0xc0) != 0x80) return INVALID;
    point = point << 6 | (byte & 0x3f);
  }
  static const int32_t FIRST[] = {0, 0x80, 0x800, 0x10000};
  bool valid = point >= FIRST[more] && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
  return valid ? point : INVALID;
}

/* The next code point inside a string, END behind its last quote, or INVALID. */
static int32_t next(kms_json_cursor *at) {
  if (at->at == at->end) return INVALID;
  unsigned char byte = (unsigned char)*at->at++;
  if (byte == '"') return END;
  if (byte == '\\') return escaped(at);
  if (byte < 0x20) return INVALID;
  return byte < 0x80 ? byte : several(at, byte);
}

bool kms_json_skip_string(kms_json_cursor *at) {
  if (at->at == at->end || *at->at++ != '"') return false;
  for (;;) {
    int32_t point = next(at);
    if (point < 0) return point == END;
  }
}

bool kms_json_same(kms_json_cursor one, kms_json_cursor other) {
  one.at++, other.at++;
  for (;;) {
    int32_t left = next(&one), right = next(&other);
    if (left != right) return false;
    if (left < 0) return left == END;
  }
}

bool kms_json_is(kms_json_cursor string, const char *ascii) {
  if (string.at == string.end || *string.at++ != '"') return false;
  for (;; ascii++) {
    int32_t point = next(&string);
    if (point < 0) return point == END && *ascii == 0;
    if (*ascii == 0 || point != *ascii) return false;
  }
}

bool kms_json_decode(kms_json_cursor at, kms_text *to) {
  at.at++;
  for (;;) {
    int32_t point = next(&at);
    if (point < 0) return point == END && !to->failed;
    char bytes[4];
    size_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, point >>= 6) bytes[i] = (char)(0x80 | (point & 0x3f));
    bytes[0] = (char)(length == 1 ? point : (0xf00 >> length & 0xf0) | point);
    kms_text_add(to, bytes, length);
  }
}
