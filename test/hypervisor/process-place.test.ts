/**
 * An enclave's process that waits for its program: what it is sent and in which order, how it ends, and the reason of
 * its end.
 */
import { duplexPair } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { KIND_AT, PREFIX_LENGTH } from '../../src/boundary/frames.ts'
import type { SentProgram } from '../../src/boundary/program.ts'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import { hostLost, placeOf, reasonOf } from '../../src/hypervisor/process-place.ts'
import { workerScript } from '../../src/platform/worker.ts'
import { tasks, until } from './kernel-ends.ts'

const NAME = 'component-1'

/** A process simulated by the test. */
function waiting(ahead?: string) {
  const [incoming, farOut] = duplexPair()
  const [outgoing, farIn] = duplexPair()
  const [lifeline, farLife] = duplexPair()
  const written: Buffer[] = []
  farIn.on('data', (chunk: Buffer) => written.push(chunk))
  for (const end of [farOut, farIn, farLife]) end.on('error', () => {})
  let lose: (reason: EndReason) => void = () => {}
  const seen = { kills: 0, ends: 0 }
  const place = placeOf({
    incoming,
    outgoing,
    lifeline,
    ahead,
    lost: new Promise((resolve) => {
      lose = resolve
    }),
    onEnd: () => {
      seen.ends += 1
    },
    kill: () => {
      seen.kills += 1
      lose(hostLost('killed'))
    },
  })
  const ends = [incoming, outgoing, lifeline]
  return {
    place,
    seen,
    ends,
    farOut,
    lose: () => lose(hostLost('gone')),
    written: () => Buffer.concat(written),
  }
}

/** The frames in `bytes`: their kinds and contents. */
function framesIn(bytes: Buffer): { kind: number; text: string }[] {
  const frames: { kind: number; text: string }[] = []
  for (let at = 0; at < bytes.length; ) {
    const headLength = bytes.readUInt32LE(at)
    const headAt = at + PREFIX_LENGTH
    const head = JSON.parse(bytes.toString('utf8', headAt, headAt + headLength)) as { lengths: number[] }
    const end = headAt + headLength + head.lengths.reduce((sum, length) => sum + length, 0)
    frames.push({ kind: bytes[at + KIND_AT]!, text: bytes.toString('utf8', headAt + headLength, end) })
    at = end
  }
  return frames
}

const programOf = (name?: string): SentProgram => ({
  kernel: 'the kernel;',
  component: { glue: 'the glue', moduleBytes: new Map(), ...(name !== undefined && { name }) },
  boot: {
    cid: 4,
    bufferPool: 1,
    debug: false,
    args: [],
    env: [],
    files: new Map(),
    source: new TextEncoder().encode('the source'),
  },
  cpuLimit: undefined,
})

const CODE = { kind: 10, text: workerScript('the kernel;', 'the glue') }
const BOOT = { kind: 1, text: 'the source' }
const AHEAD = { kind: 11, text: '' }

describe('a process', () => {
  test('is sent nothing until it gets a program, then its code and the boot data', async () => {
    const { place, written } = waiting()
    await tasks(3)
    expect(written()).toHaveLength(0)
    place.run(programOf())
    await tasks(3)
    expect(framesIn(written())).toEqual([CODE, BOOT])
  })

  test.each([
    ['is the one opened ahead', NAME, NAME, [AHEAD, BOOT]],
    ['is not the one opened ahead', NAME, 'component-2', [AHEAD, CODE, BOOT]],
    ['has no name', NAME, undefined, [AHEAD, CODE, BOOT]],
    ['has a name, but none was opened ahead', undefined, NAME, [CODE, BOOT]],
    ['has the same empty name as the one opened ahead', '', '', [AHEAD, BOOT]],
  ])('whose component %s is sent what it does not have', async (_, ahead, name, frames) => {
    const { place, written } = waiting(ahead)
    await tasks(3)
    expect(framesIn(written())).toEqual(ahead === undefined ? [] : [AHEAD])
    place.run(programOf(name))
    await tasks(3)
    expect(framesIn(written())).toEqual(frames)
  })

  test('that runs is killed by its host, which waits for its end and closes all pipes', async () => {
    const { place, seen, ends } = waiting()
    const { kill, lost } = place.run(programOf())
    await place[Symbol.asyncDispose]()
    expect(seen.kills).toBe(0)
    await kill()
    expect(seen.kills).toBe(1)
    expect(seen.ends).toBeGreaterThan(0)
    expect(await lost).toEqual({ kind: 'host-lost', message: 'killed' })
    expect(ends.map(({ destroyed }) => destroyed)).toEqual([true, true, true])
  })

  test('that was never used is killed when it is disposed of', async () => {
    const { place, seen, ends } = waiting()
    await place[Symbol.asyncDispose]()
    expect(seen.kills).toBe(1)
    expect(seen.ends).toBeGreaterThan(0)
    expect(ends.map(({ destroyed }) => destroyed)).toEqual([true, true, true])
  })

  test('is only reported as ended when its pipe ends', async () => {
    const { place, seen, farOut } = waiting()
    place.run(programOf())
    await tasks(3)
    expect(seen.ends).toBe(0)
    farOut.end()
    await until(() => seen.ends > 0)
  })

  test('is reported as ended when its pipe fails', async () => {
    const { place, seen, ends } = waiting()
    place.run(programOf())
    ends[0]!.destroy(new Error('broken'))
    await until(() => seen.ends > 0)
  })

  test('can be disposed of if its pipes fail before it runs', async () => {
    const { place, seen, ends } = waiting()
    for (const end of ends) end.destroy(new Error('broken'))
    await tasks(3)
    await place[Symbol.asyncDispose]()
    expect(seen.kills).toBe(1)
  })

  test('that has ended wakes the owner of its channel', async () => {
    const { place, lose } = waiting()
    const { channel } = place.run(programOf())
    const mark = channel.mark()
    await tasks(3)
    expect(channel.mark()).toBe(mark)
    lose()
    await until(() => channel.mark() > mark)
  })
})

describe('the end of a process', () => {
  test.each([
    [0, null, { kind: 'host-lost', message: 'its process ended with status 0' }],
    [1, null, { kind: 'host-lost', message: 'its process ended with status 1' }],
    [null, 'SIGKILL', { kind: 'host-lost', message: 'its process was ended by SIGKILL' }],
    [null, 'SIGXCPU', { kind: 'deadline', message: 'it exceeded its CPU time limit' }],
  ] as const)('with status %s and signal %s is %j', (status, signal, reason) => {
    expect(reasonOf(status, signal)).toEqual(reason)
  })
})
