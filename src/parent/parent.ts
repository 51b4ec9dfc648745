/**
 * The parent instance: lends vCPUs and memory to enclaves, starts and stops them, and is the only one that they can
 * talk to. The public face of webclave.
 */
import {
  type AttestationAuthority,
  type AttestationRoot,
  createAttestationAuthority,
} from '../attestation/authority.ts'
import { type Bytes, toHex } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { prepareComponent } from '../hypervisor/components.ts'
import { EnclaveProcess, type Isolation } from '../hypervisor/enclave-process.ts'
import { loadKernel } from '../hypervisor/kernel.ts'
import { type BootContents, readBootContents } from '../image/contents.ts'
import type { Profile } from '../image/measure.ts'
import { type ImageInput, openSource } from '../image/source.ts'
import { verifyImage } from '../image/verify.ts'
import { SHARED_LENGTH } from '../kernel/shared-memory.ts'
import { PcrBank } from '../qtsm/pcr-bank.ts'
import { SecurityModule } from '../qtsm/security-module.ts'
import { assertCloudLimits } from './cloud-limits.ts'
import { Enclave, type EnclaveDescription } from './enclave.ts'
import { type Listener, Listeners, type SocketHandler } from './listeners.ts'
import { pcrNames, systemPcrs } from './measurements.ts'
import { Pool, type Share } from './pool.ts'
import { openRoot, persistentRoot, type RootOption } from './root.ts'

const MIB = 1024 * 1024
/** The part of an enclave's memory that each end of its link may hold in receive buffers. */
const BUFFER_SHARE = 16

/** What a parent instance is made with. */
export interface ParentOptions {
  /** vCPUs that its enclaves may have together. */
  vcpus: number
  /** Memory that its enclaves may have together, MiB. */
  memoryMiB: number
  /** Whose documents, PCRs and limits. @default 'qingtian' */
  profile?: Profile
  /** Its id, which PCR4 measures. @default a random UUID */
  instanceId?: string
  /** Whether the cloud's own floors and limits hold. @default false */
  strict?: boolean
  /** Its IAM agency (Nitro: role), which PCR3 measures. @default none: PCR3 is zero */
  agency?: string
  /**
   * The root of its enclaves' documents: `'persistent'` for the one that is kept between runs (Node: a private file of
   * this user; a tab: a key of this origin that nothing can read out), or one of `createRoot` or `importRoot`.
   * @default a new one, in memory
   */
  root?: RootOption
}

/** How an enclave is started. */
export interface StartOptions {
  vcpus: number
  /** All that the enclave may take: its memories, tables and rings. MiB. */
  memoryMiB: number
  /** 4 to 4294967294. @default the lowest that is free */
  cid?: number
  /** Debug mode: the console can be read, and the PCRs prove nothing. @default false */
  debug?: boolean
  /**
   * `worker`: a Worker of this process. `process`: a process of its own, under Node's permission model and the operating
   * system's limits, so that a guest that brings its host down takes nothing else along. Node only. @default 'worker'
   */
  isolation?: Isolation
  /** Milliseconds until the program must run. @default 20000 */
  startDeadline?: number
  /** Milliseconds that the program may run. @default without end */
  runDeadline?: number
  /** Milliseconds that the program may spend otherwise than waiting. @default without end */
  cpuLimit?: number
  /** Gives the start up. */
  signal?: AbortSignal
}

/**
 * A parent instance.
 *
 * @example
 * await using parent = await Parent.create({ vcpus: 2, memoryMiB: 512 })
 * const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
 * const socket = await enclave.connect(5000)
 */
export class Parent {
  readonly profile: Profile
  readonly instanceId: string
  readonly #agency: string | undefined
  readonly #strict: boolean
  readonly #authority: AttestationAuthority
  readonly #keepsRoot: boolean
  readonly #pool: Pool
  readonly #listeners = new Listeners()
  readonly #enclaves = new Set<Enclave>()
  readonly #closing = new AbortController()
  readonly #starting = new Set<Promise<unknown>>()
  #nextId = 0

