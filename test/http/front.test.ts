/** The front over connections in memory: what goes through it, and what an enclave can do to it. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { enclaveFetch } from '../../src/http/front.ts'
import { codeOf, OK, targetOf } from './target.ts'

const streamOf = (...pieces: string[]) =>
  new ReadableStream({
    pull(controller) {
      if (pieces.length > 0) controller.enqueue(Buffer.from(pieces.shift()!))
      else controller.close()
    },
  })

/** Waits for so many tasks of this thread. */
async function tasks(count: number): Promise<void> {
  for (let task = 0; task < count; task++) await new Promise((resolve) => setImmediate(resolve))
}

describe('a request', () => {
  test('is sent with its path, its host and its fields, without those of a connection', async () => {
    const target = targetOf((peer) => peer.send(OK))
    using front = enclaveFetch(target)
    const headers = {
      'x-a': 'é',
      connection: 'close, x-b',
      'x-b': '1',
      te: 'trailers',
      'x-forwarded-for': '1.2.3.4',
    }
    const response = await front('https://example.com:8443/a/../b?c#d', { headers })
    expect(await response.text()).toBe('hi')
    expect(target.peers[0]!.text).toBe(
      'GET /b?c HTTP/1.1\r\nhost: example.com:8443\r\nx-a: \xe9\r\nx-forwarded-for: 1.2.3.4\r\n\r\n',
    )
  })

  test.each<[string, RequestInit, string]>([
    ['without a body', { method: 'POST' }, 'content-length: 0\r\n\r\n'],
    ['DELETE', { method: 'DELETE' }, '\r\n\r\n'],
    ['with bytes', { method: 'POST', body: 'hello' }, 'content-length: 5\r\n\r\nhello'],
    ['with a stream', { method: 'PUT', body: streamOf('hel', 'lo') }, 'hello'],
  ])('%s ends where it says', async (_, init, end) => {
    const target = targetOf((peer) => peer.send(OK))
    using front = enclaveFetch(target)
    await front('http://e/', init)
    await expect.poll(() => target.peers[0]!.text.endsWith(end)).toBe(true)
  })

  test('whose stream fails breaks its connection, and fails with that error', async () => {
    const target = targetOf(() => {})
    using front = enclaveFetch(target)
    const failing = new ReadableStream({
      pull: (controller) => controller.error(new Error('the disk')),
    })
    const given = front('http://e/', { method: 'POST', body: failing })
    await expect(given).rejects.toThrow('the disk')
    const late = new ReadableStream({
      start: (controller) => controller.enqueue(Buffer.from('a')),
      pull: (controller) =>
        new Promise((resolve) => setImmediate(() => resolve(controller.error(new Error('the disk'))))),
    })
    await expect(front('http://e/', { method: 'POST', body: late })).rejects.toThrow('the disk')
    expect(target.peers.at(-1)!.text).not.toContain('0\r\n\r\n')
    await expect.poll(() => target.peers.at(-1)!.isReset).toBe(true)
  })

  test('of another length than announced is not sent as if it were whole', async () => {
    const target = targetOf(() => {})
    using front = enclaveFetch(target)
    const init = { method: 'POST', headers: { 'content-length': '9' }, body: 'hello' }
    await expect(front('http://e/', init)).rejects.toThrow(
      new RangeError('the body has only 5 bytes; its content-length announced 9'),
    )
  })

  test('that is aborted resets its connection', async () => {
    const target = targetOf(
      (peer, _, at) => at === 0 && peer.send('HTTP/1.1 200 OK\r\ncontent-length: 70000\r\n\r\nhi'),
    )
    using front = enclaveFetch(target)
    const controller = new AbortController()
    const response = await front('http://e/', { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(response.text()).rejects.toThrow('enough')
    await expect.poll(() => target.peers[0]!.isReset).toBe(true)
    await expect(front('http://e/', { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no')
    expect(front.counts).toEqual({ busy: 0, idle: 0, waiting: 0 })
  })

  test('can still be aborted when only its response is in use', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const target = targetOf((peer) => peer.send('HTTP/1.1 200 OK\r\n\r\nhello'))
    using front = enclaveFetch(target)
    const controller = new AbortController()
    const { body } = await front('http://e/', { signal: controller.signal })
    const reader = body!.getReader()
    await reader.read()
    const next = reader.read()
    // What is in use in this task is kept.
    await tasks(10)
    collect()
    controller.abort(new Error('enough'))
    await expect(Promise.race([next, tasks(100)])).rejects.toThrow('enough')
  })

  test.each([
    ['a new connection', false],
    ['one that is kept', true],
  ])('that is aborted while it gets %s ends at once, whenever that is', async (_, isKept) => {
    let isSilent = false
    const target = targetOf((peer) => isSilent || peer.send(OK))
    for (let turns = 0; turns < 80; turns++) {
      using front = enclaveFetch(target, { timeout: 5000 })
      isSilent = false
      if (isKept) await front('http://e/')
      isSilent = true
      const controller = new AbortController()
      const answer = front('http://e/', { signal: controller.signal })
      for (let turn = 0; turn < turns; turn++) await undefined
      controller.abort(new Error('enough'))
      await expect(answer).rejects.toThrow('enough')
      expect(front.counts).toEqual({ busy: 0, idle: 0, waiting: 0 })
    }
  })
})

describe('a response', () => {
  test('has its status, its fields and each cookie, without those of a connection', async () => {
    const head =
      'HTTP/1.1 404 Not\xe9\r\nset-cookie: a\r\nset-cookie: b\r\nx-a: \xe9\r\nkeep-alive: timeout=5\r\nconnection: x-b\r\nx-b: 1\r\n'
    using front = enclaveFetch(targetOf((peer) => peer.send(`${head}content-length: 0\r\n\r\n`)))
    const { status, statusText, headers } = await front('http://e/')
    expect({ status, statusText, all: [...headers] }).toEqual({
      status: 404,
      statusText: 'Not\xe9',
      all: [
        ['content-length', '0'],
        ['set-cookie', 'a'],
        ['set-cookie', 'b'],
        ['x-a', '\xe9'],
      ],
    })
  })

  test.each([
    ['HEAD', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n'],
    ['GET', 'HTTP/1.1 204 None\r\n\r\n'],
    ['GET', 'HTTP/1.1 304 None\r\n\r\n'],
    ['GET', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 None\r\n\r\n'],
  ])('of %s without a body', async (method, answer) => {
    const target = targetOf((peer) => peer.send(answer))
    using front = enclaveFetch(target)
    for (let count = 0; count < 2; count++) expect((await front('http://e/', { method })).body).toBe(null)
    expect(target.peers).toHaveLength(1)
  })

  test.each([
    ['two lengths', 'content-length: 2\r\ncontent-length: 2\r\n\r\nhi'],
    ['two framings', 'content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n'],
    ['another coding', 'transfer-encoding: gzip\r\n\r\nhi'],
    ['a field without a colon', 'x\r\ncontent-length: 2\r\n\r\nhi'],
    ['a continuation', 'x: a\r\n b\r\ncontent-length: 2\r\n\r\nhi'],
    ['an invalid chunk', 'transfer-encoding: chunked\r\n\r\nx\r\nhi'],
    ['a chunk that is too long', 'transfer-encoding: chunked\r\n\r\n1\r\nhi\r\n0\r\n\r\n'],
  ])('with %s is refused', async (_, rest) => {
    const target = targetOf((peer) => peer.send(`HTTP/1.1 200 OK\r\n${rest}`))
    using front = enclaveFetch(target)
    expect(await codeOf(front('http://e/').then((response) => response.text()))).toBe('E_HTTP_RESPONSE')
    expect(front.counts).toEqual({ busy: 0, idle: 0, waiting: 0 })
  })

  test.each([
    ['before it', '', 'E_HTTP_CLOSED'],
    ['in its head', 'HTTP/1.1 200 OK\r\n', 'E_HTTP_RESPONSE'],
    ['in its body', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhi', 'E_HTTP_RESPONSE'],
    ['in a long body', 'HTTP/1.1 200 OK\r\ncontent-length: 70000\r\n\r\nhi', 'E_HTTP_RESPONSE'],
    ['in its chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n', 'E_HTTP_RESPONSE'],
  ])('that is cut %s is an error, and so is an enclave that ends', async (_, begin, code) => {
    const cut = async (end: 'finish' | 'fail') => {
      using front = enclaveFetch(targetOf((peer) => (begin ? peer.send(begin) : peer)[end]()))
      return await codeOf(front('http://e/').then((response) => response.text()))
    }
    expect(await cut('finish')).toBe(code)
    expect(await cut('fail')).toMatch(/^E_HTTP_(?:CLOSED|RESPONSE)$/)
  })

  test('head is bounded', async () => {
    const target = targetOf((peer) => peer.send(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(1 << 20)}\r\n\r\n`))
    using front = enclaveFetch(target)
    expect(await codeOf(front('http://e/'))).toBe('E_HTTP_LIMIT')
  })

  test('that never ends lets other tasks in', async () => {
    let left = 1_000_000
    const readable = new ReadableStream({
      start: (controller) => controller.enqueue(Buffer.from('HTTP/1.1 200 OK\r\n\r\n')),
      pull: (controller) => (left-- > 0 ? controller.enqueue(new Uint8Array(10)) : controller.close()),
    })
    using front = enclaveFetch({ connect: async () => ({ readable, writable: new WritableStream() }) })
    const controller = new AbortController()
    const { body } = await front('http://e/', { signal: controller.signal })
    setImmediate(() => controller.abort(new Error('enough')))
    const read = async () => {
      for await (const _ of body!);
    }
    await expect(read()).rejects.toThrow('enough')
    expect(left).toBeGreaterThan(0)
  })

  test('that does not come in time, or is not read in time, is given up', async () => {
    using silent = enclaveFetch(
      targetOf(() => {}),
      { timeout: 20 },
    )
    expect(await codeOf(silent('http://e/'))).toBe('E_HTTP_TIMEOUT')
    const target = targetOf((peer) => peer.send('HTTP/1.1 200 OK\r\ncontent-length: 70000\r\n\r\nhi'))
    using front = enclaveFetch(target, { timeout: 20 })
    const response = await front('http://e/')
    await expect.poll(() => front.counts.busy).toBe(0)
    expect(await codeOf(response.text())).toBe('E_HTTP_LIMIT')
  })
})

test.each<[string, () => unknown]>([
  ['an enclave', () => enclaveFetch({} as never)],
  [
    'an option',
    () =>
      enclaveFetch(
        targetOf(() => {}),
        { port: -1 },
      ),
  ],
  [
    'an unknown option',
    () =>
      enclaveFetch(
        targetOf(() => {}),
        { ports: 1 } as object,
      ),
  ],
  [
    'no options',
    () =>
      enclaveFetch(
        targetOf(() => {}),
        null as never,
      ),
  ],
])('%s that is wrong is refused', (_, act) => {
  expect(act).toThrow('E_HTTP_OPTION')
})

test('a URL of another protocol is refused', async () => {
  using front = enclaveFetch(targetOf(() => {}))
  expect(await codeOf(front('ftp://e/'))).toBe('E_HTTP_OPTION')
})
