/**
 * What webclave's images contain besides code: kernel descriptor, command line and manifest. All three are canonical
 * JSON, measured, and hostile input when read.
 */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { typeName } from '../../base/type-name.ts'
import { canonicalBytes, type Json, readCanonical } from './canonical-json.ts'

/** The WIT package that the kernel of this release implements. */
export const WIT_PACKAGE = 'qingtian:enclave@0.1.0'

/** The kernel section. `sha384` is the digest of the kernel bundle, 96 hexadecimal digits. */
export interface KernelDescriptor {
  readonly kernel: 'webclave'
  readonly version: string
  readonly sha384: string
  readonly wit: string
}

/** The cmdline section: `{"args":[...],"env":{...}}`. */
export interface CommandLine {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** What an application chooses for the bundler. */
export interface BundlerChoices {
  /** Other modules to take for names: another name, or a file as a path from the application's folder. */
  readonly alias?: Readonly<Record<string, string>>
  /** Conditions of the `exports` of packages, besides `browser`, `module`, `import`, `require` and `default`. */
  readonly conditions?: readonly string[]
  /** Names or members such as `process.env.MODE`, and the JSON or the name that replaces each. */
  readonly define?: Readonly<Record<string, string>>
  /** Modules that are left out: a `require` of them fails when it is run. */
  readonly external?: readonly string[]
}

/** The requirements of an application: `manifest.json` in its archive. Every member is optional. */
export interface Manifest extends BundlerChoices {
  /** The minimum memory in MiB. */
  readonly memoryMiB?: number
  /**
   * The destinations to which a proxy of the parent may connect it: `HOST:PORTS` as in the rules of the proxy, such as
   * `kms.example.com:443`, `*.example.com:443` or `10.0.0.0/8:*`.
   */
  readonly destinations?: readonly string[]
  /** The image's file with the root certificates that it trusts, in PEM: needed for TLS. */
  readonly roots?: string
  /**
   * Vsock ports of the parent that lead to one host each, as vsock-proxy and qproxy do: `{"kms.example.com:443": 8001}`. `fetch` and
   * `connect` use them for these hosts.
   */
  readonly relays?: Readonly<Record<string, number>>
  /** The vsock port of the parent's proxy, which `fetch` and `connect` use. Default: 8000, where a KMS may listen too. */
  readonly proxyPort?: number
  /**
   * Whether a page that is its parent instance may make its requests with https, which the page then reads: for
   * demonstrations. Default: no.
   */
  readonly pageFetch?: boolean
  /** Whether it may be started in debug mode. Default: yes. */
  readonly debug?: boolean
  /** Whether it requests a clock finer than 1 ms; the parent decides. */
  readonly fineClock?: boolean
}

const CODE = 'E_IMAGE_CONTENT'
const DESTINATION =
  /^(?:[a-z0-9*_.-]{1,253}(?:\/\d{1,3})?|\[[0-9a-f:.]{2,45}\](?:\/\d{1,3})?):(?:\d{1,5}(?:-\d{1,5})?|\*)$/i
/** A name that a variable of the environment may have. */
export const ENV_NAME: RegExp = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/
const MAX_MEMORY_MIB = 65_536
const MAX_PORT = 0xffffffff
const MAX_DESTINATIONS = 256

type Members = { readonly [key: string]: Json | undefined }
type Check = (value: Json) => boolean

const isText: Check = (value) => typeof value === 'string' && !value.includes('\0') && value.isWellFormed()
const isPort: Check = (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_PORT
const isPortMap: Check = (value) =>
  isMembers(value) &&
  Object.keys(value).length <= MAX_DESTINATIONS &&
  Object.entries(value).every(
    ([name, port]) => /^[^*/]+:\d{1,5}$/.test(name) && DESTINATION.test(name) && isPort(port!),
  )
const isBoolean: Check = (value) => typeof value === 'boolean'
const isName: Check = (value) => isText(value) && value !== ''
const isNames: Check = (value) => Array.isArray(value) && value.every(isName)
const isTextMap: Check = (value) =>
  isMembers(value) && Object.entries(value).every(([name, text]) => isName(name) && isName(text!))
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText)

/** Encodes a kernel section. @throws {EnclaveError} E_IMAGE_CONTENT */
export function writeDescriptor(kernel: { version: string; sha384: string }): Bytes {
  const descriptor = { kernel: 'webclave', version: kernel.version, sha384: kernel.sha384, wit: WIT_PACKAGE }
  return canonicalBytes(checkDescriptor(descriptor))
}

/** Parses a kernel section. @throws {EnclaveError} E_IMAGE_CONTENT */
export function readDescriptor(bytes: Uint8Array): KernelDescriptor {
  return checkDescriptor(readCanonical(bytes, 'the kernel descriptor', CODE)) as KernelDescriptor & Members
}

/** Encodes a cmdline section. @throws {EnclaveError} E_IMAGE_CONTENT */
export function writeCommandLine({ args, env }: CommandLine): Bytes {
  return canonicalBytes(checkCommandLine({ args, env }))
}

/** Parses a cmdline section. @throws {EnclaveError} E_IMAGE_CONTENT */
export function readCommandLine(bytes: Uint8Array): CommandLine {
  const line = checkCommandLine(readCanonical(bytes, 'the command line', CODE)) as Members
  // A null prototype, so that names chosen by an image never meet inherited properties such as `__proto__`.
  const env: Record<string, string> = Object.create(null)
  return { args: line['args'] as unknown as string[], env: Object.assign(env, line['env']) }
}

/** Returns `manifest` if it is valid. @throws {EnclaveError} E_IMAGE_CONTENT */
export function assertManifest(manifest: Manifest): Manifest {
  return checkManifest({ ...manifest } as Members) as Manifest
}

/** Encodes a `manifest.json`. @throws {EnclaveError} E_IMAGE_CONTENT */
export function writeManifest(manifest: Manifest): Bytes {
  return canonicalBytes(checkManifest({ ...manifest } as Members))
}

/** Parses a `manifest.json`. @throws {EnclaveError} E_IMAGE_CONTENT */
export function readManifest(bytes: Uint8Array): Manifest {
  return checkManifest(readCanonical(bytes, 'the manifest', CODE)) as Manifest
}

function checkDescriptor(value: Json): Members {
  return checkMembers('the kernel descriptor', value, {
    kernel: [true, (kernel) => kernel === 'webclave', '"webclave"'],
    version: [true, (version) => isText(version) && version !== '', 'a non-empty string'],
    sha384: [
      true,
      (hex) => typeof hex === 'string' && /^[0-9a-f]{96}$/.test(hex),
      '96 lower-case hexadecimal digits',
    ],
    wit: [true, (wit) => wit === WIT_PACKAGE, `"${WIT_PACKAGE}"`],
  })
}

function checkCommandLine(value: Json): Members {
  return checkMembers('the command line', value, {
    args: [true, isTexts, 'an array of well-formed strings without NUL'],
    env: [
      true,
      (env) =>
        isMembers(env) && Object.entries(env).every(([name, text]) => ENV_NAME.test(name) && isText(text!)),
      'names of letters, digits and "_", each with a well-formed text without NUL',
      foundInEnv,
    ],
  })
}

function checkManifest(value: Json): Members {
  return checkMembers('the manifest', value, {
    memoryMiB: [
      false,
      (mib) => Number.isInteger(mib) && Number(mib) > 0 && Number(mib) <= MAX_MEMORY_MIB,
      `a whole number from 1 to ${MAX_MEMORY_MIB}`,
    ],
    destinations: [
      false,
      (list) =>
        isTexts(list) &&
        (list as string[]).length <= MAX_DESTINATIONS &&
        (list as string[]).every((text) => DESTINATION.test(text)),
      `a list of at most ${MAX_DESTINATIONS} "HOST:PORTS", such as "kms.example.com:443" or "*.example.com:443"`,
    ],
    roots: [false, isName, 'the path of a file of the image'],
    proxyPort: [false, isPort, `a whole number from 0 to ${MAX_PORT}`],
    relays: [false, isPortMap, `an object of HOST:PORT and a vsock port from 0 to ${MAX_PORT}`],
    pageFetch: [false, isBoolean, 'true or false'],
    debug: [false, isBoolean, 'true or false'],
    fineClock: [false, isBoolean, 'true or false'],
    alias: [false, isTextMap, 'an object of names and texts'],
    conditions: [false, isNames, 'a list of names'],
    define: [false, isTextMap, 'an object of names and texts'],
    external: [false, isNames, 'a list of names'],
  })
}

/** What is wrong with an environment. Its values may be secrets, and are not shown. */
function foundInEnv(env: Json): string {
  if (!isMembers(env)) return typeName(env)
  const name = Object.keys(env).find((each) => !ENV_NAME.test(each))
  if (name !== undefined) return `the name ${JSON.stringify(name.slice(0, 64))}`
  const variable = Object.keys(env).find((each) => !isText(env[each]!))
  return `another value of ${variable}`
}

const asJson = (member: Json) => JSON.stringify(member).slice(0, 100)

/** `show` says what was found, in place of the member itself. */
type Rule = readonly [required: boolean, check: Check, expected: string, show?: (member: Json) => string]
type Rules = Readonly<Record<string, Rule>>

/** Checks that every required member is present, none is unknown, and each satisfies its rule. */
function checkMembers(item: string, value: Json, rules: Rules): Members {
  if (!isMembers(value)) throw refuse(`${item} is not a JSON object`, 'an object', typeof value)
  const stranger = Object.keys(value).find((key) => !Object.hasOwn(rules, key))
  if (stranger !== undefined) {
    throw refuse(
      `${item} has an unknown member`,
      Object.keys(rules).join(', '),
      JSON.stringify(stranger.slice(0, 64)),
    )
  }
  for (const [key, [required, check, expected, show = asJson]] of Object.entries(rules)) {
    const member = value[key]
    if (member === undefined ? required : !check(member)) {
      throw refuse(
        `${item}: "${key}" is missing or invalid`,
        expected,
        member === undefined ? 'nothing' : show(member),
      )
    }
  }
  return value
}

function isMembers(value: Json | undefined): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refuse(what: string, expected: string, got: string): EnclaveError {
  return new EnclaveError(CODE, { what, expected, got })
}
