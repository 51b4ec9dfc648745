/** The two profiles, and the format of a new instance's ID in each cloud. */
import { expect, test } from 'vitest'
import { signalOf } from '../../src/parent/arguments.ts'
import { Faults } from '../../src/parent/index.ts'
import { checkParent, checkProfile, checkStart, newInstanceId } from '../../src/parent/options.ts'

test.each(['qingtian', 'nitro'])('the profile %s is accepted', (profile) => {
  expect(checkProfile(profile)).toBe(profile)
})

test.each(['', 'sgx', 'Nitro', 'toString', undefined])('the profile %s is refused', (profile) => {
  expect(() => checkProfile(profile as string)).toThrow(
    expect.objectContaining({ code: 'E_PARENT_OPTION', what: 'unknown profile', got: String(profile) }),
  )
})

test('an instance ID in qingtian is a random UUID', () => {
  expect(newInstanceId('qingtian')).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  expect(newInstanceId('qingtian')).not.toBe(newInstanceId('qingtian'))
})

test('an instance ID in nitro is i-0 and 16 random hexadecimal digits', () => {
  expect(newInstanceId('nitro')).toMatch(/^i-0[0-9a-f]{16}$/)
  expect(newInstanceId('nitro')).not.toBe(newInstanceId('nitro'))
})

const refusal = (check: () => void) => {
  try {
    check()
  } catch (error) {
    const { code, what, got } = error as Record<string, unknown>
    return { code, what, got }
  }
}

test.each(['thread', 'Process', '', null, 1])('the isolation %s is refused', (isolation) => {
  const options = { vcpus: 1, memoryMiB: 64, isolation: isolation as 'process' }
  expect(refusal(() => checkStart(options))).toEqual({
    code: 'E_PARENT_OPTION',
    what: 'unknown isolation',
    got: String(isolation),
  })
})

test.each(['worker', 'process', undefined] as const)('the isolation %s is accepted', (isolation) => {
  checkStart({ vcpus: 1, memoryMiB: 64, isolation })
})

test('a mistyped option of a start or of a parent instance is refused by name', () => {
  const share = { vcpus: 1, memoryMiB: 64 }
  const start = { ...share, isolaton: 'process' }
  expect(refusal(() => checkStart(start))).toMatchObject({ code: 'E_PARENT_OPTION', got: '"isolaton"' })
  const parent = { ...share, toString: true }
  expect(refusal(() => checkParent(parent as never))).toMatchObject({ got: '"toString"' })
})

test.each([undefined, null, 'x', []])('%s is refused as options', (options) => {
  for (const check of [checkStart, checkParent])
    expect(refusal(() => check(options as never))).toMatchObject({ code: 'E_PARENT_OPTION' })
})

test.each([{ delay: 5 }, null, 5])('%j is refused as faults, with which no enclave would start', (faults) => {
  const options = { vcpus: 1, memoryMiB: 64, faults: faults as unknown as Faults }
  const expected = { code: 'E_PARENT_OPTION', what: 'the faults are not a Faults' }
  expect(refusal(() => checkStart(options))).toMatchObject(expected)
  checkStart({ ...options, faults: new Faults() })
})

test('a mistyped option of a connection or a listener is refused by name', () => {
  const { signal } = new AbortController()
  expect(refusal(() => signalOf({ sgnal: signal }))).toMatchObject({
    code: 'E_PARENT_OPTION',
    got: '"sgnal"',
  })
  expect(signalOf({ signal })).toBe(signal)
})
