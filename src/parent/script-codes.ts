/** V8's code caches of the scripts of prepared images, which are made once for all their enclaves. Node only. */
import type { Bytes } from '../base/bytes.ts'
import { V8_FLAGS } from '../hypervisor/process-script.ts'
import type { Isolation } from '../hypervisor/start-host.ts'
import { isNode } from '../platform/environment.ts'
import { workerScript } from '../platform/worker.ts'

/** Code caches that are kept of each isolation: by the glue, because all have the same kernel. */
const MAX_CODES = 4

const codes: Record<Isolation, Map<string, Bytes | undefined>> = { worker: new Map(), process: new Map() }

/**
 * The code cache of `kernel` and `glue`, in which every function is compiled, which V8 otherwise does when they are
 * called. Undefined while it is made, which the first request starts, and if it cannot be made.
 */
export function scriptCode(isolation: Isolation, kernel: string, glue: string): Bytes | undefined {
  const known = codes[isolation]
  if (isNode && !known.has(glue)) void make(isolation, kernel, glue)
  return known.get(glue)
}

async function make(isolation: Isolation, kernel: string, glue: string): Promise<void> {
  const known = codes[isolation]
  known.set(glue, undefined)
  for (const oldest of known.keys()) if (known.size > MAX_CODES) known.delete(oldest)
  // In this form bundlers for browsers see that the import is unreachable.
  if (!isNode) return
  const { makeCode, ownOptions } = await import('../platform/script-code.ts')
  const script = workerScript(kernel, glue)
  const making = isolation === 'process' ? makeCode(script, V8_FLAGS) : makeCode(script, [], ownOptions())
  const code = await making.catch(() => undefined)
  if (known.has(glue)) known.set(glue, code)
}
