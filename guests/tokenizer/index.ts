/**
 * Replaces card numbers with tokens that are worthless outside: a shop stores tokens and never a card number. The same
 * card gives the same token, so that purchases with one card can be counted. A card number leaves the enclave only
 * encrypted under the payment processor's key, which the shop does not have. The KMS releases all keys only to this
 * image.
 *
 * The image's environment, which is measured: KMS_IDENTITY, KMS_KEY, and PROCESSOR_KEY, the processor's AES-256 key as
 * encrypted by the KMS (hexadecimal).
 */
import {
  aesGcm,
  type Credentials,
  createKmsClient,
  env,
  fromHex,
  hkdf,
  hmac,
  serve,
  timingSafeEqual,
  toHex,
} from 'webclave/sdk'

const CONTEXT = { service: 'tokenizer' }
const PROCESSOR = { service: 'tokenizer', holder: 'processor' }
const NONCE_LENGTH = 12
const TOKEN = /^tok_((?:[0-9a-f]{2}){41,47})_(\d{4})$/

const utf8 = (text: string) => new TextEncoder().encode(text)

interface Keys {
  /** Derives the nonce from the card number, so that the same card gives the same token. */
  names: Uint8Array
  /** Encrypts the number into the token. */
  tokens: Uint8Array
  processor: Uint8Array
}

let keys: Keys | undefined

function refuse(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

function currentKeys(): Keys {
  if (keys) return keys
  throw refuse('E_TOKENIZER_CLOSED', 'the tokenizer has no keys yet: open it')
}

/** A card number's digits (ISO/IEC 7812): 13 to 19, the last of which is the Luhn check digit. */
function readCard(card: unknown): string {
  const digits = typeof card === 'string' ? card.replace(/[ -]/g, '') : ''
  if (/^\d{13,19}$/.test(digits) && luhn(digits) % 10 === 0) return digits
  throw refuse('E_TOKENIZER_CARD', 'that is not a card number')
}

function luhn(digits: string): number {
  return [...digits].reverse().reduce((sum, digit, at) => {
    const value = Number(digit) * (at % 2 === 1 ? 2 : 1)
    return sum + (value > 9 ? value - 9 : value)
  }, 0)
}

/** The card number in `token`; a token whose nonce does not belong to its number was not created here. */
function readToken(token: unknown, { names, tokens }: Keys): string {
  const [, sealed = '', lastFour = ''] = TOKEN.exec(String(token)) ?? []
  if (sealed === '') throw refuse('E_TOKENIZER_TOKEN', 'that is not a token')
  const card = new TextDecoder().decode(aesGcm.open(tokens, fromHex(sealed), utf8(lastFour)))
  const nonce = hmac('sha256', names, utf8(card)).subarray(0, NONCE_LENGTH)
  if (timingSafeEqual(nonce, fromHex(sealed).subarray(0, NONCE_LENGTH))) return card
  throw refuse('E_TOKENIZER_TOKEN', 'that is not a token')
}

const handlers = {
  /** Loads the keys in `wrapped`, or creates new ones. The result must be stored for the next start. */
  async open({
    credentials,
    wrapped,
  }: {
    credentials: Credentials
    wrapped?: Uint8Array
  }): Promise<Uint8Array> {
    const { KMS_IDENTITY: identity = '', KMS_KEY: keyId = '', PROCESSOR_KEY: processorKey = '' } = env()
    const kms = createKmsClient({ identity, credentials })
    const options = { encryptionContext: CONTEXT }
    const made = wrapped
      ? { plaintext: await kms.decryptDataKey(wrapped, { ...options, keyId }), ciphertext: wrapped }
      : await kms.generateDataKey(keyId, options)
    const derive = (purpose: string) => hkdf('sha256', made.plaintext, utf8('tokenizer'), utf8(purpose), 32)
    const processor = await kms.decrypt(fromHex(processorKey), { encryptionContext: PROCESSOR, keyId })
    keys = { names: derive('names'), tokens: derive('tokens'), processor }
    made.plaintext.fill(0)
    return made.ciphertext
  },

  /** The token of a card: `tok_`, the encrypted number, and its last four digits for display. */
  tokenize({ card }: { card: string }): string {
    const { names, tokens } = currentKeys()
    const digits = readCard(card)
    const lastFour = digits.slice(-4)
    const nonce = hmac('sha256', names, utf8(digits)).subarray(0, NONCE_LENGTH)
    const sealed = aesGcm.encrypt(tokens, nonce, utf8(digits), utf8(lastFour))
    return `tok_${toHex(nonce)}${toHex(sealed)}_${lastFour}`
  },

  /**
   * The number for the processor, which only it can decrypt (AES-256-GCM: nonce, ciphertext, tag), bound to `order`.
   */
  forProcessor({ token, order }: { token: string; order: string }): Uint8Array {
    const current = currentKeys()
    return aesGcm.seal(current.processor, utf8(readToken(token, current)), utf8(String(order)))
  },
}

export type Tokenizer = typeof handlers

export default (): Promise<void> => serve(handlers)
