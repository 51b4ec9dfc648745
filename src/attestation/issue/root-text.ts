/**
 * Converts a root to the text of a file and back: its key (PKCS #8) and its certificate in PEM, which other tools can
 * read. The text is a secret. Although an earlier run wrote it, the text is checked like any input.
 */
import { EnclaveError } from '../../base/error.ts'
import { fromPem, toPem } from '../../encoding/pem.ts'
import { type AttestationRoot, exportRoot, importRoot } from './root.ts'

/**
 * Converts a root to text. The root must have been made extractable.
 * @throws {EnclaveError} E_CERTIFICATE_ROOT_SEALED if its key is not extractable.
 */
export async function rootToText(root: AttestationRoot): Promise<string> {
  const { privateKey, certificate } = await exportRoot(root)
  return toPem(privateKey, 'PRIVATE KEY') + toPem(certificate)
}

/**
 * Reads a root from such a text; its key is then not extractable.
 * @throws {EnclaveError} E_ROOT_TEXT if the text is not a valid root.
 */
export async function rootFromText(text: string): Promise<AttestationRoot> {
  try {
    const [[privateKey], [certificate]] = [fromPem(text, 'PRIVATE KEY'), fromPem(text)]
    return await importRoot({ privateKey: privateKey!, certificate: certificate! })
  } catch (cause) {
    throw new EnclaveError('E_ROOT_TEXT', {
      what: 'the stored attestation root is invalid',
      expected: 'a private key and a root certificate made by webclave, in PEM',
      hint: 'make a new root: qt attestation root --rotate',
      cause,
    })
  }
}
