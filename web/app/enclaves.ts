/** The enclaves on this page, with what is known of each. */
import { type Signal, signal } from '@preact/signals'
import type { ProfileName } from '../../src/base/profile.ts'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import type { EnclaveDescription, EnclaveState } from '../../src/parent/enclave.ts'
import type { StartOptions } from '../host/enclave-host.ts'
import { openHost } from '../host/open.ts'
import {
  NOTHING_SEEN,
  type Report,
  type ShownCall,
  type ShownPacket,
  type ShownRegister,
} from '../host/report.ts'
import type { ChosenImage } from '../image/image.ts'

/** How much of an enclave's history is kept for display. */
const MAX_SHOWN = 500
/** Milliseconds between two looks at a running enclave. */
const INTERVAL = 250

/** An enclave that was started on this page. */
export interface EnclaveView {
  readonly number: number
  readonly profile: ProfileName
  readonly description: EnclaveDescription
  /** The image that was chosen, whose PCR0 is the reference value. */
  readonly image: ChosenImage
  /** The offset of the changed byte in a tampered copy. */
  readonly changedByte: number | undefined
  readonly state: Signal<EnclaveState>
  /** Why it ended. */
  readonly end: Signal<EndReason | undefined>
  readonly packets: Signal<readonly ShownPacket[]>
  readonly calls: Signal<readonly ShownCall[]>
  /** All PCRs by index; none before the first look. */
  readonly registers: Signal<readonly ShownRegister[]>
  readonly counters: Signal<Report['counters']>
  /** Bytes. */
  readonly memoryUsed: Signal<number | undefined>
  readonly console: Signal<string | undefined>
}

/** The enclaves, newest first. */
export const enclaves: Signal<readonly EnclaveView[]> = signal([])

/** What is started. */
export interface Launch extends StartOptions {
  readonly image: ChosenImage
  /** Another file than the image's own: a tampered copy, and where it was changed. */
  readonly copy?: { readonly file: Blob; readonly offset: number } | undefined
}

/** Starts an enclave and adds it to the page. @throws what `Parent.start` throws. */
export async function startEnclave({ image, copy, ...options }: Launch): Promise<EnclaveView> {
  const host = openHost()
  const { number, description } = copy
    ? await host.enclaves.start(copy.file, options)
    : await host.enclaves.start(image.file, options, image.key)
  const none = { packets: 0, bytes: 0 }
  const view: EnclaveView = {
    number,
    profile: options.profile,
    description,
    image,
    changedByte: copy?.offset,
    state: signal<EnclaveState>('running'),
    end: signal<EndReason | undefined>(undefined),
    packets: signal<readonly ShownPacket[]>([]),
    calls: signal<readonly ShownCall[]>([]),
    registers: signal<readonly ShownRegister[]>([]),
    counters: signal<Report['counters']>({ in: none, out: none }),
    memoryUsed: signal<number | undefined>(undefined),
    console: signal<string | undefined>(undefined),
  }
  enclaves.value = [view, ...enclaves.value]
  void follow(view)
  return view
}

/** Stops an enclave; its end is shown when it has ended. */
export async function stopEnclave(view: EnclaveView): Promise<void> {
  if (view.state.value === 'running') view.state.value = 'stopping'
  await openHost().enclaves.stop(view.number)
}

/** Removes an enclave that has ended. */
export async function removeEnclave(view: EnclaveView): Promise<void> {
  enclaves.value = enclaves.value.filter((other) => other !== view)
  await openHost().enclaves.forget(view.number)
}

/** Stops an enclave, waits until it has ended, and removes it, unless that was done before. */
export async function endEnclave(view: EnclaveView): Promise<void> {
  if (!enclaves.value.includes(view)) return
  await stopEnclave(view)
  await openHost().enclaves.ended(view.number)
  await removeEnclave(view)
}

/** Looks at an enclave until it has ended, and once more; no longer if it was removed. */
async function follow(view: EnclaveView): Promise<void> {
  const host = openHost()
  const ended = host.enclaves.ended(view.number)
  let isOver = false
  void ended.then((reason) => {
    isOver = true
    view.end.value = reason
    view.state.value = 'ended'
  })
  let seen = NOTHING_SEEN
  for (let last = false; !last && enclaves.value.includes(view); ) {
    last = isOver
    const report = await host.enclaves.report(view.number, seen)
    seen = report.seen
    show(view, report)
    if (!last) await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, INTERVAL))])
  }
}

function show(view: EnclaveView, report: Report): void {
  if (report.packets.length > 0)
    view.packets.value = [...view.packets.value, ...report.packets].slice(-MAX_SHOWN)
  if (report.calls.length > 0) view.calls.value = [...view.calls.value, ...report.calls].slice(-MAX_SHOWN)
  view.registers.value = report.registers ?? view.registers.value
  view.counters.value = report.counters
  view.memoryUsed.value = report.memoryUsed ?? view.memoryUsed.value
  view.console.value = report.console ?? view.console.value
}
