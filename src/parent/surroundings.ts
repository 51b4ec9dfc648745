/**
 * What a parent instance takes from its surroundings: time, random values and keys. Those of `webclave/testing` are
 * always the same. Not for users.
 */

import type { AttestRequest } from '../attestation/issue/issuer.ts'
import type { Bytes } from '../base/bytes.ts'
import type { ProfileName } from '../base/profile.ts'

/** What a parent needs of an attestation authority whose root stays the same. */
export interface FixedAuthority {
  readonly rootPem: string
  attest(request: AttestRequest): Promise<Bytes>
  assertValid(profile: ProfileName): void
  prepare(profile: ProfileName, moduleId: string): Promise<void>
  release(moduleId: string): void
}

/** A source of random bytes. */
export type Random = (length: number) => Bytes

/** The surroundings of one parent instance. */
export interface Surroundings {
  /** Where the clocks of its enclaves stand, in milliseconds since 1970. @default they go with the machine's */
  readonly wallClock?: number
  /** Makes its attestation authority. @default one under its root */
  authority?(instanceId: string): FixedAuthority
  /** The random values of the next enclave. @default WebCrypto's */
  nextRandom?(): Random
}
