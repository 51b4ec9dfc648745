/** The options that commands for images share, at their limits. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { OptionValues } from '../../../src/cli/core/command.ts'
import {
  readBuildTime,
  readCustomMetadata,
  readEnvironment,
  readManifestFile,
  readProfile,
  readSigner,
} from '../../../src/cli/core/image-options.ts'

const folder = mkdtempSync(join(tmpdir(), 'image-options-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

describe('the environment', () => {
  test('may have each name once, with any value', () => {
    expect(readEnvironment([])).toEqual({})
    expect(readEnvironment(['A=1', 'b==', 'C='])).toEqual({ A: '1', b: '=', C: '' })
    expect(Object.keys(readEnvironment(['__proto__=x']))).toEqual(['__proto__'])
  })

  test.each([[['A']], [['=1']], [['']], [['A=1', 'B=2', 'A=1']]])('rejects %j', (pairs) => {
    expect(() => readEnvironment(pairs)).toThrow(
      expect.objectContaining({ code: 'E_USAGE', what: 'invalid --env', got: pairs.at(-1) }),
    )
  })
})

describe('the time of a build', () => {
  const read = (time: string | undefined) => readBuildTime(new OptionValues({ 'build-time': time }))

  test.each([
    undefined,
    '2026-11-23T12:00:00Z',
    '2026-11-23T12:00:00.1Z',
    '2026-11-23T12:00:00.123456789+02:00',
    '2024-02-29T00:00:00-11:30',
  ])('may be %s', (time) => expect(read(time)).toBe(time))

  test.each([
    '',
    '2026-11-23',
    '2026-11-23T12:00Z',
    '2026-11-23T12:00:00',
    '2026-11-23T12:00:00.Z',
    '2026-11-23T12:00:00.1234567890Z',
    '2026-13-23T12:00:00Z',
    '2026-11-23T25:00:00Z',
    ' 2026-11-23T12:00:00Z',
    '2026-11-23T12:00:00Z ',
    'now',
  ])('is not %j', (time) => {
    expect(() => read(time)).toThrow(
      expect.objectContaining({ code: 'E_USAGE', what: 'invalid --build-time' }),
    )
  })
})

describe('custom metadata', () => {
  const padded = (length: number, unit = ' ') =>
    `{"a":"${unit.repeat((length - 8) / Buffer.byteLength(unit))}"}`

  test('has at most 4096 bytes', async () => {
    for (const text of [padded(4095), padded(4096), padded(4096, 'é')])
      expect(await readCustomMetadata(file('metadata', text))).toEqual(JSON.parse(text))
    for (const text of [padded(4097), padded(4098, 'é')]) {
      await expect(readCustomMetadata(file('metadata', text))).rejects.toMatchObject({
        code: 'E_IMAGE_METADATA',
        expected: 'at most 4096 bytes',
        got: String(Buffer.byteLength(text)),
      })
    }
  })

  test('is one JSON object', async () => {
    expect(await readCustomMetadata(file('metadata', '{}'))).toEqual({})
    for (const text of ['[]', 'null', '7', '"a"']) {
      await expect(readCustomMetadata(file('metadata', text)), text).rejects.toMatchObject({
        code: 'E_IMAGE_METADATA',
        expected: 'a JSON object',
      })
    }
    await expect(readCustomMetadata(file('metadata', '{'))).rejects.toMatchObject({
      code: 'E_IMAGE_METADATA',
    })
    await expect(readCustomMetadata(join(folder, 'none'))).rejects.toMatchObject({ code: 'E_FILE' })
  })
})

test('a manifest is JSON', async () => {
  expect(await readManifestFile(file('manifest', '{"memoryMiB":64}'))).toEqual({ memoryMiB: 64 })
  const path = file('manifest', '{"memoryMiB":64,')
  await expect(readManifestFile(path)).rejects.toMatchObject({
    code: 'E_IMAGE_CONTENT',
    what: `the manifest ${path} is not valid JSON`,
  })
})

test('a profile is qingtian or nitro, by default qingtian', () => {
  const read = (profile?: string) => readProfile(new OptionValues({ profile }))
  expect([read(), read('qingtian'), read('nitro')]).toEqual(['qingtian', 'qingtian', 'nitro'])
  for (const profile of ['', 'Nitro', 'aws'])
    expect(() => read(profile)).toThrow(/E_USAGE: unknown --profile/)
})

describe('the signer', () => {
  const read = (key?: string, certificate?: string) =>
    readSigner(new OptionValues({ 'private-key': key, 'signing-certificate': certificate }))

  test('is a key and its certificate, or undefined', async () => {
    expect(await read()).toBeUndefined()
    expect(await read(file('key', 'K'), file('certificate', 'C'))).toEqual({
      privateKeyPem: 'K',
      certificatePem: 'C',
    })
  })

  test('cannot be only a key or only a certificate', async () => {
    await expect(read('key')).rejects.toMatchObject({
      code: 'E_USAGE',
      what: '--signing-certificate is missing',
    })
    await expect(read(undefined, 'c')).rejects.toMatchObject({
      code: 'E_USAGE',
      what: '--private-key is missing',
    })
  })
})
