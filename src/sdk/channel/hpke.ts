/**
 * HPKE by the compiled cryptography. It is the same that `crypto.subtle` calls; called directly, an exchange does not wait for
 * promises.
 */
import { aesGcmOpen, aesGcmSeal, hmac } from 'webclave:crypto'
import { concatBytes } from '../../base/bytes.ts'
import type { Primitives } from '../../channel/wire/hpke.ts'

export const compiled: Primitives = {
  mac: (key, data) => hmac('sha256', key, data)!,
  seal(key, nonce, associated, text, before) {
    const sealed = aesGcmSeal(key, nonce, associated, text)!
    return before.length === 0 ? sealed : concatBytes(before, sealed)
  },
  open: (key, nonce, associated, sealed) => aesGcmOpen(key, nonce, associated, sealed) ?? undefined,
}
