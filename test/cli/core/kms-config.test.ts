/** What the configuration of `qt kms` may say, and what it means. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { appOptions, inUrl, type KmsConfig, openKms, readConfig } from '../../../src/cli/core/kms-config.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kms-config-'))
  vi.stubEnv('XDG_STATE_HOME', folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

function read(content: unknown): Promise<KmsConfig> {
  const path = join(folder, 'kms.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return readConfig(path)
}

const WHOLE = {
  state: '/s',
  profile: 'nitro',
  roots: ['aws'],
  maxAge: 1,
  nonce: 'required',
  allowDebug: false,
  explain: 'full',
  region: 'r',
  account: '000000000001',
  domain: 'd',
  accessKeys: [],
  unsigned: { principal: 'p', policies: [] },
  hosts: ['h'],
  host: '::1',
  tls: { certificate: 'c', key: 'k' },
}

describe('a configuration', () => {
  test('is empty where there is no file, and may be empty', async () => {
    expect(await readConfig(undefined)).toEqual({})
    expect(await read({})).toEqual({})
  })

  test('may say all that it can', async () => {
    expect(await read(WHOLE)).toEqual(WHOLE)
  })

  test.each(Object.keys(WHOLE))('says %s by a value of its type only', async (name) => {
    for (const wrong of [null, WHOLE[name as keyof typeof WHOLE] === false ? 1 : false, 'x', ['x'], {}, 7]) {
      const right = WHOLE[name as keyof typeof WHOLE]
      if (typeof wrong === typeof right && wrong !== null) continue
      await expect(read({ [name]: wrong })).rejects.toMatchObject({
        code: 'E_KMS_CONFIG',
        what: `${name} is of the wrong type`,
        expected: typeof right,
        got: typeof wrong,
      })
    }
  })

  test.each(['roots', 'accessKeys', 'hosts'])('says %s by a list', async (name) => {
    await expect(read({ [name]: {} })).rejects.toMatchObject({
      what: `${name} is of the wrong type`,
      expected: 'a list',
      got: 'object',
    })
  })

  test.each([
    ['profile', ['qingtian', 'nitro']],
    ['nonce', ['optional', 'required']],
    ['explain', ['none', 'summary', 'full']],
  ])('says %s by one of its words', async (name, words) => {
    for (const word of words) expect(await read({ [name]: word })).toEqual({ [name]: word })
    await expect(read({ [name]: 'other' })).rejects.toMatchObject({
      what: `${name} is none of its words`,
      expected: words.join(', '),
      got: 'other',
    })
  })

  test.each(['other', 'constructor', 'toString'])('has no name %s', async (name) => {
    await expect(read({ [name]: 'x' })).rejects.toMatchObject({
      code: 'E_KMS_CONFIG',
      what: 'a name is unknown',
      got: name,
    })
  })

  test.each([
    ['[]', 'a list'],
    ['null', 'object'],
    ['7', 'number'],
  ])('is no %s', async (text, got) => {
    await expect(read(text)).rejects.toMatchObject({ what: 'the configuration is no object', got })
  })

  test('is JSON, in a file that can be read', async () => {
    await expect(read('{')).rejects.toMatchObject({
      code: 'E_KMS_CONFIG',
      what: 'the configuration is not JSON',
    })
    await expect(readConfig(join(folder, 'none.json'))).rejects.toMatchObject({ code: 'E_FILE' })
  })
})

describe('the application', () => {
  test('is told what the configuration says, and nothing of what it does not', () => {
    expect(appOptions({})).toEqual({ hosts: [] })
    const { accessKeys, unsigned, explain } = WHOLE as unknown as KmsConfig
    expect(appOptions({ accessKeys: accessKeys!, unsigned: unsigned!, explain: explain! })).toEqual({
      ...{ accessKeys, unsigned, explain },
      hosts: [],
    })
  })

  test('may be asked by the host that it listens on, where that is a name', () => {
    expect(appOptions({ host: 'kms', hosts: ['a'] }).hosts).toEqual(['a', 'kms'])
    expect(appOptions({ host: '::1' }).hosts).toEqual(['[::1]'])
    for (const host of ['0.0.0.0', '::']) expect(appOptions({ host, hosts: ['a'] }).hosts).toEqual(['a'])
  })

  test('a host stands in URLs as it must', () => {
    expect(['::1', 'fe80::2', 'kms', '127.0.0.1'].map(inUrl)).toEqual([
      '[::1]',
      '[fe80::2]',
      'kms',
      '127.0.0.1',
    ])
  })
})

describe('the KMS', () => {
  test('has the place that is said, in the folder that is said', async () => {
    await using kms = await openKms({ state: folder, region: 'north', account: '000000000007', domain: 'd7' })
    expect(kms.place).toMatchObject({ region: 'north', account: '000000000007', domain: 'd7' })
  })

  test('takes a root by its name, its fingerprint or its file', async () => {
    const pairs = Array.from({ length: 32 }, (_, at) => at.toString(16).padStart(2, '0'))
    for (const root of ['local', 'aws', 'huawei', pairs.join(':'), pairs.join('').toUpperCase()]) {
      await using _ = await openKms({ state: folder, roots: [root] })
    }
    for (const root of ['none.pem', pairs.slice(1).join(':'), `${pairs.join('')}00`, 'constructor.pem']) {
      await expect(openKms({ state: folder, roots: [root] }), root).rejects.toMatchObject({
        code: 'E_FILE',
        what: 'a root certificate cannot be read',
      })
    }
  })
})
