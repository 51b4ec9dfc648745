/** The operations of webclave:engine/crypto with AES: GCM, CBC, counter mode and key wrap. */
import { BUFFER_LENGTH, type CryptoCall, eachPart, type Input, type Operation } from './crypto-call.ts'

const TAG_LENGTH = 16
const BLOCK_LENGTH = 16
const MAX_COUNTER_BITS = 128
const WRAP = { word: 8, min: 16, check: 8 } as const

const isKey = ({ length }: Input) => length === 16 || length === 24 || length === 32
const isBlock = ({ length }: Input) => length === BLOCK_LENGTH

export const CIPHERS: Readonly<Record<string, Operation>> = {
  aesGcmSeal: {
    numbers: 0,
    lists: 4,
    work(call, _, [key, nonce, associated, text]) {
      if (!beginGcm(call, key!, nonce!, associated!)) return false
      const { module, buffer } = call
      const output = call.allocate(text!.length + TAG_LENGTH)
      eachPart(call, text!, (length, from) => {
        module.gcm_seal(length)
        output(from, length).set(buffer.subarray(0, length))
      })
      module.gcm_tag()
      output(text!.length, TAG_LENGTH).set(buffer.subarray(0, TAG_LENGTH))
      return true
    },
  },
  aesGcmOpen: {
    numbers: 0,
    lists: 4,
    work(call, _, [key, nonce, associated, sealed]) {
      const length = sealed!.length - TAG_LENGTH
      if (length < 0 || !beginGcm(call, key!, nonce!, associated!)) return false
      const { module, buffer } = call
      const text: Input = { length, part: sealed!.part }
      eachPart(call, text, module.gcm_read)
      buffer.set(sealed!.part(length, TAG_LENGTH))
      // The tag must be checked before any plaintext is produced.
      if (module.gcm_check() === 0) return false
      return giveParts(call, text, module.gcm_open)
    },
  },
  aesCbcSeal: {
    numbers: 0,
    lists: 3,
    work(call, _, [key, vector, text]) {
      if (!isKey(key!) || !isBlock(vector!) || !call.load(key!, vector!)) return false
      const { module, buffer } = call
      module.cbc_begin(key!.length)
      const padding = BLOCK_LENGTH - (text!.length % BLOCK_LENGTH)
      const output = call.allocate(text!.length + padding)
      for (let from = 0; from <= text!.length; from += BUFFER_LENGTH) {
        const length = Math.min(BUFFER_LENGTH, text!.length - from)
        buffer.set(text!.part(from, length))
        const isLast = length < BUFFER_LENGTH
        if (isLast) buffer.fill(padding, length, length + padding)
        const whole = isLast ? length + padding : length
        module.cbc_encrypt(whole)
        output(from, whole).set(buffer.subarray(0, whole))
      }
      return true
    },
  },
  aesCbcOpen: {
    numbers: 0,
    lists: 3,
    work(call, _, [key, vector, ciphertext]) {
      const { length, part } = ciphertext!
      if (!isKey(key!) || !isBlock(vector!) || length === 0 || length % BLOCK_LENGTH !== 0) return false
      const { module, buffer } = call
      const last = length - BLOCK_LENGTH
      const previous = last === 0 ? vector! : slice(ciphertext!, last - BLOCK_LENGTH, BLOCK_LENGTH)
      // The padding first, because the length of the result depends on it.
      call.load(key!, previous)
      module.cbc_begin(key!.length)
      buffer.set(part(last, BLOCK_LENGTH))
      module.cbc_decrypt(BLOCK_LENGTH)
      const padding = module.cbc_padding()
      if (padding === 0) return false
      call.load(key!, vector!)
      module.cbc_begin(key!.length)
      return giveParts(call, { length: length - padding, part }, (size, from) => {
        const rest = (BLOCK_LENGTH - (size % BLOCK_LENGTH)) % BLOCK_LENGTH
        if (rest > 0) buffer.set(part(from + size, rest), size)
        module.cbc_decrypt(size + rest)
      })
    },
  },
  aesCtr: {
    numbers: 1,
    lists: 3,
    work(call, [bits], [key, counter, text]) {
      if (!isKey(key!) || !isBlock(counter!) || !(bits! >= 1 && bits! <= MAX_COUNTER_BITS)) return false
      call.load(key!, counter!)
      call.module.ctr_begin(key!.length, bits!)
      return giveParts(call, text!, call.module.ctr_run)
    },
  },
  aesWrap: {
    numbers: 0,
    lists: 2,
    work(call, _, [key, text]) {
      const { length } = text!
      const room = { length: WRAP.check, part: () => new Uint8Array(WRAP.check) }
      if (!isKey(key!) || length < WRAP.min || length % WRAP.word !== 0) return false
      if (!call.load(key!, room, text!)) return false
      call.module.kw_wrap(key!.length, length)
      return call.give(length + WRAP.check)
    },
  },
  aesUnwrap: {
    numbers: 0,
    lists: 2,
    work(call, _, [key, wrapped]) {
      const { length } = wrapped!
      if (!isKey(key!) || length < WRAP.min + WRAP.check || length % WRAP.word !== 0) return false
      if (!call.load(key!, wrapped!)) return false
      return call.module.kw_unwrap(key!.length, length) !== 0 && call.give(length - WRAP.check)
    },
  },
}

const slice = ({ part }: Input, from: number, length: number): Input => ({
  length,
  part: () => part(from, length),
})

/** Gives `input` after `work` on each part of it in the buffer. */
function giveParts(call: CryptoCall, input: Input, work: (length: number, from: number) => unknown): true {
  const output = call.allocate(input.length)
  eachPart(call, input, (length, from) => {
    work(length, from)
    output(from, length).set(call.buffer.subarray(0, length))
  })
  return true
}

function beginGcm(call: CryptoCall, key: Input, nonce: Input, associated: Input): boolean {
  if (!isKey(key) || nonce.length === 0 || !call.load(key, nonce)) return false
  call.module.gcm_begin(key.length, nonce.length)
  eachPart(call, associated, call.module.gcm_aad)
  return true
}
