/**
 * One attack, the same in Node and in a tab: a parent instance with the attacker in it, and beside it an enclave that is
 * asked again and again. The test calls this in Node, and in a page that this file is bundled for.
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
/** Milliseconds between two questions to the bystander, which leave the attack most of the machine. */
const BREATH = 20
/** A machine that does much else at the same time may let a connection time out that is about to be accepted. */
const TRIES = 5

const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time))

/** What became of an attacker, what it printed, and how often the bystander was served meanwhile. */
export interface Report {
  end: EndReason | { kind: 'not started'; code: string }
  printed: string
  served: number
}

/** What an attacker is started with; one that would go on for ever is stopped once the bystander was served so often. */
export interface AttackOptions extends Partial<StartOptions> {
  stopAfter?: number
}

/** Starts `attacker` beside `bystander`, a laboratory (test/guests), and waits for its end. */
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
      throw new Error('another was not served')
    served += 1
    if (served === stopAfter) started.then((enclave) => enclave.stop('out of patience')).catch(() => {})
    await pause(BREATH)
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
  for (let left = TRIES; ; left--) {
    try {
      return await laboratory.connect(5000)
    } catch (error) {
      if (left === 1 || (error as { code: string }).code !== 'E_VSOCK_TIMED_OUT') throw error
    }
  }
}

/** The same, the images fetched from beside the page. */
export async function attackWithFiles(name: string, options: AttackOptions): Promise<Report> {
  const image = async (file: string) => new Uint8Array(await (await fetch(`./${file}.eif`)).arrayBuffer())
  return attackWith(await image(name), await image('bystander'), options)
}
