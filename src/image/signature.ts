/** The signature section (SPEC §7). */
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import type { Container } from './container.ts'
import type { ImageSource } from './source.ts'

/** The DER of the certificate that signed the image; undefined where none did. */
export async function signingCertificate(
  _source: ImageSource,
  container: Container,
): Promise<Bytes | undefined> {
  if (container.sections.at(-1)?.type !== 'signature') return undefined
  throw new EnclaveError('E_IMAGE_SIGNATURE', { what: 'signed images are not read yet' })
}
