/** The import object: every interface of the world by its name, and nothing else. */
import { describe, expect, test } from 'vitest'
import { type BootMessage, CRYPTO_MODULE } from '../../src/boundary/boot-message.ts'
import { isLowered } from '../../src/boundary/lowered-calls.ts'
import { ARTEFACTS, readArtefact } from '../../src/platform/artefacts.ts'
import { live } from './life.ts'

const cryptoModule = async () =>
  new Map([[CRYPTO_MODULE, await WebAssembly.compile(await readArtefact(ARTEFACTS.crypto))]])

describe('what a component may import', () => {
  const importsOf = async (more: Partial<BootMessage> = {}) => {
    let imports: Record<string, unknown> = {}
    const { rig } = await live((_, given) => {
      imports = given
      return { run: { run() {} } }
    }, more)
    return { rig, imports }
  }

  test('is the world, and no inherited property', async () => {
    const { imports } = await importsOf()
    expect(Object.getPrototypeOf(imports)).toBeNull()
    expect(
      Object.keys(imports)
        .toSorted()
        .filter((name) => !/^(wasi|webclave):/.test(name)),
    ).toEqual(['qingtian:enclave/qtsm', 'qingtian:enclave/vsock'])
    expect('webclave:engine/application' in imports).toBe(false)
  })

  test('has no interface, class or prototype that inherits a name', async () => {
    const { imports } = await importsOf({ source: new Uint8Array(), modules: await cryptoModule() })
    const inherits = (value: object) => Object.getPrototypeOf(value) !== null
    const found: string[] = []
    let classes = 0
    for (const [name, members] of Object.entries(imports) as [string, Record<string, object>][]) {
      if (inherits(members)) found.push(name)
      for (const [member, value] of Object.entries(members)) {
        if (!/^[A-Z]/.test(member)) continue
        classes += 1
        const { prototype } = value as { prototype: object }
        if (inherits(value) || inherits(prototype) || 'constructor' in prototype)
          found.push(`${name}.${member}`)
        expect(() => Reflect.construct(value as () => void, []), member).toThrow('by the kernel only')
      }
    }
    expect(found).toEqual([])
    expect(classes).toBeGreaterThan(8)
  })

  test('converts the arguments of exactly the calls that the glue leaves to it', async () => {
    const { imports } = await importsOf({ source: new Uint8Array(), modules: await cryptoModule() })
    const wrong: string[] = []
    let lowered = 0
    const look = (name: string, members: object) => {
      for (const [member, { value }] of Object.entries(Object.getOwnPropertyDescriptors(members))) {
        if (/^[A-Z]/.test(member)) {
          look(name, value)
          look(name, value.prototype)
        } else if (member !== 'prototype' && typeof value === 'function') {
          const isHere = Symbol.for('cabiLower') in value
          if (isHere !== isLowered(name, member)) wrong.push(`${name}#${member}`)
          if (isHere) lowered++
        }
      }
    }
    for (const [name, members] of Object.entries(imports)) look(name, members as object)
    expect(wrong).toEqual([])
    expect(lowered).toBeGreaterThan(40)
  })

  test('includes the fine clock only if it is allowed', async () => {
    const resolution = (imports: Record<string, unknown>) =>
      (imports['wasi:clocks/monotonic-clock'] as { resolution(): bigint }).resolution()
    expect(resolution((await importsOf()).imports)).toBe(1_000_000n)
    expect(resolution((await importsOf({ fineClock: true })).imports)).toBe(1000n)
    const { imports } = await importsOf()
    expect((imports['wasi:clocks/wall-clock'] as { now(): unknown }).now()).toEqual({
      seconds: 7n,
      nanoseconds: 0,
    })
  })
})
