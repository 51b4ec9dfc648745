/** What the error codes mean: encodings, certificates and envelopes. */
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorTable } from './entry.ts'

type Codes = Extract<
  ErrorCode,
  `E_${'CBOR' | 'COSE' | 'CERTIFICATE'}_${string}` | `E_CMS${string}` | 'E_BASE64' | 'E_HEX'
>

export const ENCODING_ERRORS: ErrorTable<Codes> = {
  E_BASE64: {
    meaning: 'A text is not base64.',
    advice: 'Give base64 of whole bytes, with its padding.',
  },
  E_CBOR_DEPTH: {
    meaning: 'CBOR is nested too deep.',
    advice: 'The sender is not a hypervisor or builder that webclave knows: do not trust the bytes.',
  },
  E_CBOR_DUPLICATE_KEY: {
    meaning: 'A CBOR map has the same key twice.',
    advice: 'Do not trust the bytes: two readers could see two values.',
  },
  E_CBOR_INDEFINITE: {
    meaning: 'A CBOR string comes in chunks, which is not allowed here.',
    advice: 'Write strings of a definite length.',
  },
  E_CBOR_KEY: {
    meaning: 'A CBOR map has a key that is neither an integer nor text nor bytes.',
    advice: 'Do not trust the bytes.',
  },
  E_CBOR_LENGTH: {
    meaning: 'A CBOR item announces more than there is.',
    advice: 'The bytes were cut, or made to use up memory: get them again.',
  },
  E_CBOR_RESERVED: {
    meaning: 'A CBOR item begins with a byte that has no meaning there.',
    advice: 'The bytes are not CBOR, or were damaged.',
  },
  E_CBOR_SIMPLE: {
    meaning: 'A CBOR value is of a kind that documents do not have.',
    advice: 'Do not trust the bytes.',
  },
  E_CBOR_TAG: {
    meaning: 'A CBOR tag stands where none may stand.',
    advice: 'Do not trust the bytes.',
  },
  E_CBOR_TRAILING: {
    meaning: 'More bytes follow the document.',
    advice: 'Give the document alone.',
  },
  E_CBOR_TRUNCATED: {
    meaning: 'The bytes end in the middle of a CBOR item.',
    advice: 'Get the whole document.',
  },
  E_CBOR_UTF8: {
    meaning: 'A CBOR text is not UTF-8.',
    advice: 'Do not trust the bytes.',
  },
  E_CBOR_WIDTH: {
    meaning: 'An integer does not fit the width in which it is to be written.',
    advice: 'Give a smaller number.',
  },
  E_CERTIFICATE_DER: {
    meaning: 'A certificate is not valid DER.',
    advice: 'Get the certificate again; it was damaged, or was not made by a careful tool.',
  },
  E_CERTIFICATE_EXTENSION: {
    meaning: 'A certificate has an extension twice, or one that contradicts itself.',
    advice: 'Do not trust the certificate.',
  },
  E_CERTIFICATE_KEY: {
    meaning: 'A certificate has a public key of a kind that is not used here.',
    advice: 'Use keys on P-256, P-384 or P-521.',
  },
  E_CERTIFICATE_NAME: {
    meaning: 'A name cannot stand in a certificate.',
    advice: 'Use 1 to 64 printable characters.',
  },
  E_CERTIFICATE_PEM: {
    meaning: 'A text does not hold the PEM block that was looked for.',
    advice: 'Give a text with -----BEGIN and -----END lines.',
  },
  E_CERTIFICATE_ROOT: {
    meaning: 'A root of attestation cannot be used: its key or its certificate is not right.',
    advice: 'Remove the file of the root; a new one is made, and verifiers must pin that.',
  },
  E_CERTIFICATE_ROOT_EXPIRED: {
    meaning: 'The root of attestation ends before a certificate under it would.',
    advice: 'Make a new root, and give it to the verifiers.',
  },
  E_CERTIFICATE_ROOT_SEALED: {
    meaning: 'The private key of the root cannot be read out, because it was made so.',
    advice: 'Make the root with extractable: true where it has to be stored as text.',
  },
  E_CERTIFICATE_SIGNATURE: {
    meaning: 'A signature in a certificate is malformed.',
    advice: 'Do not trust the certificate.',
  },
  E_CERTIFICATE_VERSION: {
    meaning: 'A certificate is not of version 3.',
    advice: 'Use certificates of X.509 version 3.',
  },
  E_CMS: {
    meaning: 'An answer of a KMS for an enclave is not the CMS envelope that it should be.',
    advice: 'Check that nothing between the KMS and the enclave changes the answer.',
  },
  E_CMS_DECRYPT: {
    meaning: "An answer of a KMS cannot be opened with this enclave's key.",
    advice: 'Ask again with a fresh attestation document: the answer is for another key, or was changed.',
  },
  E_COSE_ALGORITHM: {
    meaning: 'A document or an image is signed with an algorithm that is not known.',
    advice: 'Use ES256, ES384 or ES512.',
  },
  E_COSE_HEADER: {
    meaning: 'The protected header of a signature holds something other than its algorithm.',
    advice: 'Do not trust the document.',
  },
  E_COSE_KEY: {
    meaning: 'The key that is to sign or verify is not one for the algorithm.',
    advice: 'Use a key on the curve of the algorithm: P-256, P-384 or P-521.',
  },
  E_COSE_SHAPE: {
    meaning: 'The bytes are not a COSE_Sign1 envelope.',
    advice: 'Give an attestation document as the hypervisor made it.',
  },
  E_COSE_SIGNATURE_LENGTH: {
    meaning: 'A signature is not as long as its algorithm makes it.',
    advice: 'Do not trust the document.',
  },
  E_COSE_TAG: {
    meaning: 'The envelope says that it is something other than COSE_Sign1.',
    advice: 'Give an attestation document.',
  },
  E_COSE_UNPROTECTED: {
    meaning: 'The algorithm of a signature stands where nothing protects it.',
    advice: 'Do not trust the document.',
  },
  E_HEX: {
    meaning: 'A text is not hexadecimal.',
    advice: 'Give an even number of the digits 0-9 and a-f, of either case.',
  },
}
