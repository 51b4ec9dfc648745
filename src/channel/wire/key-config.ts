/** Key configurations (RFC 9458, section 3): a public key, and the algorithms to use it with. */
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { malformed } from './error.ts'
import { AES_256_GCM, HKDF_SHA256, KEMS } from './names.ts'

/** One key of an enclave. */
export interface KeyConfig {
  /** 0 to 255. */
  readonly id: number
  /** The number of the mechanism: X25519 or X-Wing. */
  readonly kem: number
  readonly publicKey: Bytes
}

/** The pairs of key derivation and cipher that we use: one. */
const SUITES = [HKDF_SHA256, AES_256_GCM]
/** The key's id and the number of its mechanism; the length of the list of suites; a suite. */
const BEGIN_LENGTH = 3
const LIST_LENGTH = 2
const SUITE_LENGTH = 4
/** Configurations and suites that a list may have. */
const MAX_CONFIGS = 16

/** A configuration without its length. */
export function writeConfig({ id, kem, publicKey }: KeyConfig): Bytes {
  const numbers = [SUITE_LENGTH, ...SUITES].flatMap((value) => [value >> 8, value & 255])
  return concatBytes(Uint8Array.of(id, kem >> 8, kem & 255), publicKey, Uint8Array.from(numbers))
}

/** The media type application/ohttp-keys: each configuration after its length. */
export function writeConfigs(configs: readonly KeyConfig[]): Bytes {
  return concatBytes(
    ...configs.flatMap((config) => {
      const bytes = writeConfig(config)
      return [Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes]
    }),
  )
}

/**
 * The configuration in `bytes`; undefined if it is one for algorithms that we do not use.
 * @throws {EnclaveError} E_CHANNEL_MESSAGE
 */
export function readConfig(bytes: Uint8Array): KeyConfig | undefined {
  const uint16 = (at: number) => (bytes[at]! << 8) | bytes[at + 1]!
  if (bytes.length < BEGIN_LENGTH) throw badConfig(bytes.length)
  const kem = uint16(1)
  const lengths = KEMS[kem]
  if (lengths === undefined) return undefined
  const list = BEGIN_LENGTH + lengths.publicKey
  if (bytes.length < list + LIST_LENGTH + SUITE_LENGTH) throw badConfig(bytes.length)
  const suites = uint16(list)
  if (suites % SUITE_LENGTH !== 0 || list + LIST_LENGTH + suites !== bytes.length)
    throw badConfig(bytes.length)
  for (let at = list + LIST_LENGTH; at < bytes.length; at += SUITE_LENGTH) {
    if (uint16(at) === HKDF_SHA256 && uint16(at + 2) === AES_256_GCM)
      return { id: bytes[0]!, kem, publicKey: Uint8Array.from(bytes.subarray(BEGIN_LENGTH, list)) }
  }
  return undefined
}

/** The configurations in a list that we can use. @throws {EnclaveError} E_CHANNEL_MESSAGE */
export function readConfigs(bytes: Uint8Array): KeyConfig[] {
  const configs: KeyConfig[] = []
  let count = 0
  for (let at = 0; at < bytes.length; count++) {
    const from = at + LIST_LENGTH
    const end = from + ((bytes[at]! << 8) | (bytes[at + 1] ?? 0))
    if (from > bytes.length || end > bytes.length || count >= MAX_CONFIGS) throw badConfig(bytes.length)
    const config = readConfig(bytes.subarray(from, end))
    if (config) configs.push(config)
    at = end
  }
  return configs
}

function badConfig(length: number): Error {
  const expected = `at most ${MAX_CONFIGS} key configurations of RFC 9458`
  return malformed('the key configurations are malformed', expected, `${length} bytes`)
}
