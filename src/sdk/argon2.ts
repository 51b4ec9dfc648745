/** Password hashing with Argon2id (RFC 9106), by the compiled cryptography module. */
import { argon2id as compiled } from 'webclave:crypto'
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { type BytesInput, optionsOf } from './arguments.ts'
import { checkNumber, sizedBytes } from './hash.ts'

/** The cost of a hash. Defaults: 12 MiB, 3 passes, one lane; 32 bytes. */
export interface Argon2Options {
  /** KiB, at least 8 per lane, and less than a quarter of the enclave's memory. */
  readonly memory?: number
  readonly passes?: number
  readonly lanes?: number
  /** Bytes of the hash, 16 to 1,024. */
  readonly length?: number
  /** A pepper, stored separately from the hashes, at most 1,024 bytes. @default none */
  readonly secret?: BytesInput
}

const OPTIONS = ['memory', 'passes', 'lanes', 'length', 'secret']
const MAX_PASSWORD = 4096
const MAX_SECRET = 1024

/**
 * The hash of `password` (at most 4,096 bytes) with `salt` (8 to 1,024 bytes, random for each password).
 * @throws {ArgumentError}
 * @throws {EnclaveError} E_CRYPTO_INPUT; E_CRYPTO_MEMORY if the enclave has too little memory.
 * @example
 * argon2id(new TextEncoder().encode('correct horse'), randomBytes(16), { secret: pepper }) // 32 bytes
 */
export function argon2id(password: BytesInput, salt: BytesInput, options: Argon2Options = {}): Bytes {
  optionsOf('the options of argon2id', options, OPTIONS)
  const { memory = 12288, passes = 3, lanes = 1, length = 32, secret = new Uint8Array(0) } = options
  const inputs = [
    sizedBytes('password', password, { max: MAX_PASSWORD }),
    sizedBytes('salt', salt, { min: 8, max: 1024 }),
    sizedBytes('secret', secret, { max: MAX_SECRET }),
  ] as const
  checkNumber('lanes', lanes, 1, 16)
  checkNumber('memory', memory, 8 * lanes, 1 << 20)
  checkNumber('passes', passes, 1, 1000)
  checkNumber('length', length, 16, 1024)
  const hash = compiled(memory, passes, lanes, length, ...inputs)
  if (hash) return hash
  throw new EnclaveError('E_CRYPTO_MEMORY', {
    what: 'the enclave has too little memory for this hash',
    expected: "less than a quarter of the enclave's memory",
    got: `${memory} KiB`,
  })
}
