/** Verifies an image before a start: intact, measured, and with a valid signature if it has one. */
import { EnclaveError } from '../../base/error.ts'
import { assertCrc } from '../eif/eif.ts'
import type { ImageInput } from '../eif/source.ts'
import { type Measurement, type MeasureOptions, measure } from '../measure/measure.ts'
import { assertSignature } from './signature.ts'

/**
 * Measures the image in `input`, and checks its CRC, its signature and the validity of the signing certificate. An
 * image without a signature is accepted; one with an invalid signature is not.
 *
 * @param options.at the time at which the certificate must be valid, milliseconds since 1970. Default: now.
 * @throws {EnclaveError} what `measure` throws, E_IMAGE_CRC, E_IMAGE_SIGNATURE, E_IMAGE_CERTIFICATE.
 * @example
 * const { pcrs } = await verifyImage(eif, { profile: 'nitro' })
 */
export async function verifyImage(
  input: ImageInput,
  options: MeasureOptions & { readonly at?: number } = {},
): Promise<Measurement> {
  const measurement = await measure(input, { ...options, crc: true })
  const { crc, container, signature, pcrs } = measurement
  if (crc === undefined) {
    throw new EnclaveError('E_IMAGE_CRC', { what: 'the CRC was not computed' })
  }
  assertCrc(container.crc, crc)
  if (signature) await assertSignature(signature, pcrs.get(0)!, options.at ?? Date.now())
  return measurement
}
