/** The first words between a kernel and its hypervisor, as the clouds' have them: one byte to the parent's port 9000, and back. */

/** The parent's port that answers; nobody else may listen there. */
export const HEARTBEAT_PORT = 9000

/** What is sent, and sent back. */
export const HEARTBEAT_BYTE = 0xb7
