/* Verifies documents that the parent sends, each after its length in four bytes, and answers with a line for each. */
#include <qtsm_lib.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <linux/vm_sockets.h>

enum { PORT = 6000, PARENT = 3, LONGEST = 1 << 17 };

int main(void) {
  int fd = socket(AF_VSOCK, SOCK_STREAM, 0);
  struct sockaddr_vm parent = {.svm_family = AF_VSOCK, .svm_port = PORT, .svm_cid = PARENT};
  if (connect(fd, (struct sockaddr *)&parent, sizeof parent) < 0) return 1;
  FILE *answers = fdopen(fd, "w");
  uint8_t *bytes = malloc(LONGEST);
  uint32_t length;
  struct attestation_document *document = qtsm_new_doc();
  fprintf(answers, "%d %d\n", verify_parse_cboren_doc(NULL, 4, document), verify_parse_cboren_doc(bytes, 4, NULL));
  fflush(answers);
  while (recv(fd, &length, sizeof length, MSG_WAITALL) == sizeof length && length <= LONGEST) {
    if (length > 0) recv(fd, bytes, length, MSG_WAITALL);
    int code = verify_parse_cboren_doc(bytes, length, document);
    const struct attestation_doc *doc = &document->doc;
    fprintf(answers, "%d", code);
    if (code == 0)
      fprintf(answers, " %s %u PCRs, %u in the bundle, nonce %.*s, PCR16 %02x", doc->module_id, doc->pcrs.pcrs_num,
              doc->ca_bundles.ca_bundle_num, (int)doc->nonce_len, (const char *)doc->nonce, doc->pcrs.pcrs[0].data[0]);
    fprintf(answers, "\n");
    fflush(answers);
  }
  qtsm_free_doc(&document);
  return document != NULL;
}
