/**
 * The program of a preparer, which prepares one component after another. Built into one module for Node and browsers.
 */
import { isNode } from '../platform/environment.ts'
import { prepare } from './preparation.ts'
import { type PreparationRequest, type PreparationResponse, refusalOf } from './preparer-messages.ts'
import { transpileWith } from './transpile.ts'

/** Copied, because not every API accepts shared memory. */
const own = (shared: SharedArrayBuffer) => new Uint8Array(new Uint8Array(shared))

async function answer(request: PreparationRequest): Promise<PreparationResponse> {
  try {
    const { memoryBytes, transpiler } = request
    const crypto = request.crypto && own(request.crypto)
    const preparation = { component: own(request.component), memoryBytes, crypto }
    const { glue, moduleBytes } = await prepare(preparation, transpileWith(transpiler))
    return { glue, modules: [...moduleBytes] }
  } catch (error) {
    return refusalOf(error)
  }
}

/** The buffers of a response, which are transferred instead of copied. */
function buffersOf(response: PreparationResponse): ArrayBuffer[] {
  return 'modules' in response ? [...new Set(response.modules.map(([, { buffer }]) => buffer))] : []
}

if (isNode) {
  const { parentPort } = globalThis.process.getBuiltinModule('node:worker_threads')
  parentPort!.on('message', async (request: PreparationRequest) => {
    const response = await answer(request)
    parentPort!.postMessage(response, buffersOf(response))
  })
} else {
  const scope = globalThis as unknown as {
    onmessage: (event: { data: PreparationRequest }) => void
    postMessage(message: PreparationResponse, transfer: ArrayBuffer[]): void
  }
  scope.onmessage = async ({ data }) => {
    const response = await answer(data)
    scope.postMessage(response, buffersOf(response))
  }
}
