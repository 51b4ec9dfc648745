/** Test parents: real enclaves whose clock, random values, ids, keys and documents are the same in every run. */
import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { verifyAttestation } from '../../src/attestation/index.ts'
import { TEST_ROOT_NAME, TEST_ROOT_SHA256 } from '../../src/attestation/test-root.ts'
import { fromPem } from '../../src/encoding/pem.ts'
import { type BuiltImage, buildImage } from '../../src/image/index.ts'
import { createKms, createKmsApp, serveKms } from '../../src/kms/index.ts'
import type * as parentModule from '../../src/parent/index.ts'
import type { Isolation } from '../../src/parent/index.ts'
import { createParent, type Enclave } from '../../src/parent/index.ts'
import type * as poolModule from '../../src/pool/index.ts'
import type { TestParentOptions } from '../../src/testing/index.ts'
import { openssl } from '../attestation/openssl.ts'
import { CALLER, CREDENTIALS, identityOf } from '../sdk/kms-lab.ts'
import { guestPath, receiveAll, send } from '../support/laboratory.ts'
import { createTestParent, dist } from './modules.ts'

const NOW = Date.UTC(2026, 5, 1, 12, 30)
const NONCE = new Uint8Array(32).fill(7)

let image: BuiltImage
beforeAll(async () => {
  image = await buildImage({ app: { path: guestPath('laboratory.ts') } })
})

/** What a guest sees of its surroundings. */
interface Seen {
  readonly times: number[]
  readonly random: string[]
  readonly document: number[]
}

const LOOK = `
  const random = [Math.random(), crypto.randomUUID(), sdk.toHex(sdk.randomBytes(300))].map(String)
  const publicKey = sdk.ecdsa.publicKey('P-384', sdk.ecdsa.generateKey('P-384'))
  const document = sdk.attest({ nonce: new Uint8Array(32).fill(7), publicKey })
  const first = Date.now()
  await new Promise((resolve) => setTimeout(resolve, 5))
  return { times: [first, Date.now(), new Date().getTime(), performance.timeOrigin], random, document }`

async function look(enclave: Enclave): Promise<Seen> {
  const socket = await enclave.connect(5000)
  await send(socket, LOOK)
  return JSON.parse(await receiveAll(socket)).value as Seen
}

/** The first enclaves of a new test parent. */
async function firstEnclaves(options: TestParentOptions, isolations: readonly Isolation[] = ['worker']) {
  await using parent = await createTestParent(options)
  const seen: (Seen & { moduleId: string; instanceId: string; roots: string })[] = []
  for (const isolation of isolations) {
    await using enclave = await parent.start(image.eif, { vcpus: 1, memoryMiB: 64, isolation })
    const { moduleId } = enclave
    const { instanceId, rootCertificate: roots } = parent
    seen.push({ ...(await look(enclave)), moduleId, instanceId, roots })
  }
  return seen
}

describe.each(['qingtian', 'nitro'] as const)('with the profile %s', (profile) => {
  const options = { profile, now: NOW, seed: 'a seed' }

  test('all is the same in every run, in a Worker and in a process', async () => {
    const [first, second] = await firstEnclaves(options, ['worker', 'worker'])
    expect(await firstEnclaves(options, ['process', 'process'])).toEqual([first, second])
    expect(new Set(first!.times)).toEqual(new Set([NOW]))
    // Enclaves of one parent differ, although the second has the CID of the first.
    for (const name of ['random', 'document', 'moduleId'] as const)
      expect(second![name]).not.toEqual(first![name])
  })

  test('its documents are valid under the root of all test parents, at its time', async () => {
    const [{ document, roots, moduleId, instanceId } = {} as never] = await firstEnclaves(options)
    const bytes = Uint8Array.from(document)
    const pcrs = { 0: image.pcrs.get(0)! }
    const expected = { profile, roots, nonce: NONCE, pcrs, at: NOW, allowTestRoot: true } as const
    const verdict = await verifyAttestation(bytes, expected)
    expect(verdict.checks.filter(({ ok }) => !ok)).toEqual([])
    expect(verdict.document).toMatchObject({ moduleId, timestamp: NOW })
    expect(moduleId).toMatch(
      profile === 'nitro' ? /^i-0[0-9a-f]{16}-enc[0-9a-f]{16}$/ : /^[0-9a-f-]{36}\.enc-[0-9a-f]{16}$/,
    )
    expect(moduleId.startsWith(instanceId)).toBe(true)
    expect((await verifyAttestation(bytes, { ...expected, at: new Date() })).ok).toBe(false)
  })
})

test.each<[string, TestParentOptions]>([
  ['another seed', { seed: 'b' }],
  ['another time', { now: new Date(NOW + 1000) }],
  ['another id', { instanceId: 'mine' }],
])('%s gives other documents under the same root', async (_, change) => {
  const [one] = await firstEnclaves({ now: NOW, seed: 'a' })
  const [other] = await firstEnclaves({ now: NOW, seed: 'a', ...change })
  expect(other!.document).not.toEqual(one!.document)
  expect(other!.roots).toBe(one!.roots)
  if ('seed' in change) expect(other!.random).not.toEqual(one!.random)
  else expect(other!.random).toEqual(one!.random)
})

