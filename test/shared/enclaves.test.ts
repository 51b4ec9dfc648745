/** Real enclaves that share a secret: in a pool, on several machines, of several images, and those that may not have it. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { Duplex } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { pcrHex } from '../../src/base/pcrs.ts'
import { createParent, type Enclave } from '../../src/parent/index.ts'
import { createPool } from '../../src/pool/index.ts'
import { type SecretSharing, shareSecrets } from '../../src/shared/index.ts'
import type { Sharing } from '../guests/sharing.ts'
import { testSigner } from '../image/signer.ts'
import { patience } from '../support/patience.ts'
import { sharingImage, signatureOf, startSharing } from './images.ts'

const SIZE = { vcpus: 4, memoryMiB: 512 }
const startTimeout = patience(20_000)

const createdBy = async (enclave: Enclave) => {
  await using client = await enclave.client<Sharing>(5000)
  return (await client.call.status()).created
}

describe('in a pool', () => {
  test.each(['qingtian', 'nitro'] as const)('all enclaves have one secret (%s)', async (profile) => {
    await using parent = await createParent({ ...SIZE, profile })
    const { eif } = await sharingImage([parent.rootCertificate], { profile })
    using sharing = shareSecrets(parent)
    await using pool = await createPool<Sharing>(eif, { size: 3, parent, startTimeout, concurrency: 1 })
    await expect.poll(() => sharing.holders).toBe(3)
    await expect.poll(() => pool.stats().enclaves).toBe(3)
    // One call each: all are under way at the same time.
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => pool.call.sign({ text: 'a' })))
    expect(first).toHaveLength(32)
    for (const other of others) expect(other).toEqual(first)
    const statuses = await Promise.all([1, 2, 3].map(() => pool.call.status()))
    expect(statuses.map(({ created }) => created).sort()).toEqual([0, 0, 1])
  })

  test('those that are started later have it too, when the first has ended', async () => {
    await using parent = await createParent(SIZE)
    const { eif } = await sharingImage([parent.rootCertificate])
    using sharing = shareSecrets(parent)
    await using pool = await createPool<Sharing>(eif, { size: 2, parent, startTimeout, recycleAfter: 4 })
    const first = await pool.call.sign({ text: 'a' })
    await expect.poll(() => sharing.holders).toBe(2)
    for (let at = 0; at < 30; at++) expect(await pool.call.sign({ text: 'a' })).toEqual(first)
    expect(pool.stats().starts).toBeGreaterThan(4)
    await expect.poll(() => sharing.holders).toBe(2)
  })
})

test('of enclaves that start at the same moment, one creates the secret', async () => {
  await using parent = await createParent(SIZE)
  const image = await sharingImage([parent.rootCertificate], { env: { SLOWNESS: '100' } })
  using sharing = shareSecrets(parent)
  const enclaves = await Promise.all([1, 2, 3].map(() => startSharing(parent, image)))
  const signatures = await Promise.all(enclaves.map(signatureOf))
  expect(new Set(signatures).size).toBe(1)
  const counts = await Promise.all(enclaves.map(createdBy))
  expect(counts.sort()).toEqual([0, 0, 1])
  expect(sharing.holders).toBe(3)
})

test('an enclave that starts before the parent carries anything waits for it', async () => {
  await using parent = await createParent(SIZE)
  const enclave = await startSharing(parent, await sharingImage([parent.rootCertificate]))
  using _ = shareSecrets(parent)
  expect(await signatureOf(enclave)).toMatch(/^[0-9a-f]{64}$/)
})

/** A server of this machine for the carrier of another, and the function that connects to it. */
async function overTcp(sharing: () => SecretSharing) {
  const server = createServer((socket) => void sharing().answer(Duplex.toWeb(socket)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const peer = async () => {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return Duplex.toWeb(socket)
  }
  return { peer, server, [Symbol.dispose]: () => void server.close() }
}

test('enclaves of two machines have one secret, over TCP', async () => {
  await using one = await createParent(SIZE)
  await using other = await createParent(SIZE)
  const image = await sharingImage([one.rootCertificate, other.rootCertificate])
  let here: SecretSharing
  let there: SecretSharing
  using toOne = await overTcp(() => here)
  using toOther = await overTcp(() => there)
  here = shareSecrets(one, { peers: [toOther.peer], creates: true })
  there = shareSecrets(other, { peers: [toOne.peer] })
  // The one that may not create it is the first, and waits.
  const second = await startSharing(other, image)
  const first = await startSharing(one, image)
  expect(await signatureOf(second)).toBe(await signatureOf(first))
  expect([await createdBy(first), await createdBy(second)]).toEqual([1, 0])
  // The machine that may create it gets it back from the other.
  await first.stop()
  const again = await startSharing(one, image)
  expect(await signatureOf(again)).toBe(await signatureOf(second))
  expect(await createdBy(again)).toBe(0)
  // Every connection has ended with its exchange.
  const open = await Promise.all([toOne, toOther].map(({ server }) => connectionsOf(server)))
  expect(open).toEqual([0, 0])
  here.close()
  there.close()
})

const connectionsOf = (server: ReturnType<typeof createServer>) =>
  expect
    .poll(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count))))
    .toBe(0)
    .then(() => 0)

