/** wasi:io/poll: which pollables are ready, and how long a guest sleeps if none is. */
import { describe, expect, test } from 'vitest'
import { Pollable } from '../../src/kernel/poll.ts'
import { guest, handleTable, methodOf, Rig, rawOf } from './rig.ts'

const never = () => false
const always = () => true
interface Handle {
  ready(): boolean
  block(): void
}

function poll() {
  const rig = new Rig()
  const { pollables, imports } = rig.poll
  const create = (ready: () => boolean, deadline?: number) =>
    pollables.create(new Pollable(ready, deadline)) as unknown as Handle
  return { rig, pollables, create, poll: imports['poll'] as (all: Handle[]) => Uint32Array }
}

describe('one pollable', () => {
  test('is ready by its condition or at its deadline', () => {
    const { rig, create } = poll()
    rig.time = 5
    expect(
      [create(never), create(always), create(never, 5), create(never, 6)].map((one) => one.ready()),
    ).toEqual([false, true, true, false])
  })

  test('is waited for until its deadline', () => {
    const { rig, create } = poll()
    create(never, 7).block()
    expect([rig.sleeps, rig.time]).toEqual([[7], 7])
    create(always).block()
    expect(rig.sleeps).toEqual([7])
    expect(() => create(never).block()).toThrow('for ever')
  })

  test('is checked again after the kernel was woken', () => {
    const { rig, create } = poll()
    let is = false
    rig.events.push(
      () => {},
      () => {
        is = true
      },
    )
    create(() => is).block()
    expect(rig.sleeps).toHaveLength(2)
  })

  test('processes received packets when its readiness is checked', () => {
    const { rig, create } = poll()
    const connection = rig.link.endpoint.connect(8000)
    const isRefused = () => connection.state === 'closed'
    expect(create(isRefused).ready()).toBe(true)
  })
})

describe('several pollables', () => {
  test('are waited for until the first is ready; all ready ones are returned', () => {
    const { rig, create, poll: call } = poll()
    expect([...call([create(never), create(always), create(never, 0), create(always)])]).toEqual([1, 2, 3])
    expect([...call([create(never, 9), create(never, 4), create(never), create(never, 4)])]).toEqual([1, 3])
    expect([rig.sleeps, rig.time]).toEqual([[4], 4])
  })

  test('must be at least one', () => {
    expect(() => poll().poll([])).toThrow('empty list')
  })

  test('are at most 16,384', () => {
    const { create, poll: call } = poll()
    const one = create(always)
    expect(call(Array(16_384).fill(one))).toHaveLength(16_384)
    expect(() => call(Array(16_385).fill(one))).toThrow('more than 16384 handles')
  })
})

describe('a lowered call', () => {
  function raw(pages = 1) {
    const made = poll()
    const table = handleTable()
    const { context, view, bytesAt } = guest(pages, [table])
    const add = (ready: () => boolean, deadline?: number) =>
      made.pollables.createHandle(new Pollable(ready, deadline), table)
    const method = (name: string) => rawOf(methodOf(made.pollables.resourceClass, name), context)
    return { ...made, view, bytesAt, add, method, call: rawOf(made.poll, context) }
  }

  test('takes handles and returns a list of indexes', () => {
    const { view, add, call } = raw()
    const handles = [add(never), add(always), add(never), add(always)]
    for (const [at, handle] of handles.entries()) view.setInt32(200 + 4 * at, handle, true)
    call(200, 4, 100)
    const pointer = view.getUint32(100, true)
    expect(view.getUint32(104, true)).toBe(2)
    expect([view.getUint32(pointer, true), view.getUint32(pointer + 4, true)]).toEqual([1, 3])
  })

  test('accepts 16,384 handles, and reads none of a longer list', () => {
    const { view, add, call } = raw(2)
    const handle = add(always)
    for (let at = 0; at <= 16_384; at++) view.setInt32(8192 + 4 * at, handle, true)
    const { call: refused } = raw(1)
    // A longer list is not read: its handles are invalid, and it is not in memory.
    expect(() => refused(200, 16_385, 100)).toThrow('more than 16384 handles')
    call(8192, 16_384, 100)
    expect(view.getUint32(104, true)).toBe(16_384)
    expect(() => call(8192, 16_385, 100)).toThrow('more than 16384 handles')
  })

  test('accepts a list that ends with the memory, but not beyond', () => {
    const { view, add, call } = raw()
    view.setInt32(65_532, add(always), true)
    call(65_532, 1, 100)
    expect(view.getUint32(104, true)).toBe(1)
    expect(() => call(65_532, 2, 100)).toThrow('out of bounds')
    expect(() => call(65_533, 1, 100)).toThrow('out of bounds')
    expect(() => call(200, -1, 100)).toThrow('more than 16384 handles')
    view.setInt32(200, 1, true)
    call(200, 1, 65_528)
    expect(view.getUint32(65_532, true)).toBe(1)
    expect(() => call(200, 1, 65_529)).toThrow('out of bounds')
  })

  test('rejects an empty list, and invalid handles', () => {
    const { view, call } = raw()
    expect(() => call(200, 0, 100)).toThrow('empty list')
    view.setInt32(200, 1, true)
    expect(() => call(200, 1, 100)).toThrow('dropped or belongs to another resource type')
  })

  test('for one handle returns 1 or 0, or waits', () => {
    const { rig, add, method } = raw()
    const [late, now] = [add(never, 3), add(always)]
    expect([method('ready')(late), method('ready')(now)]).toEqual([0, 1])
    method('block')(late)
    expect(rig.time).toBe(3)
    expect(method('ready')(late)).toBe(1)
  })
})
