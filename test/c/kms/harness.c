/*
 * Runs the readers, the cryptography and the KMS client of the C SDK for tests: natively, so that sanitizers can watch them,
 * and as WebAssembly, where a pointer has 32 bits. Each line of the input is a command and name=value words, bytes in
 * hexadecimal; each line of the output is its answer.
 */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "envelope.h"
#include "json.h"
#include "qtsm_lib.h"
#include "recipient.h"
#include "webclave/crypto.h"

#define LINE_MAX_LENGTH (1 << 20)
#define WORDS_MAX 40

static char *words[WORDS_MAX];
static int word_count;

const char *get(const char *name) {
  size_t length = strlen(name);
  for (int i = 1; i < word_count; i++)
    if (strncmp(words[i], name, length) == 0 && words[i][length] == '=') return words[i] + length + 1;
  return NULL;
}

unsigned number(const char *name, unsigned otherwise) {
  const char *text = get(name);
  return text == NULL ? otherwise : (unsigned)strtoul(text, NULL, 10);
}

unsigned char *bytes_of(const char *name, size_t *length) {
  const char *text = get(name) ? get(name) : "";
  *length = strlen(text) / 2;
  unsigned char *bytes = malloc(*length);
  for (size_t i = 0; i < *length; i++) {
    unsigned byte;
    sscanf(text + 2 * i, "%2x", &byte);
    bytes[i] = (unsigned char)byte;
  }
  return bytes;
}

void print_hex(const void *bytes, size_t length) {
  const unsigned char *at = bytes;
  putchar(' ');
  for (size_t i = 0; i < length; i++) printf("%02x", at[i]);
  if (length == 0) putchar('-');
}

/* The QTSM. */
char broken[16] = "";

int qtsm_lib_init(void) {
  return strcmp(broken, "init") == 0 ? -1 : 77;
}

void qtsm_lib_exit(int fd) {
  if (fd != 77) abort();
}

int qtsm_get_random(int fd, uint8_t *data, uint32_t length) {
  if (fd != 77 || length > 256) abort();
  return strcmp(broken, "random") == 0 || getentropy(data, length) != 0 ? 8 : 0;
}

static sig_params_t params;

static void json(void) {
  size_t length;
  unsigned char *text = bytes_of("text", &length);
  kms_span span = {(char *)text, length};
  kms_text string = {0};
  bool valid = kms_json_is_object(span);
  printf("%d", valid);
  if (valid && get("member")) {
    kms_json_result result = kms_json_string(span, get("member"), &string);
    printf(" %d", result);
    print_hex(string.at, result == KMS_JSON_FOUND ? string.length : 0);
  }
  kms_text_free(&string);
  free(text);
}

/* What `from` makes of a text. */
static void decoded(bool (*from)(kms_text *)) {
  size_t length;
  unsigned char *text = bytes_of("text", &length);
  kms_text bytes = {0};
  kms_text_add(&bytes, text, length);
  bool valid = from(&bytes);
  printf("%d", valid);
  print_hex(bytes.at, valid ? bytes.length : 0);
  kms_text_free(&bytes);
  free(text);
}

/* With the private key of a test. */
static void foreign_envelope(void) {
  size_t length, key_length;
  unsigned char *bytes = bytes_of("bytes", &length), *key = bytes_of("key", &key_length), *p = key + 256;
  kms_text plaintext = {0};
  br_rsa_private_key own = {.n_bitlen = 2048, .p = p, .plen = 128, .q = p + 128, .qlen = 128, .dp = p + 256, .dplen = 128,
                            .dq = p + 384, .dqlen = 128, .iq = p + 512, .iqlen = 128};
  printf("%d", kms_open_envelope((kms_span){(char *)bytes, length}, &own, &plaintext));
  print_hex(plaintext.at, plaintext.length);
  kms_text_free(&plaintext);
  free(bytes), free(key);
}

