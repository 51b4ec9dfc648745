/**
 * webclave:engine/crypto: lends the engine its compiled cryptography (guests/engine/crypto), a module without imports
 * that is instantiated on first use. Arguments and results are copied by parts between the two memories, so that
 * neither a mebibyte nor a secret passes through JavaScript's own heap. The guest is held to the lengths that the
 * module trusts (guests/engine/engine.wit).
 */
import { giveBytes, guestBytes, guestRecord } from './guest-memory.ts'
import { type LowerContext, withLowering } from './resource.ts'

/** The module's buffer, bytes. */
const BUFFER_LENGTH = 65536
/** Stack that HKDF has for its info. */
const MAX_INFO_LENGTH = 16384
const TAG_LENGTH = 16
const BLOCK_LENGTH = 16
const AES_KEY_LENGTHS = [16, 24, 32]
const RSA = { key: 896, ciphertext: 256 } as const
const SEED = { min: 32, max: 1024 } as const
const MAX_PASSWORD_HASH = 1024
/** SHA-2's sizes by the digest's number. */
const DIGEST_BITS: readonly number[] = [256, 384, 512]

type Step = (...numbers: number[]) => number
type Steps =
  | 'buffer wipe hash_begin hash_update hash_end hmac_begin hmac_update hmac_end hkdf gcm_begin gcm_aad gcm_seal'
  | 'gcm_read gcm_open gcm_tag gcm_check cbc_open rsa_generate rsa_oaep_open argon2id'
type Words<Text extends string> = Text extends `${infer First} ${infer Rest}` ? First | Words<Rest> : Text
type CryptoExports = Readonly<Record<Words<Steps>, Step>> & { readonly memory: WebAssembly.Memory }

/** An argument in the guest's memory: `part` is a view that lasts until the guest's memory grows. */
interface Input {
  readonly length: number
  part(from?: number, length?: number): Uint8Array
}

/** What an operation works with: the module, its buffer, and memory of the guest for its result. */
interface CryptoCall {
  readonly module: CryptoExports
  readonly buffer: Uint8Array
  /** Copies all of `inputs`, one after the other, into the buffer. False where they do not fit. */
  load(...inputs: readonly Input[]): boolean
  /** Gives the first `length` bytes of the buffer to the guest. */
  give(length: number): true
  /** Memory of the guest for a result of `length` bytes, by parts. */
  allocate(length: number): (from: number, length: number) => Uint8Array
}

/** False: none. */
type Operation = (call: CryptoCall, numbers: readonly number[], inputs: readonly Input[]) => boolean

/** Makes the interface over the compiled `module`. */
export function createCrypto(module: WebAssembly.Module): Record<string, unknown> {
  let instance: CryptoExports | undefined
  const exports = () => {
    instance ??= new WebAssembly.Instance(module).exports as unknown as CryptoExports
    return instance
  }
  /** An operation on so many numbers and then so many lists, as the guest calls it. */
  const lowered = (numbers: number, lists: number, operation: Operation) =>
    withLowering(
      () => onlyLowered(),
      (context) =>
        (...args: number[]) => {
          const inputs = Array.from({ length: lists }, (_, at) =>
            inputAt(context, args[numbers + 2 * at]!, args[numbers + 2 * at + 1]!),
          )
          const result = args[numbers + 2 * lists]!
          const call = createCall(context, exports(), result)
          try {
            if (!operation(call, args.slice(0, numbers), inputs)) writeResult(context, result, 0, 0, 0)
          } finally {
            exports().wipe()
          }
        },
    )

  return {
    hash: lowered(1, 1, ({ module, ...call }, [digest], [data]) => {
      const bits = bitsOf(digest!)
      module.hash_begin(bits)
      eachPart(call, data!, module.hash_update)
      module.hash_end()
      return call.give(bits / 8)
    }),
    hmac: lowered(1, 2, ({ module, ...call }, [digest], [key, data]) => {
      const bits = bitsOf(digest!)
      if (!call.load(key!)) return false
      module.hmac_begin(bits, key!.length)
      eachPart(call, data!, module.hmac_update)
      module.hmac_end()
      return call.give(bits / 8)
    }),
    hkdf: lowered(2, 3, ({ module, ...call }, [digest, wanted], [secret, salt, info]) => {
      const bits = bitsOf(digest!)
      const length = wanted! >>> 0
      if (length > (255 * bits) / 8 || info!.length > MAX_INFO_LENGTH) return false
      if (!call.load(secret!, salt!, info!)) return false
      module.hkdf(bits, length, secret!.length, salt!.length, info!.length)
      return call.give(length)
    }),
    aesGcmSeal: lowered(0, 4, (call, _, [key, nonce, associated, text]) => {
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
    }),
    aesGcmOpen: lowered(0, 4, (call, _, [key, nonce, associated, sealed]) => {
      const length = sealed!.length - TAG_LENGTH
      if (length < 0 || !beginGcm(call, key!, nonce!, associated!)) return false
      const { module, buffer } = call
      const text: Input = { length, part: sealed!.part }
      eachPart(call, text, module.gcm_read)
      buffer.set(sealed!.part(length, TAG_LENGTH))
      // Only now is there a plaintext at all.
      if (module.gcm_check() === 0) return false
      const output = call.allocate(length)
      eachPart(call, text, (part, from) => {
        module.gcm_open(part)
        output(from, part).set(buffer.subarray(0, part))
      })
      return true
    }),
    aesCbcOpen: lowered(0, 3, ({ module, ...call }, _, [key, vector, ciphertext]) => {
      const { length } = ciphertext!
      if (!AES_KEY_LENGTHS.includes(key!.length) || vector!.length !== BLOCK_LENGTH) return false
      if (length === 0 || length % BLOCK_LENGTH !== 0 || !call.load(key!, vector!, ciphertext!)) return false
      return giveUnlessNegative(call, module.cbc_open(key!.length, length))
    }),
    rsaGenerate: lowered(0, 1, ({ module, ...call }, _, [seed]) => {
      if (seed!.length < SEED.min || seed!.length > SEED.max || !call.load(seed!)) return false
      return module.rsa_generate(seed!.length) !== 0 && call.give(RSA.key)
    }),
    rsaOaepOpen: lowered(0, 2, ({ module, ...call }, _, [key, ciphertext]) => {
      if (key!.length !== RSA.key || ciphertext!.length !== RSA.ciphertext) return false
      call.load(key!, ciphertext!)
      return giveUnlessNegative(call, module.rsa_oaep_open(RSA.key))
    }),
    argon2id: lowered(4, 3, ({ module, ...call }, [memory, passes, lanes, wanted], inputs) => {
      const length = wanted! >>> 0
      if (length > MAX_PASSWORD_HASH || !call.load(...inputs)) return false
      const lengths = inputs.map((input) => input.length)
      return module.argon2id(memory!, passes!, lanes!, length, ...lengths) === 0 && call.give(length)
    }),
  }
}

