/** Faults to order: a link that is late, slow or cut loses and changes nothing but what it is told to. */
import { describe, expect, test } from 'vitest'
import { Faults } from '../../src/parent/index.ts'
import { Laboratory, receiveBytes, send } from '../support/laboratory.ts'

const KIB = 1024

const took = async (work: () => Promise<unknown>) => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Sends `bytes` to the laboratory as text of a program that gives back its length. */
async function lengthThere(lab: Laboratory, length: number): Promise<number> {
  const filler = 'x'.repeat(length)
  return lab.run<number>(`return ${JSON.stringify(filler)}.length`)
}

describe.each(['worker', 'process'] as const)('the link of an enclave in a %s', (isolation) => {
  test('that is late still brings everything, each packet no earlier', async () => {
    const faults = new Faults()
    await using lab = await Laboratory.open({ faults, isolation })
    faults.delay = 60
    // A request, its response, and the answer: three ways, one after the other.
    expect(await took(() => lab.run('return 1'))).toBeGreaterThanOrEqual(180)
    expect(await lengthThere(lab, 700 * KIB)).toBe(700 * KIB)
    faults.delay = 0
    expect(await lab.run('return 2')).toBe(2)
  })

  test('that is slow carries no more than it may', async () => {
    const faults = new Faults()
    await using lab = await Laboratory.open({ faults, isolation })
    faults.bytesPerSecond = 400 * KIB
    expect(await took(() => lengthThere(lab, 200 * KIB))).toBeGreaterThanOrEqual(500)
  })

  test('that is cut answers nobody, and is told by time alone', async () => {
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

  test('that is cut at once is given longer: what is not heard of may still be loading', async () => {
    const faults = new Faults()
    await using lab = await Laboratory.open({ faults, isolation })
    faults.cut()
    const outcome = lab.enclave.connect(5000).catch((error: { code: string }) => error.code)
    const soon = new Promise((resolve) => setTimeout(resolve, 2500, 'still waiting'))
    expect(await Promise.race([outcome, soon])).toBe('still waiting')
    await lab.enclave.stop()
    expect(await outcome).toMatch(/^E_VSOCK_/)
  })

  test('that is cut before it begins never starts', async () => {
    const faults = new Faults()
    faults.cut()
    await expect(Laboratory.open({ faults, isolation, startTimeout: 700 })).rejects.toMatchObject({
      code: 'E_ENCLAVE_BOOT',
    })
  })

  test('that is late brings an enclave’s last words before its end', async () => {
    const faults = new Faults()
    await using lab = await Laboratory.open({ faults, isolation })
    faults.delay = 40
    const socket = await lab.enclave.connect(5000)
    await send(socket, 'setTimeout(() => { throw new Error("over") }, 5); return "last words"')
    expect(new TextDecoder().decode(await receiveBytes(socket))).toContain('last words')
    expect(await lab.enclave.exited).toMatchObject({ kind: 'trapped' })
  })
})
