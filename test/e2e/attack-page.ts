/**
 * Runs one attack, in Node or in a page: a parent instance with the attacker and a second enclave, the bystander,
 * which must keep answering. The test calls this in Node, and in a page that loads a bundle of this file.
 */
import {
  createParent,
  type Enclave,
  type EndReason,
  type StartOptions,
  type VsockSocket,
} from '../../src/parent/index.ts'

export { isolateTab } from '../../src/platform/isolate-tab.ts'

const SHARE = { vcpus: 1, memoryMiB: 64 }
/** Milliseconds between two requests to the bystander, so that the attack gets most of the CPU time. */
const REQUEST_INTERVAL = 20
/** On a busy machine a connection may time out before it is accepted, so connecting is retried. */
const CONNECT_ATTEMPTS = 5

const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time))

/** How the attacker ended, what it printed, and how often the bystander answered meanwhile. */
export interface Report {
  end: EndReason | { kind: 'not started'; code: string }
  printed: string
  served: number
}

/**
 * How the attacker is started. If it never ends by itself, it is stopped after `stopAfter` answers of the bystander.
 */
export interface AttackOptions extends Partial<StartOptions> {
  stopAfter?: number
}

/** Starts `attacker` beside `bystander`, a laboratory guest (test/guests), and waits until the attacker has ended. */
export async function attackWith(
  attacker: Uint8Array,
  bystander: Uint8Array,
  { stopAfter, ...options }: AttackOptions = {},
): Promise<Report> {
  await using parent = await createParent({ vcpus: 2, memoryMiB: 256 })
  using _ = parent.listen(8000, async (socket) => {
    await socket.writable.getWriter().write(new Uint8Array(200_000))
  })
  const laboratory = await parent.start(bystander, SHARE)
  let over = false
  const started = parent.start(attacker, { ...SHARE, ...options })
  const ending = endOf(started, options.debug).finally(() => {
    over = true
  })
  let served = 0
  do {
    if ((await ask(laboratory, `return ${served} + 1`)) !== served + 1)
      throw new Error('the bystander did not answer')
    served += 1
    if (served === stopAfter) started.then((enclave) => enclave.stop('out of patience')).catch(() => {})
    await pause(REQUEST_INTERVAL)
  } while (!over)
  await ask(laboratory, 'return "still here"')
  return { ...(await ending), served }
}

async function endOf(started: Promise<Enclave>, debug = false): Promise<Omit<Report, 'served'>> {
  try {
    const enclave = await started
    const end = await enclave.exited
    return { end, printed: debug ? enclave.console() : '' }
  } catch (error) {
    return { end: { kind: 'not started', code: (error as { code: string }).code }, printed: '' }
  }
}

async function ask(laboratory: Enclave, code: string): Promise<unknown> {
  await using socket = await connect(laboratory)
  const writer = socket.writable.getWriter()
  await writer.write(new TextEncoder().encode(code))
  await writer.close()
  return JSON.parse(await new Response(socket.readable).text()).value
}

async function connect(laboratory: Enclave): Promise<VsockSocket> {
  for (let left = CONNECT_ATTEMPTS; ; left--) {
    try {
      return await laboratory.connect(5000)
    } catch (error) {
      if (left === 1 || (error as { code: string }).code !== 'E_VSOCK_TIMED_OUT') throw error
    }
  }
}

/** The same in a page, which fetches both images from its own folder. */
export async function attackWithFiles(name: string, options: AttackOptions): Promise<Report> {
  const image = async (file: string) => new Uint8Array(await (await fetch(`./${file}.eif`)).arrayBuffer())
  return attackWith(await image(name), await image('bystander'), options)
}
