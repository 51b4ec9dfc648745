/**
 * The parent instance: allocates vCPUs and memory to enclaves, starts and stops them, and is their only connection to
 * the outside. The main class of webclave.
 */

import type { AttestationRoot } from '../attestation/issue/authority.ts'
import { EnclaveError } from '../base/error.ts'
import type { ProfileName } from '../base/profile.ts'
import { type ImageInput, openSource } from '../image/eif/source.ts'
import type { BlankWorker } from '../platform/worker.ts'
import type { VsockSocket } from '../vsock/socket.ts'
import { Trace } from '../vsock/trace.ts'
import { ParentAuthority } from './authority.ts'
import { assertCloudLimits } from './cloud-limits.ts'
import type { ConnectOptions, Enclave, EnclaveDescription } from './enclave.ts'
import { EnclaveList } from './enclave-list.ts'
import { type AcceptorOf, launch } from './launch.ts'
import { type Listener, Listeners, type ListenOptions, type SocketHandler } from './listeners.ts'
import { shownPcrs, systemPcrs } from './measurements.ts'
import {
  checkParent,
  checkProfile,
  checkStart,
  type KeeperStartOptions,
  newInstanceId,
  newModuleId,
  type OpenOptions,
  type PrepareOptions,
  type StartOptions,
} from './options.ts'
import { assertCount, Pool, type Share } from './pool.ts'
import { blankWorkerFor, imageForStart, PreparedImage } from './prepared-image.ts'
import { securityFor } from './security.ts'
import type { Random } from './surroundings.ts'

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
  readonly #authority: ParentAuthority
  readonly #options: OpenOptions
  readonly #pool: Pool
  readonly #listeners: Listeners
  readonly #enclaves = new EnclaveList()
  readonly #closing = new AbortController()
  readonly #starting = new Set<Promise<unknown>>()

  private constructor(options: OpenOptions, profile: ProfileName, instanceId: string) {
    this.#options = { ...options }
    this.#pool = new Pool(options.vcpus, options.memoryMiB)
    this.#listeners = new Listeners(options.resolvePort)
    this.profile = profile
    this.instanceId = instanceId
    this.#authority = new ParentAuthority(instanceId, options.root, options.surroundings)
  }

  /** vCPUs for all its enclaves. */
  get vcpus(): number {
    return this.#pool.vcpus
  }

  /** Memory for all its enclaves, MiB. */
  get memoryMiB(): number {
    return this.#pool.memoryMiB
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
  static open(options: OpenOptions): Parent {
    checkParent(options)
    const profile = checkProfile(options.profile ?? 'qingtian')
    return new Parent(options, profile, options.instanceId ?? newInstanceId(profile))
  }

  /**
   * Copies, verifies, measures and compiles the image `eif` for enclaves of `memoryMiB`, so that each start of it only
   * has to start a Worker. The pool need not have that much memory yet.
   * @throws {EnclaveError} E_PARENT_CLOSED, E_PARENT_OPTION; E_IMAGE_..., E_ARCHIVE..., E_ADMISSION_..., E_COMPONENT_...
   *   as `start`.
   */
  async prepare(eif: ImageInput, { memoryMiB }: PrepareOptions): Promise<PreparedImage> {
    this.#assertOpen()
    assertCount('memoryMiB', memoryMiB)
    const purpose = { profile: this.profile, memoryMiB }
    return PreparedImage.of(await openSource(eif), purpose, this.#closing.signal)
  }

  /**
   * Starts the image `eif` and resolves once its program runs.
   *
   * @throws {EnclaveError} E_PARENT_CLOSED; E_PARENT_OPTION, E_CID_..., E_POOL_... for invalid or unavailable
   *   resources; E_IMAGE_..., E_ARCHIVE... for an invalid image; E_IMAGE_KERNEL for an image of another kernel,
   *   E_IMAGE_SIZE, E_IMAGE_MEMORY and E_IMAGE_DEBUG for options that do not suit the image; E_ADMISSION_... for a
   *   component that is not admitted; E_ENCLAVE_BOOT.
   */
  async start(eif: ImageInput | PreparedImage, options: StartOptions): Promise<Enclave> {
    this.#assertOpen()
    checkStart(options)
    const share = this.#pool.take(options)
    const signals = options.signal ? [options.signal, this.#closing.signal] : [this.#closing.signal]
    const random = this.#options.surroundings?.nextRandom?.()
    const blank = blankWorkerFor(eif, options.isolation, share.memoryMiB)
    const started = this.#startShare(eif, { ...options, blank }, share, AbortSignal.any(signals), random)
    this.#starting.add(started)
    try {
      return await started
    } catch (error) {
      this.#pool.give(share)
      await blank?.terminate()
      throw error
    } finally {
      this.#starting.delete(started)
    }
  }

  /**
   * Accepts connections from all enclaves of this parent on CID 3, port `port`.
   * @throws {EnclaveError} E_PARENT_CLOSED, E_VSOCK_PORT, E_VSOCK_PORT_TAKEN, E_PARENT_OPTION for an invalid
   *   handler or signal; the signal's reason if it has already aborted.
   */
  listen(port: number, handler: SocketHandler, options?: ListenOptions): Listener {
    this.#assertOpen()
    return this.#listeners.listen(port, handler, options)
  }

  /**
   * Connects to `port` of the enclave whose CID is `cid`, as `Enclave.connect` does.
   * @throws {EnclaveError} E_VSOCK_CLOSED if no running enclave has this CID; what `Enclave.connect` throws.
   */
  async connect(cid: number, port: number, options?: ConnectOptions): Promise<VsockSocket> {
    return this.#enclaves.withCid(cid).connect(port, options)
  }

  /**
   * The destinations that the measured manifest of an enclave's image lists, by its CID: all that a proxy relays for it. None for
   * an enclave that has ended.
   */
  destinationsOf(cid: number): readonly string[] {
    return this.#enclaves.find(cid)?.destinations ?? []
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
    return this.#enclaves.all().map((enclave) => enclave.describe())
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
    await Promise.all(this.#enclaves.all().map((enclave) => enclave.stop('its parent was closed')))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #startShare(
    eif: ImageInput | PreparedImage,
    options: KeeperStartOptions & { readonly blank: BlankWorker | undefined },
    share: Share,
    signal: AbortSignal,
    random: Random | undefined,
  ): Promise<Enclave> {
    const { debug = false, isolation } = options
    const trace = options.trace && new Trace(options.trace)
    const { profile } = this
    const { memoryMiB } = share
    const assertSize = (imageBytes: number) => {
      const running = this.#pool.shares - 1
      if (this.#options.strict) assertCloudLimits(profile, { imageBytes, memoryMiB, running })
    }
    const start = { profile, memoryMiB, debug, isolation }
    const { image, ...prepared } = await imageForStart(eif, start, assertSize, options.componentStore)
    signal.throwIfAborted()
    const identity = { profile, debug, instanceId: this.instanceId, agency: this.#options.agency }
    const pcrs = await systemPcrs(image.pcrs, identity)
    const moduleId = newModuleId(profile, this.instanceId, random)
    const identified = { profile, moduleId, pcrs, random, calls: options.trace?.packets }
    const { security, ...kept } = securityFor(identified, () => this.#authority.get())
    const acceptorOf: AcceptorOf = (port, carrier) => this.#listeners.acceptorOf(port, carrier)
    const wallClock = this.#options.surroundings?.wallClock
    const how = { ...options, debug, share, security, acceptorOf, signal, trace, wallClock, ...prepared }
    const process = await launch(image, how)
    await this.#authority.certify(process, profile)
    const { destinations = [] } = image.contents.manifest
    const records = { trace, ...kept, destinations }
    const { vcpus, cid } = share
    const launchMode = debug ? 'debug' : 'normal'
    const shown = { cid, moduleId, vcpus, memoryMiB, launchMode, pcrs: shownPcrs(pcrs) } as const
    const enclave = this.#enclaves.add(shown, process, records)
    // From here on `query` lists it, and its packets are processed.
    process.open()
    this.#authority.prepareLater(profile, moduleId, () => this.#enclaves.has(enclave))
    void enclave.exited.then(() => {
      this.#pool.give(share)
      this.#authority.release(moduleId)
    })
    return enclave
  }

  #assertOpen(): void {
    if (!this.#closing.signal.aborted) return
    throw new EnclaveError('E_PARENT_CLOSED', {
      what: 'the parent instance is closed',
      hint: 'create another one',
    })
  }
}
