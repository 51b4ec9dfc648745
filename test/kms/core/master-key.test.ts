/** The master key: in memory, or in a file of this user, whose invalid contents are refused. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createMasterKey, persistentMasterKey } from '../../../src/kms/core/master-key.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'master-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const FILE = 'kms-master.key'
const iv = new Uint8Array(12)

/** Whether `other` decrypts what `one` encrypts. */
async function areTheSame(one: CryptoKey, other: CryptoKey): Promise<boolean> {
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, one, Uint8Array.of(1))
  return crypto.subtle.decrypt({ name: 'AES-GCM', iv }, other, sealed).then(
    () => true,
    () => false,
  )
}

test('a new key has 256 bits, differs each time, and is not extractable', async () => {
  const [one, other] = [await createMasterKey(), await createMasterKey()]
  expect(one).toMatchObject({ algorithm: { name: 'AES-GCM', length: 256 }, extractable: false })
  expect(one.usages.toSorted()).toEqual(['decrypt', 'encrypt'])
  expect(await areTheSame(one, one)).toBe(true)
  expect(await areTheSame(one, other)).toBe(false)
})

describe('a stored key', () => {
  test('is created once, in a file that only this user can read, and is not extractable', async () => {
    const created = await persistentMasterKey(folder)
    const reloaded = await persistentMasterKey(folder)
    expect(await areTheSame(created, reloaded)).toBe(true)
    expect(reloaded.extractable).toBe(false)
    expect(reloaded.usages.toSorted()).toEqual(['decrypt', 'encrypt'])
    expect(readdirSync(folder)).toEqual([FILE])
    expect(readFileSync(join(folder, FILE), 'latin1')).toMatch(/^[A-Za-z0-9+/]{43}=\n$/)
    expect(statSync(join(folder, FILE)).mode & 0o777).toBe(0o600)
  })

  test('differs in another folder, and is in this user’s state directory by default', async () => {
    vi.stubEnv('XDG_STATE_HOME', join(folder, 'state'))
    const [own, other] = [await persistentMasterKey(), await persistentMasterKey(join(folder, 'other'))]
    expect(await areTheSame(own, other)).toBe(false)
    expect(readdirSync(join(folder, 'state', 'webclave'))).toEqual([FILE])
    expect(readdirSync(join(folder, 'other'))).toEqual([FILE])
  })

  test('is the 32 bytes in the file, with or without a newline', async () => {
    const text = Buffer.from(Uint8Array.from({ length: 32 }, (_, at) => at)).toString('base64')
    const raw = Uint8Array.from({ length: 32 }, (_, at) => at)
    const known = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt'])
    for (const end of ['', '\n']) {
      writeFileSync(join(folder, FILE), text + end, { mode: 0o600 })
      expect(await areTheSame(known, await persistentMasterKey(folder))).toBe(true)
    }
  })

  test.each([
    ['nothing', ''],
    ['31 bytes', Buffer.alloc(31).toString('base64')],
    ['33 bytes', Buffer.alloc(33).toString('base64')],
    ['24 bytes', Buffer.alloc(24).toString('base64')],
    ['two newlines', `${Buffer.alloc(32).toString('base64')}\n\n`],
    ['a leading space', ` ${Buffer.alloc(32).toString('base64')}`],
    ['characters outside base64', `${'*'.repeat(43)}=`],
  ])('is refused if the file contains %s', async (_, text) => {
    writeFileSync(join(folder, FILE), text, { mode: 0o600 })
    await expect(persistentMasterKey(folder)).rejects.toMatchObject({
      code: 'E_KMS_MASTER_TEXT',
      expected: '32 bytes in base64',
      got: `${text.length} characters`,
    })
  })
})
