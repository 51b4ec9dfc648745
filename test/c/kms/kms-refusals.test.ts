/** What the KMS calls of the C SDK refuse before they ask, and how they fail without a KMS or a QTSM. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKms } from '../../../src/kms/index.ts'
import { identityOf } from '../../sdk/kms-lab.ts'
import { CLab, native } from './lab.ts'

describe.skipIf(!native.areThere).each(native.all)('%s', (_, start) => {
  let lab: CLab
  beforeAll(async () => {
    lab = await CLab.open(start)
  })
  afterAll(() => lab[Symbol.asyncDispose]())

  const good = expect.objectContaining({ status: 'KMS_SUCCESS', code: '' })

  describe('the identity of the KMS', () => {
    test('is mandatory: in the parameters or in the environment', async () => {
      for (const identity of [undefined, 'f'.repeat(63), 'g'.repeat(64), 'f'.repeat(65)]) {
        const called = await lab.call('random', 'aws', { identity })
        expect(called).toMatchObject({ status: 'KMS_REQ_PARAMS_ERROR', code: 'E_KMS_OPTIONS' })
      }
      const pinned = lab.another({ KMS_IDENTITY: identityOf(lab.kms).toUpperCase() })
      expect(await lab.call('random', 'aws', { identity: undefined }, pinned)).toEqual(good)
      expect(await pinned.end()).toBe('')
    })

    test('of another KMS is refused; unverified accepts any', async () => {
      await using other = await createKms()
      const identity = identityOf(other)
      const called = await lab.call('random', 'aws', { identity })
      expect(called).toMatchObject({ status: 'KMS_CURL_ERROR', code: 'E_KMS_IDENTITY' })
      expect(await lab.call('random', 'aws', { identity: 'unverified' })).toEqual(good)
    })
  })

  describe('arguments and the QTSM', () => {
    test('every NULL is refused', async () => {
      expect(await lab.client.ask('nulls')).toEqual(['0'])
    })

    test('a list holds 64 headers, found by their names in any case', async () => {
      expect(await lab.client.ask('headers')).toEqual(['64', '1', '1'])
    })

    test('lengths of data keys are multiples of 8 bits, at most 8,192', async () => {
      for (const bits of [0, 7, 257, 8200, 4294967288]) {
        const called = await lab.call('datakey', 'aws', { keyid: lab.keyId, bits })
        expect(called).toMatchObject({ status: 'KMS_REQ_PARAMS_ERROR', code: 'E_KMS_OPTIONS' })
      }
      expect((await lab.call('datakey', 'aws')).code).toBe('E_KMS_OPTIONS')
    })

    test.each([
      ['init', 'KMS_QTSM_ERROR'],
      ['random', 'KMS_QTSM_ERROR'],
      ['attest', 'KMS_GET_ATTESTATION_ERROR'],
    ])('the QTSM fails to %s', async (function_, status) => {
      const client = lab.another()
      await client.ask(`broken ${function_}`)
      expect((await lab.call('random', 'aws', {}, client)).status).toBe(status)
      await client.ask('broken')
      expect(await lab.call('random', 'aws', {}, client)).toEqual(good)
      expect(await client.end()).toBe('')
    })

    test('nobody listens', async () => {
      const called = await lab.call('random', 'aws', { port: 1 })
      expect(called).toMatchObject({ status: 'KMS_SETUP_PROXY_ERROR', code: 'E_KMS_CONNECTION' })
    })

    test('positive control: the sanitizers notice a read behind a buffer', async () => {
      const client = lab.another()
      await expect(client.ask('overflow', { text: '0011', at: 2 })).rejects.toThrow('heap-buffer-overflow')
    })
  })

  describe('the headers', () => {
    test.each([
      ['c', '-std=c11'],
      ['c++', '-std=c++11'],
    ])('compile alone in %s, without a warning', (language, standard) => {
      const include = join(fileURLToPath(new URL('../../..', import.meta.url)), 'guests/c/sdk/include')
      for (const header of ['qtsm_kms.h', 'webclave/crypto.h']) {
        const input = `#include "${header}"\n#include "${header}"\n`
        const flags = [
          '-Wall',
          '-Wextra',
          '-Werror',
          '-pedantic',
          '-fsyntax-only',
          standard,
          '-x',
          language,
          '-I',
          include,
        ]
        execFileSync('gcc', [...flags, '-'], { input, stdio: 'pipe' })
      }
    })
  })
})
