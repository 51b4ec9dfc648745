/** The chosen image: its description, and a tampered copy of it. The bytes are hostile. */

import { EnclaveError } from '../src/base/error.ts'
import { pcrHex } from '../src/base/pcrs.ts'
import { describeImage, type ImageDescription } from '../src/image/describe.ts'
import { imageCrc } from '../src/image/eif/eif.ts'
import { FIELD } from '../src/image/eif/layout.ts'

/** A chosen image. */
export interface ChosenImage {
  readonly name: string
  readonly file: Blob
  readonly description: ImageDescription
  /** The PCR0 that its enclaves must have: the verifier's reference value. */
  readonly pcr0: string
}

const APPLICATIONS = ['app.js', 'app.wasm']
const SPACE = 0x20
const NEWLINE = 0x0a

/** @throws {EnclaveError} as `describeImage`, if it is not an image. */
export async function readImage(name: string, file: Blob): Promise<ChosenImage> {
  const description = await describeImage(file)
  return { name, file, description, pcr0: pcrHex(description.pcrs.qingtian, 0) }
}

/** The type and size of the application in an image. */
export function describeApplication({ contents, problem }: ImageDescription): string {
  const entry = contents?.application.find(({ name }) => APPLICATIONS.includes(name))
  if (!contents || !entry)
    return problem?.code === 'E_IMAGE_FOREIGN'
      ? 'for a real cloud, cannot be started here'
      : 'cannot be started'
  const kind = entry.name === 'app.js' ? 'TypeScript or JavaScript source' : 'WebAssembly component'
  return `${kind}, ${entry.size.toLocaleString('en')} bytes`
}

/**
 * What an attacker would do to an image: change the last byte of its application and correct the checksum. Source
 * ends with a line break, which a space replaces; a component ends in the text of a custom section. Both still run.
 *
 * @throws {EnclaveError} the image's own problem, if it contains no application.
 */
export async function tamperedCopy({
  file,
  description,
}: ChosenImage): Promise<{ file: Blob; offset: number }> {
  const { contents, problem, sections } = description
  const entry = contents?.application.find(({ name }) => APPLICATIONS.includes(name))
  const ramdisk = sections.filter(({ type }) => type === 'ramdisk')[1]
  if (!entry || !ramdisk || entry.size === 0) {
    throw problem ?? new EnclaveError('E_IMAGE_CONTENT', { what: 'the image has no application to change' })
  }
  const bytes = new Uint8Array(await file.arrayBuffer())
  const offset = ramdisk.dataOffset + entry.offset + entry.size - 1
  bytes[offset] = bytes[offset] === NEWLINE ? SPACE : bytes[offset]! ^ 1
  new DataView(bytes.buffer).setUint32(FIELD.crc, imageCrc(bytes))
  return { file: new Blob([bytes]), offset }
}
