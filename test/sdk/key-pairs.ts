/** Pairs of keys that Node makes, in all formats, and imports of them in Node and in an enclave. */
import type { Laboratory } from '../support/laboratory.ts'

/** A key in JSON. */
export type Jwk = Record<string, unknown>
/** A private and a public key: in JSON, without what depends on the export, and as DER in hexadecimal. */
export interface Pair {
  priv: Jwk
  pub: Jwk
  spki: string
  pkcs8: string
}

const { subtle } = crypto
const hexOf = (buffer: ArrayBuffer) => Buffer.from(buffer).toString('hex')

/** A pair of Node in all formats. */
async function makePair(algorithm: object, usages: KeyUsage[] = ['sign', 'verify']): Promise<Pair> {
  const pair = (await subtle.generateKey(algorithm as EcKeyGenParams, true, usages)) as CryptoKeyPair
  const jwk = async (key: CryptoKey): Promise<Jwk> => {
    const { key_ops, ext, ...members } = await subtle.exportKey('jwk', key)
    return members
  }
  return {
    priv: await jwk(pair.privateKey),
    pub: await jwk(pair.publicKey),
    spki: hexOf(await subtle.exportKey('spki', pair.publicKey)),
    pkcs8: hexOf(await subtle.exportKey('pkcs8', pair.privateKey)),
  }
}
/** Parameters of algorithms. */
export const EC: object = { name: 'ECDSA', namedCurve: 'P-256' }
export const ED: object = { name: 'Ed25519' }
export const X: object = { name: 'X25519' }
export const RSA: object = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
export const HMAC: object = { name: 'HMAC', hash: 'SHA-256' }

const RSA_1024 = { ...RSA, modulusLength: 1024, publicExponent: Uint8Array.of(1, 0, 1) }
/** Two pairs of each kind. */
export const ec: Pair = await makePair(EC)
export const ec2: Pair = await makePair(EC)
export const p384: Pair = await makePair({ ...EC, namedCurve: 'P-384' })
export const ed: Pair = await makePair(ED)
export const ed2: Pair = await makePair(ED)
export const x: Pair = await makePair(X, ['deriveBits'])
export const x2: Pair = await makePair(X, ['deriveBits'])
export const rsa: Pair = await makePair(RSA_1024)
export const rsa2: Pair = await makePair(RSA_1024)

/** An import of a key. */
export interface Import {
  format: 'jwk' | 'spki' | 'pkcs8'
  /** A JWK, or DER in hexadecimal. */
  data: Jwk | string
  algorithm: object
  usages: string[]
  extractable?: boolean
}
/** What becomes of it: the type of the key, or the name of the error. */
const PROGRAM = `({ format, data, algorithm, usages, extractable = true }) => {
  const bytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16))
  return crypto.subtle.importKey(format, typeof data === 'string' ? bytes(data) : data, algorithm, extractable, usages)
    .then(({ type }) => type, ({ name }) => name)
}`
/** The outcome in Node. */
export const importInNode = (one: Import): Promise<string> => new Function(`return ${PROGRAM}`)()(one)
/** The outcome in an enclave. */
export const importIn = (lab: Laboratory, one: Import): Promise<string> =>
  lab.run<string>(`return (${PROGRAM})(${JSON.stringify(one)})`)
