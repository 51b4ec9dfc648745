/** The chosen image: its description, and a tampered copy of it. The bytes are hostile. */

import { EnclaveError } from '../../src/base/error.ts'
import { pcrHex } from '../../src/base/pcrs.ts'
import type { ProfileName } from '../../src/base/profile.ts'
import { describeImage, type ImageDescription } from '../../src/image/describe.ts'
import { imageCrc } from '../../src/image/eif/eif.ts'
import { FIELD } from '../../src/image/eif/layout.ts'

/** A chosen image. */
export interface ChosenImage {
  /** Of `newKey`. */
  readonly key: number
  readonly name: string
  readonly file: Blob
  readonly description: ImageDescription
  /** The PCR0 that its enclaves must have under a cloud's rules: the verifier's reference value. */
  pcr0Of(profile: ProfileName): string
}

let last = -1

/** A number for an image that is unique on this page. */
export function newKey(): number {
  last += 1
  return last
}

const APPLICATIONS = ['app.js', 'app.wasm']
const SPACE = 0x20
const NEWLINE = 0x0a

/** @throws {EnclaveError} as `describeImage`, if it is not an image. */
export async function readImage(name: string, file: Blob, key: number = newKey()): Promise<ChosenImage> {
  const description = await describeImage(file)
  return { key, name, file, description, pcr0Of: (profile) => pcrHex(description.pcrs[profile], 0) }
}

/** The application in an image: what it is, and its size in bytes; undefined if there is none. */
export function applicationOf({
  contents,
}: ImageDescription): { kind: 'source' | 'component'; size: number } | undefined {
  const entry = contents?.application.find(({ name }) => APPLICATIONS.includes(name))
  return entry && { kind: entry.name === 'app.js' ? 'source' : 'component', size: entry.size }
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