test('without options it has a time and a seed too', async () => {
  await using parent = await createTestParent()
  expect(parent).toMatchObject({ vcpus: 4, memoryMiB: 1024, profile: 'qingtian' })
  await using again = await createTestParent()
  expect(again.instanceId).toBe(parent.instanceId)
})

describe('the root', () => {
  test('says in its name what it is, and never changes', async () => {
    await using parent = await createTestParent()
    const [der] = fromPem(parent.rootCertificate)
    expect(createHash('sha256').update(der!).digest('hex')).toBe(TEST_ROOT_SHA256)
    const { output: text } = openssl(['x509', '-noout', '-subject', '-dates'], parent.rootCertificate)
    expect(text).toContain(TEST_ROOT_NAME)
    expect(text).toMatch(/notBefore=Jan +1 00:00:00 1990 GMT\s+notAfter=Jan +1 00:00:00 2190 GMT/)
  })

  test('cannot be rotated, and createParent does not take it', async () => {
    await using parent = await createTestParent()
    await expect(parent.rotateRoot()).rejects.toMatchObject({ code: 'E_PARENT_ROOT' })
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, false, [
      'sign',
      'verify',
    ])
    const root = { rootKey: pair, rootCertificate: fromPem(parent.rootCertificate)[0]! }
    await expect(createParent({ vcpus: 1, memoryMiB: 64, root })).rejects.toMatchObject({
      code: 'E_CERTIFICATE_ROOT',
    })
  })
})

test.each<[string, unknown]>([
  ['a root of its own', { root: 'persistent' }],
  ['a seed that is a number', { seed: 1 }],
  ['no seed but null', { seed: null }],
  ['a time that is a string', { now: '2026-01-01' }],
  ['no time', { now: new Date(Number.NaN) }],
  ['a time before its root', { now: new Date('1990-12-31') }],
  ['a time after its root', { now: new Date('2189-01-01') }],
  ['another profile', { profile: 'other' }],
  ['no vCPUs', { vcpus: 0 }],
  ['no options but null', null],
])('%s is refused', async (_, options) => {
  await expect(createTestParent(options as object)).rejects.toMatchObject({ code: 'E_PARENT_OPTION' })
})

test('the first and the last time that it takes work', async () => {
  for (const now of [Date.UTC(1991, 0), Date.UTC(2189, 0) - 1]) {
    const [{ times, document, roots } = {} as never] = await firstEnclaves({ now })
    expect(times[0]).toBe(now)
    const options = { profile: 'qingtian', roots, nonce: NONCE, at: now, allowTestRoot: true } as const
    expect((await verifyAttestation(Uint8Array.from(document), options)).ok).toBe(true)
  }
})

test('the other entries of the package take it, its images and its errors for their own', async () => {
  const built = (name: string) => import(new URL(`../${name}/index.js`, dist).href)
  const { createPool } = (await built('pool')) as typeof poolModule
  const { EnclaveError } = (await built('parent')) as typeof parentModule
  await using parent = await createTestParent({ now: NOW })
  const { eif } = await buildImage({ app: { path: guestPath('adding.ts') } })
  const prepared = await parent.prepare(eif, { memoryMiB: 64 })
  await using pool = await createPool<{ add(of: { a: number; b: number }): number }>(prepared, {
    size: 2,
    parent,
  })
  expect(await pool.call.add({ a: 1, b: 2 })).toBe(3)
  await expect(createTestParent({ seed: 5 } as object)).rejects.toBeInstanceOf(EnclaveError)
})

test('a KMS does not trust its root, unless it allows test roots', async () => {
  await using parent = await createTestParent({ now: NOW })
  const trust = { profile: 'qingtian', roots: parent.rootCertificate } as const
  const open = async (allowTestRoot?: true) => {
    await using kms = await createKms({
      attestation: { ...trust, ...(allowTestRoot && { allowTestRoot }) },
      now: () => NOW,
    })
    const { keyMetadata } = await kms.owner.createKey({})
    await using enclave = await parent.start(image.eif, { vcpus: 1, memoryMiB: 64 })
    await using serving = serveKms(
      parent,
      createKmsApp(kms, { accessKeys: [{ ...CREDENTIALS, ...CALLER }], now: () => NOW }),
    )
    const socket = await enclave.connect(5000)
    await send(
      socket,
      `const kms = sdk.createKmsClient(${JSON.stringify({ identity: identityOf(kms), credentials: CREDENTIALS })})
      return (await kms.generateDataKey('${keyMetadata.keyId}')).plaintext.length`,
    )
    void serving
    return JSON.parse(await receiveAll(socket))
  }
  expect(await open(true)).toMatchObject({ value: 32 })
  await expect(open()).rejects.toMatchObject({ code: 'E_VERIFY_TEST_ROOT' })
})
