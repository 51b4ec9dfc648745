/**
 * How an attestation document names the keys of a channel: its `public_key` is the configuration of the X25519 key, and
 * its `user_data` a label and the SHA-256 of all configurations, because a key of X-Wing does not fit into a document.
 * The label differs from that of a refusal, in which the enclave states that it has not taken, and will not take, the
 * request with an encapsulated key.
 */
import { type Bytes, concatBytes } from '../../base/bytes.ts'

const KEYS_LABEL = 'webclave channel keys 1\0'
const REFUSAL_LABEL = 'webclave channel refusal 1\0'

const labelled = (label: string, digest: Uint8Array): Bytes =>
  concatBytes(new TextEncoder().encode(label), digest)

/** `user_data` of a document about the keys whose configurations have this SHA-256. */
export const keysStatement = (digest: Uint8Array): Bytes => labelled(KEYS_LABEL, digest)

/** `user_data` of a document about the encapsulated key that has this SHA-256. */
export const refusalStatement = (digest: Uint8Array): Bytes => labelled(REFUSAL_LABEL, digest)
