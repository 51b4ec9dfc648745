/** A parent that replays, cuts, reorders, doubles and changes what it carries. */
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../../src/base/bytes.ts'
import { createAttestedClient } from '../../../src/channel/index.ts'
import { GATEWAY_PATH, REQUEST_TYPE } from '../../../src/channel/wire/names.ts'
import { writeVarint } from '../../../src/channel/wire/varint.ts'
import { localEnclave, URL_OF_ENCLAVE } from '../../sdk/channel/enclave.ts'
import { ANSWER_HEAD, chunksOf, cuts, hostileParent, joined, REQUEST_HEAD, type Tampering } from './parent.ts'

/** Three chunks. */
const LONG = 'secret '.repeat(50_000)

/** The length of what is answered, if anything is: a failed test does not print all of it. */
const lengthOf = async (answer: Promise<string>) => (await answer).length

/** An enclave that notes what it executes, behind a parent that tampers. */
async function behind(tampering: Tampering = {}) {
  const executed: string[] = []
  const enclave = localEnclave(async (request) => {
    const text = await request.text()
    executed.push(text)
    return new Response(text.replace('secret', 'answer'), { headers: { 'x-inner': 'secret-header' } })
  })
  const parent = hostileParent(enclave.fetch, tampering)
  const client = await createAttestedClient({ ...enclave.options, fetch: parent.fetch })
  const post = async (body: string) => (await client.fetch('/private/path', { method: 'POST', body })).text()
  return { ...enclave, client, parent, executed, post }
}

test('an honest parent carries a message of several chunks (the control)', async () => {
  const { post, executed, parent } = await behind()
  expect((await post(LONG)) === LONG.replace('secret', 'answer')).toBe(true)
  expect(executed.length).toBe(1)
  expect(chunksOf(parent.requests[0]!, REQUEST_HEAD).chunks).toHaveLength(3)
  expect(chunksOf(parent.answers[0]!, ANSWER_HEAD).chunks.length).toBeGreaterThan(2)
})

describe('a replay', () => {
  test('of a request is executed once, also if both come at once', async () => {
    const { parent, post, executed, fetch } = await behind()
    await post('once')
    const again = () =>
      fetch(`${URL_OF_ENCLAVE}${GATEWAY_PATH}`, {
        method: 'POST',
        headers: { 'content-type': REQUEST_TYPE },
        body: parent.requests[0]!,
      })
    for (const answer of await Promise.all([again(), again()])) expect(answer.status).toBe(409)
    expect(executed).toEqual(['once'])
    // Another request, with an encapsulated key of its own, is executed.
    await post('once')
    expect(executed).toEqual(['once', 'once'])
  })

  test('of a cut request, and then of the whole, is executed at most once', async () => {
    let count = 0
    const { post, executed } = await behind({
      request: async (bytes) => {
        count++
        return count === 1 ? bytes.slice(0, -1) : bytes
      },
    })
    await expect(lengthOf(post(LONG))).rejects.toMatchObject({ code: 'E_CHANNEL_REFUSED' })
    expect(executed).toEqual([])
  })

  test('of an answer is not taken for that of another request', async () => {
    let first: Uint8Array<ArrayBuffer> | undefined
    const { post } = await behind({ answer: (bytes) => (first ??= bytes) })
    expect(await post('secret 1')).toBe('answer 1')
    await expect(post('secret 2')).rejects.toMatchObject({ code: 'E_CHANNEL_MESSAGE' })
  })
})

describe('a cut', () => {
  test('of a request at any place is noticed', async () => {
    const { parent, post } = await behind()
    await post(LONG)
    const places = cuts(parent.requests[0]!, REQUEST_HEAD)
    expect(places.length).toBeGreaterThan(15)
    for (const place of places) {
      const hostile = await behind({ request: (bytes) => bytes.slice(0, place) })
      await expect(hostile.post(LONG), `at ${place}`).rejects.toMatchObject({ code: 'E_CHANNEL_REFUSED' })
      expect(hostile.executed).toEqual([])
    }
  })

  test('of an answer at any place is noticed', async () => {
    const { parent, post } = await behind()
    await post(LONG)
    for (const place of cuts(parent.answers[0]!, ANSWER_HEAD)) {
      const hostile = await behind({ answer: (bytes) => bytes.slice(0, place) })
      await expect(hostile.post(LONG), `at ${place}`).rejects.toMatchObject({ code: 'E_CHANNEL_MESSAGE' })
    }
  })
})

