/**
 * One call of the compiled cryptography: what an operation gets of the module, of its buffer, and of the engine's
 * memory, in which the arguments are and the result goes.
 */
import { giveBytes, guestBytes, guestRecord } from './guest-memory.ts'
import { type LowerContext, withLowering } from './resource.ts'

/** Length of the module's buffer in bytes. */
export const BUFFER_LENGTH = 65536
/** SHA sizes by the digest's number. */
const DIGEST_BITS: readonly number[] = [256, 384, 512, 160]
/** Lengths of a private key in bytes, by the curve's number. */
const CURVE_LENGTHS: readonly number[] = [32, 48]
/** Lengths of the random bytes from which keys are made. */
const SEED = { min: 32, max: 1024 } as const

type Step = (...numbers: number[]) => number
type Steps =
  | 'buffer wipe hash_begin hash_update hash_end hmac_begin hmac_update hmac_end hkdf pbkdf2 argon2id'
  | 'gcm_begin gcm_aad gcm_seal gcm_read gcm_open gcm_tag gcm_check kw_wrap kw_unwrap'
  | 'cbc_begin cbc_encrypt cbc_decrypt cbc_padding ctr_begin ctr_run'
  | 'ec_generate ec_public ecdh ecdsa_sign ecdsa_verify x25519'
  | 'ed25519_public ed25519_begin ed25519_nonce ed25519_end ed25519_check ed25519_valid'
  | 'tls_begin tls_root tls_open tls_has tls_run tls_close tls_wipe tls_code tls_flags tls_version'
  | 'tls_out tls_out_length tls_text tls_text_length'
  | 'rsa_generate rsa_exponent rsa_oaep_open rsa_oaep_seal rsa_sign rsa_verify pss_sign pss_verify'
type Words<Text extends string> = Text extends `${infer First} ${infer Rest}` ? First | Words<Rest> : Text
export type CryptoExports = Readonly<Record<Words<Steps>, Step>> & { readonly memory: WebAssembly.Memory }

/** An argument in the guest's memory: `part` is a view that is valid until the guest's memory grows. */
export interface Input {
  readonly length: number
  part(from?: number, length?: number): Uint8Array
}

/** The context of an operation: the module, its buffer, and the guest's memory for its result. */
export interface CryptoCall {
  readonly module: CryptoExports
  readonly buffer: Uint8Array
  /** Copies all of `inputs` into the buffer, one after the other. Returns false if they do not fit. */
  load(...inputs: readonly Input[]): boolean
  /** Returns the first `length` bytes of the buffer to the guest. */
  give(length: number): true
  /** Allocates guest memory for a result of `length` bytes, which is written in parts. */
  allocate(length: number): (from: number, length: number) => Uint8Array
}

/** The work of an operation with its integers and lists. It returns false if there is no result. */
export type Work = (call: CryptoCall, numbers: readonly number[], inputs: readonly Input[]) => boolean

/** An operation: how many integers and lists it takes. `decides`: its result is a boolean instead of bytes. */
export interface Operation {
  readonly numbers: number
  readonly lists: number
  readonly work: Work
  readonly decides?: boolean
}

/** @throws a trap for a number that is not in the type, as the component model requires. */
export function bitsOf(digest: number): number {
  const bits = DIGEST_BITS[digest]
  if (bits === undefined) throw new WebAssembly.RuntimeError('unknown digest')
  return bits
}

/** The length of a private key of a curve. @throws a trap for a number that is not in the type */
export function curveLength(curve: number): number {
  const length = CURVE_LENGTHS[curve]
  if (length === undefined) throw new WebAssembly.RuntimeError('unknown curve')
  return length
}

export const isSeed = ({ length }: Input): boolean => length >= SEED.min && length <= SEED.max

/** Loads `input` into the buffer part by part, and calls back with each part's length and offset. */
export function eachPart(
  { buffer }: CryptoCall,
  input: Input,
  use: (length: number, from: number) => unknown,
): void {
  for (let from = 0; from < input.length; from += BUFFER_LENGTH) {
    const length = Math.min(BUFFER_LENGTH, input.length - from)
    buffer.set(input.part(from, length))
    use(length, from)
  }
}

/** The running hash of `input`. */
export function hashParts(call: CryptoCall, bits: number, input: Input): void {
  call.module.hash_begin(bits)
  eachPart(call, input, call.module.hash_update)
}

/** The list at `pointer` in the guest's memory. */
export function inputAt({ memory }: LowerContext, pointer: number, size: number): Input {
  const length = guestBytes(memory, pointer, size).byteLength
  return {
    length,
    part: (from = 0, part = length) => guestBytes(memory, (pointer >>> 0) + from, part),
  }
}

/** The context of a call whose result goes to the address `result`. */
export function createCall(context: LowerContext, module: CryptoExports, result: number): CryptoCall {
  const at = module.buffer()
  // A new view each time, because Argon2 and PBKDF2 may grow the memory.
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
export function writeResult(
  context: LowerContext,
  at: number,
  some: number,
  pointer: number,
  length: number,
): void {
  const view = guestRecord(context.memory, at, 12)
  view.setUint8(0, some)
  view.setUint32(4, pointer)
  view.setUint32(8, length)
}

/** Calls `act` with the instance of the module, for the operation `name`, and cleans up. Undefined: there is no instance. */
type WithInstance = <Result>(name: string, act: (module: CryptoExports) => Result) => Result | undefined

/** The operations as an interface of the engine. */
export function lowerOperations(
  operations: Readonly<Record<string, Operation>>,
  withInstance: WithInstance,
): Record<string, unknown> {
  const lowered = (name: string, { numbers, lists, work, decides = false }: Operation) =>
    withLowering(
      () => onlyLowered(),
      (context) =>
        (...args: number[]) => {
          const inputs = Array.from({ length: lists }, (_, at) =>
            inputAt(context, args[numbers + 2 * at]!, args[numbers + 2 * at + 1]!),
          )
          const result = decides ? 0 : args[numbers + 2 * lists]!
          const done = withInstance(name, (module) =>
            work(createCall(context, module, result), args.slice(0, numbers), inputs),
          )
          if (decides) return done ? 1 : 0
          if (!done) writeResult(context, result, 0, 0, 0)
          return undefined
        },
    )
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [name, lowered(name, operation)]),
  )
}

function onlyLowered(): never {
  throw new Error('cryptography is available only through the lowered functions')
}
