/**
 * The attestation authority: what the QingTian and Nitro hypervisors keep to themselves. It holds the chain of
 * keys and signs documents; nothing in it is reachable from a guest or from the parent's application, and its
 * names say that all of it is simulated. Issuing lives here, apart from `index.ts`, so that a verifier's
 * bundle does not carry it. What each certificate says: `authority/levels.ts`.
 */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import type { ProfileName } from '../../base/profile.ts'
import { signSign1 } from '../../encoding/cose.ts'
import { toPem } from '../../encoding/pem.ts'
import { encodePayload, type PayloadFields } from '../document.ts'
import { ES384, PROFILES, profileOf } from '../profile.ts'
import { Chain } from './chain.ts'
import type { Place } from './levels.ts'
import { type AttestationRoot, createRoot, requireRoot } from './root.ts'

export type { ProfileName } from '../../base/profile.ts'
export type { AttestationRoot, ExportedRoot, RootOptions } from './root.ts'
export { createRoot, exportRoot, importRoot } from './root.ts'

/** What an authority is made from. */
export interface AuthorityOptions {
  /** The instance that the enclaves belong to; stands in certificates, 1 to 40 printable ASCII characters. */
  instanceId: string
  /** A root from storage. Default: a new one. */
  root?: AttestationRoot
  /** Whether a new root's key may be read out, to be kept in a file. Default no. */
  extractableRoot?: boolean
  /** The region of the names. Default `local-1`. */
  region?: string
  /** The host of the names. Default `host001`. */
  host?: string
  /** The clock, in milliseconds since 1970. Default the machine's. */
  now?: () => number
}

/** What goes into a document. Lengths as the profile's limits say; the QTSM's own, tighter, come before. */
export interface AttestRequest extends Omit<PayloadFields, 'timestamp'> {
  readonly profile: ProfileName
  /** Milliseconds since 1970. Default: the authority's clock. */
  readonly timestamp?: number
}

/** Signs documents under one root. */
export interface AttestationAuthority {
  /** The root, for storage. */
  readonly root: AttestationRoot
  /** The root certificate in PEM, for verifiers. */
  readonly rootPem: string
  /**
   * A signed document.
   * @throws {EnclaveError} E_DOCUMENT_FIELD, E_DOCUMENT_PROFILE, E_CERTIFICATE_ROOT_EXPIRED.
   */
  attest(request: AttestRequest): Promise<Bytes>
  /** @throws {EnclaveError} E_CERTIFICATE_ROOT_EXPIRED where no certificates can be made now. */
  assertValid(profile: ProfileName): void
  /** Makes the certificates of an enclave ahead, so that its first document waits for nothing. */
  prepare(profile: ProfileName, moduleId: string): Promise<void>
  /** Forgets the key of an enclave that has ended. */
  release(moduleId: string): void
  /**
   * Another root, a new one unless it is given, and new certificates under it, from the next document on.
   * @throws {EnclaveError} E_CERTIFICATE_ROOT for a root that is none of ours.
   */
  rotate(root?: AttestationRoot): Promise<AttestationRoot>
}

const PLAIN_NAME = /^[\x21-\x7e]{1,40}$/

/**
 * An authority over one root, given or new.
 *
 * @throws {EnclaveError} E_CERTIFICATE_NAME for an id that cannot stand in a certificate, E_CERTIFICATE_ROOT
 * for a root that is none of ours.
 * @example
 * const authority = await createAttestationAuthority({ instanceId: crypto.randomUUID() })
 * const pcrs = new Map([[0, new Uint8Array(48)]])
 * const document = await authority.attest({ profile: 'qingtian', moduleId: 'i.enc-0123456789abcdef', pcrs })
 */
export async function createAttestationAuthority(options: AuthorityOptions): Promise<AttestationAuthority> {
  const { instanceId, region = 'local-1', host = 'host001', now = Date.now } = options
  for (const name of [instanceId, region, host]) requirePlainName(name)
  const extractable = options.extractableRoot ?? false
  if (options.root !== undefined) await requireRoot(options.root)
  const root = options.root ?? (await createRoot({ extractable, now }))
  return new Authority(root, { instanceId, region, host }, now, extractable)
}

function requirePlainName(name: string): void {
  if (!PLAIN_NAME.test(name)) {
    throw new EnclaveError('E_CERTIFICATE_NAME', {
      what: 'a name cannot stand in a certificate',
      expected: '1 to 40 printable ASCII characters without spaces',
      got: JSON.stringify(name),
    })
  }
}

class Authority implements AttestationAuthority {
  readonly #place: Place
  readonly #now: () => number
  readonly #extractable: boolean
  #root: AttestationRoot
  #chains: Readonly<Record<ProfileName, Chain>>

  constructor(root: AttestationRoot, place: Place, now: () => number, extractable: boolean) {
    this.#place = place
    this.#now = now
    this.#extractable = extractable
    this.#root = root
    this.#chains = this.#chainsUnder(root)
  }

  get root(): AttestationRoot {
    return this.#root
  }

  get rootPem(): string {
    return toPem(this.#root.rootCertificate)
  }

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

  assertValid(profile: ProfileName): void {
    this.#chains[profileOf(profile).name].assertRoot()
  }

  async prepare(profile: ProfileName, moduleId: string): Promise<void> {
    await this.#chains[profileOf(profile).name].leaf(moduleId)
  }

  release(moduleId: string): void {
    for (const chain of Object.values(this.#chains)) chain.release(moduleId)
  }

  async rotate(given?: AttestationRoot): Promise<AttestationRoot> {
    if (given !== undefined) await requireRoot(given)
    const root = given ?? (await createRoot({ extractable: this.#extractable, now: this.#now }))
    this.#chains = this.#chainsUnder(root)
    this.#root = root
    return root
  }

  #chainsUnder(root: AttestationRoot): Readonly<Record<ProfileName, Chain>> {
    return {
      qingtian: new Chain(PROFILES.qingtian, root, this.#place, this.#now),
      nitro: new Chain(PROFILES.nitro, root, this.#place, this.#now),
    }
  }
}
