/**
 * webclave:engine/crypto: provides the engine with compiled cryptography (guests/engine/crypto), a module without
 * imports that is instantiated on first use. Arguments and results are copied in parts between the two memories, so
 * that neither large data nor secrets pass through the JavaScript heap. The lengths on which the module relies
 * (guests/engine/engine.wit) are enforced here.
 */
import { giveBytes, guestBytes, guestRecord } from './guest-memory.ts'
import { type LowerContext, withLowering } from './resource.ts'

/** Length of the module's buffer in bytes. */
const BUFFER_LENGTH = 65536
/** Maximum length of HKDF's info, which is on the module's stack. */
const MAX_INFO_LENGTH = 16384
const TAG_LENGTH = 16
const BLOCK_LENGTH = 16
const AES_KEY_LENGTHS = [16, 24, 32]
const RSA = { key: 896, ciphertext: 256 } as const
const SEED = { min: 32, max: 1024 } as const
const MAX_PASSWORD_HASH = 1024
/** SHA-2 sizes by the digest's number. */
const DIGEST_BITS: readonly number[] = [256, 384, 512]

type Step = (...numbers: number[]) => number
type Steps =
  | 'buffer wipe hash_begin hash_update hash_end hmac_begin hmac_update hmac_end hkdf gcm_begin gcm_aad gcm_seal'
  | 'gcm_read gcm_open gcm_tag gcm_check cbc_open rsa_generate rsa_oaep_open argon2id'
type Words<Text extends string> = Text extends `${infer First} ${infer Rest}` ? First | Words<Rest> : Text
type CryptoExports = Readonly<Record<Words<Steps>, Step>> & { readonly memory: WebAssembly.Memory }

/** An argument in the guest's memory: `part` is a view that is valid until the guest's memory grows. */
interface Input {
  readonly length: number
  part(from?: number, length?: number): Uint8Array
}

/** The context of an operation: the module, its buffer, and the guest's memory for its result. */
interface CryptoCall {
  readonly module: CryptoExports
  readonly buffer: Uint8Array
  /** Copies all of `inputs` into the buffer, one after the other. Returns false if they do not fit. */
  load(...inputs: readonly Input[]): boolean
  /** Returns the first `length` bytes of the buffer to the guest. */
  give(length: number): true
  /** Allocates guest memory for a result of `length` bytes, which is written in parts. */
  allocate(length: number): (from: number, length: number) => Uint8Array
}

/** Returns false if there is no result. */
type Operation = (call: CryptoCall, numbers: readonly number[], inputs: readonly Input[]) => boolean

/** Creates the interface for the compiled `module`. */
export function createCrypto(module: WebAssembly.Module): Record<string, unknown> {
  let instance: CryptoExports | undefined
  const exports = () => {
    instance ??= new WebAssembly.Instance(module).exports as unknown as CryptoExports
    return instance
  }
  /** The lowered form of an operation with the given numbers of integer and list arguments. */
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
      // The tag must be checked before any plaintext is produced.
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
  throw new Error('cryptography is available only through the lowered functions')
}

/** @throws a trap for a number that is not in the type, as the component model requires. */
function bitsOf(digest: number): number {
  const bits = DIGEST_BITS[digest]
  if (bits === undefined) throw new WebAssembly.RuntimeError('unknown digest')
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

/** Loads `input` into the buffer part by part, and calls back with each part's length and offset. */
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
  // A new view each time, because Argon2 may grow the memory.
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

/** Writes an `option<list>`: discriminant, pointer, length. */
function writeResult(context: LowerContext, at: number, some: number, pointer: number, length: number): void {
  const view = guestRecord(context.memory, at, 12)
  view.setUint8(0, some)
  view.setUint32(4, pointer)
  view.setUint32(8, length)
}
