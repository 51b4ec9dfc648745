/** The live system of one lesson or attack: it does things for real, and keeps a record of what came of them. */
import { type Signal, signal } from '@preact/signals'
import { type VerifyOptions, verifyAttestation } from '../../src/attestation/index.ts'
import { toHex } from '../../src/base/bytes.ts'
import { type EnclaveView, endEnclave, startEnclave, stopEnclave } from '../app/enclaves.ts'
import type { Attestation } from '../enclave/attest.ts'
import { imageOf } from '../examples/load.ts'
import type { ProgramName } from '../examples/programs.ts'
import { PORT, PROFILE, SHARE } from '../examples/usual.ts'
import { showError } from '../host/errors.ts'
import { type Host, openHost } from '../host/open.ts'
import { type ChosenImage, readImage, tamperedCopy } from '../image/image.ts'
import type { EventKind, EventOf, FactName, LabEvent, Recorded } from './events.ts'

const NONCE_LENGTH = 32

/** The records, and the actions that make them. */
export class Lab {
  readonly records: Signal<readonly Recorded[]> = signal<readonly Recorded[]>([])
  /** The step that acts now. */
  step = ''
  #last = 0
  #isClosed = false

  get host(): Host {
    return openHost()
  }

  /** The records of a kind, of one step or of all, oldest first. */
  of<Kind extends EventKind>(kind: Kind, step?: string): EventOf<Kind>[] {
    return this.records.value
      .filter((record) => record.event.kind === kind && (step === undefined || record.step === step))
      .map(({ event }) => event as EventOf<Kind>)
  }

  /** The newest record of a kind. */
  last<Kind extends EventKind>(kind: Kind, step?: string): EventOf<Kind> | undefined {
    return this.of(kind, step).at(-1)
  }

  /** The enclave that a step has started. @throws {Error} if it has not */
  enclave(step: string): EnclaveView {
    return this.#needed('started', step).view
  }

  /** The image that a step has measured. @throws {Error} if it has not */
  image(step: string): ChosenImage {
    return this.#needed('image', step).image
  }

  /** The document that was judged in a step. @throws {Error} if there is none */
  attestation(step: string): Attestation {
    return this.#needed('verdict', step).attestation
  }

  /** The newest fact of this name in a step. */
  noted(step: string, name: FactName): string | number | undefined {
    return this.of('fact', step).findLast((event) => event.name === name)?.value
  }

  /** A fact of a step. @throws {Error} if there is none */
  fact(step: string, name: FactName): string | number {
    const value = this.noted(step, name)
    if (value !== undefined) return value
    throw missing(step)
  }