type Chunks = ReturnType<typeof chunksOf>
const CHANGES: readonly [string, (message: Chunks) => Uint8Array<ArrayBuffer>][] = [
  ['reordered', ({ head, chunks: [a, b, ...rest] }) => joined({ head, chunks: [b!, a!, ...rest] })],
  ['doubled', ({ head, chunks: [a, ...rest] }) => joined({ head, chunks: [a!, a!, ...rest] })],
  ['left out', ({ head, chunks: [a, , ...rest] }) => joined({ head, chunks: [a!, ...rest] })],
  [
    'made the last one',
    ({ head, chunks }) => {
      const [a] = chunks
      return concatBytes(head, Uint8Array.of(0), a!.slice(4))
    },
  ],
  [
    'made one of 2^62 bytes',
    ({ head, chunks: [a, ...rest] }) =>
      joined({ head, chunks: [concatBytes(new Uint8Array(8).fill(0xff), a!.slice(4)), ...rest] }),
  ],
  [
    'made one of a megabyte',
    ({ head }) => {
      const length = new Uint8Array(4)
      writeVarint(length, 0, 1 << 20)
      return concatBytes(head, length, new Uint8Array(1 << 20))
    },
  ],
  [
    'changed by a bit',
    ({ head, chunks: [a, ...rest] }) => joined({ head, chunks: [flipped(a!, 100), ...rest] }),
  ],
  [
    'put before an empty one',
    ({ head, chunks }) => concatBytes(head, Uint8Array.of(16), new Uint8Array(16), ...chunks),
  ],
  ['followed by another byte', ({ head, chunks }) => concatBytes(joined({ head, chunks }), Uint8Array.of(0))],
]

const flipped = (bytes: Uint8Array<ArrayBuffer>, place: number) =>
  bytes.map((byte, at) => (at === place ? byte ^ 1 : byte))

describe('a chunk', () => {
  test.each(CHANGES)('of a request that is %s is noticed', async (_, change) => {
    const { post, executed } = await behind({ request: (bytes) => change(chunksOf(bytes, REQUEST_HEAD)) })
    await expect(lengthOf(post(LONG))).rejects.toMatchObject({ code: 'E_CHANNEL_REFUSED' })
    expect(executed).toEqual([])
  })

  test.each(CHANGES)('of an answer that is %s is noticed', async (_, change) => {
    const { post } = await behind({ answer: (bytes) => change(chunksOf(bytes, ANSWER_HEAD)) })
    await expect(lengthOf(post(LONG))).rejects.toMatchObject({ code: 'E_CHANNEL_MESSAGE' })
  })
})

describe('what a request begins with', () => {
  test.each([
    ['the key', 0],
    ['the mechanism', 2],
    ['the key derivation', 4],
    ['the cipher', 6],
    ['the encapsulated key', 20],
  ])('has %s changed: it is refused', async (_, place) => {
    const { post, executed } = await behind({ request: (bytes) => flipped(bytes, place) })
    await expect(post('secret')).rejects.toMatchObject({ code: 'E_CHANNEL_REFUSED' })
    expect(executed).toEqual([])
  })

  test('has an encapsulated key of small order: it is refused', async () => {
    const zero = (bytes: Uint8Array<ArrayBuffer>) => bytes.fill(0, 7, REQUEST_HEAD)
    const { post, executed } = await behind({ request: zero })
    await expect(post('secret')).rejects.toMatchObject({ code: 'E_CHANNEL_REFUSED' })
    expect(executed).toEqual([])
  })
})

describe('the capture of a parent', () => {
  test('has no content, no path and no field of an exchange', async () => {
    const { client, parent } = await behind()
    const answer = await client.fetch('/private/path?q=secret-query', {
      method: 'POST',
      body: 'secret-content',
      headers: { 'x-own': 'secret-header' },
    })
    expect(await answer.text()).toBe('answer-content')
    expect(answer.headers.get('x-inner')).toBe('secret-header')
    const capture = parent.capture()
    expect(capture).toContain(GATEWAY_PATH)
    expect(capture).not.toMatch(/secret|answer-content|private|x-own|x-inner/)
  })

  test('has all of it in clear (the control)', async () => {
    const enclave = localEnclave(
      async () => new Response('answer-content', { headers: { 'x-inner': 'a' } }),
      {
        allowClear: true,
      },
    )
    const parent = hostileParent(enclave.fetch)
    await parent.fetch(`${URL_OF_ENCLAVE}/private/path`, { method: 'POST', body: 'secret-content' })
    for (const word of ['secret-content', 'answer-content', 'private', 'x-inner'])
      expect(parent.capture()).toContain(word)
  })
})
