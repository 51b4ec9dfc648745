/** Error codes of encodings, certificates and envelopes (CBOR, COSE, CMS, X.509). */
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorTable } from './entry.ts'

type Codes = Extract<
  ErrorCode,
  `E_${'CBOR' | 'COSE' | 'CERTIFICATE'}_${string}` | `E_CMS${string}` | 'E_BASE64' | 'E_HEX'
>

export const ENCODING_ERRORS: ErrorTable<Codes> = {
  E_BASE64: {
    meaning: 'A string is not valid base64.',
    advice: 'Pass base64 in the standard or the URL-safe alphabet (RFC 4648).',
  },
  E_CBOR_DEPTH: {
    meaning: 'The CBOR is nested too deeply.',
    advice: 'No hypervisor or image builder that webclave knows nests so deeply: do not trust the bytes.',
  },
  E_CBOR_DUPLICATE_KEY: {
    meaning: 'A CBOR map contains the same key twice.',
    advice: 'Do not trust the bytes: two readers could see two values.',
  },
  E_CBOR_INDEFINITE: {
    meaning: 'A CBOR string has an indefinite length, which is not allowed here.',
    advice: 'Encode strings with a definite length.',
  },
  E_CBOR_KEY: {
    meaning: 'A key of a CBOR map is not an integer, a text string or a byte string.',
    advice: 'Do not trust the bytes.',
  },
  E_CBOR_LENGTH: {
    meaning: 'A CBOR item declares more bytes or elements than follow.',
    advice: 'Get the bytes again: they are truncated, or were made to exhaust memory.',
  },
  E_CBOR_RESERVED: {
    meaning: 'A CBOR item begins with a reserved byte.',
    advice: 'Get the bytes again: they are not CBOR, or are damaged.',
  },
  E_CBOR_SIMPLE: {
    meaning: 'A CBOR value has a type that documents do not use, such as a float.',
    advice: 'Do not trust the bytes.',
  },
  E_CBOR_TAG: {
    meaning: 'A CBOR tag is not allowed at this place.',
    advice: 'Do not trust the bytes.',
  },
  E_CBOR_TRAILING: {
    meaning: 'Extra bytes follow the CBOR item.',
    advice: 'Pass the document without anything after it.',
  },
  E_CBOR_TRUNCATED: {
    meaning: 'The bytes end in the middle of a CBOR item.',
    advice: 'Get the whole document.',
  },
  E_CBOR_UTF8: {
    meaning: 'A CBOR text string is not valid UTF-8.',
    advice: 'Do not trust the bytes.',
  },
  E_CBOR_WIDTH: {
    meaning: 'An integer is too large for the width in which it must be encoded.',
    advice: 'Use a smaller number.',
  },
  E_CERTIFICATE_DER: {
    meaning: 'A certificate is not valid DER.',
    advice: 'Get the certificate again: it is damaged, or the tool that made it does not write DER.',
  },
  E_CERTIFICATE_EXTENSION: {
    meaning: 'A certificate contains the same extension twice.',
    advice: 'Do not trust the certificate.',
  },
  E_CERTIFICATE_KEY: {
    meaning: 'The public key of a certificate is of an unsupported type.',
    advice: 'Use keys on P-256, P-384 or P-521.',
  },
  E_CERTIFICATE_NAME: {
    meaning: 'A name is not valid in a certificate.',
    advice: 'Use 1 to 64 printable characters.',
  },
  E_CERTIFICATE_PEM: {
    meaning: 'The expected PEM block is missing.',
    advice: 'Pass PEM text with its -----BEGIN and -----END lines.',
  },
  E_CERTIFICATE_ROOT: {
    meaning: 'An attestation root cannot be used, because its key or certificate is invalid.',
    advice: 'Remove the file with the root. webclave then creates a new root, which verifiers must pin.',
  },
  E_CERTIFICATE_ROOT_EXPIRED: {
    meaning: 'The attestation root expires before a certificate that it should issue.',
    advice: 'Create a new root (qt attestation root --rotate), and give it to the verifiers.',
  },
  E_CERTIFICATE_ROOT_SEALED: {
    meaning: 'The private key of the root cannot be exported, because it was created non-extractable.',
    advice: 'Create the root with extractable: true if it must be exported.',
  },
  E_CERTIFICATE_SIGNATURE: {
    meaning: 'A signature in a certificate is malformed.',
    advice: 'Do not trust the certificate.',
  },
  E_CERTIFICATE_VERSION: {
    meaning: 'A certificate is not an X.509 version 3 certificate.',
    advice: 'Use X.509 version 3 certificates.',
  },
  E_CMS: {
    meaning: "The KMS's answer for the enclave (CiphertextForRecipient) is not the expected CMS envelope.",
    advice: 'Check that nothing between the KMS and the enclave changes the answer.',
  },
  E_CMS_DECRYPT: {
    meaning: "The KMS's answer cannot be decrypted with the enclave's key.",
    advice: 'Call again with a new attestation document: the answer is for another key, or was changed.',
  },
  E_COSE_ALGORITHM: {
    meaning: 'A document or an image is signed with an unknown algorithm.',
    advice: 'Use ES256, ES384 or ES512.',
  },
  E_COSE_HEADER: {
    meaning: 'The protected header of a COSE signature contains more than its algorithm.',
    advice: 'Do not trust the document.',
  },
  E_COSE_KEY: {
    meaning: 'The key to sign or verify with does not fit the algorithm.',
    advice: 'Use a key on the curve of the algorithm: P-256, P-384 or P-521.',
  },
  E_COSE_SHAPE: {
    meaning: 'The bytes are not a COSE_Sign1 structure.',
    advice: 'Pass the attestation document exactly as the hypervisor made it.',
  },
  E_COSE_SIGNATURE_LENGTH: {
    meaning: 'The length of a signature does not fit its algorithm.',
    advice: 'Do not trust the document.',
  },
  E_COSE_TAG: {
    meaning: 'The CBOR tag of the envelope is not that of COSE_Sign1.',
    advice: 'Pass an attestation document.',
  },
  E_COSE_UNPROTECTED: {
    meaning: 'The algorithm of a signature is in the unprotected header.',
    advice: 'Do not trust the document.',
  },
  E_HEX: {
    meaning: 'A string is not valid hexadecimal.',
    advice: 'Pass an even number of hexadecimal digits, in upper or lower case.',
  },
}
