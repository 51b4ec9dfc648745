/** Talking with an enclave: one connection, opened with the first line and again where the port changes. */
import { Connection, type Host } from '../host/connection.ts'
import { element, part } from './dom.ts'
import { reporting, showProblem } from './problem.ts'

/** Entries that the log keeps. */
const MAX_ENTRIES = 200

/** The panel of one enclave. */
export class TalkPanel {
  readonly #host: Host
  readonly #enclave: number
  readonly #root: HTMLElement
  readonly #log: HTMLOListElement
  readonly #onAnswer: () => void
  #open: { port: number; connection: Promise<Connection> } | undefined
  #ended = false

  /** @param onAnswer called whenever something has arrived. */
  constructor(root: HTMLElement, host: Host, enclave: number, onAnswer: () => void) {
    this.#root = root
    this.#host = host
    this.#enclave = enclave
    this.#onAnswer = onAnswer
    this.#log = part(root, 'log', HTMLOListElement)
    // It scrolls, so the keyboard must be able to reach it.
    this.#log.tabIndex = 0
    const line = part(root, 'line', HTMLInputElement)
    part(root, 'form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#send(line.value)
      line.select()
    })
  }

  /** The port that a person has chosen. */
  get port(): number {
    return part(this.#root, 'port', HTMLInputElement).valueAsNumber
  }

  /** The enclave is over: nothing can be said any more. */
  end(): void {
    this.#ended = true
    for (const control of this.#root.querySelectorAll('input, button'))
      control.toggleAttribute('disabled', true)
  }

  async #send(line: string): Promise<void> {
    await reporting(this.#problem, async () => {
      const connection = await this.#connect(this.port)
      this.#add('sent', 'Parent instance', line)
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
      (opened) => void this.#listen(opened, port),
      () => this.#forget(connection),
    )
    return connection
  }

  #forget(connection: Promise<Connection>): void {
    if (this.#open?.connection === connection) this.#open = undefined
  }

  async #listen(connection: Connection, port: number): Promise<void> {
    const decoder = new TextDecoder()
    const { connection: promise } = this.#open ?? {}
    let text = ''
    try {
      for await (const bytes of connection.chunks()) {
        text += decoder.decode(bytes, { stream: true })
        const lines = text.split('\n')
        text = lines.pop() ?? ''
        for (const line of lines) this.#add('answered', 'Enclave', line)
        this.#onAnswer()
      }
      if (text) this.#add('answered', 'Enclave', text)
      if (!this.#ended) this.#add('answered', 'Enclave', `(closed the connection on port ${port})`)
    } catch (error) {
      // When an enclave ends, so do its connections; its state says why.
      if (!this.#ended && this.#open?.connection === promise) showProblem(this.#problem, error)
    } finally {
      if (promise) this.#forget(promise)
      await connection.close()
    }
  }

  #add(className: string, who: string, text: string): void {
    const arrow = className === 'sent' ? '→' : '←'
    this.#log.append(
      element(
        'li',
        className,
        element('b', '', `${arrow} ${who}`),
        ' ',
        element('bdi', '', text || '(an empty line)'),
      ),
    )
    while (this.#log.childElementCount > MAX_ENTRIES) this.#log.firstElementChild?.remove()
    this.#log.scrollTop = this.#log.scrollHeight
  }
}
