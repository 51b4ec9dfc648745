/**
 * A secret that several enclaves have and no parent: they prove to each other what they are. The parent's end, which only
 * carries bytes, is `webclave/shared`.
 */
import { fingerprintsOf, type TrustedRoot } from '../../attestation/verify/roots.ts'
import type { Bytes } from '../../base/bytes.ts'
import { ASK_PORT, HOLD_PORT, LONGEST_SECRET } from '../../shared/wire/frames.ts'
import {
  ArgumentError,
  type BytesInput,
  bytesOf,
  functionOf,
  integerOf,
  objectOf,
  optionsOf,
  stringOf,
} from '../arguments.ts'
import { ask } from './ask.ts'
import { hold } from './hold.ts'
import { nameDigest } from './statements.ts'
import { type TrustedImages, trustOf } from './trust.ts'

export type { TrustedRoot } from '../../attestation/verify/roots.ts'
export type { TrustedImages } from './trust.ts'

/** Options of `sharedSecret`. */
export interface SharedSecretOptions {
  /**
   * The roots of attestation that the image carries: PEM as text or bytes, DER, or SHA-256 in hexadecimal. They must
   * not come from the parent; an image's files, arguments and environment are measured.
   */
  readonly roots: TrustedRoot | readonly TrustedRoot[]
  /** Makes the secret, 1 to 4096 bytes, if no other enclave has it yet. */
  readonly create: () => BytesInput | Promise<BytesInput>
  /** Which enclaves are trusted besides those of the same image. Default: none. */
  readonly trust?: TrustedImages
  /** Keeps several secrets of one application apart, each with ports of its own. @default '' */
  readonly name?: string
  /** The port of the parent on which `shareSecrets` listens. @default 9002 */
  readonly port?: number
  /** The port on which this enclave gives the secret to others. @default 9003 */
  readonly holdPort?: number
  /** Milliseconds within which the secret must be there, 1 to a day. @default 60000 */
  readonly timeout?: number
  /** Whether documents of test parents are accepted, which anybody can make. Only for tests. @default false */
  readonly allowTestRoot?: boolean
}

const NAMES: readonly (keyof SharedSecretOptions)[] = [
  'roots',
  'create',
  'trust',
  'name',
  'port',
  'holdPort',
  'timeout',
  'allowTestRoot',
]
const TIMEOUT = 60_000
const DAY = 86_400_000
const MAX_PORT = 0xfffffffe
const PEM = '-----BEGIN'

/**
 * The secret that this enclave has in common with others of the same image, or of images that it trusts. If one of them has
 * it already, that one gives it after both have proved to each other, by attestation documents, what they are; otherwise
 * this enclave creates it. From then on it gives it to others. The parent carries the messages, and can neither read the
 * secret nor put one of its own in its place; but it decides who is asked, so it can keep enclaves apart, in groups that each
 * have their own secret. The secret exists as long as an enclave has it; `create` can get it from a KMS.
 *
 * The application must attest nothing whose `user_data` and `public_key` others choose: it would speak for them.
 *
 * @returns a copy of the secret, 1 to 4096 bytes
 * @throws {EnclaveError} E_SHARED_DEBUG in debug mode; E_SHARED_TIMEOUT; E_SHARED_REFUSED if the other enclave does not trust
 *   this one, E_SHARED_ANSWER if this one does not trust the other; E_VERIFY_ROOTS, E_VERIFY_TEST_ROOT and E_CERTIFICATE_...
 *   for invalid roots.
 * @throws {ArgumentError} for another option, or a secret of another length. @throws {VsockError} `address-in-use`.
 * @example
 * // `roots` is text, or what `readFile` gives.
 * const secret = await sharedSecret({ roots, create: () => randomBytes(32) })
 */
export async function sharedSecret(options: SharedSecretOptions): Promise<Bytes> {
  const {
    roots,
    create,
    trust = {},
    name = '',
    ...rest
  } = optionsOf('the options of sharedSecret', options, NAMES)
  const { port = ASK_PORT, holdPort = HOLD_PORT, timeout = TIMEOUT, allowTestRoot = false } = rest
  functionOf('create', create)
  optionsOf('trust', objectOf('trust', trust), ['images', 'signers'])
  if (typeof allowTestRoot !== 'boolean') throw new ArgumentError('allowTestRoot', 'a boolean', 'another')
  const pinned = (Array.isArray(roots) ? roots : [roots]).map(rootOf)
  await fingerprintsOf(pinned, allowTestRoot)
  const terms = { name: nameDigest(stringOf('name', name)), trust: trustOf(pinned, trust, allowTestRoot) }
  integerOf('holdPort', holdPort, 0, MAX_PORT)
  const secret = await ask({
    terms,
    port: integerOf('port', port, 0, MAX_PORT),
    timeout: integerOf('timeout', timeout, 1, DAY),
    create: async () => secretOf(await create()),
  })
  // It ends only if it cannot listen, which shows at once.
  const listening = new Promise<void>((resolve) => setTimeout(resolve, 0))
  await Promise.race([hold(terms, secret, holdPort), listening])
  return secret.slice()
}

/** Files of an image are bytes, also those with PEM. */
function rootOf(root: TrustedRoot): TrustedRoot {
  if (!(root instanceof Uint8Array)) return root
  const text = new TextDecoder().decode(root)
  return text.includes(PEM) ? text : root
}

function secretOf(value: unknown): Bytes {
  const secret = bytesOf('the result of create', value).slice()
  if (secret.length >= 1 && secret.length <= LONGEST_SECRET) return secret
  throw new ArgumentError('the result of create', `1 to ${LONGEST_SECRET} bytes`, `${secret.length} bytes`)
}
