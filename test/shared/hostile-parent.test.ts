/** Parents that want the secret of an enclave, or to give it one: what they carry between two real enclaves is changed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeDocument } from '../../src/attestation/index.ts'
import { createAttestationAuthority } from '../../src/attestation/issue/authority.ts'
import { concatBytes, toHex } from '../../src/base/bytes.ts'
import type { VsockSocket } from '../../src/parent/index.ts'
import { seal } from '../../src/sdk/shared/seal.ts'
import { giveStatement, nameDigest, nonceIn, sealInfo } from '../../src/sdk/shared/statements.ts'
import { shareSecrets } from '../../src/shared/index.ts'
import { Line } from '../../src/shared/line.ts'
import type { Kind } from '../../src/shared/wire/frames.ts'
import { Laboratory } from '../support/laboratory.ts'
import { patience } from '../support/patience.ts'

const SOON = patience(20_000)
const TRACE = { packets: 10_000, bytes: 65_536 }

let holder: Laboratory
let asker: Laboratory
let roots: string
/** The ports of each attempt are new. */
let port = 9100

beforeAll(async () => {
  holder = await Laboratory.open({ trace: TRACE })
  asker = await Laboratory.open({ trace: TRACE })
  roots = JSON.stringify([holder.parent.rootCertificate, asker.parent.rootCertificate])
  using _ = shareSecrets(holder.parent)
  await holder.run(`globalThis.secret = await sdk.sharedSecret({
    roots: ${roots}, create: () => sdk.randomBytes(32) })`)
})
afterAll(async () => {
  await holder[Symbol.asyncDispose]()
  await asker[Symbol.asyncDispose]()
})

