/** The options that several commands about images share, and how they become what the library takes. */
import { EnclaveError } from '../../base/error.ts'
import { readJson } from '../../encoding/json.ts'
import type { BuildOptions, Manifest, ProfileName, Signer } from '../../image/index.ts'
import { type OptionSpec, type OptionValues, UsageError } from './command.ts'
import { readText } from './files.ts'

/** Whose PCRs are printed, and in whose form. */
export const PROFILE_OPTION: OptionSpec = {
  type: 'string',
  value: 'NAME',
  help: 'qingtian (default) or nitro: whose PCRs are printed, in whose JSON',
}

export const SIGNING_OPTIONS: Readonly<Record<'private-key' | 'signing-certificate', OptionSpec>> = {
  'private-key': { type: 'string', value: 'PEM', help: 'key to sign with: P-256, P-384 or P-521' },
  'signing-certificate': { type: 'string', value: 'PEM', help: 'its certificate, which PCR8 will measure' },
}

/** @throws {UsageError} E_USAGE for another profile. */
export function readProfile(options: OptionValues): ProfileName {
  const profile = options.text('profile') ?? 'qingtian'
  if (profile === 'qingtian' || profile === 'nitro') return profile
  throw new UsageError('E_USAGE', {
    what: 'there is no such profile',
    expected: 'qingtian or nitro',
    got: profile,
  })
}

/**
 * Who signs; undefined where nobody does.
 * @throws {UsageError} E_USAGE for one option without the other. @throws {EnclaveError} E_FILE
 */
export async function readSigner(options: OptionValues): Promise<Signer | undefined> {
  const key = options.text('private-key')
  const certificate = options.text('signing-certificate')
  if (key === undefined && certificate === undefined) return undefined
  if (key === undefined || certificate === undefined) {
    throw new UsageError('E_USAGE', {
      what: `--${key === undefined ? 'signing-certificate' : 'private-key'} stands alone`,
      expected: '--private-key and --signing-certificate, or neither',
    })
  }
  return {
    privateKeyPem: await readText(key, 'the private key'),
    certificatePem: await readText(certificate, 'the signing certificate'),
  }
}

/** `K=V` pairs as an environment. @throws {UsageError} E_USAGE for one without `=`, or one name twice. */
export function readEnvironment(pairs: readonly string[]): Record<string, string> {
  const env = new Map<string, string>()
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at)
    if (at < 1 || env.has(name)) {
      throw new UsageError('E_USAGE', {
        what: 'an option --env is not right',
        expected: 'NAME=VALUE, each name once',
        got: pair,
      })
    }
    env.set(name, pair.slice(at + 1))
  }
  return Object.fromEntries(env)
}

/** Bytes of a builder's own metadata, as nitro-cli bounds them. */
const MAX_CUSTOM_METADATA = 4096

/** The builder's own metadata in the file `path`. @throws {EnclaveError} E_FILE, E_IMAGE_METADATA */
export async function readCustomMetadata(path: string): Promise<BuildOptions['customMetadata']> {
  const text = await readText(path, 'the metadata')
  const size = Buffer.byteLength(text)
  const refuse = (expected: string, got: string) =>
    new EnclaveError('E_IMAGE_METADATA', {
      what: `the metadata in ${path} cannot be written into an image`,
      expected,
      got,
    })
  if (size > MAX_CUSTOM_METADATA) throw refuse(`at most ${MAX_CUSTOM_METADATA} bytes`, `${size}`)
  const value = readJson(text, refuse)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as BuildOptions['customMetadata']
  }
  throw refuse('a JSON object', 'another JSON value')
}

/** The manifest in the file `path`; its members are checked when the image is built. @throws {EnclaveError} E_FILE, E_IMAGE_CONTENT */
export async function readManifestFile(path: string): Promise<Manifest> {
  const text = await readText(path, 'the manifest')
  const refuse = (expected: string, got: string) =>
    new EnclaveError('E_IMAGE_CONTENT', { what: `the manifest ${path} is no JSON`, expected, got })
  return readJson(text, refuse) as Manifest
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

/** @throws {UsageError} E_USAGE where the time to write is none. */
export function readBuildTime(options: OptionValues): string | undefined {
  const time = options.text('build-time')
  if (time === undefined || (ISO.test(time) && !Number.isNaN(Date.parse(time)))) return time
  throw new UsageError('E_USAGE', {
    what: '--build-time is no time',
    expected: 'ISO 8601, such as 2026-11-23T12:00:00Z',
    got: time,
  })
}
