/** What V8 makes of a script, kept to be used again by another process. Node only. */
import { spawn } from 'node:child_process'
import { buffer } from 'node:stream/consumers'

/** What Node is told where modules are made of text, which it calls experimental. */
export const MODULE_FLAGS: readonly string[] = ['--experimental-vm-modules', '--no-warnings']

const MAKE = `
import { text } from 'node:stream/consumers'
import { SourceTextModule } from 'node:vm'
process.stdout.write(new SourceTextModule(await text(process.stdin)).createCachedData())`

/**
 * What V8 makes of `script`, for a process that runs with `flags`; undefined where that fails. It is made apart from
 * every guest: whoever could change it would change what others run.
 */
export async function makeCode(script: string, flags: readonly string[]): Promise<Uint8Array | undefined> {
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