  private constructor(
    options: ParentOptions,
    profile: Profile,
    instanceId: string,
    authority: AttestationAuthority,
  ) {
    this.#pool = new Pool(options.vcpus, options.memoryMiB)
    this.profile = profile
    this.instanceId = instanceId
    this.#agency = options.agency
    this.#strict = options.strict ?? false
    this.#authority = authority
    this.#keepsRoot = options.root === 'persistent'
  }

  /** The root certificate of its enclaves' documents, PEM. Its name says that it is simulated. */
  get rootCertificate(): string {
    return this.#authority.rootPem
  }

  /**
   * @throws {EnclaveError} E_PARENT_OPTION for a count, a profile or a root that cannot be, E_CERTIFICATE_NAME for an
   * id, E_CERTIFICATE_ROOT for a root that is none of ours, E_ROOT_... for one that is kept and cannot be used.
   */
  static async create(options: ParentOptions): Promise<Parent> {
    const { profile = 'qingtian' } = options
    if (profile !== 'qingtian' && profile !== 'nitro') {
      throw new EnclaveError('E_PARENT_OPTION', {
        what: 'no such profile',
        expected: "'qingtian' or 'nitro'",
        got: String(profile),
      })
    }
    const instanceId = options.instanceId ?? defaultInstanceId(profile)
    const root = await openRoot(options.root)
    const authority = await createAttestationAuthority({ instanceId, ...(root && { root }) })
    return new Parent(options, profile, instanceId, authority)
  }

  /**
   * Starts the image `eif` and resolves once its program runs.
   *
   * @throws {EnclaveError} E_PARENT_CLOSED; E_PARENT_OPTION, E_CID_..., E_POOL_... for what cannot be given;
   * E_IMAGE_..., E_ARCHIVE... for what is no whole image; E_IMAGE_KERNEL for another kernel's, E_IMAGE_SIZE,
   * E_IMAGE_MEMORY and E_IMAGE_DEBUG for what its manifest does not allow; E_ADMISSION_... for what may not run; E_ENCLAVE_BOOT.
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
   * Accepts connections from every enclave of this parent on (CID 3, `port`).
   * @throws {EnclaveError} E_PARENT_CLOSED, E_VSOCK_PORT, E_VSOCK_PORT_TAKEN.
   */
  listen(port: number, handler: SocketHandler): Listener {
    this.#assertOpen()
    return this.#listeners.listen(port, handler)
  }

  /**
   * Puts another root in the place of the present one: `root`, or a new one, which is kept where the present one is.
   * Enclaves notice nothing; their documents stand under it from the next one on. Resolves with its certificate, PEM.
   * @throws {EnclaveError} E_CERTIFICATE_ROOT for a root that is none of ours, E_ROOT_... where none can be kept.
   */
  async rotateRoot(root?: AttestationRoot): Promise<string> {
    const kept = root === undefined && this.#keepsRoot
    await this.#authority.rotate(kept ? await persistentRoot().rotate() : root)
    return this.rootCertificate
  }

