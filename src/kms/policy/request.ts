/**
 * What policies are asked: who wants to do what to which key, and the values of the condition keys. A value is worked
 * out when a policy first asks for it.
 */
import type { AttestationDocument } from '../../attestation/index.ts'
import { toHex } from '../../base/bytes.ts'
import type { PolicyAction } from './actions.ts'

/** Who calls. */
export interface Caller {
  /**
   * Their name, as policies name principals: an ARN (`arn:aws:iam::111122223333:role/enclave`), or Huawei's of the same
   * (`iam::6c03…fcd:agency:enclave`).
   */
  readonly principal: string
  /** Their own policies, IAM's JSON as text or object, beside the keys' policies. */
  readonly policies?: readonly (string | object)[]
}

/** The values of condition keys: one text or several. */
export type ConditionValues = Readonly<Record<string, string | readonly string[] | undefined>>

/** What an evaluation needs to know. */
export interface AccessRequest {
  readonly action: PolicyAction
  readonly principal: string
  /** The account or domain of the principal. */
  readonly account: string
  /** The names of what it is to be done to: a key's ARN and URN; `*` where it is no key. */
  readonly resources: readonly string[]
  readonly context: ConditionContext
}

const PCR_KEY = /^kms:recipientattestation[:/]pcr(\d{1,2})$/
const IMAGE_KEY = /^kms:recipientattestation[:/]imagesha384$/
const ATTESTATION_KEY = /^kms:recipientattestation[:/]/

/** A condition key in the one spelling by which it is looked up: dialects differ in case, and in `:` and `/`. */
export function canonicalKey(key: string): string {
  const lower = key.toLowerCase()
  if (IMAGE_KEY.test(lower)) return 'kms:recipientattestation:pcr0'
  const [, index] = PCR_KEY.exec(lower) ?? []
  if (index !== undefined) return `kms:recipientattestation:pcr${Number(index)}`
  // The names of an encryption context are the caller's own, and their case matters.
  const [, name] = /^kms:encryptioncontext:(.*)$/is.exec(key) ?? []
  return name === undefined ? lower : `kms:encryptioncontext:${name}`
}

/** Whether a condition key, in its canonical spelling, speaks of the caller's enclave. */
export function isAttestationKey(key: string): boolean {
  return ATTESTATION_KEY.test(key)
}

/** The condition keys of one call. */
export class ConditionContext {
  readonly #values = new Map<string, readonly string[]>()
  readonly #document: AttestationDocument | undefined

  /** `values` by condition key, in any spelling; `document` is that of the recipient, verified. */
  constructor(values: ConditionValues, document?: AttestationDocument) {
    this.#document = document
    for (const [key, value] of Object.entries(values)) {
      if (value !== undefined)
        this.#values.set(canonicalKey(key), typeof value === 'string' ? [value] : value)
    }
  }

  /** Whether a recipient's attestation document came with the call. */
  get isAttested(): boolean {
    return this.#document !== undefined
  }

  /** Whether that enclave runs in debug mode. */
  get isDebug(): boolean {
    return this.#document?.pcrs.get(0)?.every((byte) => byte === 0) ?? false
  }

  /** The values of a condition key in its canonical spelling; undefined where the call has none. */
  get(key: string): readonly string[] | undefined {
    const known = this.#values.get(key)
    if (known !== undefined || this.#document === undefined) return known
    const [, index] = PCR_KEY.exec(key) ?? []
    const pcr = index === undefined ? undefined : this.#document.pcrs.get(Number(index))
    if (pcr === undefined) return undefined
    const values = [toHex(pcr)]
    this.#values.set(key, values)
    return values
  }
}

/** The account of an ARN, or the domain of Huawei's names; the text itself where it is neither. */
export function accountOf(principal: string): string {
  const parts = principal.split(':')
  if (parts[0] === 'arn') return parts[4] ?? ''
  return parts[0] === 'iam' ? (parts[2] ?? '') : principal
}
