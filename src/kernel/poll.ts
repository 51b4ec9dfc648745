/** wasi:io/poll: waits for several events at once (WASI 0.2). A guest sleeps only in the link. */
import { giveBytes, guestRecord } from './guest-memory.ts'
import type { KernelLink } from './link.ts'
import {
  defineResource,
  type Found,
  type LowerContext,
  MAX_RESOURCES,
  otherTable,
  type ResourceType,
  withLowering,
} from './resource.ts'

/** An event to wait for. */
export class Pollable {
  readonly ready: () => boolean
  /** The time of the link's clock at which it becomes ready at the latest. */
  readonly deadline: number

  constructor(ready: () => boolean, deadline: number = Number.POSITIVE_INFINITY) {
    this.ready = ready
    this.deadline = deadline
  }
}

/** The interface that the glue imports, and the resource type for creating pollables. */
export interface Poll {
  pollables: ResourceType<Pollable>
  imports: Record<string, unknown>
}

/** Creates wasi:io/poll on `link`. */
export function createPoll(link: KernelLink): Poll {
  const settled = (pollable: Pollable) => pollable.ready() || pollable.deadline <= link.now()

  const ready = (pollable: Pollable): boolean => {
    link.pump()
    return settled(pollable)
  }
  const wait = (all: readonly Pollable[]): undefined => {
    const deadline = Math.min(...all.map((one) => one.deadline))
    link.wait(() => all.some((one) => one.ready()), deadline)
  }
  /** Before anything is made of a list: it is the guest's, and could have all of its memory's words. */
  const checkCount = (count: number) => {
    if (count === 0) throw new Error('poll was called with an empty list')
    if (count > MAX_RESOURCES) throw new Error(`poll was called with more than ${MAX_RESOURCES} handles`)
  }
  const poll = (all: readonly Pollable[]): Uint32Array => {
    wait(all)
    return Uint32Array.from(all.flatMap((one, at) => (settled(one) ? [at] : [])))
  }

  const pollables = defineResource(Pollable, {
    ready: { call: ready, lower: (_, find) => (handle: number) => Number(ready(find(handle).state)) },
    block: {
      call: (pollable) => wait([pollable]),
      lower: (_, find) => (handle: number) => wait([find(handle).state]),
    },
  })
  const lowerPoll = (context: LowerContext) => (list: number, length: number, result: number) => {
    const count = length >>> 0
    checkCount(count)
    const handles = guestRecord(context.memory, list, count * 4)
    const all = Array.from(
      { length: count },
      (_, at) => pollables.find(context.resourceTables, handles.getInt32(at * 4)).state,
    )
    const indexes = poll(all)
    const pointer = giveBytes(context, new Uint8Array(indexes.buffer), 4)
    const view = guestRecord(context.memory, result, 8)
    view.setUint32(0, pointer)
    view.setUint32(4, indexes.length)
  }
  return {
    pollables,
    imports: {
      Pollable: pollables.resourceClass,
      poll: withLowering((objects: never[]) => {
        checkCount(objects.length)
        return poll(objects.map((object) => pollables.stateOf(object)))
      }, lowerPoll),
    },
  }
}

/** The lowered form of a method that creates a pollable. */
export const lowerSubscribe =
  <State>({ pollables }: Poll, watch: (state: State) => Pollable) =>
  (context: LowerContext, find: (handle: number) => Found<State>) =>
  (handle: number): number => {
    const { state, table } = find(handle)
    return pollables.createHandle(watch(state), otherTable(context.resourceTables, table))
  }
