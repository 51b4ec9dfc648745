/** What the error codes mean: attestation documents, and the root of those that are made here. */
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorTable } from './entry.ts'

type Codes = Extract<ErrorCode, `E_${'DOCUMENT' | 'POLICY' | 'VERIFY' | 'ROOT'}_${string}`>

export const ATTESTATION_ERRORS: ErrorTable<Codes> = {
  E_DOCUMENT_CBOR: {
    meaning: 'The attestation document is not the CBOR that it should be.',
    advice: 'Get the document again, as bytes, hexadecimal or base64.',
  },
  E_DOCUMENT_COSE: {
    meaning: 'The attestation document is not in the envelope that it should be in.',
    advice: "Check the profile: QingTian's and Nitro's documents differ.",
  },
  E_DOCUMENT_DIGEST: {
    meaning: 'The attestation document names a digest other than SHA384.',
    advice: 'Do not trust the document.',
  },
  E_DOCUMENT_FIELD: {
    meaning: 'A field is too long for an attestation document, or too short.',
    advice: 'Keep user data, nonce and public key within the limits that the message names.',
  },
  E_DOCUMENT_PCRS: {
    meaning: 'The PCRs in the attestation document are not what PCRs can be.',
    advice: 'Do not trust the document.',
  },
  E_DOCUMENT_PROFILE: {
    meaning: 'There is no such profile of attestation documents.',
    advice: 'Use qingtian or nitro.',
  },
  E_DOCUMENT_SCHEMA: {
    meaning: 'A field of the attestation document is missing or is of the wrong kind.',
    advice: "Check the profile: QingTian's and Nitro's documents differ.",
  },
  E_DOCUMENT_TEXT: {
    meaning: 'A text is not an attestation document in hexadecimal or base64.',
    advice: 'Give the document as it was received.',
  },
  E_POLICY_FORMAT: {
    meaning: 'A file of reference values is not what it should be.',
    advice: 'Write { "version": 1, "allowed": [{ "label": …, "pcrs": { … } }] }.',
  },
  E_POLICY_PCR: {
    meaning: 'An expected PCR has an index or a value that no PCR has.',
    advice: 'Name PCRs 0 to 31, each 48 bytes or 96 hexadecimal digits.',
  },
  E_ROOT_DATABASE: {
    meaning: 'This browser keeps no database in which the root of attestation could be stored.',
    advice: 'Allow storage for this origin, or give a root of your own.',
  },
  E_ROOT_FILE: {
    meaning: 'The file of the root of attestation cannot be used.',
    advice: 'Remove the file; a new root is made, and verifiers must pin that.',
  },
  E_ROOT_MODE: {
    meaning: 'The file of the root of attestation can be read by other users.',
    advice: 'Remove the file: others may know the key. A new root is made, and verifiers must pin that.',
  },
  E_ROOT_OWNER: {
    meaning: 'The file of the root of attestation belongs to another user.',
    advice: 'Set XDG_STATE_HOME to a directory of your own.',
  },
  E_ROOT_TEXT: {
    meaning: 'What is stored as the root of attestation is not a root.',
    advice: 'Remove the file; a new root is made, and verifiers must pin that.',
  },
  E_VERIFY_DOCUMENT: {
    meaning: 'The document to verify was not given as bytes.',
    advice: 'Give a Uint8Array; decodeDocumentText reads hexadecimal and base64.',
  },
  E_VERIFY_NONCE: {
    meaning: 'No nonce is expected, so an old document could be replayed.',
    advice: 'Give the nonce that you sent, or maxAge, or say that freshness does not matter.',
  },
  E_VERIFY_OPTION: {
    meaning: 'An option of verifyAttestation is not what it may be.',
    advice: 'Correct the option that the message names.',
  },
  E_VERIFY_ROOTS: {
    meaning: 'A pinned root is not a certificate and not a SHA-256.',
    advice: 'Give a root as PEM, DER or 64 hexadecimal digits.',
  },
}
