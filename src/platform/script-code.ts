/** What V8 makes of a script, kept to be used again by another process. Node only. */
import { buffer } from 'node:stream/consumers'
import type { Bytes } from '../base/bytes.ts'
import { MODULE_FLAGS } from './worker.ts'

/** Every function is compiled, also those that V8 would only compile once they are called. */
const MAKE = `
import { text } from 'node:stream/consumers'
import { setFlagsFromString } from 'node:v8'
import { SourceTextModule } from 'node:vm'
const script = await text(process.stdin)
setFlagsFromString('--no-lazy')
const module = new SourceTextModule(script)
setFlagsFromString('--lazy')
process.stdout.write(module.createCachedData())`

/**
 * What V8 makes of `script`, for a process that runs with `flags`; undefined where that fails. It is made apart from
 * every guest: whoever could change it would change what others run.
 */
export async function makeCode(script: string, flags: readonly string[]): Promise<Bytes | undefined> {
  const { spawn } = process.getBuiltinModule('node:child_process')
  const words = [...flags, ...MODULE_FLAGS, '--input-type=module', '-e', MAKE]
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
