/**
 * The names of an attested channel: paths, media types, labels and algorithms. Both ends import them, so that they cannot
 * differ. Chunked Oblivious HTTP (draft-ietf-ohai-chunked-ohttp-08), RFC 9458, RFC 9540 and EHBP (SPEC.md of
 * tinfoilsh/encrypted-http-body-protocol) define all that does not contain "webclave".
 */

/** Exchanges are posted here, and GET answers the key configurations (RFC 9540, section 3). */
export const GATEWAY_PATH = '/.well-known/ohttp-gateway'
/** Answers an attestation document with the nonce of the query. */
export const ATTESTATION_PATH = '/.well-known/webclave/attestation'
/** Inside an exchange: one call of a service. */
export const CALLS_PATH = '/.well-known/webclave/calls'
/** EHBP's key configuration. */
export const EHBP_KEYS_PATH = '/.well-known/hpke-keys'

export const REQUEST_TYPE = 'message/ohttp-chunked-req'
export const ANSWER_TYPE = 'message/ohttp-chunked-res'
export const KEYS_TYPE = 'application/ohttp-keys'
export const DOCUMENT_TYPE = 'application/octet-stream'
export const PROBLEM_TYPE = 'application/problem+json'
/** The media type of the frames of a call. */
export const CALL_TYPE = 'application/vnd.webclave.call'

/** The labels of HPKE's `info` and of its exported secrets. */
export const REQUEST_LABEL = 'message/bhttp chunked request'
export const ANSWER_LABEL = 'message/bhttp chunked response'
export const EHBP_REQUEST_LABEL = 'ehbp request'
export const EHBP_ANSWER_LABEL = 'ehbp response'

export const EHBP_KEY_HEADER = 'ehbp-encapsulated-key'
export const EHBP_NONCE_HEADER = 'ehbp-response-nonce'

/** Types of problems (RFC 9457): the enclave does not have the key (RFC 9458, section 5.3; EHBP, section 5.4.2). */
export const KEY_PROBLEM = 'https://iana.org/assignments/http-problem-types#ohttp-key'
export const EHBP_KEY_PROBLEM = 'urn:ietf:params:ehbp:error:key-config'

/** Numbers of HPKE's algorithms (RFC 9180, section 7; X-Wing by its draft). */
export const X25519_KEM = 0x0020
export const X_WING_KEM = 0x647a
export const HKDF_SHA256 = 0x0001
export const AES_256_GCM = 0x0002

/** Lengths in bytes of the keys and of the encapsulated keys of each mechanism. */
export const KEMS: Readonly<Record<number, { readonly publicKey: number; readonly enc: number }>> = {
  [X25519_KEM]: { publicKey: 32, enc: 32 },
  [X_WING_KEM]: { publicKey: 1216, enc: 1120 },
}

/** Bytes of a key of AES-256-GCM, which is also the length of an answer's nonce; of its own nonce, and of its tag. */
export const KEY_LENGTH = 32
export const NONCE_LENGTH = 12
export const TAG_LENGTH = 16

/** Bytes of plaintext that a chunk may have: what every receiver must accept, and what both ends of webclave accept. */
export const CHUNK_LENGTH = 16384
export const LARGEST_CHUNK = 131072
/** The field of a request by which a caller says that it reads chunks of LARGEST_CHUNK. The application does not get it. */
export const CHUNK_FIELD = 'webclave-large-chunks'

/** Bytes that a caller's nonce may have: a document of either cloud holds as many. */
export const LEAST_NONCE = 16
export const LARGEST_NONCE = 64
