/** Key material: created by WebCrypto, stored in a sealed record, used as non-extractable keys. */

import { fromBase64, toBase64 } from '../../base/base64.ts'
import type { Bytes } from '../../base/bytes.ts'
import type { KeyVersion } from './record.ts'
import { createSecp256k1 } from './secp256k1.ts'
import { curveOf, type KeySpec, type KeyUsageName, macBits, modulusBits, type PairSpec } from './spec.ts'

const PUBLIC_EXPONENT = Uint8Array.of(1, 0, 1)
const AES_KEY_BYTES = 32

/** The key material of a version. */
export type Material = Pick<KeyVersion, 'material' | 'publicKey'>

/** A key pair as bytes. The private key is secret. */
export interface PairBytes {
  /** PKCS #8 in DER. */
  readonly privateKey: Bytes
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Bytes
}

/** New material for a key of `spec`. */
export async function createMaterial(spec: KeySpec): Promise<Material> {
  const bits = macBits(spec)
  if (spec === 'SYMMETRIC_DEFAULT' || bits !== undefined) {
    const length = bits === undefined ? AES_KEY_BYTES : bits / 8
    return { material: toBase64(crypto.getRandomValues(new Uint8Array(length))) }
  }
  const { privateKey, publicKey } = await createPair(spec as PairSpec)
  return { material: toBase64(privateKey), publicKey: toBase64(publicKey) }
}

/** A new key pair, as bytes. */
export async function createPair(spec: PairSpec): Promise<PairBytes> {
  if (spec === 'ECC_SECG_P256K1') return createSecp256k1()
  const modulusLength = modulusBits(spec)
  const namedCurve = curveOf(spec)
  const algorithm =
    modulusLength !== undefined
      ? { name: 'RSA-PSS', hash: 'SHA-256', modulusLength, publicExponent: PUBLIC_EXPONENT }
      : namedCurve
        ? { name: 'ECDSA', namedCurve }
        : { name: 'Ed25519' }
  const pair = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair
  const [privateKey, publicKey] = await Promise.all([
    crypto.subtle.exportKey('pkcs8', pair.privateKey),
    crypto.subtle.exportKey('spki', pair.publicKey),
  ])
  return { privateKey: new Uint8Array(privateKey), publicKey: new Uint8Array(publicKey) }
}

/** What WebCrypto must know to import a key. */
export type KeyPurpose = RsaHashedImportParams | EcKeyImportParams | { readonly name: 'Ed25519' }

/** A cache of imported keys by version and use. An unchanged version stays the same object. */
const imported = new WeakMap<KeyVersion, Map<string, Promise<CryptoKey>>>()

/** The AES key of a version. */
export function aesKey(version: KeyVersion): Promise<CryptoKey> {
  return once(version, 'aes', () =>
    crypto.subtle.importKey('raw', fromBase64(version.material), 'AES-GCM', false, ['encrypt', 'decrypt']),
  )
}

/** The private key of a version, for `purpose`. */
export function privateKey(
  version: KeyVersion,
  purpose: KeyPurpose,
  use: 'decrypt' | 'sign' | 'deriveBits',
): Promise<CryptoKey> {
  return once(version, `private ${JSON.stringify(purpose)}`, () =>
    crypto.subtle.importKey('pkcs8', fromBase64(version.material), purpose, false, [use]),
  )
}

/** The public key of a version, for `purpose`. */
export function publicKey(
  version: KeyVersion,
  purpose: KeyPurpose,
  use: 'encrypt' | 'verify',
): Promise<CryptoKey> {
  return once(version, `public ${JSON.stringify(purpose)}`, () =>
    crypto.subtle.importKey('spki', fromBase64(version.publicKey ?? ''), purpose, false, [use]),
  )
}

function once(version: KeyVersion, use: string, make: () => Promise<CryptoKey>): Promise<CryptoKey> {
  const keys = imported.get(version) ?? new Map<string, Promise<CryptoKey>>()
  imported.set(version, keys)
  const known = keys.get(use) ?? make()
  keys.set(use, known)
  return known
}

/** Whether a key can be rotated automatically: symmetric encryption keys only (AWS KMS, "Rotating keys"). */
export function isRotatable(spec: KeySpec, usage: KeyUsageName): boolean {
  return spec === 'SYMMETRIC_DEFAULT' && usage === 'ENCRYPT_DECRYPT'
}
