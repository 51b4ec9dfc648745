/**
 * Reads the container of an EIF (aws-nitro-enclaves-image-format): header and section table, not the sections' content.
 * Input is hostile: each number is checked against the file's size before it is used or anything is allocated.
 */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import {
  EIF_VERSION,
  FIELD,
  HEADER_SIZE,
  MAGIC,
  MAX_SECTIONS,
  OLDEST_VERSION,
  SECTION_HEADER_SIZE,
  SECTION_TYPES,
  type SectionType,
} from './layout.ts'
import type { ImageSource } from './source.ts'

/** One section, and the position of its data in the file. */
export interface Section {
  readonly type: SectionType
  readonly flags: number
  /** The offset of the section's 12-byte header. */
  readonly offset: number
  readonly dataOffset: number
  readonly dataSize: number
}

/** The content of header and section table. */
export interface Container {
  readonly size: number
  readonly version: number
  readonly flags: number
  /** Memory in bytes that the builder suggests; not measured. */
  readonly defaultMemory: bigint
  readonly defaultCpus: bigint
  /** The CRC-32 in the header. */
  readonly crc: number
  /** In file order. */
  readonly sections: readonly Section[]
  /** Bytes of the file that belong to no section; images built by webclave have none. */
  readonly strayBytes: number
}

/**
 * Reads header and section table of the image in `source`.
 *
 * @throws {EnclaveError} E_IMAGE_TRUNCATED, E_IMAGE_MAGIC, E_IMAGE_VERSION, E_IMAGE_SECTION.
 */
export async function readContainer(source: ImageSource): Promise<Container> {
  const { size } = source
  // The magic first: a short file of another kind is not a truncated image.
  const header = view(await source.read(0, Math.min(HEADER_SIZE, size)))
  if (size < 4) throw truncated('the header', HEADER_SIZE, size)
  const magic = header.getUint32(FIELD.magic)
  if (magic !== MAGIC) {
    throw new EnclaveError('E_IMAGE_MAGIC', {
      what: 'the file is not an enclave image',
      expected: 'the first four bytes 2e 65 69 66 (".eif")',
      got: hex32(magic),
    })
  }
  if (size < HEADER_SIZE) throw truncated('the header', HEADER_SIZE, size)
  const version = header.getUint16(FIELD.version)
  if (version < OLDEST_VERSION || version > EIF_VERSION) {
    throw new EnclaveError('E_IMAGE_VERSION', {
      what: 'unsupported image version',
      expected: `version ${OLDEST_VERSION} to ${EIF_VERSION}`,
      got: `${version}`,
    })
  }
  const count = header.getUint16(FIELD.sectionCount)
  if (count < 2 || count > MAX_SECTIONS) {
    throw sectionError('the section count is out of range', `2 to ${MAX_SECTIONS}`, `${count}`)
  }
  const sections: Section[] = []
  for (let at = 0; at < count; at++) sections.push(await readSection(source, header, at))
  return {
    size,
    version,
    flags: header.getUint16(FIELD.flags),
    defaultMemory: header.getBigUint64(FIELD.defaultMemory),
    defaultCpus: header.getBigUint64(FIELD.defaultCpus),
    crc: header.getUint32(FIELD.crc),
    sections,
    strayBytes: checkLayout(sections, size),
  }
}

async function readSection(source: ImageSource, header: DataView, at: number): Promise<Section> {
  const offset = header.getBigUint64(FIELD.sectionOffsets + 8 * at)
  const dataSize = header.getBigUint64(FIELD.sectionSizes + 8 * at)
  const name = `section ${at}`
  // Both are u64 and compared as such, so that rounding cannot hide a huge value.
  if (offset < BigInt(HEADER_SIZE)) {
    throw sectionError(`${name} begins inside the header`, `an offset of ${HEADER_SIZE} or more`, `${offset}`)
  }
  const end = offset + BigInt(SECTION_HEADER_SIZE) + dataSize
  if (end > BigInt(source.size)) throw truncated(`${name} at byte ${offset}`, end, source.size)

  const start = Number(offset)
  const head = view(await source.read(start, SECTION_HEADER_SIZE))
  const number = head.getUint16(0)
  const type = SECTION_TYPES.get(number)
  if (type === undefined) {
    throw sectionError(`${name} has an unknown type`, 'a type from 1 to 5', `${number}`)
  }
  const ownSize = head.getBigUint64(4)
  if (ownSize !== dataSize) {
    throw sectionError(
      `${name} (${type}) has two different sizes`,
      `${dataSize} bytes as in the file header`,
      `${ownSize}`,
    )
  }
  return {
    type,
    flags: head.getUint16(2),
    offset: start,
    dataOffset: start + SECTION_HEADER_SIZE,
    dataSize: Number(dataSize),
  }
}

/** Checks that sections do not overlap; returns the number of bytes outside all sections. */
function checkLayout(sections: readonly Section[], size: number): number {
  let end = HEADER_SIZE
  let stray = 0
  sections.forEach((section, at) => {
    if (section.offset < end) {
      throw sectionError(
        `section ${at} (${section.type}) overlaps the section before it`,
        `an offset of ${end} or more`,
        `${section.offset}`,
      )
    }
    stray += section.offset - end
    end = section.dataOffset + section.dataSize
  })
  checkOrder(sections.map(({ type }) => type))
  return stray + size - end
}

/**
 * Checks the order: kernel, cmdline, then ramdisks with at most one metadata among them, then at most one signature.
 */
function checkOrder(types: readonly SectionType[]): void {
  const expected = 'kernel, cmdline, metadata, ramdisks, signature'
  const fixed = types[0] === 'kernel' && types[1] === 'cmdline'
  const middle = types.slice(2, types.at(-1) === 'signature' ? -1 : undefined)
  const rest = middle.every((type) => type === 'ramdisk' || type === 'metadata')
  const single = middle.filter((type) => type === 'metadata').length <= 1
  if (!fixed || !rest || !single) {
    throw sectionError('the sections are in the wrong order', expected, types.join(', '))
  }
}

function view(bytes: Bytes): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function hex32(value: number): string {
  return value
    .toString(16)
    .padStart(8, '0')
    .replace(/..(?=.)/g, '$& ')
}

function truncated(item: string, wanted: number | bigint, size: number): EnclaveError {
  return new EnclaveError('E_IMAGE_TRUNCATED', {
    what: `the image ends before the end of ${item}`,
    expected: `${wanted} bytes or more`,
    got: `${size}`,
    hint: 'the file may be truncated: copy or download it again',
  })
}

function sectionError(what: string, expected: string, got: string): EnclaveError {
  return new EnclaveError('E_IMAGE_SECTION', { what, expected, got })
}
