/**
 * Hashes passwords with a secret pepper, which the KMS releases only to this image. A thief of the table of hashes
 * cannot check a single password without the enclave, which limits the number of attempts.
 *
 * The image's environment, which is measured: KMS_IDENTITY and KMS_KEY.
 */
import {
  argon2id,
  type Credentials,
  createKmsClient,
  env,
  hmac,
  randomBytes,
  serve,
  timingSafeEqual,
} from 'webclave/sdk'

const CONTEXT = { service: 'password-vault' }
const SALT_LENGTH = 16
/** The number of wrong passwords that a user may try before a pause, and the pause in milliseconds. */
const MAX_FAILURES = 5
const PAUSE = 15 * 60_000
/** The number of users whose failures are remembered; the user who failed first is forgotten first. */
const MAX_USERS = 10_000

/** What the table stores for a password. */
export interface PasswordRecord {
  salt: Uint8Array
  hash: Uint8Array
}

/** A user's failures since the last success, and the time of the last one. */
interface Failures {
  count: number
  last: number
}

let pepper: Uint8Array | undefined
const failures = new Map<string, Failures>()

const utf8 = (text: string) => new TextEncoder().encode(text)

function refuse(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

function readText(name: string, value: unknown): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= 1024) return value
  throw refuse('E_VAULT_INPUT', `${name}: 1 to 1024 characters`)
}

/** The hash of a user's password. The user is included, so that a record of one user is invalid for another. */
function hashOf(user: string, password: unknown, salt: Uint8Array): Uint8Array {
  if (!pepper) throw refuse('E_VAULT_CLOSED', 'the vault has no pepper yet: open it')
  // Different keyboards may produce different code points for the same password.
  const text = readText('password', password).normalize('NFKC')
  return argon2id(utf8(text), salt, { secret: hmac('sha256', pepper, utf8(user)) })
}

/** The parent sets the clock, so a pause does not protect against it, only against other attackers. */
function assertNotPaused(user: string): void {
  const { count = 0, last = 0 } = failures.get(user) ?? {}
  if (count < MAX_FAILURES || Date.now() - last >= PAUSE) return
  throw refuse('E_VAULT_PAUSED', 'too many wrong passwords; try again later')
}

function remember(user: string): void {
  const { count = 0 } = failures.get(user) ?? {}
  failures.delete(user)
  failures.set(user, { count: count + 1, last: Date.now() })
  for (const oldest of failures.keys()) if (failures.size > MAX_USERS) failures.delete(oldest)
}

const handlers = {
  /** Loads the pepper in `wrapped`, or creates one. The result must be stored for the next start. */
  async open({
    credentials,
    wrapped,
  }: {
    credentials: Credentials
    wrapped?: Uint8Array
  }): Promise<Uint8Array> {
    const { KMS_IDENTITY: identity = '', KMS_KEY: keyId = '' } = env()
    const kms = createKmsClient({ identity, credentials })
    const options = { encryptionContext: CONTEXT }
    const made = wrapped
      ? { plaintext: await kms.decryptDataKey(wrapped, { ...options, keyId }), ciphertext: wrapped }
      : await kms.generateDataKey(keyId, options)
    pepper = made.plaintext
    return made.ciphertext
  },

  /** The record of a new password. */
  enrol({ user, password }: { user: string; password: string }): PasswordRecord {
    const salt = randomBytes(SALT_LENGTH)
    return { salt, hash: hashOf(readText('user', user), password, salt) }
  },

  /** Whether `password` is the one for which `record` was created, for this user. */
  verify({ user, password, record }: { user: string; password: string; record: PasswordRecord }): boolean {
    const name = readText('user', user)
    assertNotPaused(name)
    const isRight = timingSafeEqual(hashOf(name, password, record.salt), record.hash)
    if (isRight) failures.delete(name)
    else remember(name)
    return isRight
  },
}

export type PasswordVault = typeof handlers

export default (): Promise<void> => serve(handlers)
