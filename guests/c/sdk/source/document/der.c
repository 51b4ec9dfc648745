#include "der.h"

#include <string.h>

enum { MOST_LENGTH_BYTES = 3 };

bool der_next(struct bytes *input, uint8_t *tag, struct bytes *contents) {
  if (input->length < 2) return false;
  size_t header = 2, length = input->at[1];
  *tag = input->at[0];
  if (length > 0x80) {
    size_t count = length - 0x80;
    if (count > MOST_LENGTH_BYTES || input->length < header + count) return false;
    length = 0;
    for (size_t at = 0; at < count; at++) length = length << 8 | input->at[header + at];
    header += count;
  } else if (length == 0x80) {
    return false;
  }
  if (length > input->length - header) return false;
  *contents = (struct bytes){input->at + header, length};
  input->at += header + length;
  input->length -= header + length;
  return true;
}

bool der_expect(struct bytes *input, uint8_t tag, struct bytes *contents) {
  uint8_t found;
  return der_next(input, &found, contents) && found == tag;
}

struct bytes der_whole(struct bytes before, struct bytes after) {
  return (struct bytes){before.at, (size_t)(after.at - before.at)};
}

bool der_is(struct bytes contents, const void *expected, size_t length) {
  return contents.length == length && memcmp(contents.at, expected, length) == 0;
}

static bool two_digits(const uint8_t *at, int *number) {
  if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9') return false;
  *number = (at[0] - '0') * 10 + at[1] - '0';
  return true;
}

/* Days from 1970-01-01, of the Gregorian calendar. */
static int64_t days_of(int64_t year, int month, int day) {
  /* Years begin in March, so that the leap day is the last one. */
  year -= month <= 2;
  int64_t era = year / 400, of_era = year % 400;
  int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool der_time(struct bytes *input, uint64_t *time) {
  uint8_t tag;
  struct bytes text;
  int fields[6], century = 0;
  if (!der_next(input, &tag, &text) || (tag != DER_UTC_TIME && tag != DER_TIME)) return false;
  bool has_century = tag == DER_TIME;
  if (text.length != (has_century ? 15 : 13) || text.at[text.length - 1] != 'Z') return false;
  if (has_century && !two_digits(text.at, &century)) return false;
  for (int at = 0; at < 6; at++)
    if (!two_digits(text.at + (has_century ? 2 : 0) + 2 * at, &fields[at])) return false;
  int64_t year = has_century ? century * 100 + fields[0] : fields[0] + (fields[0] < 50 ? 2000 : 1900);
  if (year < 1970 || fields[1] < 1 || fields[1] > 12 || fields[2] < 1 || fields[2] > 31) return false;
  int64_t seconds = ((days_of(year, fields[1], fields[2]) * 24 + fields[3]) * 60 + fields[4]) * 60 + fields[5];
  *time = (uint64_t)seconds * 1000;
  return true;
}
