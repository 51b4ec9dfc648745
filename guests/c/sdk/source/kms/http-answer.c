/* Reads answers, which are hostile: every length is checked before bytes are awaited. */
#include <string.h>

#include "http.h"

#define HEAD_MAX (16 * 1024)
#define HEADERS_MAX 64
#define BODY_MAX (128 * 1024)
#define PIECE 2048
#define LENGTH_DIGITS_MAX 9

static unsigned long ended(sig_params_t *params) {
  return kms_fail(params, KMS_CURL_ERROR, "E_KMS_CONNECTION", "the connection ended before the end of the answer");
}

static unsigned long malformed(sig_params_t *params, const char *what) {
  return kms_fail(params, KMS_CURL_ERROR, "E_KMS_ANSWER", what);
}

/* Receives some bytes. Returns false at the end, or without memory. */
static bool receive(kms_transport *from, kms_text *to, size_t most) {
  if (!kms_text_reserve(to, most)) return false;
  size_t received = from->receive(from, to->at + to->length, most);
  to->length += received;
  return received > 0;
}

/* The length of the head without the empty line; SIZE_MAX if it is not complete. */
static size_t find_end(kms_span text, size_t from) {
  for (size_t i = from; i + 4 <= text.length; i++)
    if (memcmp(text.at + i, "\r\n\r\n", 4) == 0) return i;
  return SIZE_MAX;
}

static bool is_visible(kms_span text) {
  for (size_t i = 0; i < text.length; i++)
    if ((text.at[i] < 0x20 && text.at[i] != '\t') || text.at[i] >= 0x7f) return false;
  return true;
}

/* A line of the head, which moves on. */
static kms_span next_line(kms_span *head) {
  size_t length = 0;
  while (length + 1 < head->length && memcmp(head->at + length, "\r\n", 2) != 0) length++;
  bool is_last = length + 1 >= head->length;
  kms_span line = {head->at, is_last ? head->length : length};
  size_t taken = is_last ? head->length : length + 2;
  head->at += taken;
  head->length -= taken;
  return line;
}

/* HTTP/1.0 too: a proxy in front of a cloud may still answer with it. */
static bool read_status(kms_span line, unsigned *status) {
  if (line.length < 12 || memcmp(line.at, "HTTP/1.", 7) != 0) return false;
  const char *at = line.at;
  if ((at[7] != '0' && at[7] != '1') || at[8] != ' ' || (line.length > 12 && at[12] != ' ')) return false;
  *status = 0;
  for (int i = 9; i < 12; i++) {
    if (at[i] < '0' || at[i] > '9') return false;
    *status = *status * 10 + (unsigned)(at[i] - '0');
  }
  return is_visible(line);
}

static bool is_token(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c != 0 && strchr("!#$%&'*+.^_`|~-", c) != NULL;
}

/* Whether a name equals one in lower case. */
static bool is_named(kms_span name, const char *lower) {
  if (name.length != strlen(lower)) return false;
  for (size_t i = 0; i < name.length; i++) {
    char c = name.at[i];
    if ((c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c) != lower[i]) return false;
  }
  return true;
}

static bool split(kms_span line, kms_span *name, kms_span *value) {
  size_t colon = 0;
  while (colon < line.length && is_token(line.at[colon])) colon++;
  if (colon == 0 || colon == line.length || line.at[colon] != ':') return false;
  *name = (kms_span){line.at, colon};
  *value = (kms_span){line.at + colon + 1, line.length - colon - 1};
  if (!is_visible(*value)) return false;
  while (value->length > 0 && (*value->at == ' ' || *value->at == '\t')) value->at++, value->length--;
  while (value->length > 0 && (value->at[value->length - 1] == ' ' || value->at[value->length - 1] == '\t'))
    value->length--;
  return true;
}

static bool read_length(kms_span value, size_t *length) {
  *length = 0;
  if (value.length == 0 || value.length > LENGTH_DIGITS_MAX) return false;
  for (size_t i = 0; i < value.length; i++) {
    if (value.at[i] < '0' || value.at[i] > '9') return false;
    *length = *length * 10 + (size_t)(value.at[i] - '0');
  }
  return true;
}

/* What is wrong with the headers; NULL if nothing is. A header that is used here must not be there twice. */
static const char *read_headers(kms_span head, kms_answer *answer, size_t *length) {
  kms_span name, value, content_length = {0};
  struct { const char *name; kms_span *value; } used[] = {
      {"content-length", &content_length},
      {"content-digest", &answer->content_digest},
      {"signature-input", &answer->signature_input},
      {"signature", &answer->signature},
  };
  for (int count = 0; head.length > 0; count++) {
    if (count == HEADERS_MAX) return "the answer has too many headers";
    if (!split(next_line(&head), &name, &value)) return "a header of the answer is malformed";
    if (is_named(name, "transfer-encoding")) return "the answer has a transfer coding";
    for (size_t i = 0; i < sizeof used / sizeof *used; i++) {
      if (!is_named(name, used[i].name)) continue;
      if (used[i].value->at != NULL) return "a header of the answer is there twice";
      *used[i].value = value;
    }
  }
  if (content_length.at == NULL) return "the answer has no Content-Length";
  if (!read_length(content_length, length)) return "the Content-Length of the answer is malformed";
  return *length > BODY_MAX ? "the answer is too long" : NULL;
}

/* The body: what was received after the head, then the rest. */
static unsigned long read_body(sig_params_t *params, kms_transport *from, kms_answer *answer, size_t start, size_t length) {
  kms_text *body = &answer->content;
  size_t early = answer->head.length - start;
  kms_text_add(body, answer->head.at + start, early < length ? early : length);
  if (!kms_text_reserve(body, length - body->length)) return kms_no_memory(params);
  while (body->length < length)
    if (!receive(from, body, length - body->length)) return ended(params);
  return KMS_SUCCESS;
}

unsigned long kms_read_answer(sig_params_t *params, kms_transport *from, kms_answer *answer) {
  kms_text *all = &answer->head;
  size_t end = SIZE_MAX, searched = 0, length = 0;
  while ((end = find_end(kms_span_of(all), searched)) == SIZE_MAX) {
    if (all->length >= HEAD_MAX + 4) return malformed(params, "the headers of the answer are too long");
    searched = all->length < 3 ? 0 : all->length - 3;
    if (!receive(from, all, PIECE)) return all->failed ? kms_no_memory(params) : ended(params);
  }
  if (end > HEAD_MAX) return malformed(params, "the headers of the answer are too long");
  kms_span head = {all->at, end};
  if (!read_status(next_line(&head), &answer->status)) return malformed(params, "the answer is not HTTP/1.1");
  const char *fault = read_headers(head, answer, &length);
  if (fault != NULL) return malformed(params, fault);
  return read_body(params, from, answer, end + 4, length);
}

void kms_answer_free(kms_answer *answer) {
  kms_text_free(&answer->head);
  kms_text_free(&answer->content);
}
