/** The KMS calls of the C SDK (SPEC 3.1), in both dialects, against our KMS. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createKmsApp } from '../../../src/kms/index.ts'
import { CALLER, CREDENTIALS } from '../../sdk/kms-lab.ts'
import { base64, CLab, harnesses, hex } from './lab.ts'

describe.skipIf(!harnesses.areThere).each(harnesses.all)('%s', (_, start) => {
  let lab: CLab
  beforeAll(async () => {
    lab = await CLab.open(start)
  })
  afterEach(async () => {
    await lab.serve(lab.app)
  })
  afterAll(() => lab[Symbol.asyncDispose]())

  const good = expect.objectContaining({ status: 'KMS_SUCCESS', code: '' })

  describe.each(['aws', 'huawei'] as const)('in the dialect %s', (dialect) => {
    const toText = (bytes: Uint8Array) => (dialect === 'aws' ? base64(bytes) : hex(bytes))

    test('kms_decrypt_data_blocking decrypts, with or without a key ID', async () => {
      const ciphertext = base64(await lab.encrypted('the secret'))
      for (const keyid of [undefined, lab.keyId]) {
        const called = await lab.call('decrypt', dialect, { in: hex(ciphertext), keyid })
        expect(called).toEqual(good)
        expect(`${called.plaintext}`).toBe('the secret')
      }
    })

    test('secrets of 1 to 4,096 bytes come back whole', async () => {
      for (const length of [1, 15, 16, 17, 4095, 4096]) {
        const text = 'x'.repeat(length)
        const called = await lab.call('decrypt', dialect, { in: hex(base64(await lab.encrypted(text))) })
        expect(`${called.plaintext}`).toBe(text)
      }
    })

    test('a ciphertext as bytes', async () => {
      const called = await lab.call('decrypt', dialect, {
        in: hex(await lab.encrypted('the secret')),
        binary: 1,
      })
      expect(`${called.plaintext}`).toBe('the secret')
    })

    test('kms_generate_datakey_blocking makes a key that kms_decrypt_datakey_blocking decrypts', async () => {
      for (const bits of [8, 128, 256, 8192]) {
        const made = await lab.call('datakey', dialect, { keyid: lab.keyId, bits })
        expect(made).toEqual(good)
        expect(made.keyId).toContain(lab.keyId)
        expect(made.plaintext.length).toBe(bits / 8)
        const opened = await lab.call('decrypt-datakey', dialect, { in: hex(made.ciphertext), bits })
        expect(opened.plaintext).toEqual(made.plaintext)
        const ciphertextBlob = Uint8Array.from(
          Buffer.from(made.ciphertext, dialect === 'aws' ? 'base64' : 'hex'),
        )
        const { plaintext } = await lab.kms.owner.decrypt({
          ciphertextBlob,
          encryptionContext: { tenant: 'a' },
        })
        expect(Buffer.from(plaintext!)).toEqual(made.plaintext)
      }
    })

    test('a data key of another length than expected is not written', async () => {
      const made = await lab.call('datakey', dialect, { keyid: lab.keyId, bits: 128 })
      const opened = await lab.call('decrypt-datakey', dialect, { in: hex(made.ciphertext), bits: 256 })
      expect(opened.status).toBe(dialect === 'aws' ? 'KMS_CJSON_ERROR' : 'KMS_REQ_FAILED')
    })

    test('kms_gen_random_blocking gives 1 to 1,024 bytes', async () => {
      const seen = new Set<string>()
      for (const length of [1, 32, 32, 1024]) {
        const called = await lab.call('random', dialect, { length })
        expect(called).toEqual(good)
        expect(called.plaintext.length).toBe(length)
        seen.add(hex(called.plaintext))
      }
      expect(seen.size).toBe(4)
      for (const length of [0, 1025]) {
        expect((await lab.call('random', dialect, { length })).code).toBe('E_KMS_OPTIONS')
      }
    })

    test('a nonce of the KMS in each document', async () => {
      const authorised = await lab.call('random', dialect, { nonce: 1 })
      expect(authorised).toEqual(good)
    })

    test('an answer that arrives byte by byte', async () => {
      expect(await lab.call('random', dialect, { piece: 1 })).toEqual(good)
    })

    test.each([
      '1970-01-01T00:00:01Z',
      '1999-12-31T23:59:59Z',
      '2000-02-29T12:00:00Z',
      '2000-03-01T00:00:00Z',
      '2026-11-24T17:15:00Z',
      '2028-02-29T23:59:59Z',
      '2028-12-31T00:00:00Z',
      '2100-02-28T01:02:03Z',
      '2100-03-01T00:00:00Z',
    ])('the date of a signature at %s', async (date) => {
      const dates: (string | null)[] = []
      await lab.serve({
        fetch: (request, environment) => {
          dates.push(request.headers.get(dialect === 'aws' ? 'x-amz-date' : 'x-sdk-date'))
          return lab.app.fetch(request, environment)
        },
      })
      await lab.call('random', dialect, { now: Date.parse(date) / 1000 })
      expect(dates.at(-1)).toBe(date.replace(/[-:]/g, ''))
    })

    test('the host, and in Huawei’s API the project or the prefix of the path', async () => {
      const seen: string[] = []
      await lab.serve({
        fetch: (request, environment) => {
          seen.push(`${request.headers.get('host')} ${new URL(request.url).pathname}`)
          return lab.app.fetch(request, environment)
        },
      })
      const paths = [{}, { project: 'p' }, { prefix: '/v1.0/q/kms/' }]
      for (const values of paths) {
        expect(await lab.call('random', dialect, { host: 'kms.example', ...values })).toEqual(good)
      }
      const names =
        dialect === 'aws'
          ? ['', '', '']
          : ['v1.0/0', 'v1.0/p', 'v1.0/q'].map((one) => `${one}/kms/gen-random`)
      expect(seen.filter((one) => !one.includes('identity'))).toEqual(
        names.map((name) => `kms.example /${name}`),
      )
      for (const prefix of ['v1.0/q/kms/', '/a\tb/', '/a?b/', '/%41/', '/a#/', '/\u00e9/']) {
        const called = await lab.call('random', 'huawei', { prefix })
        expect(called).toMatchObject({ status: 'KMS_REQ_PARAMS_ERROR', code: 'E_KMS_OPTIONS' })
      }
    })

    test('a session token is sent and signed', async () => {
      const keys = [{ ...CREDENTIALS, sessionToken: 'token', ...CALLER }]
      await lab.serve(createKmsApp(lab.kms, { accessKeys: keys }))
      expect(await lab.call('random', dialect, { token: 'token' })).toEqual(good)
      expect((await lab.call('random', dialect)).status).toBe('KMS_REQ_FAILED')
      expect((await lab.call('random', dialect, { header: 'x-other' })).code).toBe('E_KMS_OPTIONS')
    })

    test('without an access key, requests are unsigned', async () => {
      const unsigned = { key: undefined, secret: undefined }
      expect((await lab.call('random', dialect, unsigned)).status).toBe('KMS_REQ_FAILED')
      await lab.serve(createKmsApp(lab.kms, { unsigned: CALLER, hosts: ['kms'] }))
      expect(await lab.call('random', dialect, unsigned)).toEqual(good)
      expect((await lab.call('random', dialect, { key: undefined })).code).toBe('E_KMS_OPTIONS')
    })

    test('a wrong secret key is refused, with the reason of the KMS', async () => {
      const called = await lab.call('random', dialect, { secret: 'wrong' })
      expect(called).toMatchObject({ status: 'KMS_REQ_FAILED', code: 'E_KMS_REFUSED' })
      expect(called.http).toBeGreaterThanOrEqual(400)
      expect(called.reason).toMatch(dialect === 'aws' ? /Signature|Token/ : /^[A-Z]+\.\d+/)
      expect(called.message).toContain('signature')
    })

    test('another encryption context is refused', async () => {
      const ciphertext = hex(base64(await lab.encrypted('the secret')))
      const called = await lab.call('decrypt', dialect, { in: ciphertext, tenant: 'b' })
      expect(called).toMatchObject({ status: 'KMS_REQ_FAILED', code: 'E_KMS_REFUSED' })
    })

    test('strange characters in key ID and context arrive as they are', async () => {
      const tenant = '\\"\u00e9\u0001\u{1f600}'
      const ciphertext = hex(base64(await lab.encrypted('the secret', { tenant })))
      expect(await lab.call('decrypt', dialect, { in: ciphertext, tenant })).toEqual(good)
      expect((await lab.call('datakey', dialect, { keyid: '"},"x":{"\\' })).status).toBe('KMS_REQ_FAILED')
    })

    test('buffers that are too small: the needed lengths, and nothing is written', async () => {
      const ciphertext = hex(base64(await lab.encrypted('the secret')))
      const small = expect.objectContaining({ status: 'KMS_REQ_PARAMS_ERROR', code: 'E_KMS_BUFFER' })
      const decrypted = await lab.call('decrypt', dialect, { in: ciphertext, capacity: 9 })
      expect(decrypted).toEqual(small)
      expect(decrypted.lengths[0]).toBe(10)
      const random = await lab.call('random', dialect, { length: 33, capacity: 32 })
      expect(random).toEqual(small)
      expect(random.lengths[0]).toBe(33)
      for (const [name, at] of [
        ['capacity', 0],
        ['cipher', 1],
        ['id', 2],
      ] as const) {
        const key = await lab.call('datakey', dialect, { keyid: lab.keyId, [name]: 1 })
        expect(key).toEqual(small)
        expect(key.lengths[0]).toBe(32)
        const again = await lab.call('datakey', dialect, { keyid: lab.keyId, [name]: key.lengths[at] })
        expect(again).toEqual(good)
      }
      expect(await lab.call('decrypt', dialect, { in: ciphertext, capacity: 10 })).toEqual(good)
    })

    test('a ciphertext that is not text of the API is refused here', async () => {
      const texts = ['####', 'AAA', 'AB==', 'A A=', toText(new Uint8Array(3)).slice(1)]
      for (const text of texts) {
        const called = await lab.call('decrypt-datakey', dialect, { in: hex(text) })
        expect(called).toMatchObject({ status: 'KMS_REQ_PARAMS_ERROR', code: 'E_KMS_OPTIONS' })
      }
      expect((await lab.call('decrypt', dialect, { in: '' })).code).toBe('E_KMS_OPTIONS')
    })

    test.each([
      ['host', 'a\tb'],
      ['host', '\u00e9'],
      ['key', 'a\u0001'],
      ['token', 'a\r'],
    ])('a %s that would be misread is refused', async (name, value) => {
      const called = await lab.call('random', dialect, { [name]: value })
      expect(called).toMatchObject({ status: 'KMS_REQ_PARAMS_ERROR', code: 'E_KMS_OPTIONS' })
    })

    test('the key of the enclave is made once, and the KMS’s key is requested once', async () => {
      const paths: string[] = []
      await lab.serve({
        fetch: (request, environment) => {
          paths.push(new URL(request.url).pathname)
          return lab.app.fetch(request, environment)
        },
      })
      expect(await lab.call('random', dialect)).toEqual(good)
      expect(await lab.call('random', dialect, { again: 1 })).toEqual(good)
      expect(paths.filter((one) => one === '/webclave/identity')).toHaveLength(1)
      expect(paths).toHaveLength(3)
    })
  })
})
