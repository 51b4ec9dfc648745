/** Components in files: which files are complete, and when their parts are read. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { encodeAhead, encodeBoot, encodeCode } from '../../src/boundary/program-frames.ts'
import { StoredComponent } from '../../src/keeper/stored-component.ts'
import { openDescriptors } from '../support/descriptors.ts'
import { useHome } from './own-home.ts'

const home = useHome()
const path = () => join(home.path, 'component')
const glue = 'export const glue = "ü"'
const modules = new Map([
  ['one', Uint8Array.of(1, 2, 3)],
  ['two', Uint8Array.of(4)],
])

/** The bytes of a file with a component. */
const bytesOf = (code?: Uint8Array<ArrayBuffer>) =>
  Buffer.concat(encodeCode(`kernel;${glue}`, { glue, moduleBytes: modules, code }))

describe('a component', () => {
  test('is returned as it was written, named like its file', () => {
    writeFileSync(path(), bytesOf(Uint8Array.of(9)))
    const stored = StoredComponent.open(path())
    expect([stored.name, stored.hasCode]).toEqual(['component', true])
    expect(stored.glue).toBe(glue)
    expect(stored.code).toEqual(Uint8Array.of(9))
    expect(stored.moduleBytes).toEqual(modules)
  })

  test('may have no code cache', () => {
    writeFileSync(path(), bytesOf())
    const stored = StoredComponent.open(path())
    expect([stored.hasCode, stored.code, stored.glue]).toEqual([false, undefined, glue])
  })

  test('is read once, on request, and its file is closed', () => {
    writeFileSync(path(), bytesOf())
    const stored = StoredComponent.open(path())
    expect(openDescriptors(path())).toBe(0)
    expect(stored.moduleBytes).toBe(stored.moduleBytes)
    writeFileSync(path(), '')
    expect(stored.glue).toBe(glue)
  })
})

describe('opening a component fails', () => {
  const whole = bytesOf(Uint8Array.of(9))
  const boot = Buffer.concat(
    encodeBoot({ boot: { files: new Map(), source: undefined } as never, cpuLimit: undefined }),
  )
  const refuses = (bytes: Uint8Array, words: RegExp | string) => {
    writeFileSync(path(), bytes)
    expect(() => StoredComponent.open(path())).toThrow(words)
    expect(openDescriptors(path())).toBe(0)
  }

  test('if the file does not exist', () => {
    expect(() => StoredComponent.open(path())).toThrow('ENOENT')
  })

  test('if the file is truncated anywhere', () => {
    const head = whole.readUInt32LE(0)
    for (const length of [0, 1, 4]) refuses(whole.subarray(0, length), `${path()} is truncated`)
    for (const length of [5, 6, 4 + head]) refuses(whole.subarray(0, length), `${path()} is truncated`)
    for (const length of [5 + head, whole.byteLength - 1])
      refuses(whole.subarray(0, length), `${path()} is not a complete component`)
  })

  test('if the file has trailing bytes', () => {
    refuses(Buffer.concat([whole, Uint8Array.of(0)]), 'is not a complete component')
  })

  test('if the file contains a frame of another kind', () => {
    refuses(boot, 'is not a complete component')
    refuses(Buffer.concat(encodeAhead()), 'is not a complete component')
  })
})
