/** Services of programs in Rust: values, failures, a panic, memory, and the KMS in both dialects. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { compiledGuest } from '../../../scripts/compiled-guests.ts'
import { buildImage } from '../../../src/image/index.ts'
import { createKms, createKmsApp, serveKms } from '../../../src/kms/index.ts'
import { createParent } from '../../../src/parent/index.ts'
import { patience } from '../../support/patience.ts'

const path = await compiledGuest('services-rust')
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG' }

interface Values {
  text: string
  bytes: Uint8Array
  number: number
}
type Services = {
  count(): number
  values(request: Partial<Values>): { text: string; bytes: Uint8Array; list: unknown[] }
  unsendable(text: string): unknown
  panics(): void
  growth(rounds: number): number
  keys(dialect: string): unknown[]
  codes(): string[]
  nothing(): void
}

/** An enclave of the program, and a KMS that allows everything. */
async function started() {
  const parent = await createParent({ vcpus: 1, memoryMiB: 64 })
  const kms = await createKms({ attestation: { profile: 'qingtian', roots: parent.rootCertificate } })
  const { keyId } = (await kms.owner.createKey({})).keyMetadata
  const KMS_IDENTITY = createHash('sha256').update(kms.identity()).digest('hex')
  const { eif } = await buildImage({ app: { path: path! }, env: { KMS_IDENTITY, KMS_KEY: keyId } })
  const statement = { Effect: 'Allow', Action: 'kms:*', Resource: '*' }
  const policies = [JSON.stringify({ Version: '2012-10-17', Statement: [statement] })]
  const principal = 'arn:aws:iam::000000000000:role/host'
  serveKms(parent, createKmsApp(kms, { accessKeys: [{ ...CREDENTIALS, principal, policies }] }))
  const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
  const client = await enclave.client<Services>()
  return {
    enclave,
    client,
    async [Symbol.asyncDispose]() {
      await client.close()
      await parent.close()
      await kms[Symbol.asyncDispose]()
    },
  }
}

describe.skipIf(path === undefined)('a service in Rust', () => {
  it('takes and returns values, keeps its state, and fails with its codes', async () => {
    await using service = await started()
    const { call } = service.client
    expect([await call.count(), await call.count()]).toEqual([1, 2])
    const request = { text: 'Grüße', bytes: Uint8Array.of(0, 255), number: 2 ** 40 }
    const { text, bytes, list } = await call.values(request)
    expect([text, [...bytes], list]).toEqual(['Grüße', [0, 255], [2 ** 40, []]])
    await expect(call.values({ text: '' })).rejects.toMatchObject({
      code: 'E_ARGUMENT',
      message: expect.stringContaining('a member is missing'),
    })
    for (const bad of ['', 'a zero byte'])
      await expect(call.unsendable(bad)).rejects.toMatchObject({ code: 'E_SERVICE_VALUE' })
    expect(await call.nothing()).toBeUndefined()
    const [input, decrypt] = ['E_CRYPTO_INPUT', 'E_DECRYPT']
    expect(await call.codes()).toEqual([input, input, input, decrypt, decrypt, 'done'])
  })

  it.each(['aws', 'huawei'])('has keys and random bytes of the KMS in the dialect %s', async (dialect) => {
    await using service = await started()
    expect(await service.client.call.keys(dialect)).toEqual([
      100,
      'E_KMS_REFUSED',
      400,
      expect.stringMatching(dialect === 'aws' ? /^\w+Exception$/ : /^KMS\.\d{4}$/),
      'Secret(100 bytes)',
    ])
  })

  it('ends by a panic, which does not unwind through C', async () => {
    await using service = await started()
    await expect(service.client.call.panics()).rejects.toThrow()
    await expect.poll(() => service.enclave.state).not.toBe('running')
  })

  it(
    'does not grow by 3,000 rounds of calls that return lists',
    async () => {
      await using service = await started()
      expect(await service.client.call.growth(3000)).toBe(0)
    },
    patience(60_000),
  )
})
