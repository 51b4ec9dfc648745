/**
 * What an enclave can do before its launch, which is when its kernel has sent the heartbeat and reported RUNNING, and
 * its parent counts it as launched.
 */
import { describe, expect, test } from 'vitest'
import { decodeResponse, encodeRequest } from '../../src/qtsm/protocol.ts'
import { Op } from '../../src/vsock/packet.ts'
import { CHANNELS, tasks, until } from './kernel-ends.ts'

import { ask, CALLS, expectRefused, linked, sendConnect, sendHeartbeat } from './launch-rig.ts'

describe.each(CHANNELS)('over %s', (_, open) => {
  test('a booting enclave gets random bytes, and is refused everything else', async () => {
    const { link, kernel, seen } = linked(open())
    await expectRefused(kernel)
    expect(seen).toEqual({ heard: [], attested: 0, running: 0, reasons: [] })
    link.close()
  })

  test('an enclave that reports RUNNING without a heartbeat is refused the same', async () => {
    const { link, kernel, seen } = linked(open())
    kernel.tellRunning()
    await expectRefused(kernel)
    expect(seen).toEqual({ heard: [], attested: 0, running: 0, reasons: [] })
    link.close()
  })

  test('an enclave that sends the heartbeat without reporting RUNNING is refused the same', async () => {
    const { link, kernel, seen } = linked(open())
    await sendHeartbeat(kernel)
    await expectRefused(kernel)
    expect(seen).toEqual({ heard: [], attested: 0, running: 0, reasons: [] })
    link.close()
  })

  test('a running enclave waits until its parent counts it as launched, and is served then', async () => {
    const { link, kernel, seen } = linked(open())
    await sendHeartbeat(kernel)
    kernel.tellRunning()
    sendConnect(kernel)
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

  test('what was sent before the heartbeat is refused, also if everything arrives at once', async () => {
    const { link, kernel, seen } = linked(open())
    sendConnect(kernel)
    await sendHeartbeat(kernel)
    kernel.tellRunning()
    sendConnect(kernel, 50_001)
    await until(() => seen.running > 0)
    link.open()
    await until(() => seen.heard.length > 0)
    await tasks(50)
    expect(seen.heard).toEqual([8000])
    link.close()
  })

  test('an enclave that ran and ended before its launch is served first, and then ends', async () => {
    const { link, kernel, seen } = linked(open())
    await sendHeartbeat(kernel)
    kernel.tellRunning()
    sendConnect(kernel)
    kernel.tellExited()
    await until(() => seen.running > 0)
    const finished = link.finish()
    await tasks(50)
    expect(seen).toMatchObject({ heard: [], reasons: [] })
    link.open()
    await finished
    expect(seen).toMatchObject({ heard: [8000], reasons: [{ kind: 'exited', status: 0 }] })
  })

  test('an enclave whose start is abandoned is never served', async () => {
    const { link, kernel, seen } = linked(open())
    await sendHeartbeat(kernel)
    kernel.tellRunning()
    sendConnect(kernel)
    await until(() => seen.running > 0)
    const finished = link.finish()
    link.close()
    link.open()
    await finished
    await tasks(50)
    expect(seen).toEqual({ heard: [], attested: 0, running: 1, reasons: [] })
  })

  test('an enclave that is lost while booting is not waited for', async () => {
    const { link, kernel, seen } = linked(open())
    sendConnect(kernel)
    await link.finish()
    expect(seen).toMatchObject({ heard: [], running: 0 })
    link.close()
  })

  test('its parent can connect to it only after the launch', async () => {
    const { link, kernel, seen } = linked(open())
    await expect(link.connect(5000)).rejects.toMatchObject({ code: 'E_VSOCK_REFUSED' })
    await sendHeartbeat(kernel)
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
