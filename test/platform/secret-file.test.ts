/** A secret in a file: private, written atomically, and the same for all callers. */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { SecretForms } from '../../src/platform/secret.ts'
import { SecretFile, stateFolder } from '../../src/platform/secret-file.ts'
import { openSecretStore } from '../../src/platform/secret-store.ts'

let root: string
let created: boolean[]
let next: number
const FILE = 'secret.txt'
const code = (name: string) => expect.objectContaining({ code: `E_ROOT_${name}` })

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'webclave-secret-'))
  ;[created, next] = [[], 0]
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(root, { recursive: true })
})

const forms: SecretForms<string> = {
  async make(extractable) {
    created.push(extractable)
    next += 1
    return `secret ${next}`
  },
  toText: async (secret) => `<${secret}>`,
  fromText: async (text) => text.slice(1, -1),
}
const folder = () => join(root, 'a/b')
const place = () => ({
  file: FILE,
  folder: folder(),
  database: ['d', 's', 'r'] as const,
  called: 'example',
  code: 'E_ROOT' as const,
  renew: 'remove it',
  without: 'do without',
})
const store = () => new SecretFile(forms, place())
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

describe('a secret', () => {
  test('is created once, extractable, in a private folder, and then read', async () => {
    expect([await store().load(), await store().load()]).toEqual(['secret 1', 'secret 1'])
    expect(created).toEqual([true])
    expect(await readFile(join(folder(), FILE), 'utf8')).toBe('<secret 1>')
    expect([await modeOf(folder()), await modeOf(join(folder(), FILE))]).toEqual(['700', '600'])
    expect(await readdir(folder())).toEqual([FILE])
  })

  test('is the same for concurrent callers', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => store().load()))
    expect(new Set(all).size).toBe(1)
    expect(await readdir(folder())).toEqual([FILE])
  })

  test('is replaced by rotate, also if the old file was not private', async () => {
    await store().load()
    await chmod(join(folder(), FILE), 0o644)
    expect(await store().rotate()).toBe('secret 2')
    expect(await store().load()).toBe('secret 2')
    expect(await modeOf(join(folder(), FILE))).toBe('600')
    expect(await readdir(folder())).toEqual([FILE])
  })

  test('is stored in a file in Node', () => {
    expect(openSecretStore(forms, place())).toBeInstanceOf(SecretFile)
  })
})

describe('a secret store', () => {
  test.each([0o610, 0o601, 0o640, 0o604, 0o620, 0o602])(
    'refuses a file of mode %d, which others can access',
    async (mode) => {
      await store().load()
      await chmod(join(folder(), FILE), mode)
      await expect(store().load()).rejects.toThrow(code('MODE'))
    },
  )

  test.each([0o600, 0o400])('accepts a file of mode %d', async (mode) => {
    await store().load()
    await chmod(join(folder(), FILE), mode)
    expect(await store().load()).toBe('secret 1')
  })

  test('refuses a folder that others can access, and writes nothing there', async () => {
    await mkdir(folder(), { recursive: true })
    await chmod(folder(), 0o710)
    await expect(store().load()).rejects.toThrow(code('MODE'))
    await expect(store().rotate()).rejects.toThrow(code('MODE'))
    expect(await readdir(folder())).toEqual([])
  })

  test('refuses a file of another user', async () => {
    await store().load()
    vi.spyOn(process, 'getuid').mockReturnValue(process.getuid!() + 1)
    await expect(store().load()).rejects.toThrow(code('OWNER'))
  })

  test('accepts any mode on a system without user IDs', async () => {
    await store().load()
    await chmod(join(folder(), FILE), 0o644)
    vi.spyOn(process, 'getuid').mockReturnValue(undefined as unknown as number)
    expect(await store().load()).toBe('secret 1')
  })
})

describe('an invalid secret file', () => {
  const put = async (length: number) => {
    await mkdir(folder(), { recursive: true, mode: 0o700 })
    await writeFile(join(folder(), FILE), 'x'.repeat(length), { mode: 0o600 })
  }

  test('has more than 64 KiB', async () => {
    await put(65_536)
    expect(await store().load()).toHaveLength(65_534)
    await put(65_537)
    await expect(store().load()).rejects.toThrow(code('FILE'))
  })

  test('is a folder, or a link to a file', async () => {
    await mkdir(join(folder(), FILE), { recursive: true, mode: 0o700 })
    await expect(store().load()).rejects.toThrow(code('FILE'))
    await rm(join(folder(), FILE), { recursive: true })
    await writeFile(join(root, 'other'), '<other>', { mode: 0o600 })
    await symlink(join(root, 'other'), join(folder(), FILE))
    await expect(store().load()).rejects.toThrow(code('FILE'))
  })

  test('is not an empty one, which the parser of the secret must check', async () => {
    await put(0)
    expect(await store().load()).toBe('')
    expect(created).toEqual([])
  })
})

test('a folder that cannot be created, and a file that cannot be written, are reported and leave nothing behind', async () => {
  await writeFile(join(root, 'a'), '')
  await expect(store().load()).rejects.toThrow(code('FILE'))
  await rm(join(root, 'a'))
  await mkdir(join(folder(), FILE), { recursive: true, mode: 0o700 })
  await expect(store().rotate()).rejects.toThrow(code('FILE'))
  expect(await readdir(folder())).toEqual([FILE])
})

test('the state folder follows the XDG specification; a relative path is ignored', async () => {
  const usual = join(homedir(), '.local/state/webclave')
  try {
    vi.stubEnv('XDG_STATE_HOME', '/somewhere')
    expect(await stateFolder()).toBe('/somewhere/webclave')
    for (const ignored of ['', 'relative/folder', undefined]) {
      vi.stubEnv('XDG_STATE_HOME', ignored)
      expect(await stateFolder()).toBe(usual)
    }
  } finally {
    vi.unstubAllEnvs()
  }
})
