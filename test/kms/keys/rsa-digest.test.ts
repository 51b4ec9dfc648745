/**
 * RSA signatures of digests are computed in turns, with a pause after each in which other tasks run. The number of turns
 * must reveal nothing about the key or message, so it is the same for all keys of one size.
 */
import { createHash, generateKeyPairSync, constants as node, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  encodeDigest,
  matchesDigest,
  rsaKey,
  rsaPrivate,
  rsaPublic,
} from '../../../src/kms/keys/rsa-digest.ts'
import { random } from '../support.ts'

/** Counts the pauses, one per turn. */
function counting(): { turns: number; pause(): Promise<void> } {
  return {
    turns: 0,
    async pause() {
      this.turns++
    },
  }
}

const ALGORITHM = 'RSASSA_PKCS1_V1_5_SHA_256'
const make = async (modulusLength: number) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength })
  const material = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')
  return { publicKey, key: await rsaKey({ number: 1, createdAt: 0, cause: 'CREATED', material }) }
}
const digestOf = (message: Uint8Array) => new Uint8Array(createHash('sha256').update(message).digest())

/** The number of turns of one private operation, whose signature Node verifies. */
async function turnsOf({ key, publicKey }: Awaited<ReturnType<typeof make>>): Promise<number> {
  const message = random(20)
  const counted = counting()
  const encode = (bits: number) => encodeDigest(ALGORITHM, digestOf(message), bits)
  const signature = await rsaPrivate(key, encode, () => counted.pause())
  expect(verify('sha256', message, { key: publicKey, padding: node.RSA_PKCS1_PADDING }, signature)).toBe(true)
  return counted.turns
}

describe.each([
  [2048, 1024 / 256],
  [3072, 1536 / 256],
  [4096, 2048 / 256],
])('a key of %d bits', (bits, turns) => {
  test('signs in a number of turns that depends only on the key size', async () => {
    const keys = await Promise.all([make(bits), make(bits)])
    for (const key of [...keys, ...keys]) expect(await turnsOf(key)).toBe(2 * turns)
  })
})

test('a short exponent takes as many turns; a wrong result is not released, and does not block the next signature', async () => {
  const made = await make(2048)
  const usual = await turnsOf(made)
  const short = { ...made.key, dp: 3n, dq: 3n }
  const counted = counting()
  const encode = (bits: number) => encodeDigest(ALGORITHM, digestOf(random(1)), bits)
  await expect(rsaPrivate(short, encode, () => counted.pause())).rejects.toMatchObject({
    code: 'E_KMS_INTERNAL',
  })
  expect(counted.turns).toBe(usual)
  expect(await turnsOf(made)).toBe(usual)
})

test('one signature is computed at a time, so that turns stay short', async () => {
  const { key } = await make(2048)
  let [paused, most, turns] = [0, 0, 0]
  const pause = async () => {
    turns++
    most = Math.max(most, ++paused)
    await new Promise((resolve) => void setImmediate(resolve))
    paused--
  }
  const encode = (bits: number) => encodeDigest(ALGORITHM, digestOf(random(1)), bits)
  await Promise.all(Array.from({ length: 5 }, () => rsaPrivate(key, encode, pause)))
  expect([most, turns]).toEqual([1, 5 * 8])
})

test('other tasks run in between, and concurrent signatures are correct', async () => {
  const made = await make(4096)
  let others = 0
  let isDone = false
  const tick = () => {
    others++
    if (!isDone) setImmediate(tick)
  }
  tick()
  const digests = [random(1), random(2), random(3)].map(digestOf)
  const signing = digests.map((digest) =>
    rsaPrivate(made.key, (bits) => encodeDigest(ALGORITHM, digest, bits)),
  )
  const signatures = await Promise.all(signing)
  isDone = true
  expect(others).toBeGreaterThan(15)
  for (const [at, signature] of signatures.entries()) {
    const encoded = await rsaPublic(made.key, signature)
    expect(await matchesDigest(ALGORITHM, digests[at]!, encoded!)).toBe(true)
  }
})

test('a PSS encoding is refused if one bit of its padding is not zero', async () => {
  const digest = digestOf(random(20))
  const encoded = await encodeDigest('RSASSA_PSS_SHA_256', digest, 2048)
  expect(await matchesDigest('RSASSA_PSS_SHA_256', digest, encoded)).toBe(true)
  const changed = encoded.slice()
  changed[0]! ^= 1
  expect(await matchesDigest('RSASSA_PSS_SHA_256', digest, changed)).toBe(false)
})
