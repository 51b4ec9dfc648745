/* The parameters of calls, and lists of headers. */
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "webclave/crypto.h"

#define HEADERS_FIRST 4
#define HEADERS_MAX 64

void sig_params_init(sig_params_t *params) {
  if (params == NULL) return;
  memset(params, 0, sizeof *params);
  params->error.code = "";
}

void sig_params_free(sig_params_t *params) {
  if (params == NULL) return;
  sig_headers_free(&params->headers);
  sig_headers_free(&params->encryption_context);
  webclave_wipe(params, sizeof *params);
  params->error.code = "";
}

static bool copy(sig_str_t *to, const char *text) {
  to->len = strlen(text);
  to->data = malloc(to->len + 1);
  if (to->data != NULL) memcpy(to->data, text, to->len + 1);
  return to->data != NULL;
}

static void clear(sig_str_t *text) {
  if (text->data != NULL) webclave_wipe(text->data, text->len);
  free(text->data);
}

static bool grow(sig_headers_t *headers) {
  if (headers->len < headers->alloc) return true;
  size_t alloc = headers->alloc == 0 ? HEADERS_FIRST : 2 * headers->alloc;
  if (alloc > HEADERS_MAX) return false;
  /* Not realloc, which would add 3 KB to a program that has no other use for it. */
  sig_header_t *larger = malloc(alloc * sizeof *larger);
  if (larger == NULL) return false;
  if (headers->len > 0) memcpy(larger, headers->data, headers->len * sizeof *larger);
  free(headers->data);
  headers->data = larger;
  headers->alloc = alloc;
  return true;
}

sig_header_t *sig_headers_add(sig_headers_t *headers, const char *name, const char *value) {
  if (headers == NULL || name == NULL || value == NULL || !grow(headers)) return NULL;
  sig_header_t header = {0};
  if (!copy(&header.name, name) || !copy(&header.value, value)) {
    clear(&header.name);
    clear(&header.value);
    return NULL;
  }
  headers->data[headers->len] = header;
  return &headers->data[headers->len++];
}

static char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? (char)(letter | 0x20) : letter;
}

sig_header_t *sig_headers_get(sig_headers_t *headers, const char *name) {
  if (headers == NULL || name == NULL) return NULL;
  for (size_t i = 0; i < headers->len; i++) {
    const char *one = headers->data[i].name.data, *other = name;
    while (*one && lower(*one) == lower(*other)) one++, other++;
    if (*one == *other) return &headers->data[i];
  }
  return NULL;
}

void sig_headers_free(sig_headers_t *headers) {
  if (headers == NULL) return;
  for (size_t i = 0; i < headers->len; i++) {
    clear(&headers->data[i].name);
    clear(&headers->data[i].value);
  }
  free(headers->data);
  *headers = (sig_headers_t){0};
}
