/**
 * The formats of an ECDSA signature. WebCrypto and COSE use `r || s`, each as long as the curve's order and big-endian
 * (RFC 9053 section 2.1); X.509 encodes the two in DER (RFC 5480); QingTian's hypervisor writes each half
 * little-endian. Signatures that are read are hostile: only the one valid DER encoding of a value is accepted.
 */
import type { Bytes } from '../base/bytes.ts'
import type { CryptoKey } from '../base/crypto-key.ts'
import { EnclaveError } from '../base/error.ts'

/** The supported curves: the length of half a signature in bytes, and the hash that is used with the curve. */
export const CURVES = {
  'P-256': { half: 32, hash: 'SHA-256' },
  'P-384': { half: 48, hash: 'SHA-384' },
  'P-521': { half: 66, hash: 'SHA-512' },
} as const

export type CurveName = keyof typeof CURVES

/** A private key of WebCrypto, or a function that signs with one and returns `r || s`. */
export type SigningKey = CryptoKey | ((bytes: Bytes) => Promise<Bytes>)

/** The signature `r || s` of `bytes`. `hash` must be that of the key's curve. */
export async function signWith(key: SigningKey, hash: string, bytes: Bytes): Promise<Bytes> {
  if (typeof key === 'function') return key(bytes)
  return new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash }, key, bytes))
}

/** `r || s` with the bytes of each half reversed: from QingTian's byte order to the standard one, and back. */
export function reverseHalves(signature: Uint8Array): Bytes {
  const half = signature.byteLength >> 1
  const reversed = new Uint8Array(signature.byteLength)
  reversed.set(signature.subarray(0, half).toReversed(), 0)
  reversed.set(signature.subarray(half).toReversed(), half)
  return reversed
}

/**
 * Converts the DER signature of a certificate to `r || s` of `2 * half` bytes.
 * @throws {EnclaveError} E_CERTIFICATE_SIGNATURE if it is not the one DER encoding of two positive integers of at most
 * `half` bytes.
 */
export function signatureFromDer(der: Uint8Array, half: number): Bytes {
  const signature = new Uint8Array(2 * half)
  // With two halves of at most 66 bytes the sequence's length takes one byte or, from 128 on, two.
  const long = der[1] === 0x81
  const length = long ? der[2] : der[1]
  let at = long ? 3 : 2
  if (der[0] !== 0x30 || length === undefined || long !== length >= 128 || at + length !== der.byteLength) {
    throw malformed('not a DER sequence of the right length')
  }
  for (const offset of [half, 2 * half]) {
    const size = der[at + 1] ?? 0
    const integer = der.subarray(at + 2, at + 2 + size)
    if (der[at] !== 0x02 || size === 0 || integer.byteLength !== size) throw malformed('r or s is missing')
    const padded = integer[0] === 0
    const digits = padded ? integer.subarray(1) : integer
    const needsPadding = digits[0]! >= 0x80
    if (padded !== needsPadding) throw malformed('r or s is negative or has an unnecessary leading zero')
    if (digits.byteLength > half) throw malformed('r or s is longer than the order of the curve')
    signature.set(digits, offset - digits.byteLength)
    at += 2 + size
  }
  if (at !== der.byteLength) throw malformed('trailing bytes after s')
  return signature
}

/** Converts `r || s` to DER, as certificates carry it. */
export function signatureToDer(signature: Uint8Array): Bytes {
  const half = signature.byteLength >> 1
  const integers = [signature.subarray(0, half), signature.subarray(half)].flatMap((number) => {
    const first = number.findIndex((byte) => byte !== 0)
    const digits = first < 0 ? [0] : [...number.subarray(first)]
    if (digits[0]! >= 0x80) digits.unshift(0)
    return [0x02, digits.length, ...digits]
  })
  const length = integers.length < 128 ? [integers.length] : [0x81, integers.length]
  return Uint8Array.from([0x30, ...length, ...integers])
}

function malformed(why: string): EnclaveError {
  return new EnclaveError('E_CERTIFICATE_SIGNATURE', {
    what: `a signature is malformed: ${why}`,
    expected: 'SEQUENCE { r INTEGER, s INTEGER } in DER',
  })
}
