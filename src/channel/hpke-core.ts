/** What the channel uses of @hpke/core. It is a module of its own, so that a bundler takes only this. */
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'

/** HPKE with X25519, HKDF-SHA256 and AES-256-GCM, or with another mechanism. */
export const createSuite = (kem?: unknown): CipherSuite =>
  new CipherSuite({
    kem: (kem as DhkemX25519HkdfSha256 | undefined) ?? new DhkemX25519HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes256Gcm(),
  })
