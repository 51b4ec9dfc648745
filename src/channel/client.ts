/** The caller's end of an attested channel. */
import type { AttestationDocument } from '../attestation/document.ts'
import { EnclaveError } from '../base/error.ts'
import type { ServiceCalls } from '../client/calls.ts'
import type { Handlers } from '../service/handlers.ts'
import { type AttestedKey, attestedKey } from './attest.ts'
import { callsOver } from './calls.ts'
import { exchange, type Message, type SealedAnswer } from './exchange.ts'
import { fetchOver } from './fetch.ts'
import { type AttestedClientOptions, type CallsOptions, type ClientSetting, readOptions } from './options.ts'

/** A client of one enclave, or of several of the same images behind one address. */
export interface AttestedClient {
  /** The document that proves the key in use. */
  readonly attestation: AttestationDocument
  /**
   * Like the platform's `fetch`: the enclave's handler gets the request, and nobody between can read or change it or the
   * answer. A path is one of the enclave's.
   *
   * @throws {EnclaveError} E_CHANNEL_REFUSED, E_CHANNEL_ATTESTATION, E_CHANNEL_KEY, E_CHANNEL_ANSWER, E_CHANNEL_MESSAGE,
   *   E_CHANNEL_OPTION for a URL of another origin. @throws what the platform's fetch throws
   * @example
   * const answer = await client.fetch('/notes', { method: 'POST', body: 'a secret' })
   * answer.status // 200
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>
  /**
   * The functions that the enclave has as `calls` of `attestedChannel`, with their types.
   *
   * @example
   * // `client.calls<typeof handlers>()` gives it the types of the functions.
   * const call = client.calls()
   * await call.add({ a: 1, b: 2 }, { deadline: 10_000 }) // 3
   */
  calls<Service extends Handlers>(options?: CallsOptions): ServiceCalls<Service>
  /** Has the enclave prove its key again, now. @throws {EnclaveError} as `createAttestedClient` */
  attest(): Promise<AttestationDocument>
}

/**
 * A client of the enclave at `url`, once the enclave has proved that it is one of the pinned images, under a pinned root,
 * and which key is its own. It proves its key again when that is older than `keyAge`, or when the enclave no longer has it.
 *
 * @throws {EnclaveError} E_CHANNEL_OPTION, E_CHANNEL_PACKAGE without `@hpke/core`, E_CHANNEL_ATTESTATION for a document that
 *   is not accepted, E_CHANNEL_KEY, E_CHANNEL_REFUSED, E_CHANNEL_ANSWER; those of `verifyAttestation` for roots and PCRs
 * @throws what fetch throws
 * @example
 * // `rootCertificate` is pinned, and `pcrs` are those of the image that was built.
 * const client = await createAttestedClient({ url, roots: rootCertificate, pcrs })
 * const answer = await client.fetch('/hello')
 * await answer.text() // 'hello'
 */
export async function createAttestedClient(options: AttestedClientOptions): Promise<AttestedClient> {
  const client = new Client(readOptions(options))
  await client.attest()
  return client
}

/**
 * The same client, whose requests go by `send`; the enclave proves its key as before.
 * @internal
 */
export function sentBy(
  client: AttestedClient,
  send: ClientSetting['send'],
): Pick<AttestedClient, 'fetch' | 'calls'> {
  return (client as Client).sentBy(send)
}

class Client implements AttestedClient {
  readonly #setting: ClientSetting
  #key: AttestedKey | undefined
  #pending: Promise<AttestedKey> | undefined

  constructor(setting: ClientSetting) {
    this.#setting = setting
  }

  get attestation(): AttestationDocument {
    return this.#key!.document
  }

  async attest(): Promise<AttestationDocument> {
    return (await this.#renew()).document
  }

  fetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    return this.#over(this.#setting).fetch(input, init)
  }

  calls<Service extends Handlers>(options: CallsOptions = {}): ServiceCalls<Service> {
    return this.#over(this.#setting).calls<Service>(options)
  }

  sentBy(send: ClientSetting['send']): Pick<AttestedClient, 'fetch' | 'calls'> {
    return this.#over({ ...this.#setting, send })
  }

  #over(setting: ClientSetting): Pick<AttestedClient, 'fetch' | 'calls'> {
    const exchange = (message: Message, isSafe: boolean) => this.#exchange(setting, message, isSafe)
    return {
      fetch: (input, init = {}) => fetchOver(setting, exchange, input, init),
      calls: <Service extends Handlers>(options: CallsOptions = {}) =>
        callsOver<Service>(setting, (message) => exchange(message, false), options),
    }
  }

  /** `isSafe`: the request may be repeated although it may have been executed. */
  async #exchange(setting: ClientSetting, message: Message, isSafe: boolean): Promise<SealedAnswer> {
    const key = await this.#current(message.signal)
    const answer = await exchange(setting, key, message)
    if ('head' in answer) return answer
    // It is proved again, for this request or the next, even if it was the parent that refused it.
    if (this.#key === key) this.#key = undefined
    const mayRepeat = (answer.isProved || isSafe) && !message.pieces
    if (!mayRepeat) throw answer.error
    const again = await exchange(setting, await this.#current(message.signal), message)
    if ('head' in again) return again
    throw new EnclaveError('E_CHANNEL_KEY', {
      what: 'the enclave has twice refused the key that it has proved',
      expected: 'that it takes requests under this key',
      hint: 'its parent may be lying, or it has too little time for its callers',
      cause: again.error,
    })
  }

  async #current(signal: AbortSignal | undefined): Promise<AttestedKey> {
    signal?.throwIfAborted()
    const key = this.#key
    if (key && Date.now() < key.until) return key
    // The signal of one caller does not end what others wait for.
    const renewal = this.#renew()
    if (!signal) return renewal
    return Promise.race([renewal, aborted(signal)])
  }

  #renew(): Promise<AttestedKey> {
    this.#pending ??= attestedKey(this.#setting, {})
      .then((key) => {
        this.#key = key
        return key
      })
      .finally(() => {
        this.#pending = undefined
      })
    return this.#pending
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
