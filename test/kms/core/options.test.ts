/** A mistyped option of a KMS is refused: the default that it would mean may protect less. */
import { expect, test } from 'vitest'
import { createKms, createKmsApp, type KmsAppOptions, type KmsOptions } from '../../../src/kms/index.ts'
import { refused } from '../support.ts'

const [roots, profile] = ['00'.repeat(32), 'qingtian']

test.each([
  ['masterKye', { masterKye: 1 }, /no such option of createKms;.*masterKey.*"masterKye"/],
  ['a text', 'memory', /the options of createKms are not an object.*string/],
  ['null', null, /the options of createKms are not an object/],
  [
    'allowDebugs',
    { attestation: { roots, profile, allowDebugs: false } },
    /no such option of attestation of createKms/,
  ],
  [
    'a nonce that is demanded otherwise',
    { attestation: { roots, profile, nonce: 'require' } },
    /'optional' or 'required'/,
  ],
])('createKms with %s', async (_, options, message) => {
  await expect(createKms(options as KmsOptions)).rejects.toThrow(refused('E_KMS_CONFIG', message) as Error)
})

test('createKmsApp with an unknown option', async () => {
  await using kms = await createKms()
  const options = { orgins: ['https://app.example'] } as KmsAppOptions
  expect(() => createKmsApp(kms, options)).toThrow(refused('E_KMS_CONFIG', /"orgins"/) as Error)
})

test('options that are undefined count as absent', async () => {
  await using kms = await createKms({ store: undefined, attestation: undefined } as unknown as KmsOptions)
  expect(kms.place.region).toBeTypeOf('string')
})
