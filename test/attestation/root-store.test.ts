/** The root that Node stores between runs: file modes, concurrent access, and refused files. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createRoot } from '../../src/attestation/issue/authority.ts'
import { rootFromText, rootToText } from '../../src/attestation/issue/root-text.ts'
import { fromPem, toPem } from '../../src/encoding/pem.ts'
import { persistentRoot } from '../../src/parent/root.ts'
import { qt } from '../support/qt.ts'
import { openssl } from './openssl.ts'

let state: string
let folder: string
let file: string

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'webclave-state-'))
  folder = join(state, 'webclave')
  file = join(folder, 'attestation-root.pem')
  vi.stubEnv('XDG_STATE_HOME', state)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  rmSync(state, { recursive: true })
})

const load = async () => toPem((await persistentRoot().load()).rootCertificate)
const rotate = async () => toPem((await persistentRoot().rotate()).rootCertificate)
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
const refused = (code: string) => expect.objectContaining({ name: 'EnclaveError', code })

describe('a stored root', () => {
  test('is created once, readable only by this user', async () => {
    const first = await load()
    expect([mode(folder), mode(file)]).toEqual(['700', '600'])
    expect(readdirSync(folder)).toEqual(['attestation-root.pem'])
    expect(await load()).toBe(first)
    expect(readFileSync(file, 'utf8')).toContain(first)
  })

  test('has a key that is not extractable, in a format that openssl reads', async () => {
    const { rootKey } = await persistentRoot().load()
    expect(rootKey.privateKey.extractable).toBe(false)
    const text = readFileSync(file, 'utf8')
    expect(openssl(['pkey', '-pubout'], text).output).toBe(
      openssl(['x509', '-noout', '-pubkey'], text).output,
    )
  })

  test('is rotated even if its file is invalid, and the old root is removed', async () => {
    const first = await load()
    const second = await rotate()
    expect(second).not.toBe(first)
    expect(await load()).toBe(second)
    writeFileSync(file, 'nothing of the kind')
    chmodSync(file, 0o644)
    const third = await rotate()
    expect(await load()).toBe(third)
    expect([mode(file), readdirSync(folder)]).toEqual(['600', ['attestation-root.pem']])
  })

  test('is in the home directory if $XDG_STATE_HOME is relative, as the specification says', async () => {
    vi.stubEnv('XDG_STATE_HOME', 'state')
    vi.stubEnv('HOME', state)
    await load()
    expect(mode(join(state, '.local/state/webclave/attestation-root.pem'))).toBe('600')
  })
})

describe('concurrent callers', () => {
  test('in one process all get the same root', async () => {
    const roots = await Promise.all(Array.from({ length: 16 }, load))
    expect(new Set(roots).size).toBe(1)
    expect(readFileSync(file, 'utf8')).toContain(roots[0])
    expect(readdirSync(folder)).toEqual(['attestation-root.pem'])
  })

  test('in three processes all get the same root', async () => {
    const outcomes = await Promise.all(Array.from({ length: 3 }, () => qt(['attestation', 'root'])))
    expect(outcomes.map(({ status, stderr }) => [status, stderr])).toEqual(Array(3).fill([0, '']))
    expect(new Set(outcomes.map(({ stdout }) => stdout)).size).toBe(1)
    expect(await load()).toBe(outcomes[0]?.stdout)
  })

  test('during a rotation get the old or the new root, never a partial one', async () => {
    await load()
    const rotations = Array.from({ length: 5 }, rotate)
    const read = await Promise.all(Array.from({ length: 40 }, load))
    await Promise.all(rotations)
    expect(read.every((pem) => fromPem(pem).length === 1)).toBe(true)
  })
})

describe('the store refuses', () => {
  test.each(['640', '604', '660', '666'])('a file with mode %s', async (bits) => {
    await load()
    chmodSync(file, Number.parseInt(bits, 8))
    await expect(load()).rejects.toEqual(refused('E_ROOT_MODE'))
  })

  test('a folder that others can enter', async () => {
    mkdirSync(folder, { mode: 0o755 })
    await expect(load()).rejects.toEqual(refused('E_ROOT_MODE'))
    await expect(rotate()).rejects.toEqual(refused('E_ROOT_MODE'))
    expect(readdirSync(folder)).toEqual([])
  })

  test('a file that belongs to another user', async () => {
    await load()
    const own = process.getuid?.() ?? 0
    vi.spyOn(process, 'getuid').mockReturnValue(own + 1)
    await expect(load()).rejects.toEqual(refused('E_ROOT_OWNER'))
  })

  test('a symbolic link', async () => {
    await load()
    const elsewhere = join(state, 'elsewhere.pem')
    writeFileSync(elsewhere, readFileSync(file), { mode: 0o600 })
    rmSync(file)
    symlinkSync(elsewhere, file)
    await expect(load()).rejects.toEqual(refused('E_ROOT_FILE'))
  })

  test('a folder instead of the file, and a file instead of the folder', async () => {
    mkdirSync(file, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
    await expect(load()).rejects.toEqual(refused('E_ROOT_FILE'))
    rmSync(folder, { recursive: true })
    writeFileSync(folder, '')
    await expect(load()).rejects.toEqual(refused('E_ROOT_FILE'))
  })

  test.each<[what: string, change: (text: string) => string | Promise<string>]>([
    ['no content', () => ''],
    ['half of its content', (text) => text.slice(0, text.length / 2)],
    ['no key', (text) => text.slice(text.indexOf('-----BEGIN CERT'))],
    ['a damaged key', (text) => text.replace('\nM', '\nN')],
    [
      'the key of another root',
      async (text) =>
        (await anotherRoot()).split(/(?=-----BEGIN CERT)/)[0]! + text.slice(text.indexOf('-----BEGIN CERT')),
    ],
    ['too much content', (text) => text + ' '.repeat(1 << 16)],
  ])('a file with %s', async (_, change) => {
    await load()
    writeFileSync(file, await change(readFileSync(file, 'utf8')))
    await expect(load()).rejects.toMatchObject({
      code: expect.stringMatching(/^E_ROOT_(?:TEXT|FILE)$/),
      hint: expect.stringContaining('--rotate'),
    })
  })

  test('an invalid file in qt, which exits with 1, until a rotation replaces it', async () => {
    await load()
    writeFileSync(file, 'x')
    const outcome = await qt(['attestation', 'root'])
    expect(outcome).toMatchObject({ status: 1, stdout: '' })
    expect(outcome.stderr).toContain('E_ROOT_TEXT')
    expect(await qt(['attestation', 'root', '--rotate'])).toMatchObject({ status: 0, stderr: '' })
  })
})

async function anotherRoot(): Promise<string> {
  return rootToText(await createRoot({ extractable: true }))
}

test('a root is written as text and read back if its key is extractable', async () => {
  const root = await createRoot({ extractable: true })
  expect((await rootFromText(await rootToText(root))).rootCertificate).toEqual(root.rootCertificate)
  await expect(rootToText(await createRoot())).rejects.toEqual(refused('E_CERTIFICATE_ROOT_SEALED'))
})
