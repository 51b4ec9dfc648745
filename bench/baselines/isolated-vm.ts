/**
 * isolated-vm as a baseline: an isolate of V8 in this process, with memory of its own. It is installed in a folder of
 * its own, because it is native; its prebuilt binaries are for some versions of Node only.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ISOLATED_VM = '7.0.1'
const folder = fileURLToPath(new URL('../../.cache/peers/', import.meta.url))

interface Reference {
  apply(self: undefined, given: unknown[], options: object): Promise<unknown>
}
interface Isolate {
  createContext(): Promise<{ eval(code: string, options: object): Promise<Reference> }>
  dispose(): void
}
interface IsolatedVm {
  Isolate: new (options: { memoryLimit: number }) => Isolate
}

/** The module; undefined, aloud, where it cannot be installed or loaded. */
export function loadIsolatedVm(): IsolatedVm | undefined {
  try {
    if (!existsSync(join(folder, 'node_modules/isolated-vm'))) {
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'package.json'), '{"private":true}')
      execFileSync('npm', ['install', '--no-audit', '--no-fund', `isolated-vm@${ISOLATED_VM}`], {
        cwd: folder,
        stdio: ['ignore', 2, 2],
      })
    }
    return createRequire(join(folder, 'package.json'))('isolated-vm')
  } catch (error) {
    console.error(`bench: without isolated-vm ${ISOLATED_VM}: ${(error as Error).message.split('\n')[0]}`)
    return undefined
  }
}

/** An isolate with a function that returns its argument. */
export async function openIsolate(
  vm: IsolatedVm,
): Promise<{ echo(bytes: unknown): Promise<unknown>; close(): void }> {
  const isolate = new vm.Isolate({ memoryLimit: 64 })
  const context = await isolate.createContext()
  const echo = await context.eval('(bytes) => bytes', { reference: true })
  return {
    echo: (bytes) => echo.apply(undefined, [bytes], { arguments: { copy: true }, result: { copy: true } }),
    close: () => isolate.dispose(),
  }
}
