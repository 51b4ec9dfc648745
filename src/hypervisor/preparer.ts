/**
 * Prepares components in Workers, so that a large or hostile one does not block other enclaves. Each Worker prepares
 * one component at a time. An idle Worker ends after a while, and does not keep the process alive.
 */
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import type { PreparedComponent } from '../boundary/program.ts'
import { ARTEFACTS } from '../platform/artefacts.ts'
import { type ModuleWorker, startModuleWorker } from '../platform/module-worker.ts'
import { unref } from '../platform/timer.ts'
import { yieldToTasks } from '../platform/yield.ts'
import type { Preparation } from './preparation.ts'
import type { PreparationRequest, PreparationResponse } from './preparer-messages.ts'

/** Maximum number of components that are prepared concurrently; others wait. */
const MAX_PREPARERS = 2
/** Milliseconds that an idle preparer is kept, because loading the transpiler takes longer than using it. */
const IDLE_TIME = 2000
/** Milliseconds after which a preparation is given up. Admission bounds the known costs; this is for unknown ones. */
const DEADLINE = 120_000
/** Number of bytes that are copied before yielding to other tasks. */
const PIECE = 1 << 22

const idle: Preparer[] = []
const waiting: (() => void)[] = []
let busy = 0

/**
 * Prepares a component in another thread.
 * @throws {EnclaveError} E_ADMISSION_..., E_COMPONENT_LINK, E_ARTEFACT.
 */
export async function prepareBeside(preparation: Preparation): Promise<PreparedComponent> {
  while (busy >= MAX_PREPARERS) await new Promise<void>((resolve) => waiting.push(resolve))
  busy += 1
  try {
    const request = await requestFor(preparation)
    const preparer = idle.pop() ?? new Preparer()
    return resultOf(await preparer.run(request))
  } finally {
    busy -= 1
    waiting.shift()?.()
  }
}

class Preparer {
  readonly #worker: Promise<ModuleWorker>
  #done: ((response: PreparationResponse) => void) | undefined
  #fail: ((error: Error) => void) | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    this.#worker = startModuleWorker(ARTEFACTS.preparer, {
      onMessage: (response) => this.#done?.(response as PreparationResponse),
      onLost: (error) => this.#lose(error),
    })
  }

  async run(request: PreparationRequest): Promise<PreparationResponse> {
    clearTimeout(this.#timer)
    const worker = await this.#worker
    worker.hold(true)
    const response = new Promise<PreparationResponse>((resolve, reject) => {
      this.#done = resolve
      this.#fail = reject
    })
    const deadline = setTimeout(() => this.#lose(new Error(`it took more than ${DEADLINE} ms`)), DEADLINE)
    try {
      worker.post(request)
      const received = await response
      this.#rest(worker)
      return received
    } finally {
      clearTimeout(deadline)
      this.#done = undefined
      this.#fail = undefined
    }
  }

  #rest(worker: ModuleWorker): void {
    worker.hold(false)
    idle.push(this)
    this.#timer = setTimeout(() => this.#lose(new Error('the preparer is idle')), IDLE_TIME)
    unref(this.#timer)
  }

  /** Terminates it and removes it from the list. */
  #lose(cause: Error): void {
    clearTimeout(this.#timer)
    const at = idle.indexOf(this)
    if (at >= 0) idle.splice(at, 1)
    void this.#worker.then((worker) => worker.terminate())
    this.#fail?.(
      cause instanceof EnclaveError
        ? cause
        : new EnclaveError('E_COMPONENT_LINK', {
            what: 'the component cannot be prepared',
            got: cause.message,
            cause,
          }),
    )
  }
}

async function requestFor({ component, crypto, memoryBytes }: Preparation): Promise<PreparationRequest> {
  return {
    component: await sharedCopy(component),
    crypto: crypto && (await sharedCopy(crypto)),
    memoryBytes,
    transpiler: ARTEFACTS.transpiler.href,
  }
}

async function sharedCopy(bytes: Bytes): Promise<SharedArrayBuffer> {
  const shared = new SharedArrayBuffer(bytes.length)
  const copy = new Uint8Array(shared)
  for (let at = 0; at < bytes.length; at += PIECE) {
    if (at > 0) await yieldToTasks()
    copy.set(bytes.subarray(at, at + PIECE), at)
  }
  return shared
}

function resultOf(response: PreparationResponse): PreparedComponent {
  if ('refusal' in response) throw new EnclaveError(response.refusal.code, response.refusal)
  return { glue: response.glue, moduleBytes: new Map(response.modules) }
}
