/** The enclave's process that the shell script has started: how its end is detected, and how it is killed. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import { placeOf, type WaitingProcess } from '../../src/hypervisor/process-place.ts'
import { givenPlace } from '../../src/keeper/given-place.ts'
import { remainsOf } from '../support/remains.ts'

vi.mock(import('../../src/hypervisor/process-place.ts'), async (original) => ({
  ...(await original()),
  placeOf: vi.fn(),
}))

const NO_PROCESS = 2 ** 22 + 1
afterEach(() => {
  vi.restoreAllMocks()
  vi.mocked(placeOf).mockReset()
})

/** The result of `givenPlace` for the process `pid` with three pipes. */
function given(pid: number, ahead?: string): WaitingProcess {
  const folder = mkdtempSync(join(tmpdir(), 'place-'))
  const [incoming, outgoing, lifeline] = ['in', 'out', 'line'].map((name) => {
    spawnSync('mkfifo', [join(folder, name)])
    return openSync(join(folder, name), 'r+')
  }) as [number, number, number]
  rmSync(folder, { recursive: true })
  givenPlace(pid, { incoming, outgoing, lifeline }, ahead)
  const process = vi.mocked(placeOf).mock.lastCall![0]
  expect(process.ahead).toBe(ahead)
  expect([process.incoming, process.outgoing, process.lifeline].map(modeOf)).toEqual(['r', 'w', 'w'])
  for (const end of [process.incoming, process.outgoing, process.lifeline]) end.destroy()
  return process
}

/** The directions of a stream. */
const modeOf = ({ readable, writable }: Duplex) => `${readable ? 'r' : ''}${writable ? 'w' : ''}`

/** The end reason of the process, once its pipes are closed. */
async function endOf(pid: number): Promise<EndReason> {
  const place = given(pid)
  place.onEnd!()
  place.onEnd!()
  return place.lost
}

describe('the end of the process', () => {
  test.each([
    ['exit 0', 'its process ended with status 0'],
    ['exit 3', 'its process ended with status 3'],
    ['exit 255', 'its process ended with status 255'],
    ['kill -SEGV $$', 'its process was ended by SIGSEGV'],
    ['kill -KILL $$', 'its process was ended by SIGKILL'],
    ['kill -HUP $$', 'its process was ended by SIGHUP'],
  ])('is reported by its exit status, while it is a zombie: %s', async (words, message) => {
    using remains = await remainsOf(words)
    expect(await endOf(remains.pid)).toEqual({ kind: 'host-lost', message })
  })

  test('because of its CPU limit is a deadline', async () => {
    using remains = await remainsOf('kill -XCPU $$')
    expect(await endOf(remains.pid)).toMatchObject({ kind: 'deadline' })
  })

  test('is awaited for one second if its status is not available', async () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(5000)
    let end: EndReason | undefined
    const ending = endOf(NO_PROCESS).then((reason) => (end = reason))
    const looked = async () => {
      for (const before = clock.mock.calls.length; clock.mock.calls.length < before + 3; )
        await new Promise((resolve) => setImmediate(resolve))
    }
    await looked()
    clock.mockReturnValue(5999.5)
    await looked()
    expect(end).toBeUndefined()
    clock.mockReturnValue(6000)
    expect(await ending).toEqual({ kind: 'host-lost', message: 'its process has closed its pipes' })
  })

  test('is not checked while it runs', async () => {
    const place = given(NO_PROCESS, 'component')
    const waiting = Symbol('waiting')
    await new Promise((resolve) => setImmediate(resolve))
    expect(await Promise.race([place.lost, waiting])).toBe(waiting)
  })
})

describe('killing the process', () => {
  test('ends it', async () => {
    const child = spawn('sleep', ['600'])
    await once(child, 'spawn')
    const exit = once(child, 'exit')
    given(child.pid!).kill()
    expect(await exit).toEqual([null, 'SIGKILL'])
  })

  test('may find that it has already exited', () => {
    expect(() => given(NO_PROCESS).kill()).not.toThrow()
  })
})
