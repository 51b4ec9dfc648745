/** The options of a test enclave. */
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { PCR_LENGTH, type Pcrs } from '../base/pcrs.ts'
import type { ProfileName } from '../base/profile.ts'
import { asObject, invalidOption } from '../parent/arguments.ts'
import { checkProfile } from '../parent/options.ts'
import { SYSTEM_PCR_COUNT } from '../qtsm/pcr-bank.ts'

const CID = { first: 4, last: 0xfffffffe }

/** What an image and a parent instance give a test enclave. */
export interface TestEnclaveOptions {
  /** @default 16 */
  readonly cid?: number
  /** Whose attestation documents it gets. @default 'qingtian' */
  readonly profile?: ProfileName
  /** The PCRs 0 to 15, 48 bytes each. Default: all zero, as in debug mode. */
  readonly pcrs?: Pcrs
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** The image's files, by their paths. */
  readonly files?: Readonly<Record<string, Bytes>>
  /** The file with its root certificates, as `roots` of the manifest names it. */
  readonly roots?: string
  /** What its random values are made of, so that they are the same in every run. Default: they are random. */
  readonly seed?: string
}

/** The options of a test enclave, complete. */
export type CompleteOptions = Required<Omit<TestEnclaveOptions, 'seed' | 'roots'>> &
  Pick<TestEnclaveOptions, 'seed' | 'roots'>

const NAMES: readonly (keyof TestEnclaveOptions)[] = [
  'cid',
  'profile',
  'pcrs',
  'args',
  'env',
  'files',
  'roots',
  'seed',
]

/**
 * `options` with the defaults of those that are absent.
 * @throws {EnclaveError} E_CID_RANGE, E_PARENT_OPTION, E_PCR_INDEX, E_PCR_VALUE.
 */
export function completeOptions(options: TestEnclaveOptions): CompleteOptions {
  checkNames(options)
  const {
    cid = 16,
    profile = 'qingtian',
    pcrs = new Map(),
    args = [],
    env = {},
    files = {},
    roots,
    seed,
  } = options
  if (!Number.isInteger(cid) || cid < CID.first || cid > CID.last) {
    const expected = `an integer from ${CID.first} to ${CID.last}`
    throw new EnclaveError('E_CID_RANGE', { what: 'the CID is out of range', expected, got: String(cid) })
  }
  checkProfile(profile)
  checkPcrs(pcrs)
  checkContents(args, env, files)
  if (seed !== undefined && typeof seed !== 'string')
    throw invalidOption('the seed is invalid', 'a string', seed)
  if (roots !== undefined && typeof roots !== 'string')
    throw invalidOption('roots is invalid', 'the path of one of the files', roots)
  const given = { ...(roots !== undefined && { roots }), ...(seed !== undefined && { seed }) }
  return { cid, profile, pcrs, args, env, files, ...given }
}

function checkNames(options: TestEnclaveOptions): void {
  const unknown = Object.keys(asObject('the options of a test enclave', options)).find(
    (name) => !(NAMES as readonly string[]).includes(name),
  )
  if (unknown === undefined) return
  throw new EnclaveError('E_PARENT_OPTION', {
    what: 'a test enclave does not have this option',
    expected: NAMES.join(', '),
    got: unknown,
  })
}

function checkContents(args: unknown, env: unknown, files: unknown): void {
  if (!Array.isArray(args)) throw invalidOption('args must be a list', 'a list of strings', args)
  for (const argument of args)
    if (typeof argument !== 'string') throw invalidOption('an argument is not a string', 'strings', argument)
  for (const [name, value] of Object.entries(asObject('env', env)))
    if (typeof value !== 'string') throw invalidOption(`env.${name} is not a string`, 'a string', value)
  for (const [path, content] of Object.entries(asObject('files', files)))
    if (!(content instanceof Uint8Array))
      throw invalidOption(
        `the content of the file ${JSON.stringify(path)} is not bytes`,
        'a Uint8Array',
        content,
      )
}

function checkPcrs(pcrs: Pcrs): void {
  if (!(pcrs instanceof Map)) {
    const expected = 'a Map of indexes and bytes, such as new Map([[0, pcr0]])'
    throw new EnclaveError('E_PCR_VALUE', { what: 'the PCRs are not a Map', expected, got: typeof pcrs })
  }
  for (const [index, value] of pcrs) {
    if (!Number.isInteger(index) || index < 0 || index >= SYSTEM_PCR_COUNT) {
      throw new EnclaveError('E_PCR_INDEX', {
        what: 'only PCR0 to PCR15 are given to an enclave',
        expected: 'an integer from 0 to 15',
        got: String(index),
        hint: 'the others are zero at the start, and the application extends them',
      })
    }
    if (!(value instanceof Uint8Array) || value.byteLength !== PCR_LENGTH) {
      throw new EnclaveError('E_PCR_VALUE', {
        what: `the value of PCR${index} is not a valid PCR value`,
        expected: `${PCR_LENGTH} bytes`,
        got: value instanceof Uint8Array ? `${value.byteLength} bytes` : typeof value,
        hint: 'pcrsFromHex reads hexadecimal digits',
      })
    }
  }
}
