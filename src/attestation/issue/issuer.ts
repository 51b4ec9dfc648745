/** Signs documents under one root, with a chain of certificates for each profile. */
import type { Bytes } from '../../base/bytes.ts'
import type { ProfileName } from '../../base/profile.ts'
import { signSign1 } from '../../encoding/cose.ts'
import { toPem } from '../../encoding/pem.ts'
import { encodePayload, type PayloadFields } from '../document.ts'
import { ES384, PROFILES, profileOf } from '../profile.ts'
import { Chain, type IssuingRoot } from './chain.ts'
import type { KeySource } from './keys.ts'
import type { Place } from './levels.ts'

/** The content of a document. Lengths are limited by the profile; the QTSM checks its own, tighter limits first. */
export interface AttestRequest extends Omit<PayloadFields, 'timestamp'> {
  readonly profile: ProfileName
  /** Milliseconds since 1970. Default: the authority's clock. */
  readonly timestamp?: number
}

/** An authority whose root stays the same. */
export class Issuer {
  readonly rootPem: string
  readonly #now: () => number
  readonly #chains: Readonly<Record<ProfileName, Chain>>

  constructor(root: IssuingRoot, place: Place, now: () => number, keys?: KeySource) {
    this.rootPem = toPem(root.rootCertificate)
    this.#now = now
    this.#chains = {
      qingtian: new Chain(PROFILES.qingtian, root, place, now, keys),
      nitro: new Chain(PROFILES.nitro, root, place, now, keys),
    }
  }

  /** @throws {EnclaveError} E_DOCUMENT_FIELD, E_DOCUMENT_PROFILE, E_CERTIFICATE_ROOT_EXPIRED. */
  async attest(request: AttestRequest): Promise<Bytes> {
    const profile = profileOf(request.profile)
    const leaf = await this.#chains[profile.name].leaf(request.moduleId)
    const timestamp = request.timestamp ?? Math.trunc(this.#now())
    const payload = encodePayload(profile, leaf.encoded, { ...request, timestamp })
    return signSign1({
      key: leaf.key,
      payload,
      algorithm: ES384,
      protectedHeader: profile.protectedHeader,
      order: profile.byteOrder,
    })
  }

  /** @throws {EnclaveError} E_CERTIFICATE_ROOT_EXPIRED if the root is not valid for long enough from now. */
  assertValid(profile: ProfileName): void {
    this.#chains[profileOf(profile).name].assertRoot()
  }

  /** Issues the certificates of an enclave in advance. */
  async prepare(profile: ProfileName, moduleId: string): Promise<void> {
    await this.#chains[profileOf(profile).name].leaf(moduleId)
  }

  /** Discards the key of an enclave that has ended. */
  release(moduleId: string): void {
    for (const chain of Object.values(this.#chains)) chain.release(moduleId)
  }
}
