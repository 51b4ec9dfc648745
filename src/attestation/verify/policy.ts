/**
 * The PCR policy of a verifier: one set of values, or a file of reference values with several labelled sets, by image
 * (PCR0), by signer (PCR8) or by other PCRs. A document matches a set if every PCR that the set names has the given
 * value. The values are the verifier's own; the document's PCRs are hostile until its signature is verified.
 */
import { type Bytes, equalBytes, fromHex, toHex } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import type { Pcrs } from '../../base/pcrs.ts'
import { PCR_LENGTH } from '../../base/pcrs.ts'
import { readJson } from '../../encoding/json.ts'
import type { Finding } from './verdict.ts'

/**
 * PCRs by index, or by names such as `PCR0`, each as 48 bytes or as 96 hexadecimal digits of either case. The
 * measurements of an image (`pcrs` of `buildImage`, `measure`, `Enclave`) have this type.
 */
export type ExpectedPcrs =
  | ReadonlyMap<number, string | Uint8Array>
  | Readonly<Record<number | `PCR${number}`, string | Uint8Array>>

/** One set of allowed values, and its label in verdicts. */
export interface ReferenceSet {
  readonly label: string
  readonly pcrs: ExpectedPcrs
}

/** The content of a reference-value file. A document passes if it matches any one set. */
export interface ReferenceValues {
  readonly version: 1
  readonly allowed: readonly ReferenceSet[]
}

/** A validated set. */
export interface PcrSet {
  readonly label: string
  readonly pcrs: ReadonlyMap<number, Bytes>
}

/** The label of the set given as `pcrs` to `verifyAttestation`. */
export const EXPECTED_LABEL = 'the expected PCRs'

/**
 * Reads a file of reference values.
 *
 * @param json the file's text.
 * @throws {EnclaveError} E_POLICY_FORMAT or E_POLICY_PCR.
 * @example
 * parseReferenceValues(`{ "version": 1, "allowed": [
 *   { "label": "echo 1.0", "pcrs": { "0": "${'ab'.repeat(48)}" } }] }`)
 */
export function parseReferenceValues(json: string): ReferenceValues {
  const value = readJson(
    json,
    (expected, got) =>
      new EnclaveError('E_POLICY_FORMAT', { what: 'the reference values are not valid JSON', expected, got }),
  )
  readReferenceValues(value)
  return value as ReferenceValues
}

/** Validates `value` and returns its sets. @throws {EnclaveError} E_POLICY_FORMAT or E_POLICY_PCR. */
export function readReferenceValues(value: unknown): PcrSet[] {
  const { version, allowed, ...others } = requireObject(value, 'the reference values')
  if (version !== 1) throw badFormat('unknown version', '1', version)
  if (!Array.isArray(allowed) || allowed.length === 0) {
    throw badFormat('the list "allowed" is missing or empty', 'an array of at least one set', allowed)
  }
  requireNothing(others)
  return allowed.map((set: unknown) => {
    const { label, pcrs, ...rest } = requireObject(set, 'a set')
    requireNothing(rest)
    if (typeof label !== 'string' || label === '')
      throw badFormat('a set has no label', 'a non-empty string', label)
    return { label, pcrs: readExpectedPcrs(pcrs) }
  })
}

/** Validates the values of one set. @throws {EnclaveError} E_POLICY_FORMAT or E_POLICY_PCR. */
export function readExpectedPcrs(value: unknown): ReadonlyMap<number, Bytes> {
  const entries = value instanceof Map ? [...value] : Object.entries(requireObject(value, 'a set of PCRs'))
  if (entries.length === 0)
    throw badFormat('a set without PCRs would allow every document', 'at least one PCR', 'none')
  const pcrs = new Map(entries.map(([index, pcr]) => [readIndex(index), readPcr(index, pcr)]))
  if (pcrs.size < entries.length) throw badFormat('a set names a PCR twice', 'every PCR once', entries.length)
  return pcrs
}

