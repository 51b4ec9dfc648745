/**
 * What an enclave application may import and must export: the world of `wit/world.wit`. Any other import would be a way
 * out of the enclave, or something that the kernel does not provide.
 */
import type { Extern } from './extern.ts'
import { refusal, USE_WASI_02 } from './refusal.ts'

/** The interfaces of sealed WASI; every 0.2 patch version is allowed. */
const WASI = [
  'io/error',
  'io/poll',
  'io/streams',
  'clocks/monotonic-clock',
  'clocks/wall-clock',
  'random/random',
  'random/insecure',
  'random/insecure-seed',
  'cli/environment',
  'cli/exit',
  'cli/stdin',
  'cli/stdout',
  'cli/stderr',
  'cli/terminal-input',
  'cli/terminal-output',
  'cli/terminal-stdin',
  'cli/terminal-stdout',
  'cli/terminal-stderr',
  'filesystem/types',
  'filesystem/preopens',
]

/** Webclave's own two interfaces. */
const OURS = ['qingtian:enclave/vsock@0.1.0', 'qingtian:enclave/qtsm@0.1.0']

const WASI_VERSION = /^0\.2\.[0-9]{1,3}$/

/** The default for the required export. */
export const RUN = 'wasi:cli/run@0.2'

/**
 * Checks that every import is an interface of the world or in `allowed`.
 * @throws {EnclaveError} E_ADMISSION_IMPORT for the first that is not.
 */
export function checkImports(imports: readonly Extern[], allowed: readonly string[]): void {
  for (const { name, kind } of imports) {
    if (allowed.includes(name)) continue
    if (kind === 'instance' && (OURS.includes(name) || isSealedWasi(name))) continue
    throw refusal(
      'E_ADMISSION_IMPORT',
      `the component imports ${name}, which an enclave does not have`,
      'qingtian:enclave/vsock, qingtian:enclave/qtsm and sealed WASI 0.2 (io, clocks, random, cli, filesystem)',
      kind === 'instance' ? name : `a ${kind} named ${name}`,
      adviceFor(name),
    )
  }
}

function adviceFor(name: string): string | undefined {
  if (IS_WASI_03.test(name)) return USE_WASI_02
  const network = 'an enclave has no network: connect to the parent with qingtian:enclave/vsock instead'
  if (/^wasi:http\//.test(name))
    return `${network}; componentize-js imports it unless it is given disableFeatures: ['http', 'fetch-event']`
  return /^wasi:sockets\//.test(name) ? network : undefined
}

const IS_WASI_03 = /^wasi:[^@]*@0\.3/

/**
 * Checks that `required` is exported. If its version has only two numbers, any patch version will do.
 * @throws {EnclaveError} E_ADMISSION_EXPORT
 */
export function checkExports(exports: readonly Extern[], required: string): void {
  const found = exports.some(
    ({ name, kind }) => kind !== 'type' && (name === required || isPatchOf(name, required)),
  )
  if (found) return
  throw refusal(
    'E_ADMISSION_EXPORT',
    `the component does not export ${required}`,
    `the export ${required}`,
    exports
      .map(({ name }) => name)
      .join(', ')
      .slice(0, 200) || 'no exports',
    adviceForExports(exports.map(({ name }) => name)),
  )
}

function adviceForExports(names: readonly string[]): string | undefined {
  if (names.some((name) => IS_WASI_03.test(name))) return USE_WASI_02
  if (names.some((name) => name.startsWith('wasi:http/')))
    return 'an enclave is a command that listens on vsock, not a handler of HTTP requests: export run, a main function in most languages'
  return 'export run: a main function in most languages; a library has none'
}

function isSealedWasi(name: string): boolean {
  const [path, version, ...rest] = name.split('@')
  const known = path!.startsWith('wasi:') && WASI.includes(path!.slice('wasi:'.length))
  return known && rest.length === 0 && WASI_VERSION.test(version ?? '')
}

function isPatchOf(name: string, required: string): boolean {
  return (
    /@0\.[0-9]+$/.test(required) &&
    name.startsWith(`${required}.`) &&
    /^[0-9]{1,3}$/.test(name.slice(required.length + 1))
  )
}
