/** An enclave that is only there: whether it is still served while another attacks. */
import type { EnclaveView } from '../app/enclaves.ts'
import { PORT } from '../examples/usual.ts'
import type { Lab } from '../lessons/lab.ts'

/** Milliseconds between two calls, which leaves most of the time to the attack. */
const INTERVAL = 50

/** How often an enclave of the program `hello` has answered while `work` was done. */
export async function answersWhile(lab: Lab, view: EnclaveView, work: () => Promise<void>): Promise<number> {
  let isOver = false
  const done = work().finally(() => {
    isOver = true
  })
  // If a call fails first, that is the error that counts.
  done.catch(() => {})
  let answers = 0
  while (!isOver) {
    await lab.host.enclaves.call(view.number, PORT, 'greet', { name: 'still here' })
    answers += 1
    await Promise.race([done, pause(INTERVAL)])
  }
  await done
  return answers
}

/** Resolves after some milliseconds. */
export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))
