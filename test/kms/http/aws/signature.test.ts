/** The signing keys derived from AWS access keys. */
import { expect, test, vi } from 'vitest'
import { createKms, createKmsApp } from '../../../../src/kms/index.ts'
import { ROLE } from '../../support.ts'
import { ACCESS_KEY } from '../../support-http.ts'
import { signAws } from '../requests.ts'

const ALLOW = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*' }] }
const KEY = { ...ACCESS_KEY, principal: ROLE, policies: [ALLOW] }

test('the signing keys of several AWS access keys are kept', async () => {
  const other = { ...KEY, accessKeyId: 'AKIDOTHER', secretAccessKey: 'other' }
  const both = createKmsApp(await createKms(), { accessKeys: [KEY, other] })
  const importKey = vi.spyOn(crypto.subtle, 'importKey')
  const importsFor = async (key: typeof ACCESS_KEY) => {
    const before = importKey.mock.calls.length
    const { url, method, headers, body } = signAws('ListKeys', '{}', { key })
    expect((await both.request(new Request(url, { method, headers, body }))).status).toBe(200)
    return importKey.mock.calls.length - before
  }
  const first = await importsFor(other)
  await importsFor(KEY)
  const again = await importsFor(other)
  expect(again).toBeLessThan(first)
  expect(await importsFor(other)).toBe(again)
  importKey.mockRestore()
})
