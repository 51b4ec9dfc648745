/**
 * The pool of vCPUs and memory, read from either cloud's configuration file: `qt-enclave-env.conf` (ecs_03_1418) or
 * `allocator.yaml` (aws-nitro-enclaves-cli). Without a file, it fits two enclaves of the default size.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EnclaveError } from '../base/error.ts'
import { directories } from './directories.ts'

/** The pool of vCPUs and memory. */
export interface PoolSettings {
  memoryMiB: number
  /** The IDs of the vCPUs. */
  cpus: readonly number[]
  /** The maximum number of enclaves; undefined for the cloud's own limit. */
  maxEnclaves: number | undefined
  /** The IAM agency (Nitro: role) of the parent instance, which PCR3 measures; undefined for none: PCR3 is zero. */
  agency: string | undefined
  /** The configuration file; undefined for the default. */
  source: string | undefined
}

/** One setting with its line number. */
interface Setting {
  value: string
  line: number
}

const DEFAULT: PoolSettings = {
  memoryMiB: 2048,
  cpus: [1, 2, 3, 4],
  maxEnclaves: undefined,
  agency: undefined,
  source: undefined,
}
const KEYS = [
  'hugepage_size',
  'memory_mib',
  'cpu_count',
  'cpu_list',
  'cpu_pool',
  'max_enclaves',
  'agency',
  'role',
]
const HUGEPAGE_SIZES = [2, 1024]
const MAX_MEMORY_MIB = 1 << 20
const MAX_CPU = 1023

/** The possible configuration files; the first that exists is used. */
export function settingsFiles(): string[] {
  const own = directories().config
  return [
    join(own, 'qt-enclave-env.conf'),
    join(own, 'allocator.yaml'),
    '/etc/qingtian/enclave/qt-enclave-env.conf',
    '/etc/nitro_enclaves/allocator.yaml',
  ]
}

/**
 * Reads the settings in effect.
 * @throws {EnclaveError} E_ENV_FILE, E_ENV_SETTING, E_ENV_MISSING.
 */
export function poolSettings(): PoolSettings {
  for (const path of settingsFiles()) {
    const text = readIfThere(path)
    if (text !== undefined) return readSettings(text, path)
  }
  return DEFAULT
}

/**
 * Parses a file: `key:value` in both formats; `#` starts a comment.
 * @throws {EnclaveError} E_ENV_SETTING, E_ENV_MISSING.
 */
export function readSettings(text: string, source: string): PoolSettings {
  const settings = readLines(text, source)
  const integer = (key: string, max: number) => {
    const setting = settings.get(key)
    return setting && integerOf(setting, key, max, source)
  }
  const memoryMiB = integer('memory_mib', MAX_MEMORY_MIB)
  const count = integer('cpu_count', MAX_CPU)
  const named = settings.get('cpu_list') ?? settings.get('cpu_pool')
  if (memoryMiB === undefined || (count === undefined && named === undefined)) {
    throw new EnclaveError('E_ENV_MISSING', {
      what: `${source} lacks a required setting`,
      expected: 'memory_mib, and cpu_count, cpu_list or cpu_pool',
      hint: 'for example memory_mib:1024 and cpu_count:2, on two lines',
    })
  }
  if (count !== undefined && named !== undefined) {
    throw bad(source, named, 'cpu_count and a list of vCPUs exclude each other', 'one of the two')
  }
  checkHugepages(settings, memoryMiB, source)
  const cpus = named ? cpusOf(named, source) : Array.from({ length: count! }, (_, at) => at + 1)
  return {
    memoryMiB,
    cpus,
    maxEnclaves: integer('max_enclaves', MAX_CPU),
    agency: agencyOf(settings, source),
    source,
  }
}

/** `agency`, or `role`, its name at Nitro. */
function agencyOf(settings: Map<string, Setting>, source: string): string | undefined {
  const setting = settings.get('agency') ?? settings.get('role')
  if (settings.has('agency') && settings.has('role')) {
    throw bad(source, setting!, 'agency and role exclude each other', 'one of the two')
  }
  if (setting?.value === '') throw bad(source, setting, 'the agency is empty', 'a name or an ARN')
  return setting?.value
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return undefined
    throw new EnclaveError('E_ENV_FILE', {
      what: `${path} cannot be read`,
      got: (cause as Error).message,
      cause,
    })
  }
}

function readLines(text: string, source: string): Map<string, Setting> {
  const settings = new Map<string, Setting>()
  for (const [at, written] of text.split('\n').entries()) {
    const plain = written.replace(/#.*/, '').trim()
    // A YAML document may begin with ---.
    if (plain === '' || plain === '---') continue
    const colon = plain.includes(':') ? plain.indexOf(':') : plain.length
    const key = plain.slice(0, colon).trimEnd()
    const value = plain.slice(colon + 1).trimStart()
    const setting = { value: value.replace(/^(["'])(.*)\1$/, '$2'), line: at + 1 }
    if (!KEYS.includes(key))
      throw bad(source, setting, `unknown setting ${key.slice(0, 80)}`, KEYS.join(', '))
    if (settings.has(key)) throw bad(source, setting, `${key} is set twice`, 'each setting once')
    settings.set(key, setting)
  }
  return settings
}

function integerOf(setting: Setting, key: string, max: number, source: string): number {
  const value = Number(setting.value)
  if (/^\d+$/.test(setting.value) && value >= 1 && value <= max) return value
  throw bad(
    source,
    setting,
    `invalid ${key}: ${setting.value.slice(0, 80) || 'empty'}`,
    `a whole number from 1 to ${max}`,
  )
}

/** `2,3,6-9`. CPU 0 stays with the parent instance. */
function cpusOf(setting: Setting, source: string): number[] {
  const expected = `numbers and ranges from 1 to ${MAX_CPU} such as 2,3,6-9, each once`
  const cpus = setting.value.split(',').flatMap((part) => {
    const [, first, last = first] = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(part) ?? []
    const [low, high] = [Number(first), Number(last)]
    if (!(low >= 1 && low <= high && high <= MAX_CPU)) {
      throw bad(source, setting, `invalid entry in the list of vCPUs: ${part.trim() || 'empty'}`, expected)
    }
    return Array.from({ length: high - low + 1 }, (_, at) => low + at)
  })
  if (new Set(cpus).size === cpus.length) return cpus
  throw bad(source, setting, 'the list of vCPUs has a duplicate', expected)
}

function checkHugepages(settings: Map<string, Setting>, memoryMiB: number, source: string): void {
  const setting = settings.get('hugepage_size')
  if (!setting) return
  const size = Number(setting.value)
  if (!HUGEPAGE_SIZES.includes(size)) {
    throw bad(source, setting, `invalid hugepage_size: ${setting.value || 'empty'}`, '2 or 1024 (MiB)')
  }
  if (memoryMiB % size === 0) return
  throw bad(
    source,
    setting,
    `memory_mib ${memoryMiB} is not a multiple of hugepage_size`,
    `a multiple of ${size}`,
  )
}

function bad(source: string, { line }: Setting, what: string, expected: string): EnclaveError {
  return new EnclaveError('E_ENV_SETTING', { what: `${source}, line ${line}: ${what}`, expected })
}
