/**
 * Runs a guest of guests/ with a KMS in another process, reached through the proxy, and records everything that the
 * parent instance could see of it: every byte on vsock, the memory shared with the enclave, the parent's heap, and (on
 * Linux) every byte that the parent's process can read. The KMS's process searches these bytes for secrets, so the
 * parent never has one.
 */

import { type ChildProcess, fork } from 'node:child_process'
import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { getHeapSnapshot } from 'node:v8'
import { pcrHex } from '../../src/base/pcrs.ts'
import { ServiceClient } from '../../src/client/index.ts'
import { type BuiltImage, buildImage } from '../../src/image/index.ts'
import { createParent, type Enclave, type Parent, type StartOptions } from '../../src/parent/index.ts'
import { openProxy, type VsockProxy } from '../../src/proxy/index.ts'
import type { Handlers } from '../../src/service/handlers.ts'
import { decodeHeader, MAX_PAYLOAD } from '../../src/vsock/packet.ts'
import { connectWhenReady } from '../support/laboratory.ts'
import type { Methods } from './kms-process.ts'

export const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG' }

const PIECE = 8 << 20
/** Longer than any encoding of a secret, so that a secret across two pieces is found. */
const OVERLAP = 256

/** The client of the KMS's process. */
export class KmsProcess {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>()
  #next = 0

  constructor() {
    const path = fileURLToPath(new URL('kms-process.ts', import.meta.url))
    this.#child = fork(path, { serialization: 'advanced', execArgv: [] })
    this.#child.on('message', ({ id, value, error }: { id: number; value: never; error?: string }) => {
      const { resolve, reject } = this.#waiting.get(id)!
      this.#waiting.delete(id)
      if (error === undefined) resolve(value)
      else reject(new Error(error))
    })
  }

  ask<Name extends keyof Methods>(
    method: Name,
    argument: Parameters<Methods[Name]>[0],
  ): ReturnType<Methods[Name]> {
    const id = this.#next++
    this.#child.send({ id, method, argument })
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject })) as never
  }

  /** The secrets that `pieces` contain, including those across two pieces. */
  async search(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<string[]> {
    const found = new Set<string>()
    let held: Uint8Array[] = []
    let size = 0
    const look = async () => {
      const bytes = Buffer.concat(held)
      for (const name of await this.ask('search', bytes)) found.add(name)
      held = [Uint8Array.from(bytes.subarray(-OVERLAP))]
      size = 0
    }
    for await (const piece of pieces) {
      held.push(Uint8Array.from(piece))
      size += piece.length
      if (size >= PIECE) await look()
    }
    await look()
    return [...found].sort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.disconnect()
    await exited
  }
}

/** A running guest and everything that it uses. */
export class Witness<Service extends Handlers> {
  readonly kms: KmsProcess
  readonly parent: Parent
  readonly image: BuiltImage
  enclave!: Enclave
  client!: ServiceClient<Service>
  readonly #shared: SharedArrayBuffer[] = []
  readonly #proxy: VsockProxy

  private constructor(kms: KmsProcess, parent: Parent, image: BuiltImage, proxy: VsockProxy) {
    this.kms = kms
    this.parent = parent
    this.image = image
    this.#proxy = proxy
  }

  /** Builds and starts guests/`name`; `env` may need the KMS. */
  static async open<Service extends Handlers>(
    /** A folder of guests/, or the path of a module. */
    name: string,
    env: (kms: KmsProcess) => Promise<Record<string, string>> = async () => ({}),
    options: Partial<StartOptions> = {},
  ): Promise<Witness<Service>> {
    const kms = new KmsProcess()
    const parent = await createParent({ vcpus: 4, memoryMiB: 512 })
    const { identity, keyId } = await kms.ask('open', { roots: parent.rootCertificate })
    const image = await buildImage({
      app: { path: fileURLToPath(new URL(name, new URL('../../guests/', import.meta.url))) },
      env: { KMS_IDENTITY: identity, KMS_KEY: keyId, ...(await env(kms)) },
      manifest: { destinations: ['127.0.0.1:*'] },
    })
    const { port } = await kms.ask('serve', { PCR0: pcrHex(image.pcrs, 0) })
    const destination = { address: '127.0.0.1', port }
    const proxy = openProxy(parent, { destination, allowlist: [destination] })
    const witness = new Witness<Service>(kms, parent, image, proxy)
    await witness.start(options)
    return witness
  }