  add(event: LabEvent): void {
    this.records.value = [...this.records.value, { number: this.#last++, step: this.step, event }]
  }

  note(name: FactName, value: string | number): void {
    this.add({ kind: 'fact', name, value })
  }

  /** Begins a step anew: its records go, and its enclaves end. */
  async begin(step: string): Promise<void> {
    const old = this.of('started', step).map(({ view }) => view)
    this.records.value = this.records.value.filter((record) => record.step !== step)
    this.step = step
    await Promise.all(old.map(endEnclave))
  }

  /** The image of a program, measured. @throws what building and reading an image throw */
  build(name: ProgramName): Promise<ChosenImage> {
    return imageOf(name)
  }

  async measure(name: ProgramName): Promise<ChosenImage> {
    const image = await this.build(name)
    this.add({ kind: 'image', image })
    return image
  }

  /** A copy of `image` with one changed byte, as the image that it is. */
  async change(image: ChosenImage): Promise<{ image: ChosenImage; offset: number }> {
    const { file, offset } = await tamperedCopy(image)
    return { image: await readImage(image.name, file), offset }
  }

  /** Starts an image, or a changed `copy` of it. @throws what `Parent.start` throws */
  async start(
    image: ChosenImage,
    { debug = false, copy }: { debug?: boolean; copy?: { file: Blob; offset: number } } = {},
  ): Promise<EnclaveView> {
    const view = await startEnclave({ image, copy, ...SHARE, debug })
    this.add({ kind: 'started', view })
    // The reader has left the page meanwhile.
    if (this.#isClosed) await endEnclave(view)
    return view
  }

  async stop(view: EnclaveView): Promise<void> {
    await stopEnclave(view)
    await this.host.enclaves.ended(view.number)
    this.add({ kind: 'ended', view })
  }

  /** Calls a function of an enclave's service; an error is recorded as well. */
  async call(view: EnclaveView, method: string, request: unknown = {}): Promise<unknown> {
    const result = await this.attempt(method, () =>
      this.host.enclaves.call(view.number, PORT, method, request),
    )
    if (result !== undefined) this.add({ kind: 'answer', view, method, request, result: result.value })
    return result?.value
  }

  /** Does something that may be refused; a refusal is recorded, and nothing is returned. */
  async attempt<Value>(what: string, action: () => Promise<Value>): Promise<{ value: Value } | undefined> {
    try {
      return { value: await action() }
    } catch (error) {
      this.add({ kind: 'refused', what, error: showError(error) })
      return undefined
    }
  }

  /** A document from an enclave, for a new nonce. */
  async document(
    view: EnclaveView,
    method = 'prove',
  ): Promise<{ nonce: Uint8Array<ArrayBuffer>; document: Uint8Array<ArrayBuffer> }> {
    const nonce = newNonce()
    const document = await this.host.enclaves.call(view.number, PORT, method, { nonce })
    if (!(document instanceof Uint8Array)) throw new Error('the enclave’s answer is not a document')
    return { nonce, document: document.slice() }
  }

  /** Judges a document as a careful verifier does, unless `options` say otherwise. */
  async judge(
    document: Uint8Array<ArrayBuffer>,
    nonce: Uint8Array | undefined,
    options: Partial<VerifyOptions>,
  ): Promise<Attestation> {
    const { rootCertificate } = await this.host.enclaves.parent(PROFILE)
    const verdict = await verifyAttestation(document, {
      profile: PROFILE,
      roots: rootCertificate,
      ...(nonce && { nonce }),
      ...options,
    })
    const attestation = { nonce: nonce ? toHex(nonce) : '', document, verdict }
    this.add({ kind: 'verdict', attestation })
    return attestation
  }

  /** Asks an enclave for a document and judges it against `pcr0`. */
  async attest(
    view: EnclaveView,
    pcr0: string = view.image.pcr0Of(PROFILE),
    options: Partial<VerifyOptions> = {},
  ): Promise<Attestation> {
    const { nonce, document } = await this.document(view)
    return this.judge(document, nonce, { pcrs: { 0: pcr0 }, ...options })
  }

  /** Records the answers of the KMS since `seen`. */
  async watchKms(seen: number): Promise<void> {
    // A client that pins its public key first requests it, by a path.
    for (const call of await this.host.kms.calls(seen))
      if (!call.operation.startsWith('/')) this.add({ kind: 'kms', call })
  }

  /** How many calls the KMS has answered. */
  async kmsCalls(): Promise<number> {
    const calls = await this.host.kms.calls(0)
    return (calls.at(-1)?.number ?? -1) + 1
  }

  /** Ends all its enclaves, and what listens for them. */
  async close(): Promise<void> {
    this.#isClosed = true
    const started = this.of('started')
    // Nothing listens before an enclave was started, and the call would load the lab.
    if (started.length === 0) return
    await Promise.all([this.host.lab.close(), ...started.map(({ view }) => endEnclave(view))])
  }

  #needed<Kind extends EventKind>(kind: Kind, step: string): EventOf<Kind> {
    const found = this.last(kind, step)
    if (found) return found
    throw missing(step)
  }
}

export const newNonce = (): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(NONCE_LENGTH))

const missing = (step: string) => new Error(`the step ${step} has not been done`)
