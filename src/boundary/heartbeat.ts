/**
 * The heartbeat of a starting enclave, as in the clouds: the kernel sends one byte to the parent's port 9000 and gets
 * it back.
 */

/** The parent's port that answers; applications cannot listen on it. */
export const HEARTBEAT_PORT = 9000

/** The byte that is sent and echoed. */
export const HEARTBEAT_BYTE = 0xb7
