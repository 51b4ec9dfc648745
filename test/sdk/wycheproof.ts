/** Wycheproof's cases for crypto.subtle: for each file, what runs one case in an enclave. */

/** The test vectors of one file. */
export interface Vectors {
  readonly testGroups: readonly (Record<string, unknown> & { readonly tests: readonly Case[] })[]
}

/** One case, with the members of its group. */
export type Case = Record<string, unknown> & { readonly tcId: number; readonly result: string }

/** Functions of the code below. */
export const HELPERS = `
const { subtle } = crypto
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
const key = (format, data, algorithm, ...usages) => subtle.importKey(format, data, algorithm, false, usages)
`

/**
 * By file: the body of an async function of a case `c`, which returns whether the case's output is right. It throws a
 * DOMException, or returns false, for an invalid case.
 */
export const FILES: Readonly<Record<string, string>> = {
  aes_gcm: `
    const algorithm = { name: 'AES-GCM', iv: bytes(c.iv), additionalData: bytes(c.aad), tagLength: c.tagSize }
    const secret = await key('raw', bytes(c.key), 'AES-GCM', 'encrypt', 'decrypt')
    const text = hex(await subtle.decrypt(algorithm, secret, bytes(c.ct + c.tag)))
    return text === c.msg && hex(await subtle.encrypt(algorithm, secret, bytes(c.msg))) === c.ct + c.tag`,
  ecdh_secp256r1_webcrypto: `
    const algorithm = { name: 'ECDH', namedCurve: 'P-256' }
    const other = await key('jwk', c.public, algorithm)
    const own = await key('jwk', c.private, algorithm, 'deriveBits')
    return hex(await subtle.deriveBits({ name: 'ECDH', public: other }, own, null)) === c.shared`,
  ecdsa_secp256r1_sha256_p1363: `
    const publicKey = await key('spki', bytes(c.publicKeyDer), { name: 'ECDSA', namedCurve: 'P-256' }, 'verify')
    return subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, publicKey, bytes(c.sig), bytes(c.msg))`,
  ed25519: `
    const publicKey = await key('spki', bytes(c.publicKeyDer), 'Ed25519', 'verify')
    return subtle.verify('Ed25519', publicKey, bytes(c.sig), bytes(c.msg))`,
  hkdf_sha256: `
    const secret = await key('raw', bytes(c.ikm), 'HKDF', 'deriveBits')
    const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: bytes(c.salt), info: bytes(c.info) }
    return hex(await subtle.deriveBits(algorithm, secret, 8 * c.size)) === c.okm`,
  hmac_sha256: `
    const secret = await key('raw', bytes(c.key), { name: 'HMAC', hash: 'SHA-256' }, 'sign', 'verify')
    const tag = await subtle.sign('HMAC', secret, bytes(c.msg))
    const whole = await subtle.verify('HMAC', secret, bytes(c.tag), bytes(c.msg))
    return hex(tag).startsWith(c.tag) && whole === (c.tagSize === 256)`,
  pbkdf2_hmacsha256: `
    const secret = await key('raw', bytes(c.password), 'PBKDF2', 'deriveBits')
    const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt: bytes(c.salt), iterations: c.iterationCount }
    return hex(await subtle.deriveBits(algorithm, secret, 8 * c.dkLen)) === c.dk`,
  rsa_oaep_2048_sha256_mgf1sha256: `
    const algorithm = { name: 'RSA-OAEP', hash: 'SHA-256' }
    const privateKey = await key('pkcs8', bytes(c.privateKeyPkcs8), algorithm, 'decrypt')
    return hex(await subtle.decrypt({ name: 'RSA-OAEP', label: bytes(c.label) }, privateKey, bytes(c.ct))) === c.msg`,
  rsa_pss_2048_sha256_mgf1_32: `
    const publicKey = await key('spki', bytes(c.publicKeyDer), { name: 'RSA-PSS', hash: 'SHA-256' }, 'verify')
    return subtle.verify({ name: 'RSA-PSS', saltLength: 32 }, publicKey, bytes(c.sig), bytes(c.msg))`,
  x25519: `
    const prefix = '302e020100300506032b656e04220420'
    const own = await key('pkcs8', bytes(prefix + c.private), 'X25519', 'deriveBits')
    const other = await key('raw', bytes(c.public), 'X25519')
    return hex(await subtle.deriveBits({ name: 'X25519', public: other }, own, null)) === c.shared`,
}
