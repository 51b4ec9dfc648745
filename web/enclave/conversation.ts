/**
 * What was said between the page and one enclave. For text and bytes one connection, opened for the first message and
 * again if the port changes; for each call of a service its own.
 */
import { type Signal, signal } from '@preact/signals'
import type { EnclaveView } from '../app/enclaves.ts'
import { Connection } from '../host/connection.ts'
import { openHost } from '../host/open.ts'
import { cutLine, MAX_LINES, newestLines, shown } from '../parts/newest.ts'
import { fromJson, hexToBytes, toJson } from './values.ts'

/** How a message is written. */
export type Form = 'lines' | 'hex' | 'service'

/** One entry of the log; a note is the name of a text. */
export interface Entry {
  readonly key: number
  readonly kind: 'sent' | 'answered' | 'note'
  readonly shown: string
}

interface Open {
  readonly port: number
  readonly isHex: boolean
  readonly connection: Promise<Connection>
}

/** The conversation with one enclave. */
export class Conversation {
  readonly entries: Signal<readonly Entry[]> = signal<readonly Entry[]>([])
  readonly #view: EnclaveView
  readonly #error: Signal<unknown>
  #open: Open | undefined
  #last = 0

  /** @param error where errors of receiving go */
  constructor(view: EnclaveView, error: Signal<unknown>) {
    this.#view = view
    this.#error = error
  }

  /** Sends one message. @throws {EnclaveError} E_VSOCK_..., E_SERVICE_..., also for JSON or hexadecimal that is invalid */
  async send(form: Form, port: number, given: string, method: string): Promise<void> {
    if (form === 'service') return this.#call(port, method, given)
    const bytes = form === 'hex' ? hexToBytes(given) : new TextEncoder().encode(`${given}\n`)
    const connection = await this.#connect(port, form === 'hex')
    this.#add('sent', [given])
    await connection.write(bytes)
  }

  /** Closes the open connection. */
  close(): void {
    void this.#open?.connection.then((open) => open.close()).catch(() => {})
    this.#open = undefined
  }

  async #call(port: number, method: string, given: string): Promise<void> {
    const request = fromJson(given)
    this.#add('sent', [`${method}(${given})`])
    this.#add('answered', [toJson(await openHost().enclaves.call(this.#view.number, port, method, request))])
  }

  #connect(port: number, isHex: boolean): Promise<Connection> {
    if (this.#open?.port === port && this.#open.isHex === isHex) return this.#open.connection
    this.close()
    const connection = Connection.open(openHost(), this.#view.number, port)
    const open = { port, isHex, connection }
    this.#open = open
    connection.then(
      (opened) => void this.#listen(opened, open),
      () => {
        if (this.#open === open) this.#open = undefined
      },
    )
    return connection
  }

  /** Shows what arrives on a connection, which is current until another port is chosen. */
  async #listen(connection: Connection, open: Open): Promise<void> {
    const isCurrent = () => this.#open === open
    try {
      await (open.isHex ? this.#receiveBytes(connection) : this.#receiveLines(connection))
      if (isCurrent() && this.#view.state.value === 'running') this.#add('note', ['closed'])
    } catch (error) {
      // When an enclave ends, so do its connections; its state tells why.
      if (this.#view.state.value === 'running' && isCurrent()) this.#error.value = error
    } finally {
      if (isCurrent()) this.#open = undefined
      await connection.close()
    }
  }

  async #receiveBytes(connection: Connection): Promise<void> {
    for await (const bytes of connection.chunks()) {
      this.#add('answered', [cutLine(toJson(bytes))])
      await shown()
    }
  }

  async #receiveLines(connection: Connection): Promise<void> {
    const decoder = new TextDecoder()
    let text = ''
    for await (const bytes of connection.chunks()) {
      const { lines, isCut, rest } = newestLines(text + decoder.decode(bytes, { stream: true }))
      text = rest
      if (isCut) this.#add('note', ['earlier'])
      this.#add('answered', lines)
      // However much an enclave sends, the page stays responsive.
      await shown()
    }
    if (text) this.#add('answered', [text])
  }

  #add(kind: Entry['kind'], lines: readonly string[]): void {
    const added = lines.map((line) => ({ key: this.#last++, kind, shown: cutLine(line) }))
    this.entries.value = [...this.entries.value, ...added].slice(-(MAX_LINES + 1))
  }
}
