/** Keys in Huawei's API, and what it refuses. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ACCESS_KEY } from '../support-http.ts'
import { Client, type HuaweiLaboratory, openHuawei } from './huawei-lab.ts'

let huawei: HuaweiLaboratory
let admin: Client
beforeAll(async () => {
  huawei = await openHuawei()
  admin = huawei.admin
})
afterAll(() => huawei.close())
const createKey = (more?: object) => huawei.createKey(more)

describe('keys', () => {
  test('are created, described, listed, renamed', async () => {
    const key_id = await createKey({ key_description: 'one', key_spec: 'AES_256' })
    await admin.call('update-key-alias', { key_id, key_alias: 'renamed' })
    await admin.call('update-key-description', { key_id, key_description: 'two' })
    const { key_info } = await admin.call('describe-key', { key_id })
    expect(key_info).toMatchObject({
      key_id,
      key_alias: 'renamed',
      key_description: 'two',
      key_state: '2',
      key_spec: 'AES_256',
    })
    const { keys, truncated, next_marker } = await admin.call('list-keys', { limit: '1' })
    expect([(keys as string[]).length, typeof truncated, typeof next_marker]).toEqual([1, 'string', 'string'])
  })

  test('are disabled, enabled, scheduled for deletion and restored', async () => {
    const key_id = await createKey()
    expect((await admin.call('disable-key', { key_id })).key_info).toEqual({ key_id, key_state: '3' })
    await expect(admin.call('encrypt-data', { key_id, plain_text: 'a' })).rejects.toMatchObject({
      errorCode: 'KMS.0209',
      httpStatusCode: 400,
    })
    await admin.call('enable-key', { key_id })
    expect(await admin.call('schedule-key-deletion', { key_id, pending_days: '7' })).toMatchObject({
      key_id,
      key_state: '4',
    })
    await expect(admin.call('encrypt-data', { key_id, plain_text: 'a' })).rejects.toMatchObject({
      errorCode: 'KMS.0210',
    })
    expect(await admin.call('cancel-key-deletion', { key_id })).toMatchObject({ key_state: '3' })
  })

  test.each([
    [40, 'unknown key_spec'],
    [41, 'length less than or equal to 40'],
  ])('are not listed for a key_spec of %d characters', async (length, message) => {
    await expect(admin.call('list-keys', { key_spec: 'A'.repeat(length) })).rejects.toThrow(message)
  })

  // What Huawei allows in the key of a tag.
  test.each(['env:prod', 'a b', 'a+b', 'a@b', 'a=b', 'a/b', 'a.b_c-d', 'Schlüssel', '环境'])(
    'lose the tag %s',
    async (key) => {
      const key_id = await createKey()
      await admin.call(`${key_id}/tags`, { tag: { key, value: 'a' } })
      await admin.call(`${key_id}/tags`, { tag: { key: 'other', value: '' } })
      // The SDK puts a parameter into the path as it is; a slash must be encoded by its user.
      await admin.call(`${key_id}/tags/${key.replace('/', '%2F')}`, undefined, 'DELETE')
      const { tags } = await admin.call(`${key_id}/tags`, undefined, 'GET')
      expect(tags).toEqual([{ key: 'other', value: '' }])
    },
  )

  test('are rotated', async () => {
    const key_id = await createKey()
    await admin.call('enable-key-rotation', { key_id })
    await admin.call('update-key-rotation-interval', { key_id, rotation_interval: 90 })
    const status = await admin.call('get-key-rotation-status', { key_id })
    expect(status).toMatchObject({
      key_rotation_enabled: true,
      rotation_interval: 90,
      last_rotation_time: expect.stringMatching(/^\d{13}$/),
      number_of_rotations: 0,
    })
    await admin.call('disable-key-rotation', { key_id })
  })

  test('have tags', async () => {
    const key_id = await createKey()
    await admin.call(`${key_id}/tags`, { tag: { key: 'team', value: 'a' } })
    await admin.call(`${key_id}/tags`, { tag: { key: 'other', value: '' } })
    await admin.call(`${key_id}/tags/other`, undefined, 'DELETE')
    const { tags, existTagsNum } = await admin.call(`${key_id}/tags`, undefined, 'GET')
    expect([tags, existTagsNum]).toEqual([[{ key: 'team', value: 'a' }], 1])
  })
})

describe('refusals', () => {
  test.each<[path: string, body: object, code: string, status: number]>([
    ['no-such-call', {}, 'KMS.0201', 404],
    ['describe-key', {}, 'KMS.0204', 400],
    ['describe-key', { key_id: 5 }, 'KMS.0202', 400],
    ['describe-key', { key_id: '0d0466b0-e727-4d9c-b35d-f84bb474a37f' }, 'KMS.0207', 400],
    ['decrypt-datakey', { cipher_text: 'xyz' }, 'KMS.0202', 400],
    ['decrypt-data', { cipher_text: '????' }, 'KMS.0202', 400],
    ['decrypt-data', { cipher_text: 'AAAA' }, 'KMS.2201', 400],
    ['gen-random', { random_data_length: '7' }, 'KMS.0204', 400],
    ['gen-random', { random_data_length: '80000' }, 'KMS.0204', 400],
    ['create-key', { key_alias: 'a b' }, 'KMS.1101', 400],
    ['create-key', { key_alias: 'a', key_spec: 'SM4' }, 'KMS.0204', 400],
    ['list-keys', { marker: '?' }, 'KMS.0204', 400],
  ])('%s %j: %s', async (path, body, code, status) => {
    await expect(admin.call(path, body)).rejects.toMatchObject({ errorCode: code, httpStatusCode: status })
  })

  test('an alias in use, and a request signed with another secret', async () => {
    await createKey({ key_alias: 'taken' })
    await expect(createKey({ key_alias: 'taken' })).rejects.toMatchObject({ errorCode: 'KMS.1104' })
    const stranger = new Client(huawei.url, { ...ACCESS_KEY, secretAccessKey: 'guessed' })
    await expect(stranger.call('list-keys', {})).rejects.toMatchObject({
      errorCode: 'APIGW.0301',
      httpStatusCode: 401,
    })
  })
})
