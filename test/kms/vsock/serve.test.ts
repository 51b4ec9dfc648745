/** The KMS over vsock: HTTP/1.1 from a real enclave with signed answers, hostile bytes, and the end of serving. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createKms, createKmsApp, type Kms, serveKms } from '../../../src/kms/index.ts'
import { Budget } from '../../../src/kms/vsock/budget.ts'
import { serveConnection } from '../../../src/kms/vsock/http-connection.ts'
import { Laboratory } from '../../support/laboratory.ts'
import { turnsDuring } from '../../support/turns.ts'
import { ROLE, utf8 } from '../support.ts'
import { converse, verifiesAnswer } from '../support-http.ts'

const ALL = { Statement: [{ Effect: 'Allow', Action: '*' }] }

const TYPE = 'Content-Type: application/x-amz-json-1.1\r\n'

let kms: Kms
beforeAll(async () => {
  kms = await createKms()
})
afterAll(() => kms.close())

const app = () => createKmsApp(kms, { unsigned: { principal: ROLE, policies: [ALL] } })

function post(body: string, more = ''): string {
  const head = `POST / HTTP/1.1\r\nHost: kms\r\nX-Amz-Target: TrentService.ListKeys\r\n${TYPE}${more}`
  return `${head}Content-Length: ${body.length}\r\n\r\n${body}`
}

const statuses = (answers: string) => [...answers.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status)

describe('one connection', () => {
  test('answers requests one after another, in whatever chunks they arrive', async () => {
    for (const size of [1, 7, 4096]) {
      const answers = await converse(app(), post('{}') + post('{"Limit":0}') + post('{}'), size)
      expect(statuses(answers)).toHaveLength(3)
    }
  })

  test('that sends many requests at once does not block other tasks', async () => {
    const request = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'
    const turnsOf = async (count: number) => {
      const { turns, result } = await turnsDuring(() => converse(app(), request.repeat(count), 1 << 16))
      expect(statuses(result)).toHaveLength(count)
      return turns
    }
    await turnsOf(10)
    // If the connection did not yield, no other task would run. 2,000 requests take far longer than four turns.
    expect(await turnsOf(2000)).toBeGreaterThan(3)
  })

  test('is closed after a minute without input, before the first request or after one', async () => {
    vi.useFakeTimers()
    try {
      for (const sent of ['', post('{}')]) {
        const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
        const input = writable.getWriter()
        if (sent) void input.write(utf8(sent))
        let answers = ''
        const output = new WritableStream<Uint8Array>({
          write(chunk) {
            answers += new TextDecoder().decode(chunk)
          },
        })
        const served = serveConnection({ readable, writable: output }, app(), new Budget(1 << 20))
        if (sent) await expect.poll(() => answers).not.toBe('')
        await vi.advanceTimersByTimeAsync(60_000)
        await served
        expect(statuses(answers)).toHaveLength(sent ? 1 : 0)
      }
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  test('is closed after a minute if its answer is not read', async () => {
    vi.useFakeTimers()
    try {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      void writable.getWriter().write(utf8(post('{}')))
      const writeStarted = Promise.withResolvers<void>()
      const output = new WritableStream<Uint8Array>({
        write(_, { signal }) {
          writeStarted.resolve()
          return new Promise((_, reject) =>
            signal.addEventListener('abort', () => reject(new Error('reset'))),
          )
        },
      })
      const served = serveConnection({ readable, writable: output }, app(), new Budget(1 << 20)).catch(
        () => 'reset',
      )
      await writeStarted.promise
      await vi.advanceTimersByTimeAsync(59_999)
      expect(vi.getTimerCount()).toBe(1)
      await vi.advanceTimersByTimeAsync(1)
      expect(await served).toBe('reset')
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  test('is closed after the answer to a request with Connection: close', async () => {
    const answers = await converse(app(), post('{}', 'Connection: close\r\n') + post('{}'))
    expect(statuses(answers)).toHaveLength(1)
    expect(answers).toContain('connection: close')
  })

  test.each<readonly [what: string, sent: string, status: string]>([
    ['bytes that are not HTTP', 'hello\r\n\r\n', '400'],
    ['another version', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n', '505'],
    ['a missing Host', 'GET / HTTP/1.1\r\n\r\n', '400'],
    ['a Host with a path', 'GET / HTTP/1.1\r\nHost: a/v1.0\r\n\r\n', '400'],
    ['a Host with a user', 'GET / HTTP/1.1\r\nHost: a@b\r\n\r\n', '400'],
    ['a Host with an invalid port', 'GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n', '400'],
    ['an empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', '400'],
    ['a fragment', 'GET /#a HTTP/1.1\r\nHost: a\r\n\r\n', '400'],
    ['an end inside the headers', 'GET / HTTP/1.1\r\nHost: a\r\n', '400'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', '400'],
    ['an invalid length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na', '400'],
    ['a chunked body', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', '501'],
    ['a continued header', 'GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n  2\r\n\r\n', '400'],
    ['a bare line feed', 'GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n', '400'],
    ['a body over the limit', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10485760\r\n\r\n', '413'],
    ['too long headers', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(17_000)}`, '431'],
    ['too many headers', `GET / HTTP/1.1\r\nHost: a\r\n${'X: 1\r\n'.repeat(65)}\r\n`, '431'],
    ...['Host', 'Content-Type', 'Authorization', 'Content-Digest', 'X-Amz-Target'].map(
      (name) =>
        [
          `duplicate ${name}`,
          `GET / HTTP/1.1\r\nHost: a\r\n${name}: a\r\n${name}: a\r\n\r\n`,
          '400',
        ] as const,
    ),
    ['a header that is not ASCII', 'GET / HTTP/1.1\r\nHost: a\r\nX: ä\r\n\r\n', '400'],
    [
      'a control character after many spaces',
      `GET / HTTP/1.1\r\nHost: a\r\nX:${' '.repeat(16_000)}\x01\r\n\r\n`,
      '400',
    ],
    ['an end inside the body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab', '400'],
  ])('refuses %s', async (_, sent, status) => {
    const answers = await converse(app(), sent, 4096)
    expect(statuses(answers)).toEqual([status])
    expect(answers).toContain('connection: close')
  })
})

test.each([
  ['is refused if too little memory is left', new Budget(1023), post('{}'), '503'],
  ['is answered with just enough memory', new Budget(1024), post('{}'), '200'],
])('a request %s', async (_, budget, sent, status) => {
  expect(statuses(await converse(app(), sent, 4096, budget))).toEqual([status])
})

test('an answer that cannot be written is replaced by a 500', async () => {
  const answer = (value: string) => ({ fetch: () => new Response('{}', { headers: { 'x-answer': value } }) })
  expect(statuses(await converse(answer('a'), post('{}')))).toEqual(['200'])
  const answers = await converse(answer('\x01'), post('{}') + post('{}'))
  expect(statuses(answers)).toEqual(['500'])
  expect(answers).toContain('HTTP/1.1 500 Internal Server Error\r\n')
  expect(answers).toContain('connection: close')
})

describe('an enclave', () => {
  test('gets an answer that is signed by the KMS for its request', async () => {
    await using lab = await Laboratory.open()
    await using serving = serveKms(lab.parent, app())
    const body = JSON.stringify({ KeyId: 'alias/none' })
    const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
    const head = [
      'POST / HTTP/1.1',
      'Host: kms',
      'X-Amz-Target: TrentService.DescribeKey',
      TYPE.trim(),
      `Content-Digest: ${digest}`,
      'Connection: close',
      `Content-Length: ${body.length}`,
    ].join('\r\n')
    const answer = await lab.run<string>(`
      const socket = await sdk.vsock.connect(${serving.port})
      await socket.write(Uint8Array.from(${JSON.stringify([...utf8(`${head}\r\n\r\n${body}`)])}))
      let text = ''
      for await (const bytes of socket) text += String.fromCharCode(...bytes)
      return text`)
    const [top = '', content = ''] = answer.split('\r\n\r\n')
    const [first = '', ...lines] = top.split('\r\n')
    const headers = new Headers(lines.map((line) => line.split(/: (.*)/).slice(0, 2) as [string, string]))
    const status = Number(first.split(' ')[1])
    expect(status).toBe(400)
    expect(JSON.parse(content)).toMatchObject({ __type: 'NotFoundException' })
    expect(headers.get('content-digest')).toBe(
      `sha-256=:${createHash('sha256').update(content).digest('base64')}:`,
    )
    const request = { method: 'POST', path: '/', contentDigest: digest }
    expect(await verifiesAnswer(kms.identity(), request, { status, headers })).toBe(true)
    expect(await verifiesAnswer(kms.identity(), { ...request, path: '/other' }, { status, headers })).toBe(
      false,
    )
    await using otherKms = await createKms()
    expect(await verifiesAnswer(otherKms.identity(), request, { status, headers })).toBe(false)
  })

  test('has its connection closed when serving ends, and the port can be used again', async () => {
    await using lab = await Laboratory.open()
    const serving = serveKms(lab.parent, app())
    const waiting = lab.attempt(`
      const socket = await sdk.vsock.connect(${serving.port})
      await socket.write(Uint8Array.of(71))
      const connected = await sdk.vsock.connect(8100)
      await connected.write(Uint8Array.of(1))
      return await socket.read()`)
    await new Promise<void>((resolve) => {
      lab.parent.listen(8100, () => resolve())
    })
    await serving.close()
    expect(await waiting).not.toHaveProperty('value.0')
    const controller = new AbortController()
    const again = serveKms(lab.parent, app(), { signal: controller.signal })
    controller.abort()
    await again.close()
    serveKms(lab.parent, app()).close()
  })
})

test('a request whose Content-Digest does not match its body is rejected', async () => {
  const digest = (body: string) =>
    `Content-Digest: sha-256=:${createHash('sha256').update(body).digest('base64')}:\r\n`
  expect(statuses(await converse(app(), post('{}', digest('{}'))))).toEqual(['200'])
  expect(statuses(await converse(app(), post('{}', digest('{ }'))))).toEqual(['400'])
  expect(statuses(await converse(app(), post('{}', 'Content-Digest: sha-512=:AA==:\r\n')))).toEqual(['400'])
})
