#include "json.h"

#include "json-string.h"

/* A position in the text, and the names of the objects around it. */
typedef struct {
  kms_json_cursor at;
  unsigned values;
  unsigned names_count;
  kms_json_cursor names[KMS_JSON_VALUES_MAX];
} reader;

static void skip_space(kms_json_cursor *at) {
  while (at->at < at->end && (*at->at == ' ' || *at->at == '\t' || *at->at == '\n' || *at->at == '\r')) at->at++;
}

static bool take(kms_json_cursor *at, char expected) {
  if (at->at == at->end || *at->at != expected) return false;
  at->at++;
  return true;
}

static bool skip_word(kms_json_cursor *at, const char *word) {
  for (; *word; word++)
    if (!take(at, *word)) return false;
  return true;
}

static bool skip_digits(kms_json_cursor *at) {
  const char *start = at->at;
  while (at->at < at->end && *at->at >= '0' && *at->at <= '9') at->at++;
  return at->at > start;
}

static bool skip_number(kms_json_cursor *at) {
  take(at, '-');
  if (!take(at, '0') && !skip_digits(at)) return false;
  if (take(at, '.') && !skip_digits(at)) return false;
  if (take(at, 'e') || take(at, 'E')) {
    if (!take(at, '+')) take(at, '-');
    return skip_digits(at);
  }
  return true;
}

static bool skip_value(reader *from, unsigned depth);

/* The name is compared with those of the same object only. */
static bool skip_name(reader *from, unsigned first) {
  kms_json_cursor name = from->at;
  if (!kms_json_skip_string(&from->at) || from->names_count == KMS_JSON_VALUES_MAX) return false;
  for (unsigned i = first; i < from->names_count; i++)
    if (kms_json_same(from->names[i], name)) return false;
  from->names[from->names_count++] = name;
  return true;
}

static bool skip_members(reader *from, unsigned depth, bool has_names, char end) {
  unsigned first = from->names_count;
  from->at.at++;
  skip_space(&from->at);
  if (take(&from->at, end)) return true;
  do {
    skip_space(&from->at);
    if (has_names) {
      if (!skip_name(from, first)) return false;
      skip_space(&from->at);
      if (!take(&from->at, ':')) return false;
    }
    if (!skip_value(from, depth)) return false;
  } while (take(&from->at, ','));
  from->names_count = first;
  return take(&from->at, end);
}

/* A value with the white space around it. */
static bool skip_value(reader *from, unsigned depth) {
  skip_space(&from->at);
  if (from->at.at == from->at.end || ++from->values > KMS_JSON_VALUES_MAX || depth == KMS_JSON_DEPTH_MAX) return false;
  char first = *from->at.at;
  bool valid = first == '{'   ? skip_members(from, depth + 1, true, '}')
               : first == '[' ? skip_members(from, depth + 1, false, ']')
               : first == '"' ? kms_json_skip_string(&from->at)
               : first == 't' ? skip_word(&from->at, "true")
               : first == 'f' ? skip_word(&from->at, "false")
               : first == 'n' ? skip_word(&from->at, "null")
                              : skip_number(&from->at);
  skip_space(&from->at);
  return valid;
}

bool kms_json_is_object(kms_span text) {
  if (text.length == 0) return false;
  reader from = {.at = {text.at, text.at + text.length}};
  skip_space(&from.at);
  bool is_object = from.at.at < from.at.end && *from.at.at == '{';
  return is_object && skip_value(&from, 0) && from.at.at == from.at.end;
}

kms_json_result kms_json_member(kms_span object, const char *name, kms_span *value) {
  reader from = {.at = {object.at, object.at + object.length}};
  skip_space(&from.at);
  if (!take(&from.at, '{')) return KMS_JSON_INVALID;
  skip_space(&from.at);
  if (take(&from.at, '}')) return KMS_JSON_ABSENT;
  do {
    skip_space(&from.at);
    bool is_it = kms_json_is(from.at, name);
    if (!kms_json_skip_string(&from.at)) return KMS_JSON_INVALID;
    skip_space(&from.at);
    if (!take(&from.at, ':')) return KMS_JSON_INVALID;
    skip_space(&from.at);
    value->at = from.at.at;
    if (!skip_value(&from, 0)) return KMS_JSON_INVALID;
    value->length = (size_t)(from.at.at - value->at);
    if (is_it) return KMS_JSON_FOUND;
  } while (take(&from.at, ','));
  return KMS_JSON_ABSENT;
}

kms_json_result kms_json_string(kms_span object, const char *name, kms_text *string) {
  kms_span value;
  kms_json_result result = kms_json_member(object, name, &value);
  kms_text_free(string);
  if (result != KMS_JSON_FOUND) return result;
  kms_json_cursor at = {value.at, value.at + value.length};
  if (*value.at == 'n') return KMS_JSON_ABSENT;
  if (*value.at != '"' || !kms_json_decode(at, string)) return KMS_JSON_INVALID;
  return KMS_JSON_FOUND;
}
