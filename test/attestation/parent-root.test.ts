/** A parent's root and certificates: stored, supplied, rotated and renewed while enclaves run. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type AttestationDocument, verifyAttestation } from '../../src/attestation/index.ts'
import { toHex } from '../../src/base/bytes.ts'
import { readCertificate } from '../../src/encoding/x509/certificate.ts'
import { createParent, createRoot, type RootOption } from '../../src/parent/index.ts'
import { Laboratory } from '../support/laboratory.ts'

const HOUR = 3_600_000
const POOL = { vcpus: 1, memoryMiB: 64 }

let state: string
beforeAll(() => {
  state = mkdtempSync(join(tmpdir(), 'webclave-state-'))
})
afterAll(() => rmSync(state, { recursive: true }))
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
})

/** Gets a document from the laboratory's enclave and verifies it with `root`. */
async function attest(lab: Laboratory, root = lab.parent.rootCertificate) {
  const nonce = crypto.getRandomValues(new Uint8Array(16))
  const bytes = await lab.run<number[]>(
    `return sdk.qtsm.attest({ nonce: Uint8Array.from(${JSON.stringify([...nonce])}) })`,
  )
  const { checks, document } = await verifyAttestation(Uint8Array.from(bytes), {
    profile: lab.parent.profile,
    roots: root,
    nonce,
  })
  return { failed: checks.filter(({ ok }) => !ok).map(({ name }) => name), document: document! }
}

const serial = ({ certificate }: AttestationDocument) => toHex(readCertificate(certificate).serial)

describe('Parent.create', () => {
  const rootOf = async (root?: RootOption) => {
    await using parent = await createParent({ ...POOL, ...(root && { root }) })
    return parent.rootCertificate
  }

  test('creates a root and writes no file if none is given', async () => {
    vi.stubEnv('XDG_STATE_HOME', state)
    expect(await rootOf()).not.toBe(await rootOf())
    expect(readdirSync(state)).toEqual([])
  })

  test("uses the stored root for 'persistent', until it is rotated", async () => {
    vi.stubEnv('XDG_STATE_HOME', state)
    const first = await rootOf('persistent')
    expect(await rootOf('persistent')).toBe(first)
    await using parent = await createParent({ ...POOL, root: 'persistent' })
    const second = await parent.rotateRoot()
    expect(second).not.toBe(first)
    expect(parent.rootCertificate).toBe(second)
    expect(await rootOf('persistent')).toBe(second)
    await parent.rotateRoot(await createRoot())
    expect(await rootOf('persistent')).toBe(second)
  })

  test('uses the root that the caller supplies', async () => {
    const root = await createRoot()
    expect(await rootOf(root)).toBe(await rootOf(root))
  })

  test.each([['disk'], [null], [5], [true]])('refuses %o as a root', async (root) => {
    const options = { ...POOL, root } as unknown as { root: RootOption } & typeof POOL
    await expect(createParent(options)).rejects.toMatchObject({ code: 'E_PARENT_OPTION' })
  })

  test('refuses a key with another key’s certificate', async () => {
    const root = { ...(await createRoot()), rootCertificate: (await createRoot()).rootCertificate }
    await expect(createParent({ ...POOL, root })).rejects.toMatchObject({ code: 'E_CERTIFICATE_ROOT' })
    await using parent = await createParent(POOL)
    const before = parent.rootCertificate
    await expect(parent.rotateRoot(root)).rejects.toMatchObject({ code: 'E_CERTIFICATE_ROOT' })
    expect(parent.rootCertificate).toBe(before)
  })
})

test('after a rotation the next document of a running enclave verifies only with the new root', async () => {
  await using lab = await Laboratory.open()
  const before = lab.parent.rootCertificate
  expect((await attest(lab)).failed).toEqual([])
  const after = await lab.parent.rotateRoot()
  expect((await attest(lab, after)).failed).toEqual([])
  expect((await attest(lab, before)).failed).toEqual(['root pinned'])
  expect(lab.enclave.state).toBe('running')
})

test.each<'qingtian' | 'nitro'>(['qingtian', 'nitro'])(
  '%s: certificates are renewed while an enclave runs for eight days',
  async (profile) => {
    // Only the date is faked; timers and the enclave run normally.
    vi.useFakeTimers({ toFake: ['Date'] })
    await using lab = await Laboratory.open({ profile })
    const start = Date.now()
    const serials = new Set<string>()
    for (const hours of [0, 1, 2.4, 2.6, 2.9, 5.8, 30, 24 * 7, 24 * 8]) {
      vi.setSystemTime(start + hours * HOUR)
      const { failed, document } = await attest(lab)
      expect(failed, `after ${hours} hours`).toEqual([])
      expect(document.timestamp).toBe(start + hours * HOUR)
      serials.add(serial(document))
    }
    // 0, 1 and 2.4 hours share a leaf; at 2.6 the next one is made in the background, and used from 2.9 on.
    expect(serials.size).toBe(6)
    expect(lab.enclave.state).toBe('running')
  },
)
