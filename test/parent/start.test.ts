/** Starting and ending an enclave: its lifecycle, its end reasons, its memory, profiles and debug mode. */

import { beforeAll, describe, expect, test } from 'vitest'
import { pcrHex, pcrsToHex } from '../../src/base/pcrs.ts'
import { buildImage } from '../../src/image/index.ts'
import { createParent } from '../../src/parent/index.ts'
import { command } from '../support/components.ts'
import { guestPath, Laboratory, laboratoryImage } from '../support/laboratory.ts'

const SHARE = { vcpus: 1, memoryMiB: 64 }
let eif: Uint8Array<ArrayBuffer>

beforeAll(async () => {
  eif = (await laboratoryImage()).eif
})

const open = () => createParent({ vcpus: 2, memoryMiB: 512 })
const imageOf = async (component: Uint8Array) => (await buildImage({ app: { component } })).eif

describe('an enclave’s lifecycle', () => {
  test('an enclave is started, queried and stopped', async () => {
    await using parent = await open()
    const enclave = await parent.start(eif, { ...SHARE, cid: 77 })
    expect(enclave).toMatchObject({ id: 0, cid: 77, state: 'running' })
    expect(parent.query()).toMatchObject([
      { id: 0, cid: 77, vcpus: 1, memoryMiB: 64, launchMode: 'normal', state: 'running', pcrs: enclave.pcrs },
    ])
    expect(await enclave.stop()).toEqual({ kind: 'killed', message: 'stopped by its parent' })
    expect(await enclave.exited).toEqual({ kind: 'killed', message: 'stopped by its parent' })
    expect(enclave.state).toBe('ended')
    expect(parent.query()).toEqual([])
    await expect(enclave.connect(5000)).rejects.toMatchObject({ code: 'E_VSOCK_CLOSED' })
  })

  test('the resources of a stopped enclave can be allocated again', async () => {
    await using parent = await open()
    for (let count = 0; count < 3; count++) {
      const enclave = await parent.start(eif, { vcpus: 2, memoryMiB: 512, cid: 4 })
      await enclave.stop()
    }
  })

  test('stop rejects pending reads, and resets connections', async () => {
    await using parent = await open()
    const enclave = await parent.start(eif, SHARE)
    const socket = await enclave.connect(5000)
    const reading = socket.readable.getReader().read()
    const refused = expect(reading).rejects.toMatchObject({ code: 'E_VSOCK_RESET' })
    await enclave.stop()
    await refused
    expect(await socket.closed).toBe('reset')
  })

  test('closing the parent stops its enclaves, and aborts pending starts', async () => {
    const parent = await open()
    const enclave = await parent.start(eif, SHARE)
    const starting = expect(parent.start(eif, SHARE)).rejects.toMatchObject({ code: 'E_PARENT_CLOSED' })
    await parent.close()
    await starting
    expect(await enclave.exited).toEqual({ kind: 'killed', message: 'its parent was closed' })
    await expect(parent.start(eif, SHARE)).rejects.toMatchObject({ code: 'E_PARENT_CLOSED' })
    expect(() => parent.listen(1, () => {})).toThrow(expect.objectContaining({ code: 'E_PARENT_CLOSED' }))
    await parent.close()
  })

  test('a start is aborted by its signal', async () => {
    await using parent = await open()
    const controller = new AbortController()
    const starting = parent.start(eif, { ...SHARE, signal: controller.signal })
    controller.abort(new Error('no longer wanted'))
    await expect(starting).rejects.toThrow('no longer wanted')
    expect(parent.query()).toEqual([])
    await using _ = await parent.start(eif, { vcpus: 2, memoryMiB: 512 })
  })
})

describe('the end reason is reported for', () => {
  test.each([
    ['returning', '(i32.const 0)', { kind: 'exited', status: 0 }],
    ['failing', '(i32.const 1)', { kind: 'exited', status: 1 }],
    ['trapping', '(unreachable)', { kind: 'trapped', message: expect.stringContaining('unreachable') }],
    [
      'running out of stack',
      '(call $deep)',
      { kind: 'stack-overflow', message: expect.stringContaining('stack') },
      '(func $deep (result i32) (i32.add (call $deep) (i32.const 1)))',
    ],
    [
      'trapping with all its memory used',
      '(loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) (unreachable)',
      { kind: 'out-of-memory', message: expect.any(String) },
      '(export "memory" (memory 0))',
    ],
  ])('%s', async (_, body, reason, extra = '') => {
    await using parent = await open()
    const enclave = await parent.start(await imageOf(await command(body, { extra })), SHARE)
    expect(await enclave.exited).toEqual(reason)
    expect(parent.query()).toEqual([])
  })

  test('an uncaught exception of a TypeScript guest: a trap with its message', async () => {
    await using parent = await open()
    const { eif: image } = await buildImage({
      app: { source: 'setTimeout(() => { throw new TypeError("oh") }, 5)' },
    })
    const enclave = await parent.start(image, SHARE)
    expect(await enclave.exited).toEqual({
      kind: 'trapped',
      message: expect.stringContaining('uncaught TypeError: oh'),
    })
  })
})

