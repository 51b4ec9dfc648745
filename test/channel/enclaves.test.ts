/** Enclaves of either cloud, in a process of their own, with X-Wing, with few requests for a key, and after a restart. */
import { describe, expect, test } from 'vitest'
import type { ChannelHandlers } from '../guests/channel.ts'
import { startEnclave } from './real-enclave.ts'

describe('an enclave', () => {
  test('of Nitro, in a process of its own, proves its key', async () => {
    await using real = await startEnclave({ profile: 'nitro', isolation: 'process' })
    const client = await real.client()
    expect(client.attestation.profile).toBe('nitro')
    expect(await client.calls<ChannelHandlers>().add({ a: 1, b: 2 })).toBe(3)
  })

  test('has a key of X-Wing for those who require one, and X25519 for the others', async () => {
    await using real = await startEnclave({ env: { X_WING: '1' } })
    for (const kem of ['x-wing', 'x25519'] as const) {
      const client = await real.client({ kem })
      expect(await (await client.fetch('/hello')).text()).toBe('hello')
      expect(await client.calls<ChannelHandlers>().add({ a: 1, b: 2 })).toBe(3)
    }
  })

  test('replaces its key, and calls go on', async () => {
    await using real = await startEnclave({ env: { EXCHANGES: '8' } })
    const client = await real.client()
    const call = client.calls<ChannelHandlers>()
    const before = client.attestation.publicKey
    for (let count = 0; count < 20; count++) expect(await call.count()).toBe(count + 1)
    expect(client.attestation.publicKey).not.toEqual(before)
  })

  test('that takes the place of another is proved anew', async () => {
    await using first = await startEnclave()
    await using second = await startEnclave()
    let target = first.front
    const fetch = (input: string, init: RequestInit) => target(input, init)
    const roots = [first.options.roots, second.options.roots] as string[]
    const client = await first.client({ fetch, roots })
    const { moduleId } = client.attestation
    target = second.front
    // It may be that the first one has executed the request: only one that has no effect is sent again.
    await expect(client.calls<ChannelHandlers>().count()).rejects.toMatchObject({ code: 'E_CHANNEL_REFUSED' })
    target = first.front
    expect(await client.calls<ChannelHandlers>().count()).toBe(1)
    target = second.front
    expect(await (await client.fetch('/hello')).text()).toBe('hello')
    expect(client.attestation.moduleId).not.toBe(moduleId)
  })
})
