/** Platform configuration registers (PCRs): the types that every room uses for them, and their text form. */
import { type Bytes, fromHex, toHex } from './bytes.ts'
import { EnclaveError } from './error.ts'

/** Length of a PCR in bytes: a SHA-384 digest. */
export const PCR_LENGTH = 48

/** PCRs by index, 0 to 31, 48 bytes each. An index that is absent is unknown, not zero. */
export type Pcrs = ReadonlyMap<number, Bytes>

/** PCRs as the clouds' command lines print them: `PCR0` and so on, 96 hexadecimal digits each. */
export type PcrTexts = Readonly<Record<`PCR${number}`, string>>

/**
 * The PCR at `index` as 96 hexadecimal digits, in lower case.
 *
 * @throws {EnclaveError} E_PCR_INDEX if `pcrs` has no value at `index`.
 * @example
 * pcrHex(new Map([[0, new Uint8Array(48)]]), 0) // '0000…'
 */
export function pcrHex(pcrs: Pcrs, index: number): string {
  const value = pcrs.get(index)
  if (value !== undefined) return toHex(value)
  throw new EnclaveError('E_PCR_INDEX', {
    what: `PCR${index} is not present`,
    expected: `one of ${[...pcrs.keys()].join(', ')}`,
    got: String(index),
  })
}

/**
 * PCRs by name, 96 hexadecimal digits each, in lower case: for printing and for JSON.
 *
 * @example
 * pcrsToHex(new Map([[0, new Uint8Array(48)]])) // { PCR0: '0000…' }
 */
export function pcrsToHex(pcrs: Pcrs): PcrTexts {
  return Object.fromEntries([...pcrs].map(([index, value]) => [`PCR${index}`, toHex(value)]))
}

/**
 * Parses PCRs by name, as `pcrsToHex` or a cloud's command line prints them. Digits may be of either case.
 *
 * @throws {EnclaveError} E_PCR_INDEX for a name other than `PCR0` to `PCR31`, E_PCR_VALUE for a value that is not 96
 *   hexadecimal digits.
 * @example
 * pcrsFromHex({ PCR0: 'AB'.repeat(48) }).get(0) // 48 bytes
 */
export function pcrsFromHex(texts: PcrTexts): Pcrs {
  return new Map(Object.entries(texts).map(([name, text]) => [readIndex(name), readValue(name, text)]))
}

function readIndex(name: string): number {
  const index = /^PCR(0|[1-9]\d?)$/.exec(name)?.[1]
  if (index !== undefined && Number(index) < 32) return Number(index)
  throw new EnclaveError('E_PCR_INDEX', {
    what: 'unknown PCR name',
    expected: 'PCR0 to PCR31',
    got: JSON.stringify(name).slice(0, 40),
  })
}

function readValue(name: string, text: unknown): Bytes {
  if (typeof text === 'string' && /^[0-9a-f]{96}$/i.test(text)) return fromHex(text)
  throw new EnclaveError('E_PCR_VALUE', {
    what: `the value of ${name} is not a valid PCR value`,
    expected: `${2 * PCR_LENGTH} hexadecimal digits`,
    got: typeof text === 'string' ? `${text.length} characters` : typeof text,
  })
}
