/* Calls the security module by both of its names, rightly and wrongly, and prints a line for each call. */
#include <errno.h>
#include <nsm.h>
#include <qtsm_lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/vm_sockets.h>

enum { REPORT = 6000, PARENT = 3 };

static FILE *report;

#define ROW(call) fprintf(report, "%s: %d\n", #call, (int)(call))

static void hex(const char *what, const void *bytes, size_t length) {
  fprintf(report, "%s: ", what);
  for (size_t at = 0; at < length; at++) fprintf(report, "%02x", ((const unsigned char *)bytes)[at]);
  fprintf(report, "\n");
}

static void qtsm(void) {
  bool locked = false;
  uint8_t data[64], small[8], random[256];
  uint32_t length = sizeof data;
  static uint8_t document[0x6000], large[5000];
  uint32_t document_length = sizeof document;
  struct describe_qtsm description;
  int before = 128;
  ROW(qtsm_get_random(before, random, 32));
  int fd = qtsm_lib_init();
  fprintf(report, "qtsm_lib_init: %s\n", fd >= 0 ? "a descriptor" : "none");
  int second = qtsm_lib_init();
  fprintf(report, "qtsm_lib_init twice: %s\n", second >= 0 && second != fd ? "another descriptor" : "none");
  ROW(qtsm_describe_pcr(fd, 0, &locked, data, &length));
  fprintf(report, "PCR0 is locked: %d, length %u\n", locked, length);
  hex("PCR0", data, length);
  length = sizeof small;
  ROW(qtsm_describe_pcr(fd, 0, &locked, small, &length));
  fprintf(report, "the needed length: %u\n", length);
  ROW(qtsm_describe_pcr(fd, 32, &locked, data, &(uint32_t){64}));
  ROW(qtsm_describe_pcr(fd, 0, NULL, data, &(uint32_t){64}));
  ROW(qtsm_describe_pcr(fd, 0, &locked, NULL, &(uint32_t){64}));
  ROW(qtsm_describe_pcr(fd, 0, &locked, data, NULL));
  ROW(qtsm_extend_pcr(fd, 16, (const uint8_t *)"a", 1, data, &(uint32_t){64}));
  hex("PCR16", data, 48);
  ROW(qtsm_extend_pcr(fd, 0, (const uint8_t *)"a", 1, data, &(uint32_t){64}));
  ROW(qtsm_extend_pcr(fd, 16, NULL, 1, data, &(uint32_t){64}));
  ROW(qtsm_extend_pcr(fd, 40, (const uint8_t *)"a", 1, data, &(uint32_t){64}));
  ROW(qtsm_extend_pcr(fd, 16, large, sizeof large, data, &(uint32_t){64}));
  locked = false;
  ROW(qtsm_lock_pcr(fd, 17, &locked));
  fprintf(report, "it is locked: %d\n", locked);
  ROW(qtsm_lock_pcr(fd, 17, &locked));
  ROW(qtsm_lock_pcr(fd, 32, &locked));
  ROW(qtsm_lock_pcr(fd, 18, NULL));
  ROW(qtsm_lock_pcrs(fd, 2, (uint16_t[]){18, 19}, &locked));
  ROW(qtsm_lock_pcrs(fd, 33, (uint16_t[33]){0}, &locked));
  ROW(qtsm_lock_pcrs(fd, 1, NULL, &locked));
  ROW(qtsm_get_describe(fd, &description));
  fprintf(report, "it has %u PCRs, %u are locked, digest %d, id of %u bytes\n", description.max_pcrs,
          description.locked_pcrs_num, description.digest, description.module_id_len);
  ROW(qtsm_get_describe(fd, NULL));
  ROW(qtsm_get_random(fd, random, 256));
  ROW(qtsm_get_random(fd, random, 257));
  ROW(qtsm_get_random(fd, random, 0));
  ROW(qtsm_get_random(fd, NULL, 8));
  ROW(qtsm_get_attestation(fd, (const uint8_t *)"user", 4, (const uint8_t *)"nonce", 5, NULL, 0, document,
                           &document_length));
  hex("document", document, document_length);
  ROW(qtsm_get_attestation(fd, NULL, 0, NULL, 0, NULL, 0, small, &(uint32_t){8}));
  ROW(qtsm_get_attestation(fd, large, 1025, NULL, 0, NULL, 0, document, &(uint32_t){sizeof document}));
  ROW(qtsm_get_attestation(fd, NULL, 7, NULL, 0, NULL, 0, document, &(uint32_t){sizeof document}));
  qtsm_lib_exit(fd);
  qtsm_lib_exit(fd);
  ROW(qtsm_get_random(fd, random, 32));
  ROW(qtsm_get_random(second, random, 32));
  qtsm_lib_exit(second);
}

