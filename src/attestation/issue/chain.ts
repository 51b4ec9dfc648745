/**
 * The certificates of one profile below the root, issued on first use and renewed in time: one each for region, host
 * and instance, and a leaf for every enclave. A certificate is used as an issuer only while it outlives what it issues,
 * so that a chain never expires before its leaf.
 */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import type { SigningKey } from '../../encoding/ecdsa.ts'
import { type Certificate, readCertificate } from '../../encoding/x509/certificate.ts'
import { type EncodedChain, encodeChain } from '../document.ts'
import type { Profile } from '../profile.ts'
import { encodeName, issueCertificate, keyIdentifier } from './certificate.ts'
import { type KeySource, RANDOM_KEYS } from './keys.ts'
import {
  BACKDATE,
  LEAF_DUE,
  LEAF_LATEST,
  LEVELS,
  type Level,
  ORGANIZATION,
  type Place,
  UNIT,
} from './levels.ts'
import { type Expiring, Renewing } from './renewing.ts'

/** A root that can issue: an `AttestationRoot`, or one whose key is not one of WebCrypto. */
export interface IssuingRoot {
  readonly rootKey: { readonly privateKey: SigningKey }
  /** DER. */
  readonly rootCertificate: Bytes
}

/** A certificate with its private key and all certificates above it. */
interface Issued extends Expiring {
  readonly key: SigningKey
  readonly subject: Bytes
  readonly keyId: Bytes
  /** The root first, this one last. */
  readonly path: readonly Bytes[]
}

/** The certificate and key that sign an enclave's documents. */
export interface Leaf extends Expiring {
  readonly key: SigningKey
  /** The certificates, encoded once for all documents. */
  readonly encoded: EncodedChain
}

/** Maximum number of cached leaves. Beyond it, an enclave gets a new one when it needs it. */
const LEAVES_MAX = 1024

/** Issues and renews the certificates of one profile. */
export class Chain {
  readonly #instance: Renewing<Issued>
  readonly #leafLevel: Level
  readonly #leaves = new Map<string, Renewing<Leaf>>()
  readonly #root: IssuingRoot
  /** Milliseconds for which the root must remain valid. */
  readonly #needed: number
  readonly #place: Place
  readonly #now: () => number
  readonly #keys: KeySource

  constructor(
    profile: Profile,
    root: IssuingRoot,
    place: Place,
    now: () => number,
    keys: KeySource = RANDOM_KEYS,
  ) {
    this.#keys = keys
    this.#place = place
    this.#now = now
    const [region, host, instance, leaf] = LEVELS[profile.name]
    this.#root = root
    this.#needed = region.lifetime
    const above = { get: async () => rootIssuer(this.assertRoot(), root) }
    const regions = this.#authorities(region, host.lifetime, above)
    const hosts = this.#authorities(host, instance.lifetime, regions)
    this.#instance = this.#authorities(instance, leaf.lifetime, hosts)
    this.#leafLevel = leaf
  }

  /** The root's certificate. @throws {EnclaveError} E_CERTIFICATE_ROOT_EXPIRED */
  assertRoot(): Certificate {
    const certificate = readCertificate(this.#root.rootCertificate)
    const { notBefore, notAfter } = certificate
    const now = this.#now()
    if (now >= notBefore && notAfter - now >= this.#needed) return certificate
    throw new EnclaveError('E_CERTIFICATE_ROOT_EXPIRED', {
      what: 'the root expires before a certificate issued now, or is not valid yet',
      expected: `a time between ${new Date(notBefore).toISOString()} and ${new Date(notAfter - this.#needed).toISOString()}`,
      got: new Date(now).toISOString(),
      hint: 'rotate the root, and give the new one to all verifiers',
    })
  }

  /** The leaf of an enclave: returned directly if it is cached, otherwise as a promise. */
  leaf(moduleId: string): Leaf | Promise<Leaf> {
    let leaf = this.#leaves.get(moduleId)
    if (leaf === undefined) {
      leaf = new Renewing(() => this.#issueLeaf(moduleId), this.#now, { latest: LEAF_LATEST, due: LEAF_DUE })
      const [oldest] = this.#leaves.keys()
      if (this.#leaves.size >= LEAVES_MAX && oldest !== undefined) this.#leaves.delete(oldest)
      this.#leaves.set(moduleId, leaf)
    }
    return leaf.get()
  }

  /** Discards the leaf of an enclave that has ended. */
  release(moduleId: string): void {
    this.#leaves.delete(moduleId)
  }

  #authorities(
    level: Level,
    childLifetime: number,
    above: { get(): Issued | Promise<Issued> },
  ): Renewing<Issued> {
    const make = () => this.#issue(level, '', above.get())
    return new Renewing(make, this.#now, { latest: childLifetime, due: childLifetime })
  }

  async #issueLeaf(moduleId: string): Promise<Leaf> {
    const issuer = this.#instance.get()
    const { key, path, notBefore, notAfter } = await this.#issue(this.#leafLevel, moduleId, issuer)
    return { key, notBefore, notAfter, encoded: encodeChain(path.at(-1)!, path.slice(0, -1)) }
  }

  async #issue(level: Level, moduleId: string, above: Issued | Promise<Issued>): Promise<Issued> {
    // All keys of a chain are generated concurrently; only the signatures wait for each other.
    const name = level.name(this.#place, moduleId)
    const [issuer, { privateKey, publicKey }] = await Promise.all([above, this.#keys.key(name)])
    const keyId = await keyIdentifier(publicKey)
    const subject = encodeName(name, ORGANIZATION, UNIT)
    // Certificates store whole seconds: rounds down, so that the lifetime does not get longer.
    const notBefore = Math.floor((this.#now() - BACKDATE) / 1000) * 1000
    const notAfter = notBefore + level.lifetime
    const certificate = await issueCertificate(
      {
        ...level,
        subject,
        issuer: issuer.subject,
        notBefore,
        notAfter,
        subjectKeyId: level.hasSubjectKeyId ? keyId : undefined,
        authorityKeyId: level.hasAuthorityKeyId ? issuer.keyId : undefined,
        publicKey,
      },
      issuer.key,
      this.#keys.serial(name),
    )
    return { key: privateKey, subject, keyId, notBefore, notAfter, path: [...issuer.path, certificate] }
  }
}

async function rootIssuer(certificate: Certificate, root: IssuingRoot): Promise<Issued> {
  const { subject, extensions, publicPoint, notBefore, notAfter } = certificate
  return {
    key: root.rootKey.privateKey,
    subject,
    keyId: extensions.subjectKeyId ?? (await keyIdentifier(publicPoint)),
    notBefore,
    notAfter,
    path: [root.rootCertificate],
  }
}
