/**
 * The request that policies are evaluated for: principal, action, resource and condition keys. The value of a condition
 * key is computed when a policy first needs it.
 */
import type { AttestationDocument } from '../../attestation/index.ts'
import { toHex } from '../../base/bytes.ts'
import type { PolicyAction } from './actions.ts'
import { type ConditionKeyName, canonicalKey, pcrOf } from './condition-keys.ts'

/** A caller. */
export interface Caller {
  /**
   * Its name in policies: an ARN (`arn:aws:iam::111122223333:role/enclave`), or Huawei's equivalent
   * (`iam::6c03…fcd:agency:enclave`).
   */
  readonly principal: string
  /**
   * Its identity policies (IAM JSON), in addition to the key policies: a string, in which a repeated member is
   * rejected, or a parsed object, which has only one of the two.
   */
  readonly policies?: readonly (string | object)[]
}

/** The values of condition keys: one string or several. */
export type ConditionValues = {
  readonly [Key in ConditionKeyName]?: string | readonly string[] | undefined
}

/** A request to evaluate. */
export interface AccessRequest {
  readonly action: PolicyAction
  readonly principal: string
  /** The account or domain of the principal. */
  readonly account: string
  /** Whether the account differs from the key's. */
  readonly isForeign: boolean
  /** The names of the resource: a key's ARN and URN, or `*` if the action does not concern a key. */
  readonly resources: readonly string[]
  readonly context: ConditionContext
  /** That of the call, for grants. */
  readonly encryptionContext?: Readonly<Record<string, string>>
}

/** The condition keys of one call. */
export class ConditionContext {
  readonly #values = new Map<string, string[]>()
  readonly #document: AttestationDocument | undefined

  /** `values` by condition key, in any spelling; `document` is the recipient's verified document. */
  constructor(values: ConditionValues, document?: AttestationDocument) {
    this.#document = document
    for (const [key, value] of Object.entries(values)) {
      if (value === undefined) continue
      const name = canonicalKey(key)
      // Names that differ only in case are one condition key, which then has the values of both (see `holds`).
      const held = this.#values.get(name) ?? []
      for (const one of typeof value === 'string' ? [value] : value) held.push(one)
      this.#values.set(name, held)
    }
  }

  /** Whether a recipient's attestation document came with the call. */
  get isAttested(): boolean {
    return this.#document !== undefined
  }

  /** The values of a condition key in its canonical spelling; undefined if the call has none. */
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
