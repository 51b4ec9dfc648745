/**
 * Converts EIF bytes to sections and back, for images that fit in memory. For streaming see `container.ts` and
 * `measure.ts`.
 */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { type Container, readContainer, type Section } from './container.ts'
import { crc32 } from './crc32.ts'
import {
  EIF_VERSION,
  FIELD,
  HEADER_SIZE,
  MAGIC,
  MAX_SECTIONS,
  SECTION_HEADER_SIZE,
  SECTION_TYPES,
  type SectionType,
} from './layout.ts'
import { openSource } from './source.ts'

/** One section to write: its type and its data. */
export interface SectionData {
  readonly type: SectionType
  readonly data: Uint8Array
  readonly flags?: number
}

/** Header fields that the builder chooses. None of them is measured. */
export interface HeaderFields {
  readonly version?: number
  readonly flags?: number
  readonly defaultMemory?: bigint
  readonly defaultCpus?: bigint
}

/** A complete image in memory. Each `sections[i].data` is a view of it. */
export interface Eif extends Omit<Container, 'sections'> {
  readonly sections: readonly (Section & { readonly data: Bytes })[]
}

const TYPE_NUMBERS = new Map([...SECTION_TYPES].map(([number, type]) => [type, number]))

/**
 * Writes an image of `sections`, in the given order, with its CRC.
 *
 * @throws {EnclaveError} E_IMAGE_SECTION for more than 32 sections.
 * @example
 * const eif = writeEif([{ type: 'kernel', data: new Uint8Array(8) }, { type: 'cmdline', data: new Uint8Array() }])
 * eif.length // 548 + 12 + 8 + 12
 */
export function writeEif(sections: readonly SectionData[], fields: HeaderFields = {}): Bytes {
  if (sections.length > MAX_SECTIONS) {
    throw new EnclaveError('E_IMAGE_SECTION', {
      what: 'the image has too many sections',
      expected: `${MAX_SECTIONS} or fewer`,
      got: `${sections.length}`,
    })
  }
  const size = sections.reduce((sum, { data }) => sum + SECTION_HEADER_SIZE + data.length, HEADER_SIZE)
  const eif = new Uint8Array(size)
  const header = new DataView(eif.buffer)
  header.setUint32(FIELD.magic, MAGIC)
  header.setUint16(FIELD.version, fields.version ?? EIF_VERSION)
  header.setUint16(FIELD.flags, fields.flags ?? 0)
  header.setBigUint64(FIELD.defaultMemory, fields.defaultMemory ?? 0n)
  header.setBigUint64(FIELD.defaultCpus, fields.defaultCpus ?? 1n)
  header.setUint16(FIELD.sectionCount, sections.length)
  let offset = HEADER_SIZE
  sections.forEach(({ type, data, flags }, at) => {
    header.setBigUint64(FIELD.sectionOffsets + 8 * at, BigInt(offset))
    header.setBigUint64(FIELD.sectionSizes + 8 * at, BigInt(data.length))
    header.setUint16(offset, TYPE_NUMBERS.get(type)!)
    header.setUint16(offset + 2, flags ?? 0)
    header.setBigUint64(offset + 4, BigInt(data.length))
    eif.set(data, offset + SECTION_HEADER_SIZE)
    offset += SECTION_HEADER_SIZE + data.length
  })
  header.setUint32(FIELD.crc, imageCrc(eif))
  return eif
}

/**
 * Parses the image `bytes` and checks its CRC.
 *
 * @throws {EnclaveError} E_IMAGE_TRUNCATED, E_IMAGE_MAGIC, E_IMAGE_VERSION, E_IMAGE_SECTION, E_IMAGE_CRC.
 * @example
 * const { sections } = await parseEif(eif)
 * sections.map(({ type }) => type) // ['kernel', 'cmdline', 'metadata', 'ramdisk', 'ramdisk']
 */
export async function parseEif(bytes: Uint8Array): Promise<Eif> {
  const source = await openSource(bytes)
  const container = await readContainer(source)
  assertCrc(container.crc, imageCrc(bytes))
  const sections = await Promise.all(
    container.sections.map(async (section) => ({
      ...section,
      data: await source.read(section.dataOffset, section.dataSize),
    })),
  )
  return { ...container, sections }
}

/** @throws {EnclaveError} E_IMAGE_CRC if the CRC in the header differs from the computed one. */
export function assertCrc(claimed: number, computed: number): void {
  if (claimed === computed) return
  throw new EnclaveError('E_IMAGE_CRC', {
    what: 'the image is damaged: wrong CRC',
    expected: `CRC-32 ${computed.toString(16).padStart(8, '0')}, computed over its bytes`,
    got: claimed.toString(16).padStart(8, '0'),
  })
}

/** The CRC-32 of everything except the four bytes that hold it. */
export function imageCrc(eif: Uint8Array): number {
  return crc32(eif.subarray(FIELD.crc + 4), crc32(eif.subarray(0, FIELD.crc)))
}
