/** Talking with an enclave: one connection, opened for the first line and again if the port changes. */
import { Connection, type Host } from '../host/connection.ts'
import { element, part } from './dom.ts'
import { cutLine, MAX_LINES, newestLines, shown } from './newest.ts'
import { reporting, showProblem } from './problem.ts'

/** The maximum of log entries: lines, and notes about omitted ones. */
const MAX_ENTRIES = MAX_LINES + 1
/** The sender of an entry. */
const WHO = { sent: '→ Parent instance', answered: '← Enclave', note: '·' } as const

/** The panel of one enclave. */
export class TalkPanel {
  readonly #host: Host
  readonly #enclave: number
  readonly #root: HTMLElement
  readonly #log: HTMLOListElement
  readonly #onAnswer: () => void
  #open: { port: number; connection: Promise<Connection> } | undefined
  #ended = false

  /** @param onAnswer called whenever data has arrived. */
  constructor(root: HTMLElement, host: Host, enclave: number, onAnswer: () => void) {
    this.#root = root
    this.#host = host
    this.#enclave = enclave
    this.#onAnswer = onAnswer
    this.#log = part(root, 'log', HTMLOListElement)
    // The log scrolls, so it must be reachable with the keyboard.
    this.#log.tabIndex = 0
    const line = part(root, 'line', HTMLInputElement)
    part(root, 'form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#send(line.value)
      line.select()
    })
  }

  /** The chosen port. */
  get port(): number {
    return part(this.#root, 'port', HTMLInputElement).valueAsNumber
  }

  /** Called when the enclave has ended: disables the form. */
  end(): void {
    this.#ended = true
    for (const control of this.#root.querySelectorAll('input, button'))
      control.toggleAttribute('disabled', true)
  }

  async #send(line: string): Promise<void> {
    await reporting(this.#problem, async () => {
      const connection = await this.#connect(this.port)
      this.#add('sent', line)
      await connection.write(`${line}\n`)
    })
  }

  get #problem(): HTMLDivElement {
    return part(this.#root, 'problem', HTMLDivElement)
  }

  #connect(port: number): Promise<Connection> {
    if (this.#open?.port === port) return this.#open.connection
    void this.#open?.connection.then((old) => old.close())
    const connection = Connection.open(this.#host, this.#enclave, port)
    this.#open = { port, connection }
    connection.then(
      (opened) => void this.#listen(opened, () => this.#open?.connection === connection),
      () => {
        if (this.#open?.connection === connection) this.#open = undefined
      },
    )
    return connection
  }

  /** Shows the data of a connection, which `isCurrent` until another port is chosen. */
  async #listen(connection: Connection, isCurrent: () => boolean): Promise<void> {
    try {
      await this.#receive(connection)
      if (isCurrent() && !this.#ended) this.#add('note', 'The enclave closed the connection.')
    } catch (error) {
      // When an enclave ends, so do its connections; its state tells why.
      const state = await this.#host.state(this.#enclave)
      if (state === 'running' && isCurrent()) showProblem(this.#problem, error)
    } finally {
      if (isCurrent()) this.#open = undefined
      await connection.close()
    }
  }

  async #receive(connection: Connection): Promise<void> {
    const decoder = new TextDecoder()
    let text = ''
    for await (const bytes of connection.chunks()) {
      const { lines, isCut, rest } = newestLines(text + decoder.decode(bytes, { stream: true }))
      text = rest
      if (isCut) this.#add('note', 'Earlier output is not shown.')
      this.#add('answered', ...lines)
      this.#onAnswer()
      // However much an enclave sends, the page stays responsive.
      await shown()
    }
    if (text) this.#add('answered', text)
  }

  #add(kind: keyof typeof WHO, ...lines: readonly string[]): void {
    const entries = lines.map((line) => {
      const text = cutLine(line) || '(an empty line)'
      return element('li', kind, element('b', '', WHO[kind]), ' ', element('bdi', '', text))
    })
    this.#log.append(...entries)
    while (this.#log.childElementCount > MAX_ENTRIES) this.#log.firstElementChild?.remove()
    this.#log.scrollTop = this.#log.scrollHeight
  }
}
