/* A connection to the KMS: bytes in both directions. What it receives is hostile. */
#ifndef KMS_TRANSPORT_H
#define KMS_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>

typedef struct kms_transport {
  /* Sends everything, or returns false. */
  bool (*send)(struct kms_transport *self, const void *bytes, size_t length);
  /* Receives at least one byte and at most `most`; 0 if the connection has ended or failed. */
  size_t (*receive)(struct kms_transport *self, void *to, size_t most);
  void (*close)(struct kms_transport *self);
  int socket;
} kms_transport;

/* Connects to a vsock port. Returns false if nobody listens there. */
bool kms_connect_vsock(kms_transport *to, unsigned int cid, unsigned int port);

#endif
