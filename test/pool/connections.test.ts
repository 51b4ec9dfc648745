/** Connections of a pool of real enclaves, and `enclaveFetch` over it. */
import diagnostics from 'node:diagnostics_channel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { enclaveFetch } from '../../src/http/index.ts'
import { buildImage } from '../../src/image/index.ts'
import { createParent, type Enclave, type Parent, type PreparedImage } from '../../src/parent/index.ts'
import { createPool, type Pool, type PoolOptions } from '../../src/pool/index.ts'
import { patience } from '../support/patience.ts'

const source = (more: string) => `
import { serve, serveHttp } from 'webclave/sdk'
const id = crypto.randomUUID()
let go
const answers = {
  '/id': () => new Response(id),
  '/hang': () => new Promise(() => {}),
  '/die': () => { setTimeout(() => process.exit(3)); return new Promise(() => {}) },
  '/slow': () => new Response(new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('begun ')),
    pull: (controller) => new Promise((resolve) => { go = () => { controller.close(); resolve() } }),
  })),
  '/go': () => { go(); return new Response('gone on') },
}
const web = serveHttp(({ url }) => answers[new URL(url).pathname]())
export default () => ${more}
`

let parent: Parent
const images: PreparedImage[] = []
const enclaves: Enclave[] = []
beforeAll(async () => {
  parent = await createParent({ vcpus: 8, memoryMiB: 1024 })
  const start = parent.start.bind(parent)
  parent.start = async (...given) => {
    const enclave = await start(...given)
    enclaves.push(enclave)
    return enclave
  }
  for (const more of ['web', 'serve({ id: () => id })']) {
    const { eif } = await buildImage({ app: { source: source(more) } })
    images.push(await parent.prepare(eif, { memoryMiB: 64 }))
  }
})
afterAll(() => parent.close())

const url = (path: string) => `http://enclave${path}`
const codeOf = (failed: Promise<unknown>) =>
  failed.then(
    () => undefined,
    ({ code }: { code?: string }) => code,
  )

/** A pool of enclaves that only serve HTTP, with all of them running. */
async function open(options: Partial<PoolOptions> = {}) {
  const startTimeout = patience(20_000)
  const size = options.size ?? 1
  const pool = await createPool(images[0]!, {
    size,
    parent,
    service: false,
    port: 8080,
    startTimeout,
    ...options,
  })
  await expect.poll(() => pool.stats().enclaves, { timeout: startTimeout }).toBe(size)
  const front = enclaveFetch(pool)
  const text = async (path: string, init?: RequestInit) => (await front(url(path), init)).text()
  /** Has an enclave busy with a request; returns what ends it. */
  const occupy = async () => {
    const { running } = pool.stats()
    const gone = new AbortController()
    void front(url('/hang'), { signal: gone.signal }).catch(() => {})
    await expect.poll(() => pool.stats().running).toBe(running + 1)
    return () => gone.abort()
  }
  return { pool, front, text, occupy, [Symbol.asyncDispose]: () => pool.close({ timeout: 0 }) }
}

const idle = (pool: { stats: Pool<never>['stats'] }) => expect.poll(() => pool.stats().running).toBe(0)

