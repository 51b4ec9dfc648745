/** The import object: every interface of the world under its name, and no more. */
import { describe, expect, test } from 'vitest'
import type { BootMessage } from '../../src/boundary/boot-message.ts'
import { live } from './life.ts'

describe('what a component may import', () => {
  const importsOf = async (more: Partial<BootMessage> = {}) => {
    let imports: Record<string, unknown> = {}
    const { rig } = await live((_, given) => {
      imports = given
      return { run: { run() {} } }
    }, more)
    return { rig, imports }
  }

  test('is the world, the engine’s own names for WASI, and no inherited property', async () => {
    const { imports } = await importsOf()
    expect(Object.getPrototypeOf(imports)).toBeNull()
    expect(
      Object.keys(imports)
        .toSorted()
        .filter((name) => !/^(wasi|webclave):/.test(name)),
    ).toEqual(['qingtian:enclave/qtsm', 'qingtian:enclave/vsock'])
    expect(imports['webclave:io/poll']).toBe(imports['wasi:io/poll'])
    expect('webclave:engine/application' in imports).toBe(false)
  })

  test('has fine clocks only if they are allowed', async () => {
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
