/** Every operation, and every name in its body, that Huawei's own client can send: implemented, or refused with Huawei's code. */
import { beforeAll, describe, expect, test } from 'vitest'
import { PARTS } from '../../../src/kms/http/huawei/parts.ts'
import { createKms, createKmsApp } from '../../../src/kms/index.ts'
import { ROLE } from '../support.ts'
import { HUAWEI_MODEL } from './huawei-model.ts'

/** Operations that this KMS does not have. */
const REFUSED_OPERATIONS = [
  ...['associateAlias', 'createAlias', 'deleteAlias', 'listAliases', 'rotateOnDemand'],
  ...['batchCreateKmsTags', 'listKmsByTags', 'listKmsTags'],
  ...['cancelGrant', 'cancelSelfGrant', 'createGrant', 'listGrants', 'listRetirableGrants'],
  ...['createAccessPoint', 'deleteAccessPoint', 'disableAccessPoint', 'downloadAccessPointPrivateKey'],
  ...['enableAccessPoint', 'listAccessPoint', 'createDatakeyCapsule', 'decryptDatakeyCapsule', 'createPin'],
  ...['createKeyPolicy', 'deleteKeyPolicy', 'listKeyPolicy', 'showKeyPolicy', 'updateKeyPolicy'],
  ...[
    'createKeyStore',
    'deleteKeyStore',
    'disableKeyStore',
    'enableKeyStore',
    'listKeyStores',
    'showKeyStore',
  ],
  ...[
    'createParametersForImport',
    'deleteImportedKeyMaterial',
    'importKeyMaterial',
    'generateMac',
    'verifyMac',
  ],
  ...['listSupportRegions', 'replicateKey', 'updatePrimaryRegion', 'showUserInstances', 'showUserQuotas'],
  ...['showVersion', 'showVersions'],
]

/** Names that are refused whatever is said under them. */
const REFUSED_PARTS: Readonly<Record<string, readonly string[]>> = {
  createDatakey: ['pin', 'pin_type'],
  createDatakeyWithoutPlaintext: ['pin', 'pin_type'],
  createEcDatakeyPair: ['pin', 'pin_type'],
  createKey: ['vm_id'],
  encryptDatakey: ['pin', 'pin_type', 'key_spec'],
  reEncrypt: ['datakey_cipher_length'],
}

/** Names under which may stand what is so anyway, and nothing else. */
const INERT_PARTS: Readonly<Record<string, readonly [harmless: string, other: string]>> = {
  enterprise_project_id: ['0', '0d0466b0-e727-4d9c-b35d-f84bb474a37f'],
  keystore_id: ['0', '1'],
  origin: ['kms', 'external'],
}

const KEY = '0d0466b0-e727-4d9c-b35d-f84bb474a37f'
/** What bodies must have, so that it is the name in question for which they are refused. */
const REQUIRED: Readonly<Record<string, unknown>> = {
  cipher_text: '00',
  datakey_plain_length: '1',
  plain_text: '00',
}

let app: ReturnType<typeof createKmsApp>
beforeAll(async () => {
  const policies = [{ Statement: [{ Effect: 'Allow', Action: '*' }] }]
  app = createKmsApp(await createKms(), { unsigned: { principal: ROLE, policies } })
})

async function send(method: string, path: string, body?: object) {
  const answer = await app.request(
    path.replace(/\{(\w+)\}/g, (_, name) => (name === 'project_id' ? 'p' : KEY)),
    {
      method,
      headers: { 'Content-Type': 'application/json;charset=UTF-8' },
      ...(body && { body: JSON.stringify(body) }),
    },
  )
  const { error_code = '', error_msg = '' } = (await answer.json()) as {
    error_code?: string
    error_msg?: string
  }
  return { status: answer.status, code: error_code, message: error_msg.toLowerCase() }
}

const isRefused = (name: string) => REFUSED_OPERATIONS.includes(name)
const IMPLEMENTED = HUAWEI_MODEL.filter(([name]) => !isRefused(name))

test('every implemented operation has a list of members, and every list belongs to an operation', () => {
  expect(REFUSED_OPERATIONS.filter((name) => !HUAWEI_MODEL.some(([known]) => known === name))).toEqual([])
  const paths = IMPLEMENTED.map(([, , path]) => path.split('/kms/')[1]!).filter(
    (path) => !path.includes('tags'),
  )
  expect(Object.keys(PARTS).sort()).toEqual([...new Set(paths)].sort())
})

test.each(HUAWEI_MODEL.filter(([name]) => isRefused(name)))(
  '%s is no operation here',
  async (_, method, path) => {
    // A path that begins as the tags of a key do is not taken for them.
    const isBodiless = method === 'GET'
    expect(await send(method, path, isBodiless ? undefined : {})).toMatchObject({
      status: 404,
      code: 'KMS.0201',
    })
  },
)

describe.each(IMPLEMENTED.filter(([, , , parts]) => parts !== ''))('%s', (name, method, path, parts) => {
  const names = parts.split(' ')
  const required = Object.fromEntries(
    names.filter((one) => one in REQUIRED).map((one) => [one, REQUIRED[one]]),
  )
  const sendWith = (part: string, value: unknown) => send(method, path, { ...required, [part]: value })
  const unsupported = (part: string) => ({
    status: 400,
    code: 'KMS.0211',
    message: expect.stringContaining(`'${part}'`),
  })

  test.each(names)('%s', async (part) => {
    if (REFUSED_PARTS[name]?.includes(part)) {
      return expect(await sendWith(part, 'a')).toEqual(unsupported(part))
    }
    const inert = INERT_PARTS[part]
    if (inert !== undefined) {
      const [harmless, other] = inert
      expect(await sendWith(part, other)).toEqual(unsupported(part))
      return expect((await sendWith(part, harmless)).message).not.toContain(part)
    }
    const { status, code } = await sendWith(part, ['recipient', 'tag'].includes(part) ? 5 : { a: {} })
    expect([status, code]).toEqual([400, expect.stringMatching(/^KMS\.020[24]$/)])
  })

  test('an unknown member is rejected, unless it has no value', async () => {
    expect(await sendWith('colour', 'red')).toEqual(unsupported('colour'))
    expect((await sendWith('colour', null)).code).not.toBe('KMS.0211')
  })

  test('a sequence is at most 36 characters', async () => {
    expect((await sendWith('sequence', 'x'.repeat(36))).message).not.toContain('sequence')
    expect((await sendWith('sequence', 'x'.repeat(37))).message).toContain('sequence')
  })
})
