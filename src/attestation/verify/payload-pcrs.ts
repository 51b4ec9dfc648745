/**
 * Reads the PCRs of a payload: 1 to 32 of 48 bytes each, with indexes encoded as the profile requires (Huawei's parser
 * reads 16 bits; Nitro's are the shortest). Input is hostile; faults are reported, not thrown.
 */
import type { Bytes } from '../../base/bytes.ts'
import { PCR_LENGTH } from '../../base/pcrs.ts'
import type { CborInteger, CborItem } from '../../encoding/cbor/item.ts'
import { DIGEST, type Profile } from '../profile.ts'
import type { PayloadReading } from './payload-reading.ts'

/** Reads `item`, the value of `pcrs` if it exists, into `reading`. */
export function readPcrs(profile: Profile, item: CborItem | undefined, reading: PayloadReading): void {
  const fault = (reason: string, expected: string, found: string) =>
    reading.faults.push({ check: 'PCR shape', reason, expected, found })
  if (item === undefined) return
  if (item.kind !== 'map') {
    fault('pcrs is not a map', 'map', item.kind)
    return
  }
  if (profile.fixedLayout && item.indefinite)
    fault('the map of PCRs has an indefinite length', 'definite', 'indefinite')
  const count = item.entries.length
  if (count < 1 || count > 32) fault('the number of PCRs is out of range', '1 to 32', `${count}`)
  const pcrs = new Map<number, Bytes>()
  for (const { key, value } of item.entries) {
    if (key.kind !== 'integer' || typeof key.value !== 'number' || key.value < 0 || key.value > 31) {
      fault('invalid PCR index', '0 to 31', key.kind === 'integer' ? `${key.value}` : key.kind)
    } else if (key.width !== (profile.pcrKeyWidth ?? shortest(key))) {
      fault(
        `the index of PCR${key.value} does not have the width that ${profile.name} uses`,
        widthText(profile.pcrKeyWidth ?? shortest(key)),
        widthText(key.width),
      )
    }
    if (value.kind !== 'bytes' || value.value.byteLength !== PCR_LENGTH) {
      const found = value.kind === 'bytes' ? `${value.value.byteLength} bytes` : value.kind
      fault(`${nameOf(key)} does not have the length of a ${DIGEST} digest`, `${PCR_LENGTH} bytes`, found)
    } else if (key.kind === 'integer') pcrs.set(Number(key.value), value.value)
  }
  reading.pcrs = pcrs
}

const nameOf = (key: CborItem) => (key.kind === 'integer' ? `PCR${key.value}` : 'a PCR without a number')

/** Indexes below 24 fit into the initial byte; those up to 31 take one more byte. */
function shortest(key: CborInteger): number {
  return key.value < 24 ? 0 : 1
}

/** Where an integer is written (RFC 8949, section 3). */
export function widthText(width: number): string {
  return width === 0 ? 'the initial byte alone' : `${8 * width} bits`
}
