/**
 * The numbers of the EIF container: offsets, section types, limits. Defined by the format's description
 * (SPEC §7); every integer in the file is big-endian.
 */

/** ".eif", the first four bytes of every image. */
export const MAGIC = 0x2e656966

/** The version we write. We read 2 (CRC), 3 (signature) and 4 (metadata). */
export const EIF_VERSION = 4
export const OLDEST_VERSION = 2

export const HEADER_SIZE = 548
export const SECTION_HEADER_SIZE = 12
export const MAX_SECTIONS = 32

/** Where each header field begins. */
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

/** Section types by their number in the file; 0 is "invalid" and is refused like any other stranger. */
export const SECTION_TYPES: ReadonlyMap<number, SectionType> = new Map([
  [1, 'kernel'],
  [2, 'cmdline'],
  [3, 'ramdisk'],
  [4, 'signature'],
  [5, 'metadata'],
])

/** The most bytes of the small sections that are ever held in memory at once. */
export const SMALL_SECTION_LIMIT: Readonly<
  Record<'descriptor' | 'cmdline' | 'metadata' | 'signature', number>
> = {
  descriptor: 4096,
  cmdline: 256 * 1024,
  metadata: 256 * 1024,
  signature: 32_768,
}
