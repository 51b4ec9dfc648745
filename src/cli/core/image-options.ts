/** Options that several image commands share, and their conversion to the options of the library. */
import { EnclaveError } from '../../base/error.ts'
import { readJson } from '../../encoding/json.ts'
import type { BuildOptions, Manifest, ProfileName, Signer } from '../../image/index.ts'
import { type OptionSpec, type OptionValues, UsageError } from './command.ts'
import { readText } from './files.ts'

/** The cloud whose PCRs are printed, in the JSON form of that cloud. */
export const PROFILE_OPTION: OptionSpec = {
  type: 'string',
  value: 'NAME',
  help: 'the cloud whose PCRs are printed: qingtian (default) or nitro',
}

export const SIGNING_OPTIONS: Readonly<Record<'private-key' | 'signing-certificate', OptionSpec>> = {
  'private-key': { type: 'string', value: 'PEM', help: 'private key to sign with: P-256, P-384 or P-521' },
  'signing-certificate': { type: 'string', value: 'PEM', help: 'certificate of the key, measured into PCR8' },
}

/** The profile; qingtian by default. @throws {UsageError} E_USAGE for an unknown profile. */
export function readProfile(options: OptionValues): ProfileName {
  const profile = options.text('profile') ?? 'qingtian'
  if (profile === 'qingtian' || profile === 'nitro') return profile
  throw new UsageError('E_USAGE', {
    what: 'unknown --profile',
    expected: 'qingtian or nitro',
    got: profile,
  })
}

/**
 * The key and certificate to sign with; undefined if neither is given.
 * @throws {UsageError} E_USAGE for one option without the other. @throws {EnclaveError} E_FILE
 */
export async function readSigner(options: OptionValues): Promise<Signer | undefined> {
  const key = options.text('private-key')
  const certificate = options.text('signing-certificate')
  if (key === undefined && certificate === undefined) return undefined
  if (key === undefined || certificate === undefined) {
    throw new UsageError('E_USAGE', {
      what: `--${key === undefined ? 'private-key' : 'signing-certificate'} is missing`,
      expected: 'both --private-key and --signing-certificate, or neither',
    })
  }
  return {
    privateKeyPem: await readText(key, 'the private key'),
    certificatePem: await readText(certificate, 'the signing certificate'),
  }
}

/** `NAME=VALUE` pairs as an environment. @throws {UsageError} E_USAGE for a pair without `=` or a repeated name. */
export function readEnvironment(pairs: readonly string[]): Record<string, string> {
  const env = new Map<string, string>()
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at)
    if (at < 1 || env.has(name)) {
      throw new UsageError('E_USAGE', {
        what: 'invalid --env',
        expected: 'NAME=VALUE, each name once',
        got: pair,
      })
    }
    env.set(name, pair.slice(at + 1))
  }
  return Object.fromEntries(env)
}

/** Limit on custom metadata in bytes, the same as nitro-cli's. */
const MAX_CUSTOM_METADATA = 4096

/** Reads custom metadata from the file `path`. @throws {EnclaveError} E_FILE, E_IMAGE_METADATA */
export async function readCustomMetadata(path: string): Promise<BuildOptions['customMetadata']> {
  const text = await readText(path, 'the metadata')
  const size = Buffer.byteLength(text)
  const refuse = (expected: string, got: string) =>
    new EnclaveError('E_IMAGE_METADATA', {
      what: `the metadata in ${path} is invalid`,
      expected,
      got,
    })
  if (size > MAX_CUSTOM_METADATA) throw refuse(`at most ${MAX_CUSTOM_METADATA} bytes`, `${size}`)
  const value = readJson(text, refuse)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as BuildOptions['customMetadata']
  }
  throw refuse('a JSON object', 'a JSON value of another type')
}

/** Reads a manifest; buildImage checks its members. @throws {EnclaveError} E_FILE, E_IMAGE_CONTENT, E_PROXY_RULE */
export async function readManifestFile(path: string): Promise<Manifest> {
  const text = await readText(path, 'the manifest')
  const refuse = (expected: string, got: string) =>
    new EnclaveError('E_IMAGE_CONTENT', { what: `the manifest ${path} is not valid JSON`, expected, got })
  const manifest = readJson(text, refuse) as Manifest
  // What a proxy could not read would allow nothing. Other types are refused with the manifest.
  if (Array.isArray(manifest?.destinations)) {
    // Only now: the help of the command needs no package.
    const { Rules } = await import('../../proxy/rules.ts')
    new Rules(manifest.destinations.map(String))
  }
  return manifest
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

/** The value of `--build-time`. @throws {UsageError} E_USAGE for an invalid time. */
export function readBuildTime(options: OptionValues): string | undefined {
  const time = options.text('build-time')
  if (time === undefined || (ISO.test(time) && !Number.isNaN(Date.parse(time)))) return time
  throw new UsageError('E_USAGE', {
    what: 'invalid --build-time',
    expected: 'ISO 8601, such as 2026-11-23T12:00:00Z',
    got: time,
  })
}
