/** Every resource of a test enclave has an end, also if its application or its test is careless. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { dist, sdk, testEnclave } from './modules.ts'

const { serve, vsock } = sdk
afterEach(() => testEnclave.reset())

const echo = (socket: { readable: ReadableStream; writable: WritableStream }) =>
  socket.readable.pipeTo(socket.writable)

describe('after a reset', () => {
  it('no handles of the kernel are left, of which a thread has 16,384', async () => {
    const leaveOpen = async () => {
      testEnclave.reset()
      void serve({ wait: () => new Promise(() => {}) })
      testEnclave.listen(9001, () => {})
      await testEnclave.connect(5000)
      void (await vsock.connect(9001)).read()
      for (let waiting = 0; waiting < 8; waiting++) void vsock.connect(9001)
    }
    for (let count = 0; count < 2000; count++) await leaveOpen()
  })

  it('sockets of the application have been reset, and do not reach those of the next enclave', async () => {
    testEnclave.listen(9001, echo)
    const old = await vsock.connect(9001)
    testEnclave.reset()
    await expect(old.read()).rejects.toMatchObject({ code: 'reset' })
    await expect(old.write(new Uint8Array(1))).rejects.toMatchObject({ code: 'reset' })
    testEnclave.listen(9001, echo)
    const next = await vsock.connect(9001)
    old.close()
    await next.write(new Uint8Array([7]))
    expect(await next.read()).toEqual(new Uint8Array([7]))
  })

  it('a loop over connections can go on, and gets no more of them', async () => {
    const listening = vsock.listen(6000)
    const first = listening.next()
    await testEnclave.connect(6000)
    await first
    testEnclave.reset()
    const second = listening.next()
    await expect(testEnclave.connect(6000)).rejects.toMatchObject({ code: 'E_VSOCK_REFUSED' })
    expect(await Promise.race([second, 'waits'])).toBe('waits')
  })

  it('the sockets of the test have been reset', async () => {
    void serve({})
    const { readable, writable } = await testEnclave.connect(5000)
    const read = readable.getReader().read()
    const written = writable.getWriter().write(new Uint8Array(3_000_000))
    testEnclave.reset()
    const results = await Promise.allSettled([read, written])
    expect(results).toMatchObject(Array(2).fill({ reason: { code: 'E_VSOCK_RESET' } }))
  })
})

it('a connection whose handler throws ends, and the next one is served', async () => {
  let count = 0
  testEnclave.listen(9001, (socket) => {
    if (count++ === 0) throw new Error('of the handler')
    return echo(socket)
  })
  expect(await (await vsock.connect(9001)).read()).toBeUndefined()
  const socket = await vsock.connect(9001)
  await socket.write(new Uint8Array([7]))
  expect(await socket.read()).toEqual(new Uint8Array([7]))
})

it('many connections, one after the other, leave nothing', async () => {
  testEnclave.listen(9001, (socket) => socket.close())
  for (let count = 0; count < 6000; count++) (await vsock.connect(9001)).close()
})

it('more than a link has room for are refused, and closing them makes room', async () => {
  testEnclave.listen(9001, () => {})
  const connects = Array.from({ length: 1100 }, () => vsock.connect(9001))
  const results = await Promise.allSettled(connects)
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []))
  expect(refused).toEqual(Array(76).fill('too-many-sockets'))
  for (const result of results) if (result.status === 'fulfilled') result.value.close()
  await expect.poll(() => vsock.connect(9001)).toBeDefined()
})

it('large transfers in both directions at once arrive', async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(60_000))
  testEnclave.listen(9001, async ({ readable, writable }) => {
    const received = new Response(readable).arrayBuffer()
    const writer = writable.getWriter()
    for (let count = 0; count < 100; count++) await writer.write(bytes)
    expect((await received).byteLength).toBe(6_000_000)
    await writer.close()
  })
  const socket = await vsock.connect(9001)
  const parts: Uint8Array[] = []
  const reading = (async () => {
    for await (const part of socket) parts.push(part)
  })()
  for (let count = 0; count < 100; count++) await socket.write(bytes)
  socket.end()
  await reading
  const all = Buffer.concat(parts)
  expect(all.length).toBe(6_000_000)
  expect(all.subarray(-60_000).equals(bytes)).toBe(true)
})

describe('a process ends by itself', () => {
  it.for([
    ['with a service, a listener and a security module', ''],
    ['with a connection', 'await testEnclave.connect(5000)'],
  ] as const)('%s', async ([, more], { signal }) => {
    const program = `
      const { testEnclave } = await import('${new URL('index.js', dist)}')
      const { qtsm, serve } = await import('${new URL('sdk.js', dist)}')
      void serve({})
      testEnclave.listen(9001, () => {})
      qtsm.describePcr(0)
      ${more}
      console.log('done')`
    const words = ['--input-type=module', '-e', program]
    const { stdout } = await promisify(execFile)(process.execPath, words, { signal })
    expect(stdout).toBe('done\n')
  })
})
