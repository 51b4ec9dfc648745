/**
 * What policies are asked: who wants to do what to which key, and the values of the condition keys. A value is worked
 * out when a policy first asks for it.
 */
import type { AttestationDocument } from '../../attestation/index.ts'
import { toHex } from '../../base/bytes.ts'
import type { PolicyAction } from './actions.ts'
import { type ConditionKeyName, canonicalKey, pcrOf } from './condition-keys.ts'

/** Who calls. */
export interface Caller {
  /**
   * Their name, as policies name principals: an ARN (`arn:aws:iam::111122223333:role/enclave`), or Huawei's of the same
   * (`iam::6c03…fcd:agency:enclave`).
   */
  readonly principal: string
  /**
   * Their own policies, IAM's JSON, beside the keys' policies: as text, of which a repeated member is refused, or as an
   * object that somebody has parsed, which shows one of the two only.
   */
  readonly policies?: readonly (string | object)[]
}

/** The values of condition keys: one text or several. */
export type ConditionValues = {
  readonly [Key in ConditionKeyName]?: string | readonly string[] | undefined
}

/** What an evaluation needs to know. */
export interface AccessRequest {
  readonly action: PolicyAction
  readonly principal: string
  /** The account or domain of the principal. */
  readonly account: string
  /** Whether that is another than the key's. */
  readonly isForeign: boolean
  /** The names of what it is to be done to: a key's ARN and URN; `*` where it is no key. */
  readonly resources: readonly string[]
  readonly context: ConditionContext
}

/** The condition keys of one call. */
export class ConditionContext {
  readonly #values = new Map<string, string[]>()
  readonly #document: AttestationDocument | undefined

  /** `values` by condition key, in any spelling; `document` is that of the recipient, verified. */
  constructor(values: ConditionValues, document?: AttestationDocument) {
    this.#document = document
    for (const [key, value] of Object.entries(values)) {
      if (value === undefined) continue
      const name = canonicalKey(key)
      // Names that differ by case only are one condition key, which then has the values of both (`holds`).
      const held = this.#values.get(name) ?? []
      for (const one of typeof value === 'string' ? [value] : value) held.push(one)
      this.#values.set(name, held)
    }
  }

  /** Whether a recipient's attestation document came with the call. */
  get isAttested(): boolean {
    return this.#document !== undefined
  }

  /** The values of a condition key in its canonical spelling; undefined where the call has none. */
  get(key: string): readonly string[] | undefined {
    const known = this.#values.get(key)
    if (known !== undefined || this.#document === undefined) return known
    const index = pcrOf(key)
    const pcr = index === undefined ? undefined : this.#document.pcrs.get(index)
    if (pcr === undefined) return undefined
    const values = [toHex(pcr)]
    this.#values.set(key, values)
    return values
  }
}
