/** Starts the parent instance's Worker and creates the parent instance in it. */
import { wrap } from 'comlink'
import type { Host } from './connection.ts'
import { carryErrors } from './errors.ts'
import type { ParentFacts, ParentHost } from './parent-host.ts'

/** A parent instance in its own Worker. */
export interface OpenHost {
  readonly host: Host
  readonly facts: ParentFacts
}

/** Rejects if the Worker cannot be started. */
export async function openHost(): Promise<OpenHost> {
  carryErrors()
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    type: 'module',
    name: 'parent instance',
  })
  const host = wrap<ParentHost>(worker)
  const facts = await new Promise<ParentFacts>((resolve, reject) => {
    worker.onerror = ({ message }) =>
      reject(new Error(`the Worker of the parent instance could not be started${message && `: ${message}`}`))
    host.open().then(resolve, reject)
  })
  return { host, facts }
}
