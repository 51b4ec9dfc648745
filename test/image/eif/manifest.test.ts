/** Descriptor, command line and manifest: each member at its limits, and with a wrong type. */
import { describe, expect, it } from 'vitest'
import type { Bytes } from '../../../src/base/bytes.ts'
import {
  readCommandLine,
  readDescriptor,
  readManifest,
  writeCommandLine,
  writeDescriptor,
  writeManifest,
} from '../../../src/image/eif/manifest.ts'
import { codeOf, KERNEL, text } from '../support.ts'

const json = (value: unknown): Bytes => text(JSON.stringify(value))
const CODE = 'E_IMAGE_CONTENT'

describe('the manifest', () => {
  it.each([
    {},
    { memoryMiB: 1 },
    { memoryMiB: 65_536 },
    { debug: false, fineClock: true },
    { destinations: [] },
    { destinations: ['a:0', 'A.b-c:65535', `${'a'.repeat(253)}:1`] },
  ])('accepts %j', (manifest) => {
    const bytes = writeManifest(manifest)
    expect(new TextDecoder().decode(bytes)).toBe(JSON.stringify(manifest))
    expect(readManifest(bytes)).toEqual(manifest)
  })

  it.each([
    [{ roots: '' }],
    [{ roots: 1 }],
    [{ pageFetch: 'yes' }],
    [{ proxyPort: -1 }],
    [{ proxyPort: 1.5 }],
    [{ proxyPort: 2 ** 32 }],
    [{ destinations: ['a.example'] }],
    [{ destinations: ['a.example:1-'] }],
    [{ memoryMiB: 0 }],
    [{ memoryMiB: -1 }],
    [{ memoryMiB: 65_537 }],
    [{ memoryMiB: 1.5 }],
    [{ memoryMiB: '1' }],
    [{ memoryMiB: null }],
    [{ debug: 1 }],
    [{ debug: null }],
    [{ fineClock: 'yes' }],
    [{ destinations: 'a:1' }],
    [{ destinations: [5] }],
    [{ destinations: ['a'] }],
    [{ destinations: ['a:1', 'b'] }],
    [{ destinations: ['a:123456'] }],
    [{ destinations: ['a:'] }],
    [{ destinations: [':1'] }],
    [{ destinations: ['a b:1'] }],
    [{ destinations: [`${'a'.repeat(254)}:1`] }],
    [{ other: 1 }],
    [{ toString: 1 }],
    [[]],
    [null],
    ['text'],
  ])('rejects %j', async (value) => {
    expect(await codeOf(() => readManifest(json(value)))).toBe(CODE)
  })
})

describe('the command line', () => {
  const name = `_${'a'.repeat(127)}`
  it.each([
    { args: [], env: {} },
    { args: ['', 'ü', '\u0001'], env: { A: '', _: 'x', a1: '\n' } },
    { args: [], env: { [name]: 'x' } },
  ])('accepts %j', (line) => {
    const read = readCommandLine(writeCommandLine(line))
    expect(read.args).toEqual(line.args)
    expect({ ...read.env }).toEqual(line.env)
    expect(Object.getPrototypeOf(read.env)).toBeNull()
  })

  it.each([
    [{ args: [] }],
    [{ env: {} }],
    [{ args: {}, env: {} }],
    [{ args: [1], env: {} }],
    [{ args: ['\0'], env: {} }],
    [{ args: [], env: [] }],
    [{ args: [], env: null }],
    [{ args: [], env: { A: 1 } }],
    [{ args: [], env: { A: '\0' } }],
    [{ args: [], env: { '': 'x' } }],
    [{ args: [], env: { '1A': 'x' } }],
    [{ args: [], env: { 'A-B': 'x' } }],
    [{ args: [], env: { [`${name}a`]: 'x' } }],
    [{ args: [], env: {}, more: 1 }],
  ])('rejects %j', async (value) => {
    expect(await codeOf(() => readCommandLine(json(value)))).toBe(CODE)
  })

  it.each([
    [{ 'A B': 'hunter2' }, /got the name "A B"$/],
    [{ OK: 'hunter2', TOKEN: 'hunter2\0' }, /got another value of TOKEN$/],
    [['hunter2'], /got an array$/],
  ])('does not show values of the environment: %j', (env, expected) => {
    const write = () => writeCommandLine({ args: [], env } as never)
    expect(write).toThrow(expected)
    expect(write).not.toThrow('hunter2')
  })
})

describe('the kernel descriptor', () => {
  const GOOD = {
    kernel: 'webclave',
    sha384: 'ab'.repeat(48),
    version: '0.1.0',
    wit: 'qingtian:enclave@0.1.0',
  }

  it('has four members', () => {
    const bytes = writeDescriptor(KERNEL)
    expect(new TextDecoder().decode(bytes)).toBe(JSON.stringify(GOOD))
    expect(readDescriptor(bytes)).toEqual(GOOD)
  })

  it.each([
    [{ kernel: 'linux' }],
    [{ kernel: undefined }],
    [{ version: '' }],
    [{ version: 1 }],
    [{ version: undefined }],
    [{ sha384: 'AB'.repeat(48) }],
    [{ sha384: 'a'.repeat(95) }],
    [{ sha384: 'a'.repeat(97) }],
    [{ sha384: 5 }],
    [{ wit: 'qingtian:enclave@0.2.0' }],
    [{ more: 1 }],
  ])('rejects %j', async (change) => {
    expect(await codeOf(() => readDescriptor(json({ ...GOOD, ...change })))).toBe(CODE)
    expect(readDescriptor(json(GOOD))).toEqual(GOOD)
  })
})
