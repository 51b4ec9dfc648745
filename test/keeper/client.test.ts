/**
 * The commands that use a running enclave: what they ask its keeper, how long they wait, and what they do without an
 * answer.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { EnclaveError } from '../../src/base/error.ts'
import { openConsole, stopEnclave } from '../../src/keeper/client.ts'
import { ask } from '../../src/keeper/control.ts'
import type { EnclaveStatus } from '../../src/keeper/enclave-record.ts'
import { identityOf, isAlive } from '../../src/keeper/process-identity.ts'
import { clearUp } from '../../src/keeper/share.ts'
import { useHome } from './own-home.ts'

vi.mock(import('../../src/keeper/control.ts'), async (original) => ({
  ...(await original()),
  ask: vi.fn(),
}))
vi.mock(import('../../src/keeper/share.ts'), async (original) => ({
  ...(await original()),
  clearUp: vi.fn(),
}))

const home = useHome()
const TIMEOUT = 5000
const details = { moduleId: 'i-1', pcrs: {}, destinations: [], image: undefined }

let keeper: ReturnType<typeof spawn>
let holder: string
beforeEach(async () => {
  keeper = spawn('sleep', ['600'])
  await once(keeper, 'spawn')
  holder = identityOf(keeper.pid!)!
})
afterEach(() => {
  keeper.kill('SIGKILL')
  vi.useRealTimers()
  vi.resetAllMocks()
})

const status = (more: Partial<EnclaveStatus> = {}): EnclaveStatus => ({
  ...{ id: 3, cid: 4, cpus: [1], memoryMiB: 128, debug: true, profile: 'qingtian', name: '' },
  ...{ holder, gone: false, details },
  ...more,
})

const socket = () => ({ destroy: vi.fn() }) as unknown as Socket & { destroy: ReturnType<typeof vi.fn> }

describe('stopping an enclave', () => {
  test('asks its keeper, which reports the end reason and exits', async () => {
    const answer = socket()
    vi.mocked(ask).mockImplementation(async () => {
      keeper.kill('SIGTERM')
      return { socket: answer, end: 'killed: as asked' }
    })
    expect(await stopEnclave(status())).toBe('killed: as asked')
    expect(ask).toHaveBeenCalledExactlyOnceWith(home.runtime('3', 'control.sock'), { ask: 'stop' }, TIMEOUT)
    expect(answer.destroy).toHaveBeenCalled()
    expect(clearUp).toHaveBeenCalledTimes(1)
    expect(keeper.signalCode ?? (await once(keeper, 'exit'))[1]).toBe('SIGTERM')
  })

  test('kills its keeper, if that does not answer', async () => {
    vi.mocked(ask).mockRejectedValue(new EnclaveError('E_KEEPER_GONE', { what: 'no answer' }))
    const exit = once(keeper, 'exit')
    expect(await stopEnclave(status())).toBe('killed: its keeper did not answer')
    expect(isAlive(holder)).toBe(false)
    expect(await exit).toEqual([null, 'SIGKILL'])
    expect(clearUp).toHaveBeenCalledTimes(1)
  })

  test('kills its keeper after five seconds, if that neither answers nor exits', async () => {
    vi.mocked(ask).mockResolvedValue({ socket: socket(), end: undefined })
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1000)
    let isOver = false
    const stopping = stopEnclave(status()).finally(() => (isOver = true))
    const looks = () => clock.mock.calls.length
    const looked = async () => {
      for (const before = looks(); looks() < before + 3; )
        await new Promise((resolve) => setImmediate(resolve))
    }
    await looked()
    clock.mockReturnValue(1000 + TIMEOUT - 0.5)
    await looked()
    expect([isOver, isAlive(holder)]).toEqual([false, true])
    clock.mockReturnValue(1000 + TIMEOUT)
    expect(await stopping).toBe('killed: its keeper did not answer')
    expect(isAlive(holder)).toBe(false)
    clock.mockRestore()
  })

  test('kills a starting enclave at once, without asking the keeper', async () => {
    expect(await stopEnclave(status({ details: undefined }))).toBe('killed: it was still starting')
    expect(ask).not.toHaveBeenCalled()
    expect(isAlive(holder)).toBe(false)
  })

  test.each([
    new EnclaveError('E_KEEPER_REQUEST', { what: 'no' }),
    Object.assign(new Error('no'), { code: 'E_KEEPER_GONE' }),
  ])('fails if its keeper refuses: %s', async (error) => {
    vi.mocked(ask).mockRejectedValue(error)
    await expect(stopEnclave(status())).rejects.toBe(error)
    expect(isAlive(holder)).toBe(true)
  })

  test('succeeds also if cleaning up fails', async () => {
    vi.mocked(clearUp).mockImplementation(() => {
      throw new EnclaveError('E_STATE_FILE', { what: 'read-only' })
    })
    expect(await stopEnclave(status({ details: undefined }))).toBe('killed: it was still starting')
  })

  test.each([
    new EnclaveError('E_STATE_MODE', { what: 'no' }),
    Object.assign(new Error('no'), { code: 'E_STATE_FILE' }),
  ])('reports an unexpected error: %s', async (error) => {
    vi.mocked(clearUp).mockImplementation(() => {
      throw error
    })
    await expect(stopEnclave(status({ details: undefined }))).rejects.toBe(error)
  })
})

describe('the console of an enclave', () => {
  test('is read over a connection to its keeper', async () => {
    const answer = connect({ path: '/nowhere' }).on('error', () => {})
    vi.mocked(ask).mockResolvedValue({ socket: answer, end: undefined })
    expect(await openConsole(status())).toBe(answer)
    expect(ask).toHaveBeenCalledExactlyOnceWith(
      home.runtime('3', 'control.sock'),
      { ask: 'console' },
      TIMEOUT,
    )
  })

  test('is refused outside debug mode', async () => {
    await expect(openConsole(status({ debug: false }))).rejects.toMatchObject({ code: 'E_CONSOLE_MODE' })
    expect(ask).not.toHaveBeenCalled()
  })
})
