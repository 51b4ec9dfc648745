/** The environment of a TypeScript guest: timers and text encoding, WASI without access to the host, and the QTSM. */

import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyAttestation } from '../../src/attestation/index.ts'
import { pcrHex } from '../../src/base/pcrs.ts'
import { Laboratory } from '../support/laboratory.ts'

let lab: Laboratory

beforeAll(async () => {
  lab = await Laboratory.open()
})
afterAll(() => lab[Symbol.asyncDispose]())

describe('an ordinary asynchronous program', () => {
  test('timers fire in the order of their delays, and intervals repeat until they are cleared', async () => {
    const order = await lab.run(`
      const order = []
      await new Promise((resolve) => {
        setTimeout(() => order.push('late'), 30)
        setTimeout(() => order.push('soon'), 5)
        let ticks = 0
        const interval = setInterval(() => { order.push('tick'); if (++ticks === 3) { clearInterval(interval); setTimeout(resolve, 40) } }, 8)
        clearTimeout(setTimeout(() => order.push('never'), 1))
      })
      return order.filter((one) => one !== 'tick').concat(order.filter((one) => one === 'tick').length)`)
    expect(order).toEqual(['soon', 'late', 3])
  })

  test('Date.now advances while it waits for a timer', async () => {
    const passed = await lab.run<number>(`
      const before = Date.now()
      await new Promise((resolve) => setTimeout(resolve, 50))
      return Date.now() - before`)
    expect(passed).toBeGreaterThanOrEqual(49)
  })

  test('text is encoded as UTF-8, and invalid UTF-8 is replaced when decoding', async () => {
    const sample = 'aé€😀\\u{10ffff}'
    expect(await lab.run(`return new TextEncoder().encode('${sample}')`)).toEqual([
      ...new TextEncoder().encode('aé€😀\u{10ffff}'),
    ])
    const broken = [0x41, 0xff, 0xc3, 0x28, 0xe2, 0x82, 0xf0, 0x9f, 0x98, 0x80, 0xed, 0xa0, 0x80]
    expect(await lab.run(`return new TextDecoder().decode(Uint8Array.from(${JSON.stringify(broken)}))`)).toBe(
      new TextDecoder().decode(Uint8Array.from(broken)),
    )
  })
})

describe('sealed WASI', () => {
  test('arguments, environment and files are only those of the image', async () => {
    expect(await lab.run('return [sdk.args(), sdk.env()]')).toEqual([['one', 'two'], { COLOUR: 'blue' }])
    expect(await lab.run('return new TextDecoder().decode(sdk.readFile("etc/motd"))')).toBe('welcome')
    expect(await lab.run('return typeof sdk.readFile("etc/passwd")')).toBe('undefined')
  })

  test('the global scope has no API of Node or a browser that reaches the host', async () => {
    const names = [
      'process',
      'require',
      'WebSocket',
      'Worker',
      'importScripts',
      'postMessage',
      'XMLHttpRequest',
    ]
    expect(await lab.run(`return ${JSON.stringify(names)}.filter((name) => name in globalThis)`)).toEqual([])
  })

  test('Math.random and getRandomValues differ between two instances', async () => {
    await using other = await Laboratory.open()
    const code = 'return [Math.random(), ...crypto.getRandomValues(new Uint8Array(16))]'
    const [left, right] = await Promise.all([lab.run<number[]>(code), other.run<number[]>(code)])
    expect(left).not.toEqual(right)
    expect(left[0]).not.toBe(right[0])
    for (const [number] of [left, right]) expect(number).toBeGreaterThanOrEqual(0)
    for (const [number] of [left, right]) expect(number).toBeLessThan(1)
  })

  test('the console is refused outside debug mode', () => {
    expect(() => lab.enclave.console()).toThrow(expect.objectContaining({ code: 'E_CONSOLE_MODE' }))
  })

  test('in debug mode the console has a size limit and escapes control characters', async () => {
    await using debugging = await Laboratory.open({ debug: true })
    await debugging.run('console.log("\\u001b[2Jcleared", { a: [1, "b"] })')
    expect(debugging.enclave.console()).toContain("\\u001b[2Jcleared { a: [ 1, 'b' ] }")
    await debugging.run('for (let at = 0; at < 3000; at++) console.log("x".repeat(60))')
    expect(debugging.enclave.console().length).toBeLessThanOrEqual(65536)
  })
})

describe('the QTSM', () => {
  test('extends, locks and describes PCRs', async () => {
    const data = new TextEncoder().encode('measured')
    const expected = createHash('sha384').update(new Uint8Array(48)).update(data).digest()
    expect(await lab.run('return sdk.qtsm.extendPcr(20, new TextEncoder().encode("measured"))')).toEqual([
      ...expected,
    ])
    await lab.run('sdk.qtsm.lockPcrs([20, 21])')
    expect(await lab.run('return sdk.qtsm.describePcr(20)')).toEqual({ locked: true, value: [...expected] })
    expect(await lab.run('return sdk.qtsm.describePcr(22).locked')).toBe(false)
  })

  test.each([
    ['sdk.qtsm.describePcr(32)', 'invalid-index', 1],
    ['sdk.qtsm.extendPcr(0, new Uint8Array(1))', 'read-only-index', 4],
    ['sdk.qtsm.lockPcr(15)', 'read-only-index', 4],
    ['sdk.qtsm.attest({ userData: new Uint8Array(513) })', 'input-too-large', 7],
    ['sdk.qtsm.attest({ nonce: new Uint8Array(513) })', 'input-too-large', 7],
    ['sdk.qtsm.attest({ publicKey: new Uint8Array(1025) })', 'input-too-large', 7],
    ['sdk.qtsm.extendPcr(25, new Uint8Array(5000))', 'input-too-large', 7],
  ])('%s fails with %s', async (call, code, number) => {
    const reply = await lab.run(
      `try { ${call}; return 'no error' } catch (error) { return [error.name, error.code, error.number] }`,
    )
    expect(reply).toEqual(['QtsmError', code, number])
  })

  test('describes itself', async () => {
    const description = await lab.run<Record<string, unknown>>('return sdk.qtsm.getDescribe()')
    expect(description).toMatchObject({ maxPcrs: 32, digest: 'sha384', moduleId: lab.enclave.moduleId })
    expect(description['lockedPcrs']).toEqual(expect.arrayContaining([0, 1, 15]))
  })

  test('attests the guest’s data and the hypervisor’s measurements', async () => {
    const nonce = crypto.getRandomValues(new Uint8Array(32))
    const document = await lab.run<number[]>(
      `return sdk.qtsm.attest({ nonce: Uint8Array.from(${JSON.stringify([...nonce])}), userData: new Uint8Array(512), publicKey: new Uint8Array(1024) })`,
    )
    const { ok, checks } = await verifyAttestation(Uint8Array.from(document), {
      profile: 'qingtian',
      roots: lab.parent.rootCertificate,
      nonce,
      userData: new Uint8Array(512),
      pcrs: { 0: pcrHex(lab.enclave.pcrs, 0), 4: pcrHex(lab.enclave.pcrs, 4) },
    })
    expect(checks.filter((check) => !check.ok)).toEqual([])
    expect(ok).toBe(true)
  })
})