  /** Starts the enclave, or replaces it with a new one of the same image. */
  async start(options: Partial<StartOptions> = {}): Promise<void> {
    await this.client?.close()
    await this.enclave?.stop()
    this.enclave = await this.#watchingMemory(() =>
      this.parent.start(this.image.eif, {
        vcpus: 1,
        memoryMiB: 64,
        trace: { packets: 100_000, bytes: MAX_PAYLOAD },
        ...options,
      }),
    )
    this.client = new ServiceClient<Service>(await connectWhenReady(this.enclave, 5000))
  }

  /** All payload bytes on vsock, for each connection and direction. */
  vsockBytes(): Uint8Array[] {
    const streams = new Map<string, Uint8Array[]>()
    for (const { direction, header, payload, payloadLength } of this.enclave.trace.packets) {
      if (payload.length !== payloadLength) throw new Error('the trace is missing bytes')
      const { sourcePort, destinationPort } = decodeHeader(new DataView(header.buffer), 0)
      const name = `${direction} ${sourcePort} ${destinationPort}`
      streams.set(name, [...(streams.get(name) ?? []), payload])
    }
    const { counters, packets } = this.enclave.trace
    if (counters.in.packets + counters.out.packets !== packets.length)
      throw new Error('the trace is missing packets')
    return [...streams.values()].map((parts) => Buffer.concat(parts))
  }

  /**
   * The memory that is shared with enclaves in Workers: control words, rings with their old contents, mailbox, console.
   */
  sharedMemory(): Uint8Array[] {
    if (this.#shared.length === 0) throw new Error('no shared memory was seen')
    return this.#shared.map((buffer) => Uint8Array.from(new Uint8Array(buffer)))
  }

  /**
   * The parent's JavaScript heap: every string and object. It contains neither array buffers nor the enclave's memory.
   */
  heap(): AsyncIterable<Uint8Array> {
    return getHeapSnapshot()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close()
    await this.#proxy.close()
    await this.parent.close()
    await this.kms[Symbol.asyncDispose]()
  }

  /** Records the shared memory that is created while `work` runs. */
  async #watchingMemory<Result>(work: () => Promise<Result>): Promise<Result> {
    const { SharedArrayBuffer: usual } = globalThis
    const kept = this.#shared
    globalThis.SharedArrayBuffer = class extends usual {
      constructor(length: number) {
        super(length)
        kept.push(this)
      }
    } as typeof usual
    try {
      return await work()
    } finally {
      globalThis.SharedArrayBuffer = usual
    }
  }
}

/**
 * All memory of this process that it may read, in pieces: heaps, array buffers, stacks of all its threads. Linux only.
 */
export function* processMemory(): Generator<Uint8Array> {
  const memory = openSync('/proc/self/mem', 'r')
  const piece = Buffer.alloc(PIECE)
  const zeros = Buffer.alloc(PIECE)
  try {
    for (const line of readFileSync('/proc/self/maps', 'utf8').split('\n')) {
      const [, from = '0', to = '0', rights = '', file = ''] =
        /^(\w+)-(\w+) (\S+) \S+ \S+ \S+ *(.*)$/.exec(line) ?? []
      // Memory that is not writable cannot contain a secret of this run.
      if (!rights.startsWith('rw') || file.startsWith('/dev')) continue
      const end = Number.parseInt(to, 16)
      for (let at = Number.parseInt(from, 16); at < end; at += PIECE) {
        const length = Math.min(PIECE, end - at)
        try {
          const read = readSync(memory, piece, 0, length, at)
          if (piece.compare(zeros, 0, read, 0, read) !== 0) yield piece.subarray(0, read)
        } catch {
          // Reserved but never used: reading it fails.
        }
      }
    }
  } finally {
    closeSync(memory)
  }
}
