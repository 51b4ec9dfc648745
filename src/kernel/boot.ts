/**
 * Start and end of the kernel: receives the boot message, links the component to its imports, runs it, and reports how
 * it ended. The kernel is bundled into one script that uses no API of Node or of the DOM; the few host functions that
 * it needs are passed to `boot`.
 */
import type { BootMessage } from '../boundary/boot-message.ts'
import type { KernelChannel } from '../boundary/kernel-channel.ts'
import { End } from '../boundary/shared-memory.ts'
import { ProgramExit } from './cli.ts'
import { openHeartbeat } from './heartbeat.ts'
import { createImports } from './imports.ts'
import { KernelLink } from './link.ts'
import { RingChannel } from './ring-channel.ts'

export { emptyScope } from './scope.ts'

/** The host functions that the kernel needs. */
export interface KernelHost {
  /** Milliseconds since an arbitrary time before the start. */
  now: () => number
  /** Milliseconds since 1970. */
  wallClock: () => number
  /** Bytes of its stack that the JavaScript engine may use. */
  stackLength: number
  /** The channel to the hypervisor, if it is not shared memory. */
  channel?: KernelChannel
}

type Instance = WebAssembly.Instance
type CoreImports = WebAssembly.Imports

/** The function that a component's generated glue exports. */
export type Instantiate = (
  getCoreModule: (name: string) => WebAssembly.Module,
  imports: Record<string, unknown>,
  instantiateCore: (module: WebAssembly.Module, imports?: CoreImports) => Instance,
) => unknown

interface Loop {
  start(): void
  turn(): boolean
}

const STACK_OVERFLOW = /call stack/i
const ENGINE_OUT_OF_MEMORY = /^uncaught InternalError: out of memory/

/** Runs one enclave to its end. Resolves when the end has been reported; never rejects. */
export async function boot(message: BootMessage, instantiate: Instantiate, host: KernelHost): Promise<void> {
  const channel = host.channel ?? new RingChannel(message.shared!, host.now)
  const link = new KernelLink(channel, message.cid, message.bufferPool, host.now)
  const memories: WatchedMemory[] = []
  try {
    const sendHeartbeat = openHeartbeat(link)
    const imports = createImports(message, channel, link, host)
    const component = (await instantiate(
      (name) => message.modules.get(name)!,
      imports,
      (module, coreImports) => {
        const instance = new WebAssembly.Instance(module, coreImports)
        for (const value of Object.values(instance.exports)) {
          if (!(value instanceof WebAssembly.Memory)) continue
          memories.push({ memory: value, initial: value.buffer.byteLength })
          link.memories.add(value)
        }
        return instance
      },
    )) as Record<string, unknown>
    sendHeartbeat()
    channel.tellRunning()
    if (message.source === undefined) runCommand(component)
    else runLoop(component['loop'] as Loop)
    finish(channel, link, End.EXITED, 0)
  } catch (error) {
    if (error instanceof ProgramExit) return finish(channel, link, End.EXITED, error.status)
    finish(channel, link, kindOf(error, memories), describe(error))
  }
}

/** Runs a command; if it fails, that is an exit with status 1, not a trap. */
function runCommand(component: Record<string, unknown>): void {
  try {
    ;(component['run'] as { run(): void }).run()
  } catch (error) {
    if (isFailedResult(error)) throw new ProgramExit(1)
    throw error
  }
}

function runLoop(loop: Loop): void {
  loop.start()
  while (loop.turn());
}

const isFailedResult = (error: unknown) =>
  error instanceof Error && 'payload' in error && error.payload === undefined

/** A memory and its initial length in bytes. */
interface WatchedMemory {
  memory: WebAssembly.Memory
  initial: number
}

/** A trap after a memory has grown to its maximum counts as out of memory; the engine reports this itself. */
function kindOf(error: unknown, memories: readonly WatchedMemory[]): number {
  if (error instanceof RangeError && STACK_OVERFLOW.test(error.message)) return End.STACK_OVERFLOW
  if (error instanceof WebAssembly.RuntimeError && memories.some(isExhausted)) return End.OUT_OF_MEMORY
  return ENGINE_OUT_OF_MEMORY.test(describe(error)) ? End.OUT_OF_MEMORY : End.TRAPPED
}

function isExhausted({ memory, initial }: WatchedMemory): boolean {
  if (memory.buffer.byteLength === initial) return false
  try {
    memory.grow(1)
    return false
  } catch {
    return true
  }
}

function describe(error: unknown): string {
  if (error instanceof Error) {
    const { payload } = error as { payload?: unknown }
    return typeof payload === 'string' ? payload : error.message
  }
  return String(error)
}

/** Closes all connections, then reports to the hypervisor how the program ended. */
function finish(channel: KernelChannel, link: KernelLink, end: number, detail: number | string): void {
  for (const connection of link.endpoint.connections) link.endpoint.closeConnection(connection)
  link.endpoint.flush()
  channel.tellEnd(end, detail)
}
