/**
 * One enclave in its keeper, which holds its hypervisor and attestation keys, serves the two
 * sockets with which other processes reach it, and cleans up after it. Neither outlives the other.
 */

import { mkdirSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { EnclaveError } from '../base/error.ts'
import { pcrsToHex } from '../base/pcrs.ts'
import { describeEnd, type EndReason } from '../hypervisor/end-reason.ts'
import type { EnclavePlace } from '../hypervisor/host.ts'
import { describeImage } from '../image/describe.ts'
import type { Enclave } from '../parent/enclave.ts'
import type { KeeperStartOptions } from '../parent/options.ts'
import { Parent } from '../parent/parent.ts'
import { DiskComponents } from './component-store.ts'
import { ConsoleStreams } from './console-streams.ts'
import { type ControlRequest, reply, serveControl } from './control.ts'
import { stateFailure } from './directories.ts'
import { Disposals } from './disposals.ts'
import {
  type EnclaveDetails,
  type EnclaveRecord,
  enclaveDirectory,
  FILES,
  type ImageSummary,
} from './enclave-record.ts'
import { keepEnded } from './ended-enclaves.ts'
import { serveVsock, vsockListener } from './hybrid-vsock.ts'
import type { ImageFile } from './image-file.ts'
import { instanceId } from './instance-id.ts'
import { log } from './log.ts'
import { writeWhole } from './private-file.ts'
import { giveShare } from './share.ts'
import type { SocketServer } from './socket-server.ts'

/** How many characters of a console are kept after the end: escaped control characters take several. */
const MAX_CONSOLE = 65_536

/** The maximum length of the end reason that other commands get. */
const MAX_END_LENGTH = 200

/** A running enclave with its sockets. */
export class KeptEnclave {
  readonly record: EnclaveRecord
  readonly details: EnclaveDetails
  /** Resolves with the reason once nothing of it is left. */
  readonly ended: Promise<EndReason>
  readonly #enclave: Enclave
  readonly #consoles: ConsoleStreams
  /** Answers that are sent when the enclave has ended. */
  readonly #answering = new Set<Promise<void>>()

  private constructor(
    record: EnclaveRecord,
    image: ImageSummary | undefined,
    enclave: Enclave,
    parent: Parent,
    serving: Disposals,
  ) {
    this.record = record
    const { moduleId, destinations } = enclave
    this.details = { moduleId, pcrs: pcrsToHex(enclave.pcrs), destinations, image }
    this.#enclave = enclave
    this.#consoles = new ConsoleStreams(enclave)
    this.ended = this.#clearUp(parent, serving)
  }

  /**
   * Starts `image` in `place` with the share in `record`; `agency` is that of the parent instance.
   * @throws {EnclaveError} what `Parent.start` throws; E_STATE_FILE if its directory cannot be created.
   */
  static async start(
    image: ImageFile,
    record: EnclaveRecord,
    place: EnclavePlace,
    agency?: string,
  ): Promise<KeptEnclave> {
    const { id, cid, cpus, memoryMiB, debug, profile } = record
    const directory = makeDirectory(id)
    const vsock = join(directory, FILES.vsock)
    await using failing = new Disposals()
    const components = new DiskComponents()
    const parent: Parent = failing.use(
      Parent.open({
        vcpus: cpus.length,
        memoryMiB,
        profile,
        instanceId: instanceId(profile),
        root: 'persistent',
        ...(agency !== undefined && { agency }),
        resolvePort: (port) =>
          vsockListener(vsock, port, () => ({ id, cid, destinations: parent.destinationsOf(cid) })),
      }),
    )
    const summary = profile === 'nitro' ? await summaryOf(image) : undefined
    const options: KeeperStartOptions = {
      vcpus: cpus.length,
      memoryMiB,
      cid,
      debug,
      isolation: 'process',
      place,
      componentStore: components,
    }
    const starting = parent.start(image, options)
    const serving = failing.use(new Disposals())
    serving.defer(() => components.settled())
    const keeping = starting.then((enclave) => new KeptEnclave(record, summary, enclave, parent, serving))
    // The sockets are created while the enclave boots; early connections wait. The boot data is sent in this turn.
    const sent = new Promise((resolve) => setImmediate(resolve))
    const control = join(directory, FILES.control)
    const serve = async (listen: () => Promise<SocketServer>) => {
      await sent
      serving.use(await listen())
    }
    const outcomes = await Promise.allSettled([
      keeping,
      serve(() => serveVsock(starting, vsock)),
      serve(() => serveControl(control, async (...asked) => (await keeping).#answer(...asked))),
    ])
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
    const kept = await keeping
    kept.#describe()
    components.expectFor(image.path, memoryMiB)
    log('running', { id, cid, module: kept.details.moduleId })
    failing.release()
    return kept
  }

  /** Stops the enclave; resolves once nothing of it is left. */
  async stop(): Promise<EndReason> {
    await this.#enclave.stop()
    return this.ended
  }

  async #answer({ ask }: ControlRequest, socket: Socket): Promise<void> {
    if (ask === 'console') return this.#consoles.add(socket, () => reply(socket, { ok: true }))
    const answering = this.#enclave.stop().then((end) => {
      reply(socket, { ok: true, end: shortEnd(end) })
      socket.end()
    })
    this.#answering.add(answering)
    socket.once('close', () => this.#answering.delete(answering))
    await answering
  }

  /** Writes the enclave's description, which tells other processes that the sockets are ready. */
  #describe(): void {
    writeWhole(join(enclaveDirectory(this.record.id), FILES.details), JSON.stringify(this.details), false)
  }

  /** Keeps what other commands may still ask for: why it ended and, in debug mode, the end of its console. */
  #keep(reason: EndReason): void {
    const console = this.record.debug ? this.#enclave.followConsole()().slice(-MAX_CONSOLE) : undefined
    const { record, details } = this
    try {
      keepEnded({
        record,
        details,
        end: shortEnd(reason),
        status: statusOf(reason),
        at: new Date().toISOString(),
        console,
      })
    } catch (error) {
      log('end not kept', { id: record.id, code: (error as EnclaveError).code })
    }
  }

  async #clearUp(parent: Parent, serving: Disposals): Promise<EndReason> {
    const reason = await this.#enclave.exited
    log('ended', {
      id: this.record.id,
      kind: reason.kind,
      ...(reason.kind === 'exited' && { status: reason.status }),
    })
    this.#keep(reason)
    // A command that stopped the enclave gets its answer before the socket is closed.
    await Promise.all(this.#answering)
    await this.#consoles.finish()
    await serving[Symbol.asyncDispose]()
    await parent.close()
    const end = isExpected(reason) ? undefined : shortEnd(reason)
    try {
      giveShare(this.record, end)
    } catch (error) {
      // The next command that can write cleans up after this process.
      log('not cleared up', { id: this.record.id, code: (error as EnclaveError).code })
    }
    return reason
  }
}

function shortEnd(reason: EndReason): string {
  return describeEnd(reason).slice(0, MAX_END_LENGTH)
}

/** The exit status of a command that followed the enclave. */
function statusOf(reason: EndReason): number {
  if (isExpected(reason)) return 0
  return reason.kind === 'exited' && reason.status > 0 && reason.status < 256 ? reason.status : 1
}

/** Whether an end need not be reported: the enclave was stopped, or its program finished. */
function isExpected(reason: EndReason): boolean {
  return reason.kind === 'killed' || (reason.kind === 'exited' && reason.status === 0)
}

async function summaryOf(image: ImageFile): Promise<ImageSummary> {
  const { pcrs, signature, metadata = {} } = await describeImage(image)
  return { pcrs: pcrsToHex(pcrs.nitro), isSigned: signature !== undefined, metadata }
}

/** The enclave's directory, emptied: anything in it was left by an earlier keeper. */
function makeDirectory(id: number): string {
  const path = enclaveDirectory(id)
  try {
    rmSync(path, { recursive: true, force: true })
    mkdirSync(path, { mode: 0o700 })
    return path
  } catch (cause) {
    throw stateFailure(`the directory ${path} cannot be created`, cause)
  }
}