static void envelope(void) {
  if (get("key")) {
    foreign_envelope();
    return;
  }
  size_t length;
  unsigned char *bytes = bytes_of("bytes", &length);
  kms_text plaintext = {0};
  sig_params_init(&params);
  unsigned long status = kms_recipient_open(&params, (kms_span){(char *)bytes, length}, &plaintext);
  printf("%lu %s", status, *params.error.code ? params.error.code : "-");
  print_hex(plaintext.at, status == KMS_SUCCESS ? plaintext.length : 0);
  kms_text_free(&plaintext);
  free(bytes);
}

static void public_key(void) {
  unsigned char spki[KMS_RECIPIENT_PUBLIC_LENGTH];
  sig_params_init(&params);
  printf("%lu", kms_recipient_public(&params, spki));
  print_hex(spki, sizeof spki);
}

static void cryptography(const char *operation) {
  size_t key_len, text_len, more_len;
  unsigned char *key = bytes_of("key", &key_len), *text = bytes_of("text", &text_len), *more = bytes_of("more", &more_len);
  unsigned char *out = malloc(text_len + 256);
  size_t made = 32;
  bool good = true;
  if (strcmp(operation, "sha256") == 0) webclave_sha256(text, text_len, out);
  else if (strcmp(operation, "hmac") == 0) webclave_hmac_sha256(key, key_len, text, text_len, out);
  else if (strcmp(operation, "p256-generate") == 0) good = webclave_p256_generate(out);
  else if (strcmp(operation, "p256-public") == 0) good = webclave_p256_public(key, out), made = WEBCLAVE_P256_PUBLIC_LENGTH;
  else if (strcmp(operation, "p256-sign") == 0) made = webclave_p256_sign(key, text, text_len, out), good = made > 0;
  else if (strcmp(operation, "seal") == 0)
    good = webclave_aes_gcm_seal(key, key_len, text, text_len, more, more_len, out), made = text_len + WEBCLAVE_AES_GCM_OVERHEAD;
  else good = webclave_aes_gcm_open(key, key_len, text, text_len, more, more_len, out), made = text_len - WEBCLAVE_AES_GCM_OVERHEAD;
  printf("%d", good);
  print_hex(out, good ? made : 0);
  free(key), free(text), free(more), free(out);
}

static void run(void) {
  const char *command = words[0];
  if (run_network(command, words[1])) (void)0;
  else if (strcmp(command, "json") == 0) json();
  else if (strcmp(command, "base64") == 0) decoded(kms_text_from_base64);
  else if (strcmp(command, "hex") == 0) decoded(kms_text_from_hex);
  else if (strcmp(command, "envelope") == 0) envelope();
  else if (strcmp(command, "public") == 0) public_key();
  else if (strcmp(command, "broken") == 0) snprintf(broken, sizeof broken, "%s", word_count > 1 ? words[1] : "");
  /* Positive control: the sanitizers must notice this. */
  else if (strcmp(command, "overflow") == 0) printf("%d", ((volatile char *)bytes_of("text", &(size_t){0}))[number("at", 0)]);
  else cryptography(command);
  putchar('\n');
  fflush(stdout);
}

static void run_line(char *line) {
  word_count = 0;
  for (char *word = strtok(line, " \n"); word != NULL && word_count < WORDS_MAX; word = strtok(NULL, " \n"))
    words[word_count++] = word;
  if (word_count > 0) run();
}

#ifdef __wasm__
static char input[LINE_MAX_LENGTH];

__attribute__((export_name("input"))) char *wasm_input(void) {
  return input;
}

__attribute__((export_name("run"))) void wasm_run(void) {
  run_line(input);
}
#else
int main(void) {
  char *line = malloc(LINE_MAX_LENGTH);
  while (fgets(line, LINE_MAX_LENGTH, stdin) != NULL) run_line(line);
  end_network();
  free(line);
  return 0;
}
#endif