/** What changes a frame on its way. */
type Change = (kind: Kind, body: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>

/** Carries an exchange from the enclave that asks to the one that has the secret. */
async function carry(socket: VsockSocket, change: Change): Promise<void> {
  const there = new Line(socket)
  const here = new Line(await holder.parent.connect(holder.enclave.cid, 9003))
  const challenge = await here.receive(SOON, 'CHALLENGE')
  await there.send(SOON, 'CHALLENGE', change('CHALLENGE', challenge.body))
  const request = await there.receive(SOON, 'REQUEST')
  await here.send(SOON, 'REQUEST', change('REQUEST', request.body))
  const { kind, body } = await here.receive(SOON, 'ANSWER', 'REFUSED')
  await there.send(SOON, kind, change(kind, body))
  await there.receive(SOON, 'READY')
  await there.send(SOON, 'NOTED')
  await there.end(SOON)
}

/** What the enclave gets from a parent that does `serve` with its connections: an HMAC, or an error's code. */
async function attempt(serve: (socket: VsockSocket) => Promise<void>, options = ''): Promise<string> {
  port += 2
  using _ = asker.parent.listen(port, (socket) => serve(socket))
  const { value, error } = await asker.attempt(`const secret = await sdk.sharedSecret({ roots: ${roots},
    create: () => new Uint8Array(32), port: ${port}, holdPort: ${port + 1}, timeout: ${patience(20_000)}, ${options} })
    return sdk.toHex(sdk.hmac('sha256', secret, new Uint8Array(1)))`)
  return error ? `${error.code ?? error.message}` : `${value}`
}

const ownHmac = () =>
  holder.run<string>("return sdk.toHex(sdk.hmac('sha256', globalThis.secret, new Uint8Array(1)))")

test('a parent that changes nothing carries the secret, and sees nothing of it (the control)', async () => {
  expect(await attempt((socket) => carry(socket, (_, body) => body))).toBe(await ownHmac())
  // After this, the parent knows the secret. The search finds what it may see.
  const carried = Buffer.concat(
    [holder, asker].flatMap(({ enclave }) => enclave.trace.packets.map(({ payload }) => payload)),
  )
  const secret = Uint8Array.from(await holder.run<number[]>('return globalThis.secret'))
  expect(secret).toHaveLength(32)
  expect(carried.includes(secret)).toBe(false)
  expect(carried.includes(toHex(secret))).toBe(false)
  expect(carried.includes('webclave shared secret, given 1')).toBe(true)
})

describe('a parent that changes one bit', () => {
  const flip: (kind: Kind, at: number) => Change = (kind, at) => (own, body) => {
    if (own === kind) body[at < 0 ? body.length + at : at]! ^= 1
    return body
  }
  test.each<[kind: Kind, at: number, code: string]>([
    ['CHALLENGE', 0, 'E_SHARED_REFUSED'],
    ['REQUEST', 200, 'E_SHARED_REFUSED'],
    ['REQUEST', -1, 'E_SHARED_REFUSED'],
    // The length of what is sealed, its encapsulated key, its text, its tag, and the document.
    ['ANSWER', 1, 'E_SHARED_ANSWER'],
    ['ANSWER', 2, 'E_SHARED_ANSWER'],
    ['ANSWER', 40, 'E_SHARED_ANSWER'],
    ['ANSWER', 80, 'E_SHARED_ANSWER'],
    ['ANSWER', 1000, 'E_SHARED_ANSWER'],
    ['ANSWER', -1, 'E_SHARED_ANSWER'],
  ])('of the %s, at %i, makes it fail', async (kind, at, code) => {
    expect(await attempt((socket) => carry(socket, flip(kind, at)))).toBe(code)
  })
})

describe('a parent that replays', () => {
  test('a request gets no answer: its challenge is that of another connection', async () => {
    let request: Uint8Array<ArrayBuffer> | undefined
    const change: Change = (kind, body) => {
      if (kind === 'REQUEST') request = body.slice()
      return body
    }
    expect(await attempt((socket) => carry(socket, change))).toBe(await ownHmac())
    const line = new Line(await holder.parent.connect(holder.enclave.cid, 9003))
    await line.receive(SOON, 'CHALLENGE')
    await line.send(SOON, 'REQUEST', request)
    const { body } = await line.receive(SOON, 'REFUSED')
    expect(new TextDecoder().decode(body)).toContain('nonce')
  })

  test('an answer is found out', async () => {
    let answer: Uint8Array<ArrayBuffer> | undefined
    const record: Change = (kind, body) => {
      if (kind === 'ANSWER') answer = body.slice()
      return body
    }
    expect(await attempt((socket) => carry(socket, record))).toBe(await ownHmac())
    const replay: Change = (kind, body) => (kind === 'ANSWER' ? answer! : body)
    expect(await attempt((socket) => carry(socket, replay))).toBe('E_SHARED_ANSWER')
  })

  test('a second request on one connection gets nothing', async () => {
    const serve = async (socket: VsockSocket) => {
      const line = new Line(socket)
      const here = new Line(await holder.parent.connect(holder.enclave.cid, 9003))
      const { body } = await here.receive(SOON, 'CHALLENGE')
      await line.send(SOON, 'CHALLENGE', body)
      const request = await line.receive(SOON, 'REQUEST')
      await here.send(SOON, 'REQUEST', request.body)
      const answer = await here.receive(SOON, 'ANSWER')
      await here.send(SOON, 'REQUEST', request.body).catch(() => {})
      await expect(here.receive(SOON, 'ANSWER')).rejects.toBeTruthy()
      await line.send(SOON, 'ANSWER', answer.body)
      await line.receive(SOON, 'READY')
      await line.send(SOON, 'NOTED')
    }
    expect(await attempt(serve)).toBe(await ownHmac())
  })
})

describe('a parent that answers itself', () => {
  /** Its own secret, and a document made by `document`. */
  const answering =
    (
      document: (
        nonce: Uint8Array,
        userData: Uint8Array<ArrayBuffer>,
        request: Uint8Array,
      ) => Promise<Uint8Array>,
    ) =>
    async (socket: VsockSocket) => {
      const line = new Line(socket)
      await line.send(SOON, 'CHALLENGE', new Uint8Array(32).fill(1))
      const { body } = await line.receive(SOON, 'REQUEST')
      const { publicKey, userData } = decodeDocument(body, 'qingtian')
      const name = nameDigest('')
      const info = sealInfo(name, body)
      const sealed = seal(publicKey!, info, new Uint8Array(32).fill(5))!
      const own = await document(nonceIn(userData, name)!, giveStatement(info, sealed), body)
      const length = Uint8Array.of(sealed.length >> 8, sealed.length & 255)
      await line.send(SOON, 'ANSWER', concatBytes(length, sealed, own))
      await line.receive(SOON, 'READY')
    }

  test('with a document under a root of its own', async () => {
    const authority = await createAttestationAuthority({ instanceId: 'hostile' })
    const { moduleId, pcrs } = holder.enclave
    const serve = answering((nonce, userData) =>
      authority.attest({ profile: 'qingtian', moduleId, pcrs, nonce, userData }),
    )
    expect(await attempt(serve)).toBe('E_SHARED_ANSWER')
  })

  test('with the document of the enclave itself, reflected', async () => {
    expect(await attempt(answering(async (_nonce, _userData, request) => request))).toBe('E_SHARED_ANSWER')
  })
})

describe('a parent that sends', () => {
  const writing = (bytes: Uint8Array) => async (socket: VsockSocket) => {
    const writer = socket.writable.getWriter()
    await writer.write(bytes)
    await writer.close()
  }
  const IMPATIENT = 'timeout: 300'
  test.each([
    ['nothing', new Uint8Array(0)],
    ['a frame of 2 GB', Uint8Array.of(1, 127, 255, 255, 255, 0)],
    ['a challenge of 4 GB', Uint8Array.of(1, 255, 255, 255, 255)],
    ['an unknown frame', Uint8Array.of(77, 0, 0, 0, 0)],
    ['half a challenge', Uint8Array.of(1, 0, 0, 0, 32, 1, 2, 3)],
  ])('%s does not hold the enclave up', async (_, bytes) => {
    expect(await attempt(writing(bytes), IMPATIENT)).toBe('E_SHARED_TIMEOUT')
  })

  test('nothing, and does not close either', async () => {
    expect(await attempt(async () => {}, IMPATIENT)).toBe('E_SHARED_TIMEOUT')
  })

  test('that nobody has it makes a group of its own, which is what it can do', async () => {
    const serve = async (socket: VsockSocket) => {
      const line = new Line(socket)
      await line.send(SOON, 'NONE')
      await line.receive(SOON, 'READY')
      await line.send(SOON, 'NOTED')
    }
    const own = await attempt(serve)
    expect(own).toMatch(/^[0-9a-f]{64}$/)
    expect(own).not.toBe(await ownHmac())
  })
})

describe('one that has the secret', () => {
  test('is held up by no silent connections', async () => {
    const { parent, enclave } = holder
    const silent: VsockSocket[] = []
    // More than it serves: the others are closed.
    for (let at = 0; at < 20; at++) silent.push(await parent.connect(enclave.cid, 9003))
    const lines = silent.map((socket) => new Line(socket))
    const outcomes = await Promise.allSettled(lines.map((line) => line.receive(SOON, 'CHALLENGE')))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(16)
    for (const line of lines) line.breakOff('enough')
    await expect.poll(() => attempt((socket) => carry(socket, (_, body) => body))).toBe(await ownHmac())
  })

  test('is not ended by malformed frames', async () => {
    const { parent, enclave } = holder
    for (const bytes of [Uint8Array.of(2, 127, 255, 255, 255), Uint8Array.of(9, 9, 9, 9, 9)]) {
      await using socket = await parent.connect(enclave.cid, 9003)
      const writer = socket.writable.getWriter()
      await writer.write(bytes)
      writer.releaseLock()
      await new Response(socket.readable).arrayBuffer().catch(() => {})
    }
    expect(await attempt((socket) => carry(socket, (_, body) => body))).toBe(await ownHmac())
  })
})

describe('the arguments of sharedSecret', () => {
  const refusal = async (options: string) => {
    const code = `await sdk.sharedSecret({ roots: ${roots}, create: () => new Uint8Array(1), ...${options} })`
    const { error } = await asker.attempt(code)
    return error?.code ?? error?.message
  }
  test.each([
    ['{ create: 1 }', 'E_ARGUMENT'],
    ['{ prot: 1 }', 'E_ARGUMENT'],
    ['{ port: -1 }', 'E_ARGUMENT'],
    ['{ holdPort: 1.5 }', 'E_ARGUMENT'],
    ['{ timeout: 0 }', 'E_ARGUMENT'],
    ['{ name: 1 }', 'E_ARGUMENT'],
    ['{ allowTestRoot: 1 }', 'E_ARGUMENT'],
    ['{ trust: [] }', 'E_ARGUMENT'],
    ['{ trust: { others: [] } }', 'E_ARGUMENT'],
    ['{ trust: { images: 1 } }', 'E_ARGUMENT'],
    ["{ trust: { images: ['ab'] } }", 'E_ARGUMENT'],
    // Which would trust every image without a signature, or in debug mode.
    ["{ trust: { signers: ['00'.repeat(48)] } }", 'E_ARGUMENT'],
    ['{ trust: { images: [new Uint8Array(48)] } }', 'E_ARGUMENT'],
    ['{ roots: [] }', 'E_VERIFY_ROOTS'],
    ["{ roots: 'ab' }", 'E_VERIFY_ROOTS'],
  ])('%s are refused', async (options, code) => {
    expect(await refusal(options)).toBe(code)
  })
})