static void nsm(void) {
  bool locked;
  uint8_t data[64], small[8];
  uint32_t length = sizeof data;
  uintptr_t count = 300;
  static uint8_t document[16384], random[300];
  NsmDescription description;
  int fd = nsm_lib_init();
  ROW(nsm_describe_pcr(fd, 16, &locked, data, &length));
  ROW(nsm_describe_pcr(fd, 32, &locked, data, &length));
  ROW(nsm_describe_pcr(fd, 16, &locked, small, &(uint32_t){8}));
  ROW(nsm_extend_pcr(fd, 0, (const uint8_t *)"a", 1, data, &(uint32_t){64}));
  ROW(nsm_extend_pcr(fd, 20, (const uint8_t *)"a", 1, data, &(uint32_t){64}));
  ROW(nsm_extend_pcr(fd, 20, NULL, 0, data, &(uint32_t){64}));
  ROW(nsm_lock_pcr(fd, 0));
  ROW(nsm_lock_pcrs(fd, 21));
  ROW(nsm_lock_pcrs(fd, 32));
  ROW(nsm_lock_pcrs(fd, 33));
  ROW(nsm_extend_pcr(fd, 31, (const uint8_t *)"a", 1, data, &(uint32_t){64}));
  ROW(nsm_get_description(fd, &description));
  fprintf(report, "its PCRs: %u, locked: %u\n", description.max_pcrs, description.locked_pcrs_len);
  ROW(nsm_get_random(fd, random, &count));
  fprintf(report, "random bytes: %u\n", (unsigned)count);
  ROW(nsm_get_random(fd, random, &(uintptr_t){0}));
  ROW(nsm_get_random(-1, random, &(uintptr_t){8}));
  ROW(nsm_get_attestation_doc(fd, NULL, 0, NULL, 0, NULL, 0, document, &(uint32_t){sizeof document}));
  ROW(nsm_get_attestation_doc(fd, NULL, 0, NULL, 0, NULL, 0, small, &(uint32_t){8}));
  nsm_lib_exit(fd);
  ROW(nsm_lock_pcr(fd, 16));
}

/* Many calls do not take memory. */
static void repeating(void) {
  static uint8_t document[0x6000];
  uint32_t before = 0;
  int fd = qtsm_lib_init();
  for (int round = 0; round < 3000; round++) {
    uint8_t random[256];
    struct describe_qtsm description;
    qtsm_get_random(fd, random, 256);
    qtsm_get_describe(fd, &description);
    if (round % 100 == 0) qtsm_get_attestation(fd, NULL, 0, NULL, 0, NULL, 0, document, &(uint32_t){sizeof document});
    close(socket(AF_VSOCK, SOCK_STREAM, 0));
    if (round == 200) before = __builtin_wasm_memory_size(0);
  }
  fprintf(report, "pages taken by 2800 rounds: %u\n", (unsigned)__builtin_wasm_memory_size(0) - before);
}

int main(void) {
  int fd = socket(AF_VSOCK, SOCK_STREAM, 0);
  struct sockaddr_vm parent = {.svm_family = AF_VSOCK, .svm_port = REPORT, .svm_cid = PARENT};
  if (connect(fd, (struct sockaddr *)&parent, sizeof parent) < 0) return 1;
  report = fdopen(fd, "w");
  qtsm();
  nsm();
  repeating();
  fclose(report);
  return 0;
}
