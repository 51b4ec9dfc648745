/**
 * The attestation authority: the part of the QingTian and Nitro hypervisors that holds the chain of keys and signs
 * documents. Neither a guest nor the parent's application can reach it, and the names in its certificates say that it
 * is simulated. Issuing is separate from `index.ts`, so that a verifier's bundle does not contain it. For the content
 * of each certificate see `levels.ts`.
 */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import type { ProfileName } from '../../base/profile.ts'
import { type AttestRequest, Issuer } from './issuer.ts'
import type { Place } from './levels.ts'
import { type AttestationRoot, createRoot, requireRoot } from './root.ts'

export type { ProfileName } from '../../base/profile.ts'
export type { AttestRequest } from './issuer.ts'
export type { AttestationRoot, ExportedRoot, RootOptions } from './root.ts'
export { createRoot, exportRoot, importRoot } from './root.ts'

/** Options of `createAttestationAuthority`. */
export interface AuthorityOptions {
  /** The id of the parent instance, which certificates contain: 1 to 40 printable ASCII characters. */
  instanceId: string
  /** A stored root. Default: a new one. */
  root?: AttestationRoot
  /** Whether the key of a new root is extractable, so that it can be stored in a file. Default: no. */
  extractableRoot?: boolean
  /** The region in certificate names. Default: `local-1`. */
  region?: string
  /** The host in certificate names. Default: `host001`. */
  host?: string
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  now?: () => number
}

/** Signs documents under one root. */
export interface AttestationAuthority {
  /** The root, for storage. */
  readonly root: AttestationRoot
  /** The root certificate in PEM, for verifiers. */
  readonly rootPem: string
  /**
   * Signs a document.
   * @throws {EnclaveError} E_DOCUMENT_FIELD, E_DOCUMENT_PROFILE, E_CERTIFICATE_ROOT_EXPIRED.
   */
  attest(request: AttestRequest): Promise<Bytes>
  /** @throws {EnclaveError} E_CERTIFICATE_ROOT_EXPIRED if the root is not valid for long enough from now. */
  assertValid(profile: ProfileName): void
  /** Issues the certificates of an enclave in advance, so that its first document does not have to wait. */
  prepare(profile: ProfileName, moduleId: string): Promise<void>
  /** Discards the key of an enclave that has ended. */
  release(moduleId: string): void
  /**
   * Switches to another root, by default a new one, with new certificates under it, from the next document on.
   * @throws {EnclaveError} E_CERTIFICATE_ROOT for a root that webclave did not make.
   */
  rotate(root?: AttestationRoot): Promise<AttestationRoot>
}

const PLAIN_NAME = /^[\x21-\x7e]{1,40}$/

/**
 * Creates an authority with a given or new root.
 *
 * @throws {EnclaveError} E_CERTIFICATE_NAME for an id that cannot be used in a certificate, E_CERTIFICATE_ROOT for a root
 *   that webclave did not make.
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
      what: 'invalid name for a certificate',
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
  #issuer: Issuer

  constructor(root: AttestationRoot, place: Place, now: () => number, extractable: boolean) {
    this.#place = place
    this.#now = now
    this.#extractable = extractable
    this.#root = root
    this.#issuer = new Issuer(root, place, now)
  }

  get root(): AttestationRoot {
    return this.#root
  }

  get rootPem(): string {
    return this.#issuer.rootPem
  }

  attest(request: AttestRequest): Promise<Bytes> {
    return this.#issuer.attest(request)
  }

  assertValid(profile: ProfileName): void {
    this.#issuer.assertValid(profile)
  }

  prepare(profile: ProfileName, moduleId: string): Promise<void> {
    return this.#issuer.prepare(profile, moduleId)
  }

  release(moduleId: string): void {
    this.#issuer.release(moduleId)
  }

  async rotate(given?: AttestationRoot): Promise<AttestationRoot> {
    if (given !== undefined) await requireRoot(given)
    const root = given ?? (await createRoot({ extractable: this.#extractable, now: this.#now }))
    this.#issuer = new Issuer(root, this.#place, this.#now)
    this.#root = root
    return root
  }
}
