/**
 * The result of a verification: a list of checks, numbered in the order in which both clouds document them
 * (ecs_03_1412; docs/attestation_process.md), each with its reason in plain words. Every check is listed, including
 * those that could not be made, so that nothing passes by being omitted.
 */
import { EnclaveError } from '../../base/error.ts'
import type { AttestationDocument } from '../document.ts'

/** The checks in order; a check's number is its position in this list, counted from 1. */
export const CHECK_NAMES = [
  'CBOR',
  'COSE header',
  'payload schema',
  'digest',
  'PCR shape',
  'chain links',
  'validity',
  'basicConstraints',
  'path length',
  'key usage',
  'root pinned',
  'signature',
  'freshness',
  'nonce',
  'PCR policy',
  'debug',
  'public key',
  'user data',
] as const

/** A check's name. `public key` and `user data` are listed only if the caller expects a value. */
export type CheckName = (typeof CHECK_NAMES)[number]

/** The result of one check. */
export interface Check {
  /** 1 for the first of `CHECK_NAMES`. */
  readonly number: number
  readonly name: CheckName
  readonly ok: boolean
  /** In plain words: why the check passes, why it fails, or `not reached: …`. */
  readonly reason: string
  readonly expected?: string
  readonly found?: string
}

/** The verdict on a document that passed every check. */
export interface Trusted {
  readonly ok: true
  readonly checks: readonly Check[]
  readonly document: AttestationDocument
}

/** The verdict on a document that failed at least one check. */
export interface Untrusted {
  readonly ok: false
  readonly checks: readonly Check[]
  /**
   * The document, for display only: nothing in it is proved. `undefined` if the bytes are not a document of the
   * profile.
   */
  readonly document: AttestationDocument | undefined
}

/** What `verifyAttestation` returns. After `if (verdict.ok)` the document is present and proved. */
export type Verdict = Trusted | Untrusted

/** The expected and found values that a check adds to its reason. */
export interface Finding {
  readonly expected?: string | undefined
  readonly found?: string | undefined
}

/** Collects the checks of one verification. */
export class Ledger {
  readonly #checks = new Map<CheckName, Check>()

  pass(name: CheckName, reason: string): void {
    this.#add(name, true, reason, {})
  }

  fail(name: CheckName, reason: string, finding: Finding = {}): void {
    this.#add(name, false, reason, finding)
  }

  /** Passes if there is no fault. */
  judge(name: CheckName, fault: (Finding & { reason: string }) | undefined, otherwise: string): void {
    if (fault === undefined) this.pass(name, otherwise)
    else this.fail(name, fault.reason, fault)
  }

  /** Fails with the message of an error. */
  failWith(name: CheckName, error: unknown): void {
    if (error instanceof EnclaveError) {
      const { message, expected, got } = error
      // Cuts the expected and received values from the message, because a check lists them separately.
      const [reason = message] = message.split(/; (?:expected|got) /, 1)
      this.fail(name, reason, { expected, found: got })
    } else this.fail(name, `unexpected error: ${error}`)
  }

  /** Marks those of `names` that have not been checked yet as not reached. */
  notReached(names: readonly CheckName[], because: string): void {
    for (const name of names) if (!this.#checks.has(name)) this.fail(name, `not reached: ${because}`)
  }

  /** All checks in order; of several failures of a check the first one counts. */
  verdict(document: AttestationDocument | undefined): Verdict {
    const checks = [...this.#checks.values()].sort((left, right) => left.number - right.number)
    return document !== undefined && checks.every(({ ok }) => ok)
      ? { ok: true, checks, document }
      : { ok: false, checks, document }
  }

  #add(name: CheckName, ok: boolean, reason: string, { expected, found }: Finding): void {
    const before = this.#checks.get(name)
    if (before !== undefined && !before.ok) return
    this.#checks.set(name, {
      number: CHECK_NAMES.indexOf(name) + 1,
      name,
      ok,
      reason,
      ...(expected === undefined ? {} : { expected }),
      ...(found === undefined ? {} : { found }),
    })
  }
}
