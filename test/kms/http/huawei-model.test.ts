/**
 * Every operation, and every name in its body, that Huawei's own client can send: implemented, or refused with Huawei's
 * code.
 */
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

/** Members that are refused with any value. */
const REFUSED_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  createDatakey: ['pin', 'pin_type'],
  createDatakeyWithoutPlaintext: ['pin', 'pin_type'],
  createEcDatakeyPair: ['pin', 'pin_type'],
  createKey: ['vm_id'],
  encryptDatakey: ['pin', 'pin_type', 'key_spec'],
  reEncrypt: ['datakey_cipher_length'],
}

/** Members that are accepted only with the value that applies anyway. */
const INERT_MEMBERS: Readonly<Record<string, readonly [harmless: string, other: string]>> = {
  enterprise_project_id: ['0', '0d0466b0-e727-4d9c-b35d-f84bb474a37f'],
  keystore_id: ['0', '1'],
  origin: ['kms', 'external'],
}

const KEY = '0d0466b0-e727-4d9c-b35d-f84bb474a37f'
/** Values for required members, so that only the member under test is refused. */
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
  '%s is refused as an unknown operation',
  async (_, method, path) => {
    // A path that begins like that of a key's tags must not be taken for it.
    const isBodiless = method === 'GET'
    expect(await send(method, path, isBodiless ? undefined : {})).toMatchObject({
      status: 404,
      code: 'KMS.0201',
    })
  },
)

describe.each(IMPLEMENTED.filter(([, , , members]) => members !== ''))(
  '%s',
  (name, method, path, members) => {
    const names = members.split(' ')
    const required = Object.fromEntries(
      names.filter((one) => one in REQUIRED).map((one) => [one, REQUIRED[one]]),
    )
    const sendWith = (member: string, value: unknown) => send(method, path, { ...required, [member]: value })
    const unsupported = (member: string) => ({
      status: 400,
      code: 'KMS.0211',
      message: expect.stringContaining(`'${member}'`),
    })

    test.each(names)('%s is validated, or refused by its name', async (member) => {
      if (REFUSED_MEMBERS[name]?.includes(member)) {
        return expect(await sendWith(member, 'a')).toEqual(unsupported(member))
      }
      const inert = INERT_MEMBERS[member]
      if (inert !== undefined) {
        const [harmless, other] = inert
        expect(await sendWith(member, other)).toEqual(unsupported(member))
        return expect((await sendWith(member, harmless)).message).not.toContain(member)
      }
      const { status, code } = await sendWith(member, ['recipient', 'tag'].includes(member) ? 5 : { a: {} })
      expect([status, code]).toEqual([400, expect.stringMatching(/^KMS\.020[24]$/)])
    })

    test('an unknown member is rejected, unless it has no value', async () => {
      expect(await sendWith('colour', 'red')).toEqual(unsupported('colour'))
      expect((await sendWith('colour', null)).code).not.toBe('KMS.0211')
    })

    test('a sequence has at most 36 characters', async () => {
      expect((await sendWith('sequence', 'x'.repeat(36))).message).not.toContain('sequence')
      expect((await sendWith('sequence', 'x'.repeat(37))).message).toContain('sequence')
    })
  },
)
