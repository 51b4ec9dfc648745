/** Documents as hypervisors sign them, each with what a test gives it, and terms that trust them. */
import {
  type AttestationAuthority,
  createAttestationAuthority,
  createRoot,
} from '../../../src/attestation/issue/authority.ts'
import type { ReferenceSet } from '../../../src/attestation/verify/policy.ts'
import { randomBytes } from '../../../src/sdk/qtsm.ts'
import type { Terms } from '../../../src/sdk/shared/exchange.ts'
import { askStatement, nameDigest } from '../../../src/sdk/shared/statements.ts'

export const IMAGE: Uint8Array<ArrayBuffer> = new Uint8Array(48).fill(1)
export const OTHER_IMAGE: Uint8Array<ArrayBuffer> = new Uint8Array(48).fill(2)
export const SIGNER: Uint8Array<ArrayBuffer> = new Uint8Array(48).fill(8)
export const NAME: Uint8Array<ArrayBuffer> = nameDigest('')
const HOUR = 3_600_000

export interface Authorities {
  /** The one whose root is pinned. */
  readonly good: AttestationAuthority
  /** Another root. */
  readonly hostile: AttestationAuthority
  /** The pinned root, on a machine whose clock is hours behind, so that its certificates have expired. */
  readonly late: AttestationAuthority
}

export async function authorities(): Promise<Authorities> {
  const root = await createRoot({ now: () => Date.now() - 5 * HOUR })
  return {
    good: await createAttestationAuthority({ instanceId: 'good', root }),
    hostile: await createAttestationAuthority({ instanceId: 'hostile' }),
    late: await createAttestationAuthority({ instanceId: 'late', root, now: () => Date.now() - 4 * HOUR }),
  }
}

/** Terms that trust enclaves of IMAGE under `roots`, and those of `more`. */
export function termsOf(roots: readonly string[], more: readonly ReferenceSet[] = []): Terms {
  const own = { label: 'the own image', pcrs: new Map([[0, IMAGE]]) }
  return {
    name: NAME,
    trust: { profile: 'qingtian', roots, allowed: [own, ...more], allowTestRoot: false },
  }
}

/** What a document says; undefined leaves a field out. */
export interface Fields {
  readonly pcrs?: ReadonlyMap<number, Uint8Array>
  readonly nonce?: Uint8Array | undefined
  readonly publicKey?: Uint8Array | undefined
  readonly userData?: Uint8Array | undefined
  readonly timestamp?: number
  readonly profile?: 'qingtian' | 'nitro'
}

/** A document by `authority`. */
export function documentBy(
  authority: AttestationAuthority,
  fields: Fields,
): Promise<Uint8Array<ArrayBuffer>> {
  const { profile = 'qingtian', pcrs = new Map([[0, IMAGE]]), ...rest } = fields
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  return authority.attest({ profile, moduleId: 'i.enc-0123456789abcdef', pcrs, ...given })
}

/** The statement of one that asks. */
export const asking = (name: Uint8Array = NAME): Uint8Array<ArrayBuffer> =>
  askStatement(name, randomBytes(32))
