/** Hostile servers of TLS, and a hostile parent instance between: whatever arrives, there is an error and no wait. */
import { randomBytes, randomInt } from 'node:crypto'
import { createServer } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../src/base/bytes.ts'
import { Receiver } from '../../src/http1/receiver.ts'
import type { ByteSocket } from '../../src/network/index.ts'
import { TlsSocket } from '../../src/network/tls.ts'
import { scripted } from './memory-socket.ts'
import { listen, localhost, reach, readAll, tlsHost } from './tls-rig.ts'

/** WEBCLAVE_LONG makes more runs. */
const LONG = process.env['WEBCLAVE_LONG'] !== undefined
const [DENSE, STEP, RECORDINGS] = LONG ? [10_000, 2, 6000] : [60, 20, 200]

const host = tlsHost()
const TEXT = 'the text of the server'
const CLOSED =
  /^(E_TLS_(TRUNCATED|RECORD|ALERT|AGREEMENT|VERSION|CERTIFICATE|WEAK|NAME|ROOT|EXPIRED)|E_NETWORK_CLOSED)$/

/** The text of a session over `under`, or the code of its error. A trap of the module fails the test. */
async function outcomeOf(under: ByteSocket): Promise<string> {
  const open = async () => {
    const session = await TlsSocket.open(host, under, { name: 'localhost' })
    try {
      return (await readAll(session)).toString()
    } finally {
      session.close()
    }
  }
  try {
    return await open()
  } catch (error) {
    const { code, message } = error as { code: string; message: string }
    expect(message).not.toContain('with all others')
    return code
  }
}

/** `under`, of which only the first `length` bytes arrive. */
function cut(under: ByteSocket, length: number): ByteSocket {
  let left = length
  return {
    ...under,
    async read(most) {
      const piece = left > 0 ? await under.read(most) : undefined
      const part = piece?.subarray(0, left)
      left -= part?.byteLength ?? 0
      return part
    },
  }
}

/** `under`, whose records come one at a time, each through `change`. */
function byRecord(under: ByteSocket, change: (record: Uint8Array<ArrayBuffer>) => unknown): ByteSocket {
  const receiver = new Receiver(() => under.read())
  const exactly = async (length: number) => {
    const parts: Uint8Array[] = []
    for (let left = length; left > 0; ) {
      const part = await receiver.some(left)
      if (!part) return undefined
      parts.push(part)
      left -= part.byteLength
    }
    return concatBytes(...parts)
  }
  return {
    ...under,
    async read() {
      const head = await exactly(5)
      if (!head) return undefined
      const record = concatBytes(head, (await exactly(head[3]! * 256 + head[4]!))!)
      change(record)
      return record
    },
  }
}

async function serve(version: 'TLSv1.3' | 'TLSv1.2') {
  const server = createServer(
    { key: localhost.keyPem, cert: localhost.pem, minVersion: version, maxVersion: version },
    (socket) => socket.on('error', () => {}).end(TEXT),
  )
  server.on('tlsClientError', () => {})
  return { server, port: await listen(server) }
}

/** All that a server sends in one session. */
async function recorded(port: number) {
  const records: Uint8Array[] = []
  expect(await outcomeOf(byRecord(await reach(port), (record) => records.push(record)))).toBe(TEXT)
  return concatBytes(...records)
}

describe.each(['TLSv1.3', 'TLSv1.2'] as const)('%s', (version) => {
  test('cut anywhere, a session is an error, and its text is never taken for whole', async () => {
    const { server, port } = await serve(version)
    const { byteLength } = await recorded(port)
    // A signature is some bytes longer or shorter each time.
    for (let at = 0; at < byteLength - 8; at += at < DENSE ? 1 : 1 + randomInt(STEP))
      expect(await outcomeOf(cut(await reach(port), at)), `${at} bytes`).toBe('E_TLS_TRUNCATED')
    server.close()
  })

  test('any changed byte of the data is found', async () => {
    const { server, port } = await serve(version)
    // Its head, the text, its type or its nonce, its tag.
    const length = 5 + TEXT.length + (version === 'TLSv1.3' ? 1 : 8) + 16
    const outcomes: string[] = []
    for (let index = 0; index < length; index++) {
      let count = 0
      const between = byRecord(await reach(port), (record) => {
        if (record.byteLength !== length) return
        record[index]! ^= 1 << randomInt(8)
        count++
      })
      outcomes.push(await outcomeOf(between))
      expect(count).toBe(1)
    }
    // A record that has become longer is one that does not end.
    const lengths = outcomes.splice(3, 2)
    for (const outcome of lengths) expect(outcome).toMatch(/^E_TLS_(RECORD|TRUNCATED)$/)
    expect(new Set(outcomes)).toEqual(new Set(['E_TLS_RECORD']))
    server.close()
  })

  test('a session of another client is refused, whatever is changed in it', async () => {
    const { server, port } = await serve(version)
    const whole = await recorded(port)
    const outcomes = new Set<string>()
    for (let count = 0; count < RECORDINGS; count++) {
      const bytes = Uint8Array.from(whole)
      for (let change = randomInt(4); change > 0; change--) bytes[randomInt(bytes.length)] = randomInt(256)
      const from = count % 3 === 0 ? randomInt(bytes.length) : bytes.length
      outcomes.add(await outcomeOf(scripted(bytes.subarray(0, from), 1 + randomInt(2000))))
    }
    expect([...outcomes].filter((code) => !CLOSED.test(code))).toEqual([])
    expect(await outcomeOf(await reach(port))).toBe(TEXT)
    server.close()
  })
})

test('random bytes are refused', async () => {
  for (let count = 0; count < RECORDINGS / 2; count++) {
    const bytes = Uint8Array.from(randomBytes(8 + randomInt(5000)))
    if (count % 2 === 0) bytes.set([0x16, 3, 3, randomInt(0x40), randomInt(256), 1 + randomInt(20), 0])
    expect(await outcomeOf(scripted(bytes, 1 + randomInt(5000)))).toMatch(CLOSED)
  }
})

test('endless empty records, alerts and parts of a message end with an error', async () => {
  const record = (type: number, ...bytes: number[]) => [
    type,
    3,
    3,
    bytes.length >> 8,
    bytes.length & 255,
    ...bytes,
  ]
  for (const one of [
    record(22),
    record(21),
    record(20, 1),
    record(21, 1, 90),
    record(22, 2, 0xff, 0xff, 0xff),
    record(23),
  ]) {
    const bytes = Uint8Array.from(Array(20_000).fill(one).flat())
    expect(await outcomeOf(scripted(bytes, 30_000)), `${one}`).toMatch(CLOSED)
  }
})
