/**
 * The constants of the EIF container, compared with the description of the format (aws-nitro-enclaves-image-format).
 */
import { expect, it } from 'vitest'
import {
  EIF_VERSION,
  FIELD,
  FLAG_AARCH64,
  HEADER_SIZE,
  MAGIC,
  MAX_SECTIONS,
  OLDEST_VERSION,
  SECTION_HEADER_SIZE,
  SECTION_TYPES,
  SMALL_SECTION_LIMIT,
} from '../../../src/image/eif/layout.ts'

it('the constants are those of the format', () => {
  expect(new TextDecoder().decode(Uint8Array.of(MAGIC >> 24, MAGIC >> 16, MAGIC >> 8, MAGIC))).toBe('.eif')
  expect({ EIF_VERSION, OLDEST_VERSION, FLAG_AARCH64 }).toEqual({
    EIF_VERSION: 4,
    OLDEST_VERSION: 2,
    FLAG_AARCH64: 1,
  })
  expect({ HEADER_SIZE, SECTION_HEADER_SIZE, MAX_SECTIONS }).toEqual({
    HEADER_SIZE: 548,
    SECTION_HEADER_SIZE: 12,
    MAX_SECTIONS: 32,
  })
  expect(FIELD).toEqual({
    magic: 0,
    version: 4,
    flags: 6,
    defaultMemory: 8,
    defaultCpus: 16,
    reserved: 24,
    sectionCount: 26,
    sectionOffsets: 28,
    sectionSizes: 284,
    unused: 540,
    crc: 544,
  })
  expect([...SECTION_TYPES]).toEqual([
    [1, 'kernel'],
    [2, 'cmdline'],
    [3, 'ramdisk'],
    [4, 'signature'],
    [5, 'metadata'],
  ])
  expect(SMALL_SECTION_LIMIT).toEqual({
    descriptor: 4096,
    cmdline: 262_144,
    metadata: 262_144,
    signature: 32_768,
  })
})
