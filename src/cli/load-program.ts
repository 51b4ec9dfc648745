/**
 * What Node runs of each program of the command line: loads the program's one file, with what V8 made of it when the same
 * command ran before. Node can keep that too (`module.enableCompileCache`), but only of what is compiled at once: most
 * functions are compiled when they are first called, which takes longer than all else that a command does.
 */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'
import { assertPrivate, directories, makePrivate } from '../instance/directories.ts'
import { keepNewest, writeWhole } from '../instance/private-file.ts'

/** The program's file beside this one, and a digest of it. */
declare const PROGRAM: { file: string; digest: string }

/** What a program exports that goes on after it has done what it was called for: a promise of that. */
interface Exported {
  begun?: Promise<void>
}
/** Some 0.4 MiB each. */
const MAX_KEPT = 32

const folder = join(directories().cache, 'programs')

/** What V8 made is of one command: others call other functions. */
function keptName(): string {
  const words = process.argv.slice(2, 4).filter((word) => /^[a-z][a-z-]*$/.test(word))
  return [basename(PROGRAM.file, '.cjs'), ...words, PROGRAM.digest, process.version, process.arch].join('_')
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

function load(): void {
  const path = join(folder, keptName())
  const file = join(__dirname, PROGRAM.file)
  const cachedData = readKept(path)
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`
  const script = new Script(source, { filename: file, ...(cachedData && { cachedData }) })
  const run = script.runInThisContext() as (...given: unknown[]) => void
  run(exports, requireAny, module, __filename, __dirname)
  if (cachedData && !script.cachedDataRejected) return
  const { begun } = module.exports as Exported
  const keepThis = () => keep(path, script)
  if (begun) void begun.then(keepThis)
  else process.on('exit', keepThis)
}

/** Parts of webclave that are modules are named by their URL. */
const requireAny = (id: string): unknown => require(id.startsWith('file:') ? fileURLToPath(id) : id)

load()
