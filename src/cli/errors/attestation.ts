/** Error codes of attestation documents and of the simulated attestation root. */
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorTable } from './entry.ts'

type Codes = Extract<ErrorCode, `E_${'DOCUMENT' | 'POLICY' | 'VERIFY' | 'ROOT'}_${string}`>

export const ATTESTATION_ERRORS: ErrorTable<Codes> = {
  E_DOCUMENT_CBOR: {
    meaning: 'The attestation document is not the expected CBOR.',
    advice: 'Get the document again, and pass it as bytes, hexadecimal or base64.',
  },
  E_DOCUMENT_COSE: {
    meaning: 'The attestation document does not have the COSE envelope of its profile.',
    advice: "Check the profile: QingTian's and Nitro's documents differ.",
  },
  E_DOCUMENT_DIGEST: {
    meaning: 'The attestation document names a digest other than SHA384.',
    advice: 'Do not trust the document.',
  },
  E_DOCUMENT_FIELD: {
    meaning: 'A field of the attestation document is too long or too short.',
    advice: 'Keep user data, nonce and public key within the limits that the message names.',
  },
  E_DOCUMENT_PCRS: {
    meaning: 'The attestation document contains invalid PCRs.',
    advice: 'Do not trust the document.',
  },
  E_DOCUMENT_PROFILE: {
    meaning: 'The profile of the attestation document is unknown.',
    advice: 'Use qingtian or nitro.',
  },
  E_DOCUMENT_SCHEMA: {
    meaning: 'A field of the attestation document is missing or has the wrong type.',
    advice: "Check the profile: QingTian's and Nitro's documents differ.",
  },
  E_DOCUMENT_TEXT: {
    meaning: 'The input is not an attestation document in hexadecimal or base64.',
    advice: 'Pass the document exactly as it was received.',
  },
  E_POLICY_FORMAT: {
    meaning: 'A file of reference values does not have the expected format.',
    advice: 'Write { "version": 1, "allowed": [{ "label": …, "pcrs": { … } }] }.',
  },
  E_POLICY_PCR: {
    meaning: 'The index or the value of an expected PCR is invalid.',
    advice: 'Use indexes 0 to 31 and values of 48 bytes (96 hexadecimal digits).',
  },
  E_ROOT_DATABASE: {
    meaning: 'The browser has no IndexedDB in which to store the attestation root.',
    advice: 'Allow storage for this origin, or pass your own root.',
  },
  E_ROOT_FILE: {
    meaning: 'The file with the attestation root cannot be used.',
    advice: 'Remove the file. webclave then creates a new root, which verifiers must pin.',
  },
  E_ROOT_MODE: {
    meaning: 'Other users can read the file with the attestation root.',
    advice:
      'Remove the file, because others may know the key. webclave then creates a new root, which verifiers must pin.',
  },
  E_ROOT_OWNER: {
    meaning: 'The file with the attestation root belongs to another user.',
    advice: 'Set XDG_STATE_HOME to a directory that you own.',
  },
  E_ROOT_TEXT: {
    meaning: 'The stored attestation root is malformed.',
    advice: 'Remove the file. webclave then creates a new root, which verifiers must pin.',
  },
  E_VERIFY_DOCUMENT: {
    meaning: 'The document to verify is not a Uint8Array.',
    advice: 'Pass a Uint8Array; decodeDocumentText decodes hexadecimal and base64.',
  },
  E_VERIFY_NONCE: {
    meaning: 'No nonce was passed, so an old document could be replayed.',
    advice: 'Pass the nonce that you sent or maxAge, or set freshness: false.',
  },
  E_VERIFY_OPTION: {
    meaning: 'An option of verifyAttestation is invalid.',
    advice: 'Correct the option that the message names.',
  },
  E_VERIFY_ROOTS: {
    meaning: 'A trusted root is neither a certificate nor a SHA-256 fingerprint.',
    advice: 'Pass each root as PEM, DER or 64 hexadecimal digits.',
  },
  E_VERIFY_TEST_ROOT: {
    meaning:
      'A trusted root is that of the test parents of webclave/testing. Its private key is public, so anybody can sign documents under it.',
    advice: 'Pin the root of your cloud or parent instance. In a test, pass allowTestRoot: true.',
  },
}