  /** The enclaves that have not ended, oldest first. */
  query(): EnclaveDescription[] {
    return [...this.#enclaves].map((enclave) => enclave.describe())
  }

  /** Stops every enclave and gives up every start. Resolves once nothing of it is left. */
  async close(): Promise<void> {
    this.#closing.abort(
      new EnclaveError('E_PARENT_CLOSED', {
        what: 'the parent instance was closed while the enclave started',
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
    const image = await ownCopy(eif, share.memoryMiB)
    if (this.#strict) {
      const running = this.#pool.shares - 1
      assertCloudLimits(this.profile, { imageBytes: image.byteLength, memoryMiB: share.memoryMiB, running })
    }
    const { pcrs: imagePcrs } = await verifyImage(image, { profile: this.profile })
    const contents = await readBootContents(image)
    const kernel = await loadKernel(contents.kernel)
    checkManifest(contents, share.memoryMiB, debug)
    signal.throwIfAborted()
    // Both ends of the link hold what has arrived and was not read; all of it is the enclave's own memory.
    const bufferPool = (share.memoryMiB * MIB) / BUFFER_SHARE
    const component = await prepareComponent(contents.engine ?? contents.app.bytes, {
      memoryBytes: share.memoryMiB * MIB - SHARED_LENGTH - 2 * bufferPool,
      isEngine: contents.engine !== undefined,
    })
    signal.throwIfAborted()

    const pcrs = await systemPcrs(imagePcrs, {
      profile: this.profile,
      debug,
      instanceId: this.instanceId,
      agency: this.#agency,
    })
    const moduleId = this.#newModuleId()
    const { profile } = this
    await this.#authority.prepare(profile, moduleId)
    const process = await EnclaveProcess.start(
      {
        kernel,
        component,
        boot: { ...bootMessage(contents, debug), cid: share.cid, bufferPool },
        security: new SecurityModule({
          profile,
          moduleId,
          pcrs: new PcrBank(pcrs),
          attest: (request) => this.#authority.attest({ ...request, profile, moduleId }),
        }),
        acceptorOf: (port, carrier) => this.#listeners.acceptorOf(port, carrier),
        startDeadline: options.startDeadline,
        runDeadline: options.runDeadline,
        cpuLimit: options.cpuLimit,
        isolation: options.isolation ?? 'worker',
        memoryMiB: share.memoryMiB,
      },
      signal,
    ).catch((error: unknown) => {
      this.#authority.release(moduleId)
      throw error
    })
    const { vcpus, memoryMiB, cid } = share
    const launchMode = debug ? 'debug' : 'normal'
    const enclave = new Enclave(
      { id: this.#nextId++, cid, moduleId, vcpus, memoryMiB, launchMode, pcrs: pcrNames(pcrs) },
      process,
    )
    this.#enclaves.add(enclave)
    void enclave.exited.then(() => {
      this.#enclaves.delete(enclave)
      this.#pool.give(share)
      this.#authority.release(moduleId)
    })
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

/** What is measured must be what runs: the caller's bytes, or its file, could change in between. */
async function ownCopy(eif: ImageInput, memoryMiB: number): Promise<Bytes> {
  const source = await openSource(eif)
  if (source.size > memoryMiB * MIB) {
    throw new EnclaveError('E_IMAGE_SIZE', {
      what: 'the image is larger than the memory that the enclave would have',
      expected: `at most ${memoryMiB} MiB`,
      got: `${source.size} bytes`,
    })
  }
  return (await source.read(0, source.size)).slice()
}

function defaultInstanceId(profile: Profile): string {
  if (profile === 'qingtian') return crypto.randomUUID()
  return `i-0${toHex(crypto.getRandomValues(new Uint8Array(8)))}`
}

function bootMessage({ args, env, files, app, engine }: BootContents, debug: boolean) {
  const source = engine ? new TextDecoder().decode(app.bytes) : undefined
  return { debug, args, env: Object.entries(env), files, source }
}

function checkManifest({ manifest }: BootContents, memoryMiB: number, debug: boolean): void {
  const needed = manifest.memoryMiB ?? 0
  if (memoryMiB < needed) {
    throw new EnclaveError('E_IMAGE_MEMORY', {
      what: 'the image needs more memory',
      expected: `at least ${needed} MiB`,
      got: `${memoryMiB} MiB`,
    })
  }
  if (debug && manifest.debug === false) {
    throw new EnclaveError('E_IMAGE_DEBUG', {
      what: 'the image does not allow debug mode',
      hint: 'start it without debug, or build it with a manifest that allows it',
    })
  }
}
