/** The front's connections: used again, replaced, bounded and ended. */
import { describe, expect, test } from 'vitest'
import { enclaveFetch } from '../../src/http/front.ts'
import { codeOf, OK, targetOf } from './target.ts'

describe('a connection', () => {
  test('is used again, and not if something follows its response', async () => {
    const target = targetOf((peer, _, at) => peer.send(at === 2 ? `${OK}HTTP` : OK))
    using front = enclaveFetch(target)
    for (let count = 0; count < 4; count++) expect(await (await front('http://e/')).text()).toBe('hi')
    expect(target.peers).toHaveLength(2)
  })

  test('that was closed meanwhile is replaced', async () => {
    const target = targetOf((peer) => peer.send(OK))
    using front = enclaveFetch(target)
    await front('http://e/')
    target.peers[0]!.finish()
    expect((await front('http://e/', { method: 'POST' })).status).toBe(200)
    expect(target.peers).toHaveLength(2)
  })

  const closing = () => targetOf((peer, _, at) => target(peer, at))
  const target = (peer: Parameters<Parameters<typeof targetOf>[0]>[0], at: number) =>
    at === 0 ? peer.send(OK) : peer.fail()

  test.each([
    ['GET', undefined, 200],
    ['PUT', undefined, 200],
    ['PUT', 'body', 'E_HTTP_CLOSED'],
    ['POST', undefined, 'E_HTTP_CLOSED'],
    ['PATCH', undefined, 'E_HTTP_CLOSED'],
  ])('that is closed when a request comes: %s with body %s', async (method, body, outcome) => {
    using front = enclaveFetch(closing())
    await front('http://e/')
    const given = front('http://e/', { method, ...(body && { body }) }).then(({ status }) => status)
    expect(await codeOf(given)).toBe(outcome)
  })

  test('that has begun an answer, or is new, is not replaced', async () => {
    const begun = targetOf((peer, _, at) => (at === 0 ? peer.send(OK) : peer.send('HTTP/1.1 200').fail()))
    using front = enclaveFetch(begun)
    await front('http://e/')
    expect(await codeOf(front('http://e/'))).toBe('E_HTTP_CLOSED')
    expect(begun.peers).toHaveLength(1)
    const none = targetOf((peer) => peer.fail())
    using other = enclaveFetch(none)
    expect(await codeOf(other('http://e/'))).toBe('E_HTTP_CLOSED')
    expect(none.peers).toHaveLength(1)
  })

  test('is waited for, and requests beyond the queue are refused', async () => {
    const target = targetOf(() => {})
    using front = enclaveFetch(target, { maxConnections: 2, maxQueue: 1 })
    const given = [front('http://e/'), front('http://e/'), front('http://e/')]
    await expect.poll(() => [target.peers.length, front.counts.waiting]).toEqual([2, 1])
    expect(await codeOf(front('http://e/'))).toBe('E_HTTP_BUSY')
    await expect.poll(() => target.peers[0]!.text).not.toBe('')
    target.peers[0]!.send(OK)
    await given[0]
    await expect.poll(() => target.peers[0]!.text.split('GET').length).toBe(3)
    target.peers[0]!.send(OK)
    target.peers[1]!.send(OK)
    expect((await Promise.all(given)).map(({ status }) => status)).toEqual([200, 200, 200])
    expect(front.counts).toEqual({ busy: 0, idle: 2, waiting: 0 })
  })

  test('is closed when nobody uses it, and when the front is closed', async () => {
    const target = targetOf((peer) => peer.send(OK))
    const front = enclaveFetch(target, { keepAlive: 10 })
    await front('http://e/')
    await expect.poll(() => [front.counts.idle, target.peers[0]!.isReset]).toEqual([0, true])
    front.close()
    expect(await codeOf(front('http://e/'))).toBe('E_HTTP_CLOSED')
  })

  test('that cannot be made is an error, and another request can try', async () => {
    let count = 0
    const target = targetOf((peer) => peer.send(OK))
    const { connect } = target
    target.connect = (...args) => (count++ === 0 ? Promise.reject(new Error('refused')) : connect(...args))
    using front = enclaveFetch(target, { maxConnections: 1 })
    await expect(front('http://e/')).rejects.toThrow('refused')
    expect((await front('http://e/')).status).toBe(200)
  })

  test('is waited for while the program does not listen yet, and later no more', async () => {
    const target = targetOf((peer) => peer.send(`${OK}end`))
    const { connect } = target
    const refused = Object.assign(new Error('refused'), { code: 'E_VSOCK_REFUSED' })
    let refusals = 3
    target.connect = (...args) => (refusals-- > 0 ? Promise.reject(refused) : connect(...args))
    using front = enclaveFetch(target)
    expect((await front('http://e/')).status).toBe(200)
    refusals = 1
    expect(await codeOf(front('http://e/'))).toBe('E_VSOCK_REFUSED')
    using never = enclaveFetch({ connect: () => Promise.reject(refused) }, { readyTimeout: 20 })
    expect(await codeOf(never('http://e/'))).toBe('E_VSOCK_REFUSED')
  })
})