function onlyLowered(): never {
  throw new Error('cryptography is called by its raw form only')
}

/** @throws for a number that the type does not have: a trap, as the component model asks. */
function bitsOf(digest: number): number {
  const bits = DIGEST_BITS[digest]
  if (bits === undefined) throw new WebAssembly.RuntimeError('there is no such digest')
  return bits
}

function beginGcm({ module, ...call }: CryptoCall, key: Input, nonce: Input, associated: Input): boolean {
  if (!AES_KEY_LENGTHS.includes(key.length) || nonce.length === 0 || !call.load(key, nonce)) return false
  module.gcm_begin(key.length, nonce.length)
  eachPart(call, associated, module.gcm_aad)
  return true
}

function giveUnlessNegative(call: Pick<CryptoCall, 'give'>, length: number): boolean {
  return length >= 0 && call.give(length)
}

/** Loads `input` into the buffer by parts, and says of each how long it is and where it began. */
function eachPart(
  { buffer }: Pick<CryptoCall, 'buffer'>,
  input: Input,
  use: (length: number, from: number) => unknown,
): void {
  for (let from = 0; from < input.length; from += BUFFER_LENGTH) {
    const length = Math.min(BUFFER_LENGTH, input.length - from)
    buffer.set(input.part(from, length))
    use(length, from)
  }
}

function inputAt({ memory }: LowerContext, pointer: number, size: number): Input {
  const length = guestBytes(memory, pointer, size).byteLength
  return {
    length,
    part: (from = 0, part = length) => guestBytes(memory, (pointer >>> 0) + from, part),
  }
}

function createCall(context: LowerContext, module: CryptoExports, result: number): CryptoCall {
  const at = module.buffer()
  // Argon2 may make the memory grow: a view is of the memory as it is now.
  const buffer = () => new Uint8Array(module.memory.buffer, at, BUFFER_LENGTH)
  return {
    module,
    buffer: buffer(),
    load(...inputs) {
      if (inputs.reduce((sum, { length }) => sum + length, 0) > BUFFER_LENGTH) return false
      let to = 0
      for (const input of inputs) {
        buffer().set(input.part(), to)
        to += input.length
      }
      return true
    },
    give(length) {
      const pointer = giveBytes(context, buffer().subarray(0, length), 1)
      writeResult(context, result, 1, pointer, length)
      return true
    },
    allocate(length) {
      const pointer = length === 0 ? 1 : context.realloc(0, 0, 1, length) >>> 0
      guestBytes(context.memory, pointer, length)
      writeResult(context, result, 1, pointer, length)
      return (from, part) => guestBytes(context.memory, pointer + from, part)
    },
  }
}

/** An option of a list: whether there is one, where, how long. */
function writeResult(context: LowerContext, at: number, some: number, pointer: number, length: number): void {
  const view = guestRecord(context.memory, at, 12)
  view.setUint8(0, some)
  view.setUint32(4, pointer)
  view.setUint32(8, length)
}
