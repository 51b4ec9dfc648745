/**
 * The parent instances for the page, one for each cloud: calls with plain values, because not every browser can transfer a
 * stream to another thread. They run in their own Worker, so that no enclave can block the page.
 */
import type { ProfileName } from '../../src/base/profile.ts'
import { ServiceClient } from '../../src/client/index.ts'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import type { ImageInput } from '../../src/image/eif/source.ts'
import { createParent } from '../../src/parent/create-parent.ts'
import type { Enclave, EnclaveDescription } from '../../src/parent/enclave.ts'
import type { Parent } from '../../src/parent/parent.ts'
import type { PreparedImage } from '../../src/parent/prepared-image.ts'
import { type Report, reportOf, type Seen } from './report.ts'
import { Sockets } from './sockets.ts'

/** The pool of each parent instance. */
const POOL = { vcpus: 4, memoryMiB: 1024 } as const
/** What is kept of the packets of an enclave. */
const TRACE = { packets: 2000, bytes: 1024 } as const

/** A description of a parent instance, for users and verifiers. */
export interface ParentFacts {
  readonly instanceId: string
  readonly profile: ProfileName
  /** The attestation root, as PEM. */
  readonly rootCertificate: string
  readonly pool: { readonly vcpus: number; readonly memoryMiB: number }
}

/** How to start an enclave. */
export interface StartOptions {
  readonly profile: ProfileName
  readonly vcpus: number
  readonly memoryMiB: number
  readonly cid?: number
  readonly debug: boolean
}

/** For which enclaves an image is prepared. */
export type Purpose = Pick<StartOptions, 'profile' | 'memoryMiB'>

/** A started enclave: its number on this page, and its description. */
export interface Started {
  readonly number: number
  readonly description: EnclaveDescription
}

/** The calls of the page. Enclaves are known by numbers, because the ids of two parent instances overlap. */
export class EnclaveHost {
  readonly sockets: Sockets = new Sockets((enclave) => this.enclave(enclave))
  readonly #parents = new Map<ProfileName, Promise<Parent>>()
  readonly #enclaves = new Map<number, Enclave>()
  #last = -1
  #prepared: (Purpose & { readonly key: number; readonly work: Promise<PreparedImage> }) | undefined

  /** The parent instance of a cloud, which is created by its first call. */
  async parent(profile: ProfileName): Promise<ParentFacts> {
    const { instanceId, rootCertificate } = await this.parentOf(profile)
    return { instanceId, profile, rootCertificate, pool: POOL }
  }

  /**
   * Prepares an image for its next start, in place of the one that was prepared before. The number `key` identifies it.
   * @throws {EnclaveError} as `Parent.prepare` does.
   */
  async prepare(key: number, image: ImageInput, { profile, memoryMiB }: Purpose): Promise<void> {
    if (this.#preparedFor(key, { profile, memoryMiB })) return
    const work = this.parentOf(profile).then((parent) => parent.prepare(image, { memoryMiB }))
    this.#prepared = { key, profile, memoryMiB, work }
    await work
  }

  /** Starts an image; `key` is its number, if it may be prepared. @throws {EnclaveError} as `Parent.start` does. */
  async start(image: Blob, { profile, ...options }: StartOptions, key?: number): Promise<Started> {
    const parent = await this.parentOf(profile)
    const { memoryMiB } = options
    const prepared = await this.#preparedFor(key, { profile, memoryMiB })
    const enclave = await parent.start(prepared ?? image, { ...options, trace: TRACE })
    this.#last += 1
    this.#enclaves.set(this.#last, enclave)
    return { number: this.#last, description: enclave.describe() }
  }

  /** What has happened since `seen`. */
  async report(enclave: number, seen: Seen): Promise<Report> {
    return reportOf(this.enclave(enclave), seen)
  }

  /** The recorded packets as a pcapng file. */
  async pcapng(enclave: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.enclave(enclave).trace.toPcapng()
  }

  /** Resolves with the reason once the enclave has ended. */
  async ended(enclave: number): Promise<EndReason> {
    return this.enclave(enclave).exited
  }

  async stop(enclave: number): Promise<EndReason> {
    return this.enclave(enclave).stop('stopped on the page')
  }

  /** @throws {EnclaveError} E_CONSOLE_MODE outside debug mode. */
  async console(enclave: number): Promise<string> {
    return this.enclave(enclave).console()
  }

  /**
   * Calls a function of the service of an enclave on a new connection.
   * @throws {EnclaveError} as a call of `ServiceClient`.
   */
  async call(enclave: number, port: number, method: string, request: unknown): Promise<unknown> {
    const socket = await this.enclave(enclave).connect(port)
    const client = new ServiceClient<Record<string, (request: unknown) => unknown>>(socket)
    try {
      return await client.call[method]!(request)
    } finally {
      await client.close()
    }
  }

  /** Forgets an enclave that has ended. */
  async forget(enclave: number): Promise<void> {
    this.#enclaves.delete(enclave)
  }

  #preparedFor(key: number | undefined, purpose: Purpose): Promise<PreparedImage> | undefined {
    const known = this.#prepared
    if (known === undefined || known.key !== key) return undefined
    return known.profile === purpose.profile && known.memoryMiB === purpose.memoryMiB ? known.work : undefined
  }

  /** The enclave with a number. */
  enclave(number: number): Enclave {
    const enclave = this.#enclaves.get(number)
    if (enclave) return enclave
    throw new Error(`there is no enclave ${number} on this page`)
  }

  /** The parent instance of a cloud. */
  parentOf(profile: ProfileName): Promise<Parent> {
    const known = this.#parents.get(profile)
    if (known) return known
    const parent = createParent({ ...POOL, profile })
    this.#parents.set(profile, parent)
    // It is tried again by the next call.
    parent.catch(() => this.#parents.delete(profile))
    return parent
  }
}
