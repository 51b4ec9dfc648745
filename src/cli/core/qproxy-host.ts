/**
 * A running `qproxy host`: relays the connections of the enclave with one CID. Other enclaves do not reach it, because it
 * listens in the folder of that enclave; it follows the folder of each enclave that gets the CID.
 */
import { existsSync, watch } from 'node:fs'
import { join } from 'node:path'
import { directories, makePrivate } from '../../keeper/directories.ts'
import { type EnclaveStatus, enclaveDirectory, FILES } from '../../keeper/enclave-record.ts'
import { listEnclaves } from '../../keeper/enclaves.ts'
import type { EnclaveLine } from '../../keeper/hybrid-vsock.ts'
import type { AccessEntry, EgressCounts } from '../../proxy/egress.ts'
import { type ProxyConfig, RunningProxy } from './run-proxy.ts'

/** Milliseconds after which it looks again, should the system not have told of a change. */
const LOOK_AGAIN = 1000

/** What it needs. */
export interface QproxyHostParts {
  readonly cid: number
  readonly config: ProxyConfig
  readonly log: (entry: AccessEntry) => void
  /** Tells which enclave it serves. */
  readonly note: (line: string) => void
}

export class QproxyHost {
  /** Rejects if it cannot listen for a new enclave. */
  readonly failed: Promise<never>
  readonly #parts: QproxyHostParts
  readonly #proxy: RunningProxy
  readonly #ending = new AbortController()
  #served: EnclaveStatus | undefined
  #isChanged = false
  #wake = () => {}

  private constructor(parts: QproxyHostParts) {
    this.#parts = parts
    this.#proxy = new RunningProxy(parts.config, parts)
    const watcher = watch(makePrivate(directories().runtime), { signal: this.#ending.signal }, () => {
      this.#isChanged = true
      this.#wake()
    })
    // It also looks without being told.
    watcher.on('error', () => {})
    const { promise, reject } = Promise.withResolvers<never>()
    this.failed = promise
    promise.catch(() => {})
    this.#fail = reject
  }

  readonly #fail: (error: unknown) => void

  /** @throws {EnclaveError} what `RunningProxy` throws; E_PROXY_LISTEN if another one serves the enclave. */
  static async start(parts: QproxyHostParts): Promise<QproxyHost> {
    const host = new QproxyHost(parts)
    try {
      await host.#look()
    } catch (error) {
      await host.close(0)
      throw error
    }
    if (!host.#served) parts.note(`waits for an enclave with CID ${parts.cid}`)
    void host.#follow().catch(async (error: unknown) => {
      await host.close(0)
      host.#fail(error)
    })
    return host
  }

  get counts(): EgressCounts {
    return this.#proxy.counts
  }

  /** Stops listening, and ends what is still open after so many milliseconds. */
  close(patience: number): Promise<void> {
    this.#ending.abort()
    this.#wake()
    return this.#proxy.close(patience)
  }

  async #follow(): Promise<void> {
    const { signal } = this.#ending
    while (!signal.aborted) {
      await this.#change()
      if (!signal.aborted) await this.#look()
    }
  }

  async #change(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      timer = setTimeout(resolve, LOOK_AGAIN)
      if (this.#isChanged) resolve()
    })
    clearTimeout(timer)
    this.#isChanged = false
  }

  /** Listens for the enclave that has the CID now, if it is not served yet. */
  async #look(): Promise<void> {
    const { cid, config, note } = this.#parts
    const enclave = listEnclaves().find((each) => each.cid === cid)
    // A keeper empties the folder of its enclave first, with all sockets that were in it.
    const isServed = (served: EnclaveStatus) =>
      served.holder === enclave?.holder &&
      [...config.listen.keys()].every((port) => existsSync(socketOf(served, port)))
    if (this.#served && !isServed(this.#served)) {
      this.#served = undefined
      void this.#proxy.unlisten()
    }
    if (this.#served || !enclave || !existsSync(enclaveDirectory(enclave.id))) return
    try {
      await this.#proxy.listen(
        (port) => socketOf(enclave, port),
        () => lineOf(enclave),
      )
    } catch (error) {
      void this.#proxy.unlisten()
      // The enclave has ended meanwhile, or its keeper makes its folder anew.
      if (!existsSync(enclaveDirectory(enclave.id))) return
      throw error
    }
    if (this.#ending.signal.aborted) return void this.#proxy.unlisten()
    this.#served = enclave
    note(`serves enclave ${enclave.id}, which has CID ${cid}`)
  }
}

/** Where the keeper of an enclave looks first for who listens on a vsock port. */
const socketOf = ({ id }: EnclaveStatus, port: number): string =>
  `${join(enclaveDirectory(id), FILES.vsock)}_${port}`

/** Its description is there once it runs, and then it has not been able to connect before. */
function lineOf({ id, cid }: EnclaveStatus): EnclaveLine {
  const { destinations = [] } = listEnclaves().find((each) => each.id === id)?.details ?? {}
  return { id, cid, destinations }
}
