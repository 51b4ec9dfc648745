/** MACs, compared with Node's own. */
import { createHmac } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { KmsClient } from '../../../src/kms/operations/index.ts'
import { createLaboratory, keysOf, random, refused, utf8 } from '../support.ts'

let owner: KmsClient
let keyOf: ReturnType<typeof keysOf>

beforeAll(async () => {
  owner = (await createLaboratory()).kms.owner
  keyOf = keysOf(owner)
})

describe.each([224, 256, 384, 512] as const)('HMAC_%i', (bits) => {
  const spec = `HMAC_${bits}` as const
  const macAlgorithm = `HMAC_SHA_${bits}` as const

  test('makes MACs that only the same message and key have', async () => {
    const keyId = await keyOf(spec, 'GENERATE_VERIFY_MAC')
    const message = random(100)
    const { mac, keyId: arn } = await owner.generateMac({ keyId, message, macAlgorithm })
    expect([mac.length, arn.endsWith(keyId)]).toEqual([bits / 8, true])
    expect(await owner.verifyMac({ keyId, message, mac, macAlgorithm })).toEqual({
      keyId: arn,
      macValid: true,
      macAlgorithm,
    })
    const other = (await owner.createKey({ keySpec: spec })).keyMetadata.keyId
    for (const changed of [
      { message: message.with(0, message[0]! ^ 1) },
      { mac: mac.with(mac.length - 1, mac.at(-1)! ^ 1) },
      { mac: mac.slice(1) },
      { mac: new Uint8Array([...mac, 0]) },
      { keyId: other },
    ]) {
      const call = owner.verifyMac({ keyId, message, mac, macAlgorithm, ...changed })
      await expect(call).rejects.toEqual(refused('E_KMS_MAC'))
    }
  })

  test('is described by its usage and algorithm', async () => {
    const keyId = await keyOf(spec, 'GENERATE_VERIFY_MAC')
    const { keyMetadata } = await owner.describeKey({ keyId })
    expect(keyMetadata).toMatchObject({
      keySpec: spec,
      keyUsage: 'GENERATE_VERIFY_MAC',
      macAlgorithms: [macAlgorithm],
    })
    await expect(owner.getPublicKey({ keyId })).rejects.toEqual(refused('E_KMS_UNSUPPORTED'))
    await expect(owner.enableKeyRotation({ keyId })).rejects.toEqual(refused('E_KMS_UNSUPPORTED'))
    await expect(owner.encrypt({ keyId, plaintext: utf8('a') })).rejects.toEqual(refused('E_KMS_USAGE'))
  })
})

test('a MAC is the one of RFC 2104', async () => {
  const { macOf } = await import('../../../src/kms/operations/macs.ts')
  const message = random(50)
  for (const bits of [224, 256, 384, 512] as const) {
    const key = random(bits / 8)
    const expected = new Uint8Array(createHmac(`sha${bits}`, key).update(message).digest())
    expect(macOf(key, `HMAC_SHA_${bits}`, message)).toEqual(expected)
  }
})

test('a key makes only MACs of its own length, and no other key makes any', async () => {
  const message = random(5)
  const keyId = await keyOf('HMAC_256', 'GENERATE_VERIFY_MAC')
  await expect(owner.generateMac({ keyId, message, macAlgorithm: 'HMAC_SHA_512' })).rejects.toEqual(
    refused('E_KMS_USAGE', /HMAC_SHA_256.*HMAC_SHA_512/s),
  )
  const symmetric = await keyOf('SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT')
  await expect(
    owner.generateMac({ keyId: symmetric, message, macAlgorithm: 'HMAC_SHA_256' }),
  ).rejects.toEqual(refused('E_KMS_USAGE', /GENERATE_VERIFY_MAC/))
  await expect(owner.createKey({ keySpec: 'HMAC_256', keyUsage: 'SIGN_VERIFY' })).rejects.toEqual(
    refused('E_KMS_VALIDATION', /GENERATE_VERIFY_MAC for HMAC_256/),
  )
})
