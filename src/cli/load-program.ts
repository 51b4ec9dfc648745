/**
 * The entry point of each command-line program: loads the program's files with the V8 code cache of an earlier run of
 * the same command. Node's own cache (`module.enableCompileCache`) covers only code that is compiled on load, but most
 * functions are compiled on their first call, which takes longer than everything else that a command does.
 */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'
import { assertPrivate, directories, makePrivate } from '../keeper/directories.ts'
import { keepNewest, writeWhole } from '../keeper/private-file.ts'
import { USAGE_STATUS } from './core/command.ts'

/** The program's files in this folder and their digests; the main file comes first. */
declare const PROGRAM: [file: string, digest: string][]

/** The exports of a program that keeps running (a keeper): `begun` resolves once it has done its task. */
interface Exported {
  begun?: Promise<void>
}
/** The number of cached files, of about 0.4 MiB each. */
const MAX_KEPT = 32

const folder = join(directories().cache, 'programs')

/** The cache is kept per command, because each command calls other functions. */
function keptPath(file: string, digest: string): string {
  const words = process.argv.slice(2, 4).filter((word) => /^[a-z][a-z-]*$/.test(word))
  const name = [basename(file, '.cjs'), ...words, digest, process.version, process.arch].join('_')
  return join(folder, name)
}

function readKept(path: string): Uint8Array | undefined {
  try {
    return assertPrivate(folder) ? readFileSync(path) : undefined
  } catch {
    return undefined
  }
}

/** Errors are ignored: without the cache the next run is only slower. */
function keep(path: string, script: Script): void {
  try {
    makePrivate(folder)
    writeWhole(path, script.createCachedData(), false)
    keepNewest(folder, MAX_KEPT)
  } catch {}
}

/** The exports of loaded files. */
const loaded = new Map<string, unknown>()
/** Scripts without a usable cache, which are to be cached. */
const fresh: [path: string, script: Script][] = []

function load(file: string, digest: string): unknown {
  const path = keptPath(file, digest)
  const filename = join(__dirname, file)
  const cachedData = readKept(path)
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, 'latin1')}\n})`
  const script = new Script(source, { filename, ...(cachedData && { cachedData }) })
  if (!cachedData || script.cachedDataRejected) fresh.push([path, script])
  const run = script.runInThisContext() as (...given: unknown[]) => void
  const own = { exports: {} }
  run(own.exports, requireAny, own, filename, __dirname)
  loaded.set(file, own.exports)
  return own.exports
}

/** Files of the program are in this folder; modules of webclave outside the program have file: URLs. */
function requireAny(id: string): unknown {
  const part = PROGRAM.find(([file]) => id === `./${file}`)
  if (part) return loaded.get(part[0]) ?? load(...part)
  return require(id.startsWith('file:') ? fileURLToPath(id) : id)
}

const { begun } = load(...PROGRAM[0]!) as Exported
const keepFresh = () => {
  for (const [path, script] of fresh) keep(path, script)
}
if (begun) void begun.then(keepFresh)
else {
  // A usage error is not cached: its words name no command, and would fill the cache.
  process.on('exit', (status) => {
    if (status !== USAGE_STATUS) keepFresh()
  })
}
