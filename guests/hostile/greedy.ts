/** Requests 4 GiB from every function with a length, and reports the results. */
import { getRandom } from 'qingtian:enclave/qtsm'
import { getRandomBytes } from 'wasi:random/random'
import { vsock } from 'webclave/sdk'

const ALL = 0xffffffff

function outcome(ask: () => { length: number }): string {
  try {
    return String(ask().length)
  } catch (error) {
    return String((error as { payload?: unknown }).payload ?? error)
  }
}

export default async function main(): Promise<void> {
  console.log(`qtsm ${outcome(() => getRandom(ALL))} qtsm-control ${outcome(() => getRandom(32))}`)
  const socket = await vsock.connect(8000)
  console.log(`read ${(await socket.read(ALL))?.length}`)
  // The last call: WASI has no error for this function, so the program is trapped.
  console.log(`random ${outcome(() => getRandomBytes(ALL))}`)
}
