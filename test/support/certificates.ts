/** X.509 certificates for servers in tests: right ones, and ones with a fault. */
import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { element } from '../../src/encoding/der/writer.ts'
import { toPem } from '../../src/encoding/pem.ts'

export type KeyKind = 'P-256' | 'P-384' | 'P-521' | 'Ed25519' | 'RSA 1024' | 'RSA 2048'

/** What is in a certificate, and who signs it. */
export interface CertificateOptions {
  readonly subject: string
  readonly names?: readonly string[]
  /** IPv4 addresses. */
  readonly addresses?: readonly string[]
  /** @default itself */
  readonly issuer?: Issued
  /** @default P-256 */
  readonly kind?: KeyKind
  readonly key?: KeyObject
  /** @default sha256 */
  readonly hash?: 'sha1' | 'sha256' | 'sha384'
  /** Days from now. @default -1 and 30 */
  readonly days?: readonly [from: number, to: number]
  readonly isAuthority?: boolean
  /** Extended key usage. @default server, except for an authority */
  readonly usage?: 'server' | 'client'
}

/** A certificate with its key. */
export interface Issued {
  readonly subject: string
  readonly key: KeyObject
  readonly keyPem: string
  readonly pem: string
  readonly der: Uint8Array
}

const SEQUENCE = 0x30
const DAY = 86_400_000
const OIDS = {
  commonName: [0x55, 4, 3],
  constraints: [0x55, 0x1d, 0x13],
  keyUsage: [0x55, 0x1d, 0x0f],
  extendedUsage: [0x55, 0x1d, 0x25],
  alternativeNames: [0x55, 0x1d, 0x11],
  server: [0x2b, 6, 1, 5, 5, 7, 3, 1],
  client: [0x2b, 6, 1, 5, 5, 7, 3, 2],
} as const
const ECDSA = { sha1: [1], sha256: [3, 2], sha384: [3, 3] } as const
const RSA = { sha1: 5, sha256: 11, sha384: 12 } as const

const utf8 = (text: string) => new TextEncoder().encode(text)
const oid = (numbers: readonly number[]) => element(0x06, numbers)
const nameOf = (text: string) =>
  element(SEQUENCE, element(0x31, element(SEQUENCE, oid(OIDS.commonName), element(0x0c, utf8(text)))))

const keys = new Map<string, KeyObject>()

/** One key of a kind for all servers, and one for all authorities, as making some takes long. */
function keyOf(kind: KeyKind, isAuthority: boolean): KeyObject {
  const name = `${kind} ${isAuthority}`
  const key = keys.get(name) ?? makeKey(kind)
  keys.set(name, key)
  return key
}

function makeKey(kind: KeyKind): KeyObject {
  if (kind === 'Ed25519') return generateKeyPairSync('ed25519').privateKey
  if (kind.startsWith('P')) return generateKeyPairSync('ec', { namedCurve: kind }).privateKey
  return generateKeyPairSync('rsa', { modulusLength: Number(kind.slice(4)) }).privateKey
}

function extension(id: readonly number[], value: Uint8Array, isCritical = false): Uint8Array {
  return element(SEQUENCE, oid(id), isCritical ? element(1, [255]) : [], element(4, value))
}

function extensionsOf({ names = [], addresses = [], isAuthority = false, usage }: CertificateOptions) {
  const list = isAuthority
    ? [
        extension(OIDS.constraints, element(SEQUENCE, element(1, [255])), true),
        extension(OIDS.keyUsage, element(3, [1, 6]), true),
      ]
    : [extension(OIDS.extendedUsage, element(SEQUENCE, oid(OIDS[usage ?? 'server'])))]
  const alternatives = [
    ...names.map((name) => element(0x82, utf8(name))),
    ...addresses.map((address) => element(0x87, address.split('.').map(Number))),
  ]
  if (alternatives.length > 0) list.push(extension(OIDS.alternativeNames, element(SEQUENCE, ...alternatives)))
  return element(0xa3, element(SEQUENCE, ...list))
}

function timeOf(days: number): Uint8Array {
  const text = new Date(Date.now() + days * DAY).toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  return element(0x18, utf8(text))
}

const isEdwards = (key: KeyObject) => key.asymmetricKeyType === 'ed25519'

function algorithmOf(signer: KeyObject, hash: NonNullable<CertificateOptions['hash']>): Uint8Array {
  if (isEdwards(signer)) return element(SEQUENCE, oid([0x2b, 0x65, 0x70]))
  if (signer.asymmetricKeyType === 'ec')
    return element(SEQUENCE, oid([0x2a, 0x86, 0x48, 0xce, 0x3d, 4, ...ECDSA[hash]]))
  return element(SEQUENCE, oid([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, RSA[hash]]), element(5))
}

let serial = 1

export function issue(options: CertificateOptions): Issued {
  const { subject, issuer, kind = 'P-256', hash = 'sha256', days = [-1, 30] } = options
  const key = options.key ?? keyOf(kind, options.isAuthority ?? false)
  const signer = issuer?.key ?? key
  const algorithm = algorithmOf(signer, hash)
  const tbs = element(
    SEQUENCE,
    element(0xa0, element(2, [2])),
    element(2, [1, serial++ >> 8, serial & 255]),
    algorithm,
    nameOf(issuer?.subject ?? subject),
    element(SEQUENCE, timeOf(days[0]), timeOf(days[1])),
    nameOf(subject),
    publicKeyOf(key),
    extensionsOf(options),
  )
  const der = element(
    SEQUENCE,
    tbs,
    algorithm,
    element(3, [0], sign(isEdwards(signer) ? null : hash, tbs, signer)),
  )
  const keyPem = key.export({ format: 'pem', type: 'pkcs8' }) as string
  return { subject, key, keyPem, der, pem: toPem(der) }
}

const publicKeyOf = (key: KeyObject) =>
  new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }))
