/**
 * One attack, the same in Node and in a tab: a parent instance with the attacker in it, and beside it an enclave that is
 * asked again and again. The test calls this in Node, and in a page that this file is bundled for.
 */
import { type Enclave, type EndReason, Parent, type StartOptions } from '../../src/parent/index.ts'

export { isolateTab } from '../../src/platform/isolate-tab.ts'

const SHARE = { vcpus: 1, memoryMiB: 64 }
/** Milliseconds after which an attacker that does not end by itself is stopped. */
const PATIENCE = 1500

/** What became of an attacker, what it printed, and how often the bystander was served meanwhile. */
export interface Report {
  end: EndReason | { kind: 'not started'; code: string }
  printed: string
  served: number
}

/** Starts `attacker` beside `bystander`, a laboratory (test/guests), and waits for its end. */
export async function attackWith(
  attacker: Uint8Array,
  bystander: Uint8Array,
  options: Partial<StartOptions> = {},
): Promise<Report> {
  await using parent = await Parent.create({ vcpus: 2, memoryMiB: 256 })
  using _ = parent.listen(8000, async (socket) => {
    await socket.writable.getWriter().write(new Uint8Array(200_000))
  })
  const laboratory = await parent.start(bystander, SHARE)
  let over = false
  const ending = endOf(parent, attacker, options).finally(() => {
    over = true
  })
  let served = 0
  do {
    if ((await ask(laboratory, `return ${served} + 1`)) !== served + 1)
      throw new Error('another was not served')
    served += 1
  } while (!over)
  await ask(laboratory, 'return "still here"')
  return { ...(await ending), served }
}

async function endOf(
  parent: Parent,
  attacker: Uint8Array,
  options: Partial<StartOptions>,
): Promise<Omit<Report, 'served'>> {
  try {
    const enclave = await parent.start(attacker, { ...SHARE, ...options })
    const timer = setTimeout(() => void enclave.stop('out of patience'), PATIENCE)
    const end = await enclave.exited
    clearTimeout(timer)
    return { end, printed: options.debug ? enclave.console() : '' }
  } catch (error) {
    return { end: { kind: 'not started', code: (error as { code: string }).code }, printed: '' }
  }
}

async function ask(laboratory: Enclave, code: string): Promise<unknown> {
  await using socket = await laboratory.connect(5000)
  const writer = socket.writable.getWriter()
  await writer.write(new TextEncoder().encode(code))
  await writer.close()
  return JSON.parse(await new Response(socket.readable).text()).value
}

/** The same, the images fetched from beside the page. */
export async function attackWithFiles(name: string, options: Partial<StartOptions>): Promise<Report> {
  const image = async (file: string) => new Uint8Array(await (await fetch(`./${file}.eif`)).arrayBuffer())
  return attackWith(await image(name), await image('bystander'), options)
}
