/** A parent whose enclaves are functions of the test, and the ends of the connections between them. */
import type { Listener, SocketHandler } from '../../src/parent/listeners.ts'
import type { SharingParent } from '../../src/shared/index.ts'
import { Line, type Stream } from '../../src/shared/line.ts'
import { patience } from '../support/patience.ts'

/** Long enough for anything that happens. */
export const SOON: number = patience(20_000)

/** As a connection, it takes some bytes before anybody reads them. */
const buffered = () =>
  new TransformStream<Uint8Array, Uint8Array>({}, { highWaterMark: 8 }, { highWaterMark: 8 })

/** Both ends of a connection. */
export function pair(): [Stream, Stream] {
  const [there, back] = [buffered(), buffered()]
  return [
    { readable: back.readable, writable: there.writable },
    { readable: there.readable, writable: back.writable },
  ]
}

/** What an enclave does with a connection to the port on which it gives the secret. */
export type Holding = (stream: Stream) => Promise<void> | void

export class FakeParent implements SharingParent {
  readonly #running = new Map<number, { moduleId: string; holding: Holding | undefined }>()
  #handler: SocketHandler | undefined
  /** The CIDs that were connected to. */
  readonly asked: number[] = []

  /** Starts an enclave. Without `holding`, it listens on no port. */
  start(cid: number, holding?: Holding, moduleId = `module ${cid}`): void {
    this.#running.set(cid, { moduleId, holding })
  }

  end(cid: number): void {
    this.#running.delete(cid)
  }

  listen(port: number, handler: SocketHandler): Listener {
    this.#handler = handler
    const close = () => {
      this.#handler = undefined
    }
    return { port, close, [Symbol.dispose]: close }
  }

  async connect(cid: number): Promise<never> {
    this.asked.push(cid)
    const holding = this.#running.get(cid)?.holding
    if (!holding) throw new Error('refused')
    const [here, there] = pair()
    // When the exchange is over its line breaks, whatever it waits for.
    void Promise.resolve(holding(there)).catch(() => {})
    return here as never
  }

  query(): { cid: number; moduleId: string; state: string }[] {
    return [...this.#running].map(([cid, { moduleId }]) => ({ cid, moduleId, state: 'running' }))
  }

  /** The enclave's end of its connection to the carrier. */
  ask(cid: number): Line {
    const [here, there] = pair()
    void this.#handler!(Object.assign(there, { remote: { cid } }) as never)
    return new Line(here)
  }
}

export const CHALLENGE: Uint8Array<ArrayBuffer> = new Uint8Array(32).fill(7)
const text = new TextEncoder()

/** Gives `answer` to every request. */
export const gives =
  (answer: string): Holding =>
  async (stream) => {
    const line = new Line(stream)
    await line.send(SOON, 'CHALLENGE', CHALLENGE)
    await line.receive(SOON, 'REQUEST')
    await line.send(SOON, 'ANSWER', text.encode(answer))
  }

/** Asks until there is an answer; what it was: the text, or NONE. */
export async function answerOf(line: Line): Promise<string> {
  const first = await line.receive(SOON, 'CHALLENGE', 'NONE')
  if (first.kind === 'NONE') return 'NONE'
  await line.send(SOON, 'REQUEST', text.encode('request'))
  const { kind, body } = await line.receive(SOON, 'ANSWER', 'REFUSED')
  return `${kind === 'ANSWER' ? '' : 'refused: '}${new TextDecoder().decode(body)}`
}

/** Says that it has the secret. */
export async function ready(line: Line): Promise<void> {
  await line.send(SOON, 'READY')
  await line.receive(SOON, 'NOTED')
}
