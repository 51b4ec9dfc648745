/** What an attacker would do to an image: change one byte of the application and correct the checksum. */
import type { Bytes } from '../../../base/bytes.ts'
import { parseEif, writeEif } from '../../../image/index.ts'

/** A string in the application that can change without breaking it. */
const TARGET = new TextEncoder().encode('listens on port')

/** A copy of `eif` with one byte of its application changed, and where that byte is. */
export async function tamper(eif: Bytes): Promise<{ eif: Bytes; offset: number }> {
  const { sections, defaultMemory, defaultCpus, version, flags } = await parseEif(eif)
  const copies = sections.map(({ type, flags: own, data }) => ({ type, flags: own, data: data.slice() }))
  const { data } = copies.findLast(({ type }) => type === 'ramdisk')!
  const offset = data.findIndex((_, at) => TARGET.every((byte, index) => data[at + index] === byte))
  if (offset < 0) throw new Error('the application has no text to change')
  data[offset] = data[offset]! ^ 0x20
  return { eif: writeEif(copies, { defaultMemory, defaultCpus, version, flags }), offset }
}