function readIndex(text: unknown): number {
  const index = /^(?:PCR)?(\d{1,2})$/.exec(String(text))?.[1]
  if (index === undefined || Number(index) > 31) {
    throw new EnclaveError('E_POLICY_PCR', { what: 'unknown PCR', expected: '0 to 31', got: String(text) })
  }
  return Number(index)
}

function readPcr(index: unknown, value: unknown): Bytes {
  const bytes =
    typeof value === 'string' && /^[0-9a-f]*$/i.test(value) && value.length % 2 === 0 ? fromHex(value) : value
  if (!(bytes instanceof Uint8Array) || bytes.byteLength !== PCR_LENGTH) {
    throw new EnclaveError('E_POLICY_PCR', {
      what: `the value of PCR${String(index).replace('PCR', '')} is not a valid PCR value`,
      expected: `${PCR_LENGTH} bytes, or ${2 * PCR_LENGTH} hexadecimal digits`,
      got: bytes instanceof Uint8Array ? `${bytes.byteLength} bytes` : typeof value,
    })
  }
  return Uint8Array.from(bytes)
}

function requireObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw badFormat(`${what} must be an object`, 'an object', value)
}

function requireNothing(others: Record<string, unknown>): void {
  const [name] = Object.keys(others)
  if (name !== undefined) throw badFormat('unknown name', 'version, allowed, label, pcrs', name)
}

function badFormat(what: string, expected: string, got: unknown): EnclaveError {
  const shown = JSON.stringify(got)?.slice(0, 80) ?? typeof got
  return new EnclaveError('E_POLICY_FORMAT', { what, expected, got: shown })
}

/** The result of comparing a document with the allowed sets. */
export interface PolicyResult extends Finding {
  readonly ok: boolean
  readonly reason: string
}

interface Miss {
  readonly set: PcrSet
  readonly differing: readonly number[]
  readonly score: number
}

/** Compares `pcrs` with `sets`, of which one must match; otherwise the result tells how the nearest set differs. */
export function applyPolicy(pcrs: Pcrs, sets: readonly PcrSet[]): PolicyResult {
  const misses: Miss[] = []
  for (const set of sets) {
    const differing = [...set.pcrs.keys()].filter((index) => !matches(pcrs.get(index), set.pcrs.get(index)!))
    if (differing.length === 0) {
      const names = [...set.pcrs.keys()].map((index) => `PCR${index}`).join(', ')
      return { ok: true, reason: `${names} as in ${JSON.stringify(set.label)}` }
    }
    misses.push({ set, differing, score: set.pcrs.size - differing.length })
  }
  // The nearest set has the most PCRs in common; ties are broken by the fewest differences, then by order.
  const [nearest] = misses.sort(
    (left, right) => right.score - left.score || left.differing.length - right.differing.length,
  )
  return explainMiss(pcrs, nearest!, sets.length)
}

function explainMiss(pcrs: Pcrs, { set, differing }: Miss, total: number): PolicyResult {
  const show = (value: Bytes | undefined) => (value === undefined ? 'absent' : toHex(value))
  // The reason has shortened digests; `expected` and `found` have the complete ones.
  const brief = (value: Bytes | undefined) => show(value).replace(/^(.{16}).+$/, '$1…')
  const clauses = differing.map(
    (index) => `PCR${index} is ${brief(pcrs.get(index))}, not ${brief(set.pcrs.get(index))}`,
  )
  const where = total === 1 && set.label === EXPECTED_LABEL ? '' : ` (nearest: ${JSON.stringify(set.label)})`
  const list = (values: Pcrs) => differing.map((index) => `PCR${index} ${show(values.get(index))}`).join(', ')
  return { ok: false, reason: `${clauses.join('; ')}${where}`, expected: list(set.pcrs), found: list(pcrs) }
}

function matches(found: Bytes | undefined, expected: Bytes): boolean {
  return found !== undefined && equalBytes(found, expected)
}
