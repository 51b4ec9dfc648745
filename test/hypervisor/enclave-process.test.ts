/** The life of one enclave, simulated by the test: what ends it, and what can be called meanwhile. */
import { describe, expect, test } from 'vitest'
import { EnclaveProcess } from '../../src/hypervisor/enclave-process.ts'
import { Faults } from '../../src/vsock/faults.ts'
import { Op } from '../../src/vsock/packet.ts'
import { Trace } from '../../src/vsock/trace.ts'
import { tasks, until } from './kernel-ends.ts'
import { booted, optionsOf, placed, running, settled } from './placed-enclave.ts'

const debugging = { boot: { ...optionsOf(placed().place).boot, debug: true } }

describe('a start', () => {
  test('passes on the program unchanged, with its CPU limit', async () => {
    const { seen, process } = await booted({ cpuLimit: 70 })
    const { kernel, component, boot, cpuLimit } = seen.programs[0]!
    expect([kernel, component.glue, boot.cid, cpuLimit]).toEqual(['the kernel', 'the glue', 4, 70])
    await process.end({ kind: 'killed', message: 'enough' })
  })

  test('is complete when the program runs, not before', async () => {
    const { kernel, process } = await booted()
    expect(await settled(process.running())).toBe(false)
    kernel.tellRunning()
    await process.running()
    expect(await settled(process.ended)).toBe(false)
    await process.end({ kind: 'killed', message: 'enough' })
  })

  test('is complete if the program ran and has already ended', async () => {
    const { kernel, process } = await booted()
    kernel.tellRunning()
    kernel.tellExited()
    await process.running()
    process.open()
    expect(await process.ended).toEqual({ kind: 'exited', status: 0 })
  })

  test('waits for the heartbeat if the image requires one', async () => {
    const { kernel, process } = await booted({ heartbeat: true })
    kernel.tellRunning()
    expect(await settled(process.running())).toBe(false)
    await process.end({ kind: 'killed', message: 'enough' })
    await expect(process.running()).rejects.toMatchObject({ code: 'E_ENCLAVE_BOOT', got: 'killed: enough' })
  })

  test('fails if its process cannot be started', async () => {
    const { place } = placed()
    place.run = () => {
      throw new Error('no processes left')
    }
    await expect(EnclaveProcess.boot(optionsOf(place))).rejects.toThrow('no processes left')
  })

  test('fails with the reason if its Worker or process is lost', async () => {
    const { lose, process } = await booted()
    lose({ kind: 'host-lost', message: 'it is gone' })
    await expect(process.running()).rejects.toMatchObject({
      code: 'E_ENCLAVE_BOOT',
      what: 'the enclave did not start',
      got: 'host-lost: it is gone',
    })
    expect(await process.ended).toEqual({ kind: 'host-lost', message: 'it is gone' })
  })

  test('that is aborted rejects with the signal’s reason, and ends the enclave', async () => {
    const controller = new AbortController()
    const { seen, process } = await booted({}, controller.signal)
    controller.abort(new Error('enough'))
    await expect(process.running()).rejects.toThrow('enough')
    expect(await process.ended).toEqual({ kind: 'killed', message: 'the start was aborted' })
    expect(seen.kills).toBe(1)
  })

  test('that is complete ignores its signal', async () => {
    const controller = new AbortController()
    const { kernel, process } = await booted({}, controller.signal)
    kernel.tellRunning()
    await process.running()
    controller.abort()
    expect(await settled(process.ended)).toBe(false)
    await process.end({ kind: 'killed', message: 'enough' })
  })

  test('by `EnclaveProcess.start` waits until the program runs, and opens the link', async () => {
    const { kernel, place } = placed()
    kernel.tellRunning()
    kernel.tellExited()
    const process = await EnclaveProcess.start(optionsOf(place))
    expect(await process.ended).toEqual({ kind: 'exited', status: 0 })
  })
})

describe('an end', () => {
  test('has the first reason that is reported, and kills the Worker or process once', async () => {
    const { seen, lose, process } = await running()
    await process.end({ kind: 'killed', message: 'first' })
    await process.end({ kind: 'killed', message: 'second' })
    lose({ kind: 'host-lost', message: 'third' })
    await tasks(3)
    expect(await process.ended).toEqual({ kind: 'killed', message: 'first' })
    expect(seen.kills).toBe(1)
  })

  test('that the program reported has priority over the loss of its Worker or process', async () => {
    const { kernel, lose, process } = await running()
    kernel.tellExited()
    lose({ kind: 'host-lost', message: 'it is gone' })
    expect(await process.ended).toEqual({ kind: 'exited', status: 0 })
  })
})

describe('a connection', () => {
  test('can be requested while the program runs; once that has ended it is rejected, with the reason', async () => {
    const { kernel, process } = await running()
    const connecting = process.connect(5000)
    connecting.catch(() => {})
    expect(await until(() => kernel.next())).toMatchObject({ operation: Op.REQUEST, destinationPort: 5000 })
    await process.end({ kind: 'killed', message: 'enough' })
    const over = { code: 'E_VSOCK_CLOSED', what: 'the enclave has ended', got: 'killed: enough' }
    await expect(connecting).rejects.toMatchObject(over)
    await expect(process.connect(5000)).rejects.toMatchObject(over)
  })

  test('is abandoned when its signal is aborted', async () => {
    const { kernel, process } = await running()
    const controller = new AbortController()
    const connecting = process.connect(5000, controller.signal)
    await until(() => kernel.next())
    controller.abort(new Error('enough'))
    await expect(connecting).rejects.toThrow('enough')
    await expect(process.connect(5000, controller.signal)).rejects.toThrow('enough')
    await process.end({ kind: 'killed', message: 'enough' })
  })
})

describe('a console', () => {
  test('can be read and followed in debug mode', async () => {
    const { kernel, channel, process } = await running(debugging)
    const follow = process.followConsole()
    expect(follow()).toBe('')
    kernel.print(new TextEncoder().encode('hello\u0007'))
    await until(() => channel.readConsole().total > 0)
    expect(process.console()).toBe('hello\\u0007')
    expect([follow(), follow()]).toEqual(['hello\\u0007', ''])
    await process.end({ kind: 'killed', message: 'enough' })
    expect(process.console()).toBe('hello\\u0007')
  })

  test('cannot be read outside debug mode', async () => {
    const { process } = await running()
    for (const read of [() => process.console(), () => process.followConsole()])
      expect(read).toThrow(expect.objectContaining({ code: 'E_CONSOLE_MODE' }))
    await process.end({ kind: 'killed', message: 'enough' })
  })
})

describe('a link', () => {
  test('is recorded by a trace', async () => {
    const trace = new Trace({ packets: 10 })
    const { kernel, process } = await running({ trace })
    kernel.send({ operation: Op.REQUEST })
    expect(await until(() => kernel.next())).toMatchObject({ operation: Op.RST })
    expect(trace.counters).toMatchObject({ in: { packets: 1 }, out: { packets: 1 } })
    await process.end({ kind: 'killed', message: 'enough' })
  })

  test('is subject to simulated faults', async () => {
    const faults = new Faults()
    const { kernel, process } = await running({ faults })
    faults.cut()
    kernel.send({ operation: Op.REQUEST })
    await tasks(20)
    expect(kernel.next()).toBeUndefined()
    await process.end({ kind: 'killed', message: 'enough' })
  })
})
