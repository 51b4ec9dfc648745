/**
 * What an enclave is not heard of before its launch: until its kernel has sent the heartbeat and says that its program
 * runs, and its parent counts it as launched.
 */
import { describe, expect, test } from 'vitest'
import { decodeResponse, encodeRequest } from '../../src/qtsm/protocol.ts'
import { Op } from '../../src/vsock/packet.ts'
import { CHANNELS, tasks, until } from './kernel-ends.ts'

import { ask, beat, CALLS, expectUnheard, knock, linked } from './launch-rig.ts'

describe.each(CHANNELS)('over %s', (_, open) => {
  test('an enclave that boots has random bytes, and is refused all else', async () => {
    const { link, kernel, seen } = linked(open())
    await expectUnheard(kernel)
    expect(seen).toEqual({ heard: [], attested: 0, running: 0, reasons: [] })
    link.close()
  })

  test('one that says that it runs, and sends no heartbeat, is refused the same', async () => {
    const { link, kernel, seen } = linked(open())
    kernel.tellRunning()
    await expectUnheard(kernel)
    expect(seen).toEqual({ heard: [], attested: 0, running: 0, reasons: [] })
    link.close()
  })

  test('one that sends its heartbeat, and does not say that it runs, is refused the same', async () => {
    const { link, kernel, seen } = linked(open())
    await beat(kernel)
    await expectUnheard(kernel)
    expect(seen).toEqual({ heard: [], attested: 0, running: 0, reasons: [] })
    link.close()
  })

  test('one that runs waits until its parent counts it as launched, and is served then', async () => {
    const { link, kernel, seen } = linked(open())
    await beat(kernel)
    kernel.tellRunning()
    knock(kernel)
    kernel.ask(encodeRequest({ call: 'Attestation' }))
    await until(() => seen.running > 0)
    await tasks(50)
    expect([kernel.next(), kernel.takeAnswer()]).toEqual([undefined, undefined])
    expect(seen).toEqual({ heard: [], attested: 0, running: 1, reasons: [] })
    link.open()
    expect(await until(() => kernel.next())).toMatchObject({ operation: Op.RESPONSE })
    expect(decodeResponse(await until(() => kernel.takeAnswer()), 'Attestation').has('document')).toBe(true)
    for (const request of CALLS) expect(await ask(kernel, request), request.call).toBe('served')
    expect(seen).toEqual({ heard: [8000], attested: 2, running: 1, reasons: [] })
    link.close()
  })

  test('what was sent before the heartbeat is refused, also where it is all seen at once', async () => {
    const { link, kernel, seen } = linked(open())
    knock(kernel)
    await beat(kernel)
    kernel.tellRunning()
    knock(kernel, 50_001)
    await until(() => seen.running > 0)
    link.open()
    await until(() => seen.heard.length > 0)
    await tasks(50)
    expect(seen.heard).toEqual([8000])
    link.close()
  })

  test('one that ran and ended before its parent looked is heard, and then its end', async () => {
    const { link, kernel, seen } = linked(open())
    await beat(kernel)
    kernel.tellRunning()
    knock(kernel)
    kernel.tellExited()
    await until(() => seen.running > 0)
    const finished = link.finish()
    await tasks(50)
    expect(seen).toMatchObject({ heard: [], reasons: [] })
    link.open()
    await finished
    expect(seen).toMatchObject({ heard: [8000], reasons: [{ kind: 'exited', status: 0 }] })
  })

  test('one that its parent gives up instead is never heard', async () => {
    const { link, kernel, seen } = linked(open())
    await beat(kernel)
    kernel.tellRunning()
    knock(kernel)
    await until(() => seen.running > 0)
    const finished = link.finish()
    link.close()
    link.open()
    await finished
    await tasks(50)
    expect(seen).toEqual({ heard: [], attested: 0, running: 1, reasons: [] })
  })

  test('one that is lost while it boots is waited for no longer', async () => {
    const { link, kernel, seen } = linked(open())
    knock(kernel)
    await link.finish()
    expect(seen).toMatchObject({ heard: [], running: 0 })
    link.close()
  })

  test('its parent cannot connect to it before, and can after', async () => {
    const { link, kernel, seen } = linked(open())
    await expect(link.connect(5000)).rejects.toMatchObject({ code: 'E_VSOCK_REFUSED' })
    await beat(kernel)
    kernel.tellRunning()
    await until(() => seen.running > 0)
    await expect(link.connect(5000)).rejects.toMatchObject({ code: 'E_VSOCK_REFUSED' })
    expect(kernel.next()).toBeUndefined()
    link.open()
    link.connect(5000).catch(() => {})
    expect(await until(() => kernel.next())).toMatchObject({ operation: Op.REQUEST, destinationPort: 5000 })
    link.close()
  })
})