describe('requests over a pool', () => {
  test('go to the least busy enclave', async () => {
    await using lab = await open({ size: 2 })
    const idOfFree = async () => {
      const ids = new Set<string>()
      for (let count = 0; count < 5; count++) ids.add(await lab.text('/id'))
      expect(ids.size).toBe(1)
      return [...ids][0]
    }
    const free = await lab.occupy()
    const other = await idOfFree()
    const freeOther = await lab.occupy()
    free()
    await expect.poll(() => lab.pool.stats().running).toBe(1)
    expect(await idOfFree()).not.toBe(other)
    freeOther()
    await idle(lab.pool)
    expect(lab.pool.stats()).toMatchObject({ connections: 12, calls: { answered: 0 } })
  })

  test('count until an enclave is replaced', async () => {
    await using lab = await open({ recycleAfter: 3 })
    const ids: string[] = []
    for (let count = 0; count < 7; count++) ids.push(await lab.text('/id'))
    expect([ids.slice(0, 3), ids.slice(3, 6)].map((of) => new Set(of).size)).toEqual([1, 1])
    expect(new Set(ids).size).toBe(3)
  })

  test('wait for an enclave, or are refused', async () => {
    await using lab = await open({ concurrency: 1, maxQueue: 1 })
    const free = await lab.occupy()
    const waiting = lab.text('/id')
    await expect.poll(() => lab.pool.stats().queued).toBe(1)
    expect(await codeOf(lab.text('/id'))).toBe('E_POOL_BUSY')
    free()
    expect(await waiting).toMatch(/^[0-9a-f-]{36}$/)
    await idle(lab.pool)
    const freeAgain = await lab.occupy()
    const gone = new AbortController()
    const aborted = lab.text('/id', { signal: gone.signal })
    await expect.poll(() => lab.pool.stats().queued).toBe(1)
    gone.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    expect(lab.pool.stats().queued).toBe(0)
    freeAgain()
  })

  test('fail if their enclave ends, and say that they may have had an effect; it is replaced', async () => {
    await using lab = await open()
    const id = await lab.text('/id')
    const failed = lab.front(url('/die'), { method: 'POST' })
    await expect(failed).rejects.toMatchObject({
      code: 'E_HTTP_CLOSED',
      hint: expect.stringContaining('may have had an effect'),
    })
    expect(await lab.text('/id')).not.toBe(id)
    expect(lab.pool.stats()).toMatchObject({ starts: 2, ends: { exited: 1 } })
    const { body } = await lab.front(url('/slow'))
    await enclaves.at(-1)!.stop('killed by the test')
    expect(await codeOf(new Response(body).text())).toMatch(/^E_HTTP_(?:CLOSED|RESPONSE)$/)
    await idle(lab.pool)
  })

  test('go to another enclave if the one that they had ends before it has accepted', async () => {
    await using lab = await open({ size: 2 })
    for (let count = 0; count < 4; count++) {
      void enclaves.findLast(({ state }) => state === 'running')!.stop('killed by the test')
      expect(await Promise.all([lab.text('/id'), lab.text('/id')])).toHaveLength(2)
    }
  })

  test('that are under way are waited for when the pool closes, and others are not begun', async () => {
    const lab = await open()
    const response = await lab.front(url('/slow'))
    let isClosed = false
    const closing = lab.pool.close({ timeout: patience(60_000) }).then(() => (isClosed = true))
    await expect(lab.front(url('/id'))).rejects.toMatchObject({
      code: 'E_POOL_CLOSED',
      hint: expect.stringContaining('not begun'),
    })
    const last = enclaves.at(-1)!
    using direct = enclaveFetch(last)
    await direct(url('/go'))
    expect([last.state, isClosed]).toEqual(['running', false])
    expect(await response.text()).toBe('begun ')
    await closing
    expect(last.state).toBe('ended')

    const impatient = await open()
    const cut = await impatient.front(url('/slow'))
    await impatient.pool.close({ timeout: 1 })
    expect(await codeOf(cut.text())).toMatch(/^E_HTTP_(?:CLOSED|RESPONSE)$/)
  })
})

describe('a connection of a pool', () => {
  test('has a place until it ends, at either end, and is observable', async () => {
    const seen: unknown[] = []
    const note = (message: unknown) => seen.push(message)
    diagnostics.subscribe('webclave.pool.connection', note)
    await using lab = await open()
    const sockets = await Promise.all([1, 2, 3].map(() => lab.pool.connect(8080)))
    expect(lab.pool.stats()).toMatchObject({ running: 3, connections: 3 })
    sockets[0]!.close()
    sockets[1]!.reset()
    // The server closes it.
    await sockets[2]!.writable.getWriter().write(new TextEncoder().encode('none\r\n\r\n'))
    const text = new TextDecoder().decode(await new Response(sockets[2]!.readable).arrayBuffer())
    expect(text).toContain('400')
    sockets[2]!.close()
    await idle(lab.pool)
    const gone = new AbortController()
    const aborted = lab.pool.connect(9999, { signal: gone.signal })
    await expect.poll(() => lab.pool.stats().running).toBe(1)
    gone.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    expect(await codeOf(lab.pool.connect(-1))).toBe('E_VSOCK_PORT')
    await expect(lab.pool.connect(8080, { signal: 'no' } as never)).rejects.toMatchObject({
      code: 'E_PARENT_OPTION',
    })
    expect(lab.pool.stats().running).toBe(0)
    diagnostics.unsubscribe('webclave.pool.connection', note)
    expect(seen).toMatchObject([
      ...[1, 2, 3].map(() => ({ port: 8080, code: undefined })),
      { port: 9999 },
      { port: -1, code: 'E_VSOCK_PORT' },
    ])
  })

  test('is had beside calls of a service', async () => {
    await using pool = await createPool<{ id(): string }>(images[1]!, { size: 2, parent, concurrency: 1 })
    using front = enclaveFetch(pool)
    const answers = await Promise.all(
      [1, 2, 3, 4].flatMap(() => [pool.call.id(), front(url('/id')).then((response) => response.text())]),
    )
    expect(answers.every((id) => /^[0-9a-f-]{36}$/.test(id))).toBe(true)
    expect(pool.stats()).toMatchObject({ connections: 4, calls: { answered: 4 } })
  })

  test('is all that a pool without a service has', async () => {
    await using lab = await open()
    await expect((lab.pool as Pool<{ id(): string }>).call.id()).rejects.toMatchObject({
      code: 'E_POOL_OPTION',
    })
    expect(await codeOf(open({ service: 'no' as never }))).toBe('E_POOL_OPTION')
  })
})

test('an application that does not listen makes no pool', async () => {
  const { eif } = await buildImage({
    app: { source: 'export default () => new Promise((resolve) => setTimeout(resolve, 1e9))' },
  })
  await expect(
    createPool(eif, { size: 1, parent, service: false, startTimeout: patience(300) }),
  ).rejects.toMatchObject({ code: 'E_VSOCK_REFUSED' })
})
