/**
 * A root as the text of a file: its key (PKCS #8) and its certificate in PEM, as every other tool reads them. The text
 * is a secret. What is read was written by an earlier run, yet is checked like any input.
 */
import { EnclaveError } from '../../base/error.ts'
import { fromPem, toPem } from '../../encoding/pem.ts'
import { type AttestationRoot, exportRoot, importRoot } from './root.ts'

/**
 * The text of a root that was made extractable.
 * @throws {EnclaveError} E_CERTIFICATE_ROOT_SEALED if its key cannot be read out.
 */
export async function rootToText(root: AttestationRoot): Promise<string> {
  const { privateKey, certificate } = await exportRoot(root)
  return toPem(privateKey, 'PRIVATE KEY') + toPem(certificate)
}

/**
 * The root of such a text, its key no longer extractable.
 * @throws {EnclaveError} E_ROOT_TEXT if the text is none of a root of ours.
 */
export async function rootFromText(text: string): Promise<AttestationRoot> {
  try {
    const [[privateKey], [certificate]] = [fromPem(text, 'PRIVATE KEY'), fromPem(text)]
    return await importRoot({ privateKey: privateKey!, certificate: certificate! })
  } catch (cause) {
    throw new EnclaveError('E_ROOT_TEXT', {
      what: 'what is kept is no root of attestation',
      expected: 'a private key and the certificate of a root of ours, in PEM',
      hint: 'have a new root made: qt attestation root --rotate',
      cause,
    })
  }
}
