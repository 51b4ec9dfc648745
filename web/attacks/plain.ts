/** What the page does with an ordinary Worker. */
import { toHex } from '../../src/base/bytes.ts'
import { type PlainRequest, SECRET_AT, SECRET_LENGTH } from './plain-request.ts'

/** What was read from outside, and whether it is the secret. */
export interface Theft {
  readonly read: string
  readonly isSecret: boolean
}

/** Lets a Worker keep a secret in shared WebAssembly memory, and reads it. */
export async function readPlainMemory(): Promise<Theft> {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  const digest = await ask({ kind: 'keep', memory })
  // A copy, because a digest does not take shared memory.
  const stolen = new Uint8Array(memory.buffer).slice(SECRET_AT, SECRET_AT + SECRET_LENGTH)
  const found = toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(stolen))))
  return { read: toHex(stolen), isSecret: found === digest }
}

const MESSAGES = 512
const LENGTH = 65_536

/** What was sent while nobody read, and what then waited. */
export interface Queue {
  readonly sent: number
  readonly waiting: number
}

/** Lets a Worker send 32 MiB to a port that is not read meanwhile, and counts what waits there. */
export async function floodPlainPort(): Promise<Queue> {
  const { port1, port2 } = new MessageChannel()
  // A port that is not started keeps its messages.
  const sent = await ask({ kind: 'flood', port: port2, messages: MESSAGES, length: LENGTH }, [port2])
  let waiting = 0
  await new Promise<void>((resolve) => {
    let left = MESSAGES
    port1.onmessage = ({ data }) => {
      waiting += (data as Uint8Array).byteLength
      left -= 1
      if (left === 0) resolve()
    }
  })
  port1.close()
  return { sent: Number(sent), waiting }
}

/** Sends one request to a new Worker; resolves with its answer. */
async function ask(request: PlainRequest, transfer: Transferable[] = []): Promise<string | number> {
  const worker = new Worker(new URL('./plain-worker.ts', import.meta.url), { type: 'module' })
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data)
      worker.onerror = ({ message }) => reject(new Error(`the Worker could not be started: ${message}`))
      worker.postMessage(request, transfer)
    })
  } finally {
    worker.terminate()
  }
}
