/**
 * The root of a simulated chain: creates, imports and exports it. Although an earlier run on this machine wrote an
 * imported root, it is checked: a root whose name does not say that it is simulated, or whose key does not match, is
 * rejected. `levels.ts` has the root's lifetime and name.
 */
import { type Bytes, equalBytes } from '../../base/bytes.ts'
import type { CryptoKey } from '../../base/crypto-key.ts'
import { EnclaveError } from '../../base/error.ts'
import { readCertificate } from '../../encoding/x509/certificate.ts'
import { encodeName, issueCertificate, keyIdentifier } from './certificate.ts'
import { AUTHORITY_USAGE, BACKDATE, LIFETIME, ORGANIZATION, ROOT_NAME, UNIT } from './levels.ts'

/** A root as IndexedDB can store it: WebCrypto keys survive structured clone. */
export interface AttestationRoot {
  /** ECDSA on P-384. The private key may be non-extractable. */
  readonly rootKey: { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey }
  /** DER. */
  readonly rootCertificate: Bytes
}

/** A root as bytes for a file. The private key is a secret: store it with mode 0600. */
export interface ExportedRoot {
  /** PKCS #8. */
  readonly privateKey: Bytes
  /** DER. */
  readonly certificate: Bytes
}

const P384 = { name: 'ECDSA', namedCurve: 'P-384' }
const ES384 = { name: 'ECDSA', hash: 'SHA-384' }

/** Roots that have been checked, so that none is checked twice. */
const proven = new WeakSet<AttestationRoot>()

/** The name of every root that webclave makes, in DER. */
export const ROOT_SUBJECT: Bytes = encodeName(ROOT_NAME, ORGANIZATION, UNIT)

/** Options of `createRoot` and `importRoot`. */
export interface RootOptions {
  /** Whether the private key is extractable, as needed to store it in a file. Default: no. */
  extractable?: boolean
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  now?: () => number
}

/**
 * Creates a root with a new key, valid for 30 years.
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
 * Exports a root, which must have been made extractable.
 * @throws {EnclaveError} E_CERTIFICATE_ROOT_SEALED if its key is not extractable.
 */
export async function exportRoot(root: AttestationRoot): Promise<ExportedRoot> {
  if (!root.rootKey.privateKey.extractable) {
    throw new EnclaveError('E_CERTIFICATE_ROOT_SEALED', {
      what: "the root's private key is not extractable",
      hint: 'store the CryptoKey itself, or create the root with extractable: true',
    })
  }
  const privateKey = new Uint8Array(await crypto.subtle.exportKey('pkcs8', root.rootKey.privateKey))
  return { privateKey, certificate: root.rootCertificate }
}

/**
 * Imports a root that `exportRoot` exported.
 * @throws {EnclaveError} E_CERTIFICATE_… if they are not a root that webclave made.
 */
export async function importRoot(
  exported: ExportedRoot,
  options: RootOptions = {},
): Promise<AttestationRoot> {
  const { privateKey, certificate } = exported
  const { publicPoint } = readCertificate(certificate)
  let rootKey: AttestationRoot['rootKey']
  try {
    rootKey = {
      privateKey: await crypto.subtle.importKey('pkcs8', privateKey, P384, options.extractable ?? false, [
        'sign',
      ]),
      publicKey: await crypto.subtle.importKey('raw', publicPoint, P384, true, ['verify']),
    }
  } catch (cause) {
    throw new EnclaveError('E_CERTIFICATE_ROOT', {
      what: 'the private key of the root is invalid',
      expected: 'PKCS #8 of a key on P-384',
      cause,
    })
  }
  const root = { rootKey, rootCertificate: certificate }
  await requireRoot(root)
  return root
}

/**
 * Checks that webclave made a root: its name, that it is an authority, and that its key matches the certificate.
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
      what: 'the certificate is not a root made by webclave',
      expected: `a self-issued authority named "${ROOT_NAME}", so that it is not mistaken for a cloud's`,
    })
  }
  const named = await crypto.subtle.importKey('raw', publicPoint, P384, false, ['verify'])
  const probe = crypto.getRandomValues(new Uint8Array(32))
  const signature = await crypto.subtle.sign(ES384, rootKey.privateKey, probe)
  if (!(await crypto.subtle.verify(ES384, named, signature, probe))) {
    throw new EnclaveError('E_CERTIFICATE_ROOT', {
      what: 'the private key does not match the root certificate',
      expected: 'the private key that belongs to the certificate',
    })
  }
  proven.add(root)
}
