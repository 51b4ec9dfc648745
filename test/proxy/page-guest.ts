/** A page's proxy without an enclave: the test makes the connections, and reads what comes back. */
import type { PageAccess, PageProxy, PageProxyOptions } from '../../src/proxy/page/index.ts'
import { openPageProxy } from '../../src/proxy/page/index.ts'
import type { VsockSocket } from '../../src/vsock/socket.ts'
import { FakeGuest } from './fake-guest.ts'

/** An answer as a guest reads it. */
export interface Answer {
  readonly status: number
  readonly fields: Headers
  readonly body: string
}

/** A guest that is connected; `done` resolves when the proxy has nothing left of it. */
export interface Connected {
  readonly guest: FakeGuest
  readonly done: Promise<void>
  say(text: string): void
  /** All that was received so far. */
  heard(): string
}

/** A proxy, and what it has recorded. */
export class PageInHand {
  readonly proxy: PageProxy
  readonly entries: PageAccess[] = []
  #handler!: (socket: VsockSocket) => void | Promise<void>
  isListening = true

  /** @param asked what the manifest lists; undefined if the parent knows nothing of it. */
  constructor(options: PageProxyOptions = {}, asked?: readonly string[]) {
    const close = () => {
      this.isListening = false
    }
    this.proxy = openPageProxy(
      {
        listen: (port, handler, more) => {
          more?.signal?.throwIfAborted()
          this.#handler = handler
          return { port, close, [Symbol.dispose]: close }
        },
        ...(asked && { destinationsOf: () => asked }),
      },
      { onAccess: (entry) => void this.entries.push(entry), ...options },
    )
  }

  connect(guest: FakeGuest = new FakeGuest()): Connected {
    const done = Promise.resolve(this.#handler(guest as unknown as VsockSocket))
    return {
      guest,
      done,
      say: (text) => guest.send(Buffer.from(text, 'latin1')),
      heard: () => Buffer.concat(guest.received).toString('latin1'),
    }
  }

  /** Everything that a guest receives that sends `text`, in pieces of `size` bytes, and ends. */
  async exchange(text: string, size: number = text.length): Promise<string> {
    const { guest, done, say, heard } = this.connect()
    for (let at = 0; at < text.length; at += size) say(text.slice(at, at + size))
    guest.end()
    await done
    return heard()
  }

  /** The one answer to a request. */
  async ask(text: string, size?: number): Promise<Answer> {
    const answers = answersIn(await this.exchange(text, size))
    if (answers.length !== 1) throw new Error(`${answers.length} answers`)
    return answers[0]!
  }
}

/** A request for a URL, with the lines `more`. */
export const requestFor = (target: string, more: readonly string[] = [], method = 'GET', body = ''): string =>
  `${method} ${target} HTTP/1.1\r\nHost: ignored.example\r\n${more.map((line) => `${line}\r\n`).join('')}\r\n${body}`

/** The answers in `text`, which must be whole. */
export function answersIn(text: string): Answer[] {
  const answers: Answer[] = []
  for (let rest = text; rest !== ''; ) {
    const end = rest.indexOf('\r\n\r\n')
    const [first = '', ...lines] = rest.slice(0, end).split('\r\n')
    const fields = new Headers(lines.map((line) => line.split(/: ?(.*)/s, 2) as [string, string]))
    rest = rest.slice(end + 4)
    let body = ''
    if (fields.get('transfer-encoding') === 'chunked') {
      for (let length = -1; length !== 0; ) {
        const [line] = rest.split('\r\n', 1)
        length = Number.parseInt(line!, 16)
        const from = line!.length + 2
        body += rest.slice(from, from + length)
        if (rest.slice(from + length, from + length + 2) !== '\r\n') throw new Error(`not whole: ${rest}`)
        rest = rest.slice(from + length + 2)
      }
    } else {
      const length = Number(fields.get('content-length') ?? 0)
      body = rest.slice(0, length)
      rest = rest.slice(length)
    }
    answers.push({ status: Number(first.split(' ')[1]), fields, body })
  }
  return answers
}
