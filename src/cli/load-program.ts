/**
 * What Node runs of each program of the command line: loads the program's files, with what V8 made of them when the same
 * command ran before. Node can keep that too (`module.enableCompileCache`), but only of what is compiled at once: most
 * functions are compiled when they are first called, which takes longer than all else that a command does.
 */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'
import { assertPrivate, directories, makePrivate } from '../keeper/directories.ts'
import { keepNewest, writeWhole } from '../keeper/private-file.ts'
import { USAGE_STATUS } from './core/command.ts'

/** The program's files beside this one, the one that it begins with first, and digests of them. */
declare const PROGRAM: [file: string, digest: string][]

/** What a program exports that goes on after it has done what it was called for: a promise of that. */
interface Exported {
  begun?: Promise<void>
}
/** Some 0.4 MiB each. */
const MAX_KEPT = 32

const folder = join(directories().cache, 'programs')

/** What V8 made is of one command: others call other functions. */
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

/** Where it cannot be kept, the next run is only slower. */
function keep(path: string, script: Script): void {
  try {
    makePrivate(folder)
    writeWhole(path, script.createCachedData(), false)
    keepNewest(folder, MAX_KEPT)
  } catch {}
}

/** What the files export that were loaded. */
const loaded = new Map<string, unknown>()
/** What V8 made of a file now, to be kept. */
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

/** Parts of the program are beside this file; parts of webclave that are modules are named by their URL. */
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
  // The words of a wrong command line are no command's, and there is no end of them.
  process.on('exit', (status) => {
    if (status !== USAGE_STATUS) keepFresh()
  })
}
