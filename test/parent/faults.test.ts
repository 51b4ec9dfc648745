/** Injected faults: a delayed, slow or cut link loses and changes no other bytes. */
import { describe, expect, test } from 'vitest'
import { Faults } from '../../src/parent/index.ts'
import { Laboratory, receiveBytes, send } from '../support/laboratory.ts'

const KIB = 1024

const durationOf = async (work: () => Promise<unknown>) => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Sends a text of `length` characters to the enclave, which returns its length. */
async function echoedLength(lab: Laboratory, length: number): Promise<number> {
  const filler = 'x'.repeat(length)
  return lab.run<number>(`return ${JSON.stringify(filler)}.length`)
}

// At once: each waits most of its time, for a link of its own.
describe.concurrent.each(['worker', 'process'] as const)('the link of an enclave in a %s', (isolation) => {
  test('delivers everything with a delay, no packet earlier', async () => {
    const faults = new Faults()
    await using lab = await Laboratory.open({ faults, isolation })
    faults.delay = 60
    // The connection's request, its response, and the answer are each delayed by 60 ms.
    expect(await durationOf(() => lab.run('return 1'))).toBeGreaterThanOrEqual(180)
    expect(await echoedLength(lab, 700 * KIB)).toBe(700 * KIB)
    faults.delay = 0
    expect(await lab.run('return 2')).toBe(2)
  })

  test('does not exceed its limit of bytes per second', async () => {
    const faults = new Faults()
    await using lab = await Laboratory.open({ faults, isolation })
    faults.bytesPerSecond = 400 * KIB
    expect(await durationOf(() => echoedLength(lab, 200 * KIB))).toBeGreaterThanOrEqual(500)
  })

  test('times out connections after it was cut, while the enclave runs', async () => {
    const faults = new Faults()
    await using lab = await Laboratory.open({ faults, isolation })
    const silence = async () => {
      faults.cut()
      await expect(lab.enclave.connect(5000)).rejects.toMatchObject({ code: 'E_VSOCK_TIMED_OUT' })
      expect(lab.enclave.state).toBe('running')
    }
    expect(await lab.run('return 1')).toBe(1)
    await silence()
  })

  test('has a longer timeout if it is cut before the enclave’s first answer, because the enclave may still be loading', async () => {
    const faults = new Faults()
    await using lab = await Laboratory.open({ faults, isolation })
    faults.cut()
    const outcome = lab.enclave.connect(5000).catch((error: { code: string }) => error.code)
    const soon = new Promise((resolve) => setTimeout(resolve, 2500, 'still waiting'))
    expect(await Promise.race([outcome, soon])).toBe('still waiting')
    await lab.enclave.stop()
    expect(await outcome).toMatch(/^E_VSOCK_/)
  })

  test('prevents the start if it is cut before', async () => {
    const faults = new Faults()
    faults.cut()
    await expect(Laboratory.open({ faults, isolation, startTimeout: 700 })).rejects.toMatchObject({
      code: 'E_ENCLAVE_BOOT',
    })
  })

  test('delivers with a delay what an enclave sent before its end', async () => {
    const faults = new Faults()
    await using lab = await Laboratory.open({ faults, isolation })
    faults.delay = 40
    const socket = await lab.enclave.connect(5000)
    await send(socket, 'setTimeout(() => { throw new Error("over") }, 5); return "last message"')
    expect(new TextDecoder().decode(await receiveBytes(socket))).toContain('last message')
    expect(await lab.enclave.exited).toMatchObject({ kind: 'trapped' })
  })
})
