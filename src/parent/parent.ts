/**
 * The parent instance: allocates vCPUs and memory to enclaves, starts and stops them, and is their only connection to
 * the outside. The main class of webclave.
 */

import type { AttestationRoot } from '../attestation/issue/authority.ts'
import { toHex } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import type { Pcrs } from '../base/pcrs.ts'
import type { ProfileName } from '../base/profile.ts'
import type { EnclaveProcess } from '../hypervisor/enclave-process.ts'
import { type ImageInput, openSource } from '../image/eif/source.ts'
import { unref } from '../platform/timer.ts'
import { PcrBank } from '../qtsm/pcr-bank.ts'
import { SecurityModule } from '../qtsm/security-module.ts'
import { Trace } from '../vsock/trace.ts'
import { ParentAuthority } from './authority.ts'
import { checkImage } from './checked-image.ts'
import { assertCloudLimits } from './cloud-limits.ts'
import { Enclave, type EnclaveDescription } from './enclave.ts'
import { type AcceptorOf, launch } from './launch.ts'
import { type Listener, Listeners, type ListenOptions, type SocketHandler } from './listeners.ts'
import { shownPcrs, systemPcrs } from './measurements.ts'
import { checkProfile, newInstanceId, type ParentOptions, type StartOptions } from './options.ts'
import { Pool, type Share } from './pool.ts'

/** Milliseconds after which the certificates of a running enclave are issued, if it has not needed them before. */
const CERTIFICATES_AFTER = 100

/**
 * A parent instance. Each running enclave keeps the Node process alive (see `Enclave.unref`); the parent instance
 * itself and its listeners do not.
 *
 * @example
 * await using parent = await createParent({ vcpus: 2, memoryMiB: 512 })
 * const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
 * const socket = await enclave.connect(5000)
 */
export class Parent {
  readonly profile: ProfileName
  readonly instanceId: string
  readonly #agency: string | undefined
  readonly #strict: boolean
  readonly #authority: ParentAuthority
  readonly #pool: Pool
  readonly #listeners: Listeners
  readonly #enclaves = new Set<Enclave>()
  readonly #closing = new AbortController()
  readonly #starting = new Set<Promise<unknown>>()
  #nextId = 0

  private constructor(options: ParentOptions, profile: ProfileName, instanceId: string) {
    this.#pool = new Pool(options.vcpus, options.memoryMiB)
    this.#listeners = new Listeners(options.resolvePort)
    this.profile = profile
    this.instanceId = instanceId
    this.#agency = options.agency
    this.#strict = options.strict ?? false
    this.#authority = new ParentAuthority(instanceId, options.root)
  }

  /**
   * The root certificate of its enclaves' documents, PEM. Its name says that it is simulated.
   * @throws {EnclaveError} E_PARENT_ROOT for a parent of `open` that has not loaded it yet.
   */
  get rootCertificate(): string {
    return this.#authority.rootPem
  }

  /**
   * Creates a parent instance whose root is loaded later: while its first enclave boots, or by `ready`.
   * @throws {EnclaveError} E_PARENT_OPTION for an invalid count or profile.
   * @internal
   */
  static open(options: ParentOptions): Parent {
    const profile = checkProfile(options.profile ?? 'qingtian')
    return new Parent(options, profile, options.instanceId ?? newInstanceId(profile))
  }

