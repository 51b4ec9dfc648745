/*
 * Addresses of AF_VSOCK, with the names and the layout of Linux (vsock(7), <linux/vm_sockets.h>).
 *
 * An enclave reaches its parent instance, CID 3, and nothing else.
 */
#ifndef WEBCLAVE_LINUX_VM_SOCKETS_H
#define WEBCLAVE_LINUX_VM_SOCKETS_H

#include <stdint.h>
#include <sys/socket.h>

/* Options of the level AF_VSOCK: sizes of 64 bits, and a struct timeval. */
#define SO_VM_SOCKETS_BUFFER_SIZE 0
#define SO_VM_SOCKETS_BUFFER_MIN_SIZE 1
#define SO_VM_SOCKETS_BUFFER_MAX_SIZE 2
#define SO_VM_SOCKETS_PEER_HOST_VM_ID 3
#define SO_VM_SOCKETS_TRUSTED 5
#define SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD 6
#define SO_VM_SOCKETS_NONBLOCK_TXRX 7
#define SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW 8
#define SO_VM_SOCKETS_CONNECT_TIMEOUT SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW

#define VMADDR_CID_ANY (-1U)
#define VMADDR_PORT_ANY (-1U)
#define VMADDR_CID_HYPERVISOR 0
#define VMADDR_CID_LOCAL 1
#define VMADDR_CID_HOST 2
#define VMADDR_FLAG_TO_HOST 0x01
#define VM_SOCKETS_INVALID_VERSION (-1U)

struct sockaddr_vm {
  sa_family_t svm_family; /* AF_VSOCK */
  unsigned short svm_reserved1;
  unsigned int svm_port;
  unsigned int svm_cid;
  uint8_t svm_flags;
  unsigned char svm_zero[3];
};

/* Of a descriptor of /dev/vsock: writes this enclave's CID to an unsigned int. */
#define IOCTL_VM_SOCKETS_GET_LOCAL_CID 0x7b9

#endif
