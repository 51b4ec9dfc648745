/** Names, with a name server of the test's own: resolved again when their time is over, and checked each time. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { dial } from '../../src/proxy/dial.ts'
import { Names } from '../../src/proxy/names.ts'
import { Rules } from '../../src/proxy/rules.ts'

let server: Socket
let servers: string[]
/** The IPv4 addresses of every name, and their time in seconds. */
let answers: string[]
let ttl: number
let questions: number

beforeEach(async () => {
  ;[answers, ttl, questions] = [['1.1.1.1'], 300, 0]
  server = createSocket('udp4').bind(0, '127.0.0.1')
  server.on('message', (query, { address, port }) => {
    questions += 1
    server.send(answerTo(query), port, address)
  })
  await once(server, 'listening')
  servers = [`127.0.0.1:${server.address().port}`]
})
afterEach(async () => {
  vi.useRealTimers()
  server.close()
  await once(server, 'close')
})

/** RFC 1035, section 4. Only questions for IPv4 addresses have answers. */
function answerTo(query: Buffer): Buffer {
  const end = query.indexOf(0, 12) + 5
  const question = query.subarray(12, end)
  const records = question.readUInt16BE(question.length - 4) === 1 ? answers : []
  const header = Buffer.from(query.subarray(0, 12))
  header.writeUInt16BE(0x8180, 2)
  for (const [at, count] of [1, records.length, 0, 0].entries()) header.writeUInt16BE(count, 4 + 2 * at)
  const body = records.map((address) => {
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)])
    record.writeUInt32BE(ttl, 6)
    return record
  })
  return Buffer.concat([header, question, ...body])
}

describe('a name', () => {
  test('is resolved once for as long as its server says, and then again', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const names = new Names({ servers })
    expect(await names.resolve('a.example')).toEqual(['1.1.1.1'])
    const once = questions
    answers = ['2.2.2.2', '3.3.3.3']
    vi.advanceTimersByTime(299_000)
    expect(await names.resolve('a.example')).toEqual(['1.1.1.1'])
    expect(questions).toBe(once)
    vi.advanceTimersByTime(2000)
    expect(await names.resolve('a.example')).toEqual(['2.2.2.2', '3.3.3.3'])
  })

  test.each([
    [0, 1],
    [86_400, 300],
  ])('of %i seconds is kept for %i', async (given, kept) => {
    vi.useFakeTimers({ toFake: ['performance'] })
    ttl = given
    const names = new Names({ servers })
    await names.resolve('a.example')
    const once = questions
    vi.advanceTimersByTime(kept * 1000 - 1)
    await names.resolve('a.example')
    expect(questions).toBe(once)
    vi.advanceTimersByTime(2)
    await names.resolve('a.example')
    expect(questions).toBeGreaterThan(once)
  })

  test('without an address is refused, and requested again next time', async () => {
    answers = []
    const names = new Names({ servers })
    const refused = expect.objectContaining({ code: 'E_PROXY_NAME' })
    await expect(names.resolve('none.example')).rejects.toEqual(refused)
    answers = ['1.1.1.1']
    expect(await names.resolve('none.example')).toEqual(['1.1.1.1'])
  })

  test('has at most 16 addresses, and of one family if that is wanted', async () => {
    answers = Array.from({ length: 20 }, (_, at) => `1.1.1.${at}`)
    expect(await new Names({ servers }).resolve('many.example')).toHaveLength(16)
    await expect(new Names({ servers, family: 6 }).resolve('many.example')).rejects.toMatchObject({
      code: 'E_PROXY_NAME',
    })
  })

  test('that only this machine knows is resolved by the system', async () => {
    expect(await new Names({ family: 4 }).resolve('localhost')).toEqual(['127.0.0.1'])
  })
})

describe('a name that is pointed elsewhere later', () => {
  test('is not followed to an address that is not public', async () => {
    const web = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
    await once(web, 'listening')
    const { port } = web.address() as AddressInfo
    const signal = new AbortController().signal
    const names = new Names({ servers })
    const ask = (allow: string[]) =>
      dial({ address: 'a.example', port }, { rules: new Rules(allow), names, timeout: 5000, signal })
    answers = ['127.0.0.1']
    await expect(ask([`a.example:${port}`])).rejects.toMatchObject({
      code: 'E_PROXY_NOT_ALLOWED',
      message: expect.stringContaining('127.0.0.1 is loopback'),
    })
    // The control: listed as such, it is.
    const { socket, address } = await ask([`a.example:${port}`, '127.0.0.0/8:*'])
    expect([address, socket.remoteAddress]).toEqual(['127.0.0.1', '127.0.0.1'])
    socket.destroy()
    web.close()
    await once(web, 'close')
  })
})

test('a name server that does not answer is awaited no longer than a host', async () => {
  server.removeAllListeners('message')
  const names = new Names({ servers })
  const parts = { rules: new Rules(['a.example:443']), names, signal: new AbortController().signal }
  const dialled = dial({ address: 'a.example', port: 443 }, { ...parts, timeout: 20 })
  await expect(dialled).rejects.toThrow(/E_PROXY_NAME.*no answer in time/)
  names.close()
})