  /**
   * Starts the image `eif` and resolves once its program runs.
   *
   * @throws {EnclaveError} E_PARENT_CLOSED; E_PARENT_OPTION, E_CID_..., E_POOL_... for invalid or unavailable
   *   resources; E_IMAGE_..., E_ARCHIVE... for an invalid image; E_IMAGE_KERNEL for an image of another kernel,
   *   E_IMAGE_SIZE, E_IMAGE_MEMORY and E_IMAGE_DEBUG for options that do not suit the image; E_ADMISSION_... for a
   *   component that is not admitted; E_ENCLAVE_BOOT.
   */
  async start(eif: ImageInput, options: StartOptions): Promise<Enclave> {
    this.#assertOpen()
    const share = this.#pool.take(options)
    const signals = options.signal ? [options.signal, this.#closing.signal] : [this.#closing.signal]
    const started = this.#startShare(eif, options, share, AbortSignal.any(signals))
    this.#starting.add(started)
    try {
      return await started
    } catch (error) {
      this.#pool.give(share)
      throw error
    } finally {
      this.#starting.delete(started)
    }
  }

  /**
   * Accepts connections from all enclaves of this parent on CID 3, port `port`.
   * @throws {EnclaveError} E_PARENT_CLOSED, E_VSOCK_PORT, E_VSOCK_PORT_TAKEN; the signal's reason if it has already
   *   aborted.
   */
  listen(port: number, handler: SocketHandler, options: ListenOptions = {}): Listener {
    this.#assertOpen()
    return this.#listeners.listen(port, handler, options)
  }

  /**
   * Replaces the root with `root`, or with a new one, which is stored where the old one was. Enclaves continue to run;
   * their next documents are signed under the new root. Resolves with its certificate, PEM.
   * @throws {EnclaveError} E_CERTIFICATE_ROOT for a root that webclave did not make, E_ROOT_... if it cannot be stored.
   */
  rotateRoot(root?: AttestationRoot): Promise<string> {
    return this.#authority.rotate(root)
  }

  /**
   * Resolves when the root is loaded; `createParent` waits for it.
   * @throws {EnclaveError} E_CERTIFICATE_ROOT, E_CERTIFICATE_NAME, E_ROOT_....
   * @internal
   */
  async ready(): Promise<void> {
    await this.#authority.get()
  }

  /** The enclaves that have not ended, oldest first. */
  query(): EnclaveDescription[] {
    return [...this.#enclaves].map((enclave) => enclave.describe())
  }

  /** Stops all enclaves and aborts all starts. Resolves when nothing is left of them. */
  async close(): Promise<void> {
    this.#closing.abort(
      new EnclaveError('E_PARENT_CLOSED', {
        what: 'the parent instance was closed during the start of the enclave',
      }),
    )
    this.#listeners.close()
    await Promise.allSettled(this.#starting)
    await Promise.all([...this.#enclaves].map((enclave) => enclave.stop('its parent was closed')))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #startShare(
    eif: ImageInput,
    options: StartOptions,
    share: Share,
    signal: AbortSignal,
  ): Promise<Enclave> {
    const { debug = false } = options
    const trace = options.trace && new Trace(options.trace)
    const { memoryMiB } = share
    const { profile } = this
    const source = await openSource(eif)
    if (this.#strict) {
      const running = this.#pool.shares - 1
      assertCloudLimits(profile, { imageBytes: source.size, memoryMiB, running })
    }
    const image = await checkImage(source, { profile, memoryMiB, debug })
    signal.throwIfAborted()
    const identity = { profile, debug, instanceId: this.instanceId, agency: this.#agency }
    const pcrs = await systemPcrs(image.pcrs, identity)
    const moduleId = this.#newModuleId()
    const security = new SecurityModule({
      profile,
      moduleId,
      pcrs: new PcrBank(pcrs),
      attest: async (request) => {
        const authority = await this.#authority.get()
        return authority.attest({ ...request, profile, moduleId })
      },
    })
    const acceptorOf: AcceptorOf = (port, carrier) => this.#listeners.acceptorOf(port, carrier)
    const process = await launch(image, { ...options, debug, share, security, acceptorOf, signal, trace })
    await this.#certified(process)
    const enclave = this.#enclaveOf(process, share, debug, moduleId, shownPcrs(pcrs), trace)
    // From here on `query` lists it, and its packets are processed.
    process.open()
    this.#prepareCertificates(enclave)
    void enclave.exited.then(() => {
      this.#enclaves.delete(enclave)
      this.#pool.give(share)
      this.#authority.release(moduleId)
    })
    return enclave
  }

  /** Waits until it runs and the root is loaded; without a root it must not run. */
  async #certified(process: EnclaveProcess): Promise<void> {
    try {
      const authority = await this.#authority.get()
      authority.assertValid(this.profile)
    } catch (error) {
      await process.end({ kind: 'killed', message: 'its certificates could not be issued' })
      throw error
    }
    await process.running()
  }

  /**
   * Issues the certificates after a delay, so that the caller of `start` continues first, and the first document need
   * not wait.
   */
  #prepareCertificates(enclave: Enclave): void {
    const timer = setTimeout(async () => {
      if (!this.#enclaves.has(enclave)) return
      const authority = await this.#authority.get()
      // Errors are ignored: certificates that cannot be issued now are issued, or refused, with the document.
      await authority.prepare(this.profile, enclave.moduleId).catch(() => {})
    }, CERTIFICATES_AFTER)
    unref(timer)
  }

  #enclaveOf(
    process: EnclaveProcess,
    { vcpus, memoryMiB, cid }: Share,
    debug: boolean,
    moduleId: string,
    pcrs: Pcrs,
    trace: Trace | undefined,
  ): Enclave {
    const launchMode = debug ? 'debug' : 'normal'
    const enclave = new Enclave(
      { id: this.#nextId++, cid, moduleId, vcpus, memoryMiB, launchMode, pcrs },
      process,
      trace,
    )
    this.#enclaves.add(enclave)
    return enclave
  }

  #newModuleId(): string {
    const id = toHex(crypto.getRandomValues(new Uint8Array(8)))
    return this.profile === 'nitro' ? `${this.instanceId}-enc${id}` : `${this.instanceId}.enc-${id}`
  }

  #assertOpen(): void {
    if (!this.#closing.signal.aborted) return
    throw new EnclaveError('E_PARENT_CLOSED', {
      what: 'the parent instance is closed',
      hint: 'create another one',
    })
  }
}