describe('an enclave of another image', () => {
  test('is refused by the one that is asked, and says why', async () => {
    await using parent = await createParent(SIZE)
    const roots = [parent.rootCertificate]
    using sharing = shareSecrets(parent)
    await signatureOf(await startSharing(parent, await sharingImage(roots)))
    const { pcrs, eif } = await sharingImage(roots, { env: { OTHER: 'yes' } })
    const stranger = await parent.start(eif, { vcpus: 1, memoryMiB: 64, startTimeout })
    const end = await stranger.exited
    expect(end).toMatchObject({ kind: 'trapped', message: expect.stringContaining('E_SHARED_REFUSED') })
    expect((end as { message: string }).message).toContain(`PCR0 is ${pcrHex(pcrs, 0).slice(0, 16)}`)
    expect(sharing.holders).toBe(1)
  })

  test('gets the secret if both name their signer, and the new one may name the old image', async () => {
    await using parent = await createParent(SIZE)
    const roots = [parent.rootCertificate]
    const signing = testSigner()
    // The digest of the certificate does not depend on the image.
    const signer = pcrHex((await sharingImage(roots, { signing })).pcrs, 8)
    const trust = (given: object) => ({ TRUST: JSON.stringify(given) })
    const old = await sharingImage(roots, { signing, env: trust({ signers: [signer] }) })
    const upgrade = { env: trust({ images: [pcrHex(old.pcrs, 0)] }) }
    using _ = shareSecrets(parent)
    const first = await startSharing(parent, old)
    const next = await startSharing(parent, await sharingImage(roots, { ...upgrade, signing }))
    expect(await signatureOf(next)).toBe(await signatureOf(first))
    // Without the signature, the same image is a stranger.
    const unsigned = await startSharing(parent, await sharingImage(roots, upgrade))
    expect(await unsigned.exited).toMatchObject({ message: expect.stringContaining('E_SHARED_REFUSED') })
    await next.stop()
    // One that trusts only itself does not take the secret of an old one that would give it.
    const proud = await startSharing(parent, await sharingImage(roots, { signing, env: { PROUD: 'yes' } }))
    expect(await proud.exited).toMatchObject({ message: expect.stringContaining('E_SHARED_ANSWER') })
  })
})

test('an enclave in debug mode has no part in it', async () => {
  await using parent = await createParent(SIZE)
  using _ = shareSecrets(parent)
  const image = await sharingImage([parent.rootCertificate])
  const enclave = await startSharing(parent, image, { debug: true })
  expect(await enclave.exited).toMatchObject({ message: expect.stringContaining('E_SHARED_DEBUG') })
})

test('an enclave of another root has no part in it', async () => {
  await using one = await createParent(SIZE)
  await using other = await createParent(SIZE)
  // Both would trust the image, but it pins only one root.
  const image = await sharingImage([one.rootCertificate])
  const here = shareSecrets(one)
  using toOne = await overTcp(() => here)
  shareSecrets(other, { peers: [toOne.peer] })
  await signatureOf(await startSharing(one, image))
  const stranger = await startSharing(other, image)
  expect(await stranger.exited).toMatchObject({ message: expect.stringContaining('E_SHARED_REFUSED') })
})

test('secrets of two names are kept apart, whomever the parent connects', async () => {
  await using parent = await createParent(SIZE)
  using _ = shareSecrets(parent)
  const roots = [parent.rootCertificate]
  const signing = testSigner()
  const signer = pcrHex((await sharingImage(roots, { signing })).pcrs, 8)
  const env = { TRUST: JSON.stringify({ signers: [signer] }) }
  await signatureOf(await startSharing(parent, await sharingImage(roots, { signing, env })))
  const named = await sharingImage(roots, { signing, env: { ...env, NAME: 'other' } })
  const other = await startSharing(parent, named)
  expect(await other.exited).toMatchObject({ message: expect.stringContaining('E_SHARED_REFUSED') })
})