describe('memory', () => {
  test('memory.grow beyond the enclave’s memory returns -1', async () => {
    await using parent = await open()
    const image = await imageOf(await command('(i32.ne (memory.grow (i32.const 1024)) (i32.const -1))'))
    expect(await (await parent.start(image, SHARE)).exited).toEqual({ kind: 'exited', status: 0 })
    const smaller = await imageOf(await command('(i32.eq (memory.grow (i32.const 500)) (i32.const -1))'))
    expect(await (await parent.start(smaller, SHARE)).exited).toEqual({ kind: 'exited', status: 0 })
  })

  test('a TypeScript guest that allocates without limit gets an exception', async () => {
    await using lab = await Laboratory.open()
    const reply = await lab.attempt('const hoard = []; for (;;) hoard.push(new Uint8Array(1 << 20))')
    expect(reply.error).toMatchObject({ message: expect.stringMatching(/memory/) })
    expect(await lab.run('return 1')).toBe(1)
  })
})

describe('connecting right after the start', () => {
  test('works with a guest that makes many QTSM calls before it listens', async () => {
    const source = `const { getRandom } = require('qingtian:enclave/qtsm')
      const { Listener } = require('qingtian:enclave/vsock')
      const { wait } = require('webclave:engine')
      module.exports.default = async () => {
        for (let count = 0; count < 300; count++) getRandom(256)
        const listener = Listener.listen(5000, 1)
        await wait(listener.subscribe())
        listener.accept()
      }`
    const { eif: image } = await buildImage({ app: { source } })
    await using parent = await createParent({ vcpus: 2, memoryMiB: 128 })
    const enclave = await parent.start(image, { vcpus: 1, memoryMiB: 64 })
    await using socket = await enclave.connect(5000)
    expect(socket.remote).toEqual({ cid: enclave.cid, port: 5000 })
  })
})

describe('profiles and debug mode', () => {
  const zero = '0'.repeat(96)

  test('qingtian: every system PCR is zero in debug mode', async () => {
    await using lab = await Laboratory.open({ debug: true })
    expect(new Set(Object.values(pcrsToHex(lab.enclave.pcrs)))).toEqual(new Set([zero]))
    expect(lab.parent.query()[0]?.launchMode).toBe('debug')
  })

  test('nitro: PCR0, 1 and 2 are zero in debug mode, while PCR4 is not', async () => {
    await using normal = await Laboratory.open({ profile: 'nitro' })
    for (const index of [0, 1, 2, 4]) expect(pcrHex(normal.enclave.pcrs, index)).not.toBe(zero)
    await using debug = await Laboratory.open({ profile: 'nitro', debug: true })
    expect(pcrsToHex(debug.enclave.pcrs)).toMatchObject({ PCR0: zero, PCR1: zero, PCR2: zero, PCR8: zero })
    expect(pcrHex(debug.enclave.pcrs, 4)).not.toBe(zero)
    expect(debug.enclave.moduleId).toMatch(/^i-0[0-9a-f]{16}-enc[0-9a-f]{16}$/)
  })

  test('the same guest built from another folder has the same PCR0', async () => {
    const { cp, mkdtemp, rm } = await import('node:fs/promises')
    const { tmpdir } = await import('node:os')
    const folder = await mkdtemp(`${tmpdir()}/webclave-test-`)
    try {
      await cp(guestPath('../../guests/echo'), `${folder}/echo`, { recursive: true })
      const [here, there] = await Promise.all([
        buildImage({ app: { path: guestPath('../../guests/echo') } }),
        buildImage({ app: { path: `${folder}/echo` } }),
      ])
      expect(there.pcrs).toEqual(here.pcrs)
      expect(Buffer.compare(there.eif, here.eif)).toBe(0)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
