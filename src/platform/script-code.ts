/** V8's code cache of a script, so that another process need not compile it again. Node only. */
import { buffer } from 'node:stream/consumers'
import type { Bytes } from '../base/bytes.ts'
import { otherRuntime } from './environment.ts'
import { MODULE_FLAGS } from './worker.ts'

/** Compiles every function, including those that V8 would otherwise compile when they are first called. */
const MAKE = `
import { text } from 'node:stream/consumers'
import { setFlagsFromString } from 'node:v8'
import { SourceTextModule } from 'node:vm'
for (const flag of process.argv.slice(1)) setFlagsFromString(flag)
const script = await text(process.stdin)
setFlagsFromString('--no-lazy')
const module = new SourceTextModule(script)
setFlagsFromString('--lazy')
process.stdout.write(module.createCachedData())`

/** Whether this process's program is Node itself. Any other would start the application again, and that again. */
function isNodeItself(): boolean {
  const sea = process.getBuiltinModule('node:sea') as typeof import('node:sea') | undefined
  return !sea?.isSea() && process.versions['electron'] === undefined && otherRuntime === undefined
}

/**
 * The long options with which this process was started. Those of V8 decide which code caches it accepts.
 */
export function ownOptions(): string[] {
  const words = [...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/), ...process.execArgv]
  return words.filter((word) => word.startsWith('--'))
}

/**
 * V8's code cache of `script`, for a process that runs with `flags`, and with those of V8's flags that are among
 * `options`, of which the others are ignored; undefined if that fails, or in an application that
 * contains Node. It is made in a process without any guest, because changing the cache would change what other enclaves
 * run.
 */
export async function makeCode(
  script: string,
  flags: readonly string[],
  options: readonly string[] = [],
): Promise<Bytes | undefined> {
  if (!isNodeItself()) return undefined
  const { spawn } = process.getBuiltinModule('node:child_process')
  const words = [...flags, ...MODULE_FLAGS, '--input-type=module', '-e', MAKE, '--', ...options]
  const child = spawn(process.execPath, words, { env: {}, stdio: ['pipe', 'pipe', 'ignore'] })
  child.stdin.on('error', () => {})
  child.stdin.end(script)
  const status = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null))
    child.once('exit', resolve)
  })
  const code = await buffer(child.stdout)
  return (await status) === 0 ? new Uint8Array(code) : undefined
}
