/**
 * The root of a simulated chain: made, brought in from storage, handed out to it. What is brought in was
 * written by an earlier run on this machine, yet is checked: a root that does not say that it is simulated, or
 * whose key is another's, is refused. How long a root lives and what it says is in `levels.ts`.
 */
import { type Bytes, equalBytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { readCertificate } from '../../encoding/x509/certificate.ts'
import { encodeName, issueCertificate, keyIdentifier } from './certificate.ts'
import { AUTHORITY_USAGE, BACKDATE, LIFETIME, ORGANIZATION, ROOT_NAME, UNIT } from './levels.ts'

/** A root as storage keeps it: WebCrypto keys survive structured clone, so a tab needs no more than this. */
export interface AttestationRoot {
  /** ECDSA on P-384. The private half may be non-extractable. */
  readonly rootKey: CryptoKeyPair
  /** DER. */
  readonly rootCertificate: Bytes
}

/** A root as a file keeps it. The private key is a secret: mode 0600. */
export interface ExportedRoot {
  /** PKCS #8. */
  readonly privateKey: Bytes
  /** DER. */
  readonly certificate: Bytes
}

const P384 = { name: 'ECDSA', namedCurve: 'P-384' }
const ES384 = { name: 'ECDSA', hash: 'SHA-384' }

/** Roots that have passed: the same one is not proven twice. */
const proven = new WeakSet<AttestationRoot>()

/** The name of every root of ours, in DER. */
export const ROOT_SUBJECT: Bytes = encodeName(ROOT_NAME, ORGANIZATION, UNIT)

/** What `createRoot` and `importRoot` may be told. */
export interface RootOptions {
  /** Whether the private key may be read out, which a root kept in a file needs. Default no. */
  extractable?: boolean
  /** The clock, in milliseconds since 1970. Default the machine's. */
  now?: () => number
}

/**
 * A new root of 30 years on a new key.
 * @example
 * const root = await createRoot({ extractable: true })
 */
export async function createRoot(options: RootOptions = {}): Promise<AttestationRoot> {
  const { extractable = false, now = Date.now } = options
  const rootKey = await crypto.subtle.generateKey(P384, extractable, ['sign', 'verify'])
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('spki', rootKey.publicKey))
  const keyId = await keyIdentifier(publicKey)
  const notBefore = now() - BACKDATE
  const rootCertificate = await issueCertificate(
    {
      subject: ROOT_SUBJECT,
      issuer: ROOT_SUBJECT,
      notBefore,
      notAfter: notBefore + LIFETIME.root,
      ca: true,
      pathLength: undefined,
      keyUsage: AUTHORITY_USAGE,
      keyUsageCritical: true,
      subjectKeyId: keyId,
      authorityKeyId: keyId,
      publicKey,
    },
    rootKey.privateKey,
  )
  return { rootKey, rootCertificate }
}

/**
 * The bytes of a root that was made extractable.
 * @throws {EnclaveError} E_CERTIFICATE_ROOT_SEALED if its key cannot be read out.
 */
export async function exportRoot(root: AttestationRoot): Promise<ExportedRoot> {
  if (!root.rootKey.privateKey.extractable) {
    throw new EnclaveError('E_CERTIFICATE_ROOT_SEALED', {
      what: "the root's private key cannot be read out",
      hint: 'keep the CryptoKey itself, or make the root with extractable: true',
    })
  }
  const privateKey = new Uint8Array(await crypto.subtle.exportKey('pkcs8', root.rootKey.privateKey))
  return { privateKey, certificate: root.rootCertificate }
}

/**
 * A root from the bytes that `exportRoot` gave.
 * @throws {EnclaveError} E_CERTIFICATE_… if they are no root of ours.
 */
export async function importRoot(
  exported: ExportedRoot,
  options: RootOptions = {},
): Promise<AttestationRoot> {
  const { privateKey, certificate } = exported
  const { publicPoint } = readCertificate(certificate)
  let rootKey: CryptoKeyPair
  try {
    rootKey = {
      privateKey: await crypto.subtle.importKey('pkcs8', privateKey, P384, options.extractable ?? false, [
        'sign',
      ]),
      publicKey: await crypto.subtle.importKey('raw', publicPoint, P384, true, ['verify']),
    }
  } catch (cause) {
    throw new EnclaveError('E_CERTIFICATE_ROOT', {
      what: 'the key of the root cannot be read',
      expected: 'PKCS #8 of a key on P-384',
      cause,
    })
  }
  const root = { rootKey, rootCertificate: certificate }
  await requireRoot(root)
  return root
}

/**
 * Holds a root against what a root of ours is: name, authority, and the key that the certificate names.
 * @throws {EnclaveError} E_CERTIFICATE_ROOT or E_CERTIFICATE_DER.
 */
export async function requireRoot(root: AttestationRoot): Promise<void> {
  if (proven.has(root)) return
  const { rootKey, rootCertificate } = root
  const { subject, issuer, extensions, publicPoint, curve } = readCertificate(rootCertificate)
  const isOurs =
    equalBytes(subject, ROOT_SUBJECT) &&
    equalBytes(issuer, subject) &&
    curve === 'P-384' &&
    extensions.basicConstraints?.ca === true
  if (!isOurs) {
    throw new EnclaveError('E_CERTIFICATE_ROOT', {
      what: 'the certificate is no root of ours',
      expected: `a self-issued authority called "${ROOT_NAME}", so that nobody takes it for a cloud's`,
    })
  }
  const named = await crypto.subtle.importKey('raw', publicPoint, P384, false, ['verify'])
  const probe = crypto.getRandomValues(new Uint8Array(32))
  const signature = await crypto.subtle.sign(ES384, rootKey.privateKey, probe)
  if (!(await crypto.subtle.verify(ES384, named, signature, probe))) {
    throw new EnclaveError('E_CERTIFICATE_ROOT', {
      what: 'the key is not that of the root certificate',
      expected: 'the private key that belongs to the certificate',
    })
  }
  proven.add(root)
}
