/**
 * The numbers of the EIF container: offsets, section types, limits, as in aws-nitro-enclaves-image-format. Every
 * integer in the file is big-endian.
 */

/** ".eif", the first four bytes of every image. */
export const MAGIC = 0x2e656966

/** The version that is written. Versions 2 (CRC), 3 (signature) and 4 (metadata) can be read. */
export const EIF_VERSION = 4
export const OLDEST_VERSION = 2

export const HEADER_SIZE = 548
export const SECTION_HEADER_SIZE = 12
export const MAX_SECTIONS = 32

/** The offset of each header field. */
export const FIELD: Readonly<
  Record<
    | 'magic'
    | 'version'
    | 'flags'
    | 'defaultMemory'
    | 'defaultCpus'
    | 'reserved'
    | 'sectionCount'
    | 'sectionOffsets'
    | 'sectionSizes'
    | 'unused'
    | 'crc',
    number
  >
> = {
  magic: 0x000,
  version: 0x004,
  flags: 0x006,
  defaultMemory: 0x008,
  defaultCpus: 0x010,
  reserved: 0x018,
  sectionCount: 0x01a,
  sectionOffsets: 0x01c,
  sectionSizes: 0x11c,
  unused: 0x21c,
  crc: 0x220,
}

/** Bit 0 of the header's flags: the image is for aarch64. */
export const FLAG_AARCH64 = 1

export type SectionType = 'kernel' | 'cmdline' | 'ramdisk' | 'signature' | 'metadata'

/** Section types by their number in the file; 0 is "invalid" and is rejected like every unknown number. */
export const SECTION_TYPES: ReadonlyMap<number, SectionType> = new Map([
  [1, 'kernel'],
  [2, 'cmdline'],
  [3, 'ramdisk'],
  [4, 'signature'],
  [5, 'metadata'],
])

/** Maximum length in bytes of the sections that are read into memory completely. */
export const SMALL_SECTION_LIMIT: Readonly<
  Record<'descriptor' | 'cmdline' | 'metadata' | 'signature', number>
> = {
  descriptor: 4096,
  cmdline: 256 * 1024,
  metadata: 256 * 1024,
  signature: 32_768,
}
