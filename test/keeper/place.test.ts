/**
 * The choice of the enclave's process: the one that the shell script started, if it fits, with what it was given; or a
 * new one.
 */
import { closeSync, fstatSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { EnclavePlace } from '../../src/hypervisor/host.ts'
import { openPlace } from '../../src/hypervisor/process-host.ts'
import { expectedComponent } from '../../src/keeper/expected-component.ts'
import { givenPlace } from '../../src/keeper/given-place.ts'
import { placeFor } from '../../src/keeper/place.ts'

vi.mock(import('node:fs'), async (original) => {
  const real = await original()
  return { ...real, closeSync: vi.fn(), fstatSync: vi.fn() as unknown as typeof fstatSync }
})
vi.mock('../../src/hypervisor/process-host.ts', () => ({ openPlace: vi.fn() }))
vi.mock('../../src/keeper/expected-component.ts', () => ({ expectedComponent: vi.fn() }))
vi.mock('../../src/keeper/given-place.ts', () => ({ givenPlace: vi.fn() }))

/** The descriptors that `bin/qt` leaves open for the keeper. */
const PIPES = { outgoing: 6, incoming: 7, lifeline: 8 }
const EXPECTED = 9
const OWN = 20

const made = { name: 'made' } as unknown as EnclavePlace
const given = { [Symbol.asyncDispose]: vi.fn() } as unknown as EnclavePlace
const ahead = { name: 'component', descriptor: OWN, [Symbol.dispose]: vi.fn() }

beforeEach(() => {
  vi.mocked(openPlace).mockReturnValue(made)
  vi.mocked(givenPlace).mockReturnValue(given)
})
afterEach(() => {
  vi.resetAllMocks()
  vi.unstubAllEnvs()
})

/** Sets the files that the descriptors refer to. */
function files(own: [dev: number, ino: number], expected: [dev: number, ino: number]): void {
  vi.mocked(fstatSync as (file: number) => unknown).mockImplementation((file) => {
    const [dev, ino] = file === OWN ? own : file === EXPECTED ? expected : [0, 0]
    return { dev, ino }
  })
}

test('is a new process if bin/qt started none', async () => {
  vi.stubEnv('WEBCLAVE_PLACE', undefined)
  vi.mocked(expectedComponent).mockReturnValue(ahead)
  expect(await placeFor('/a.eif', 128)).toBe(made)
  expect(expectedComponent).toHaveBeenCalledExactlyOnceWith('/a.eif', 128)
  expect(openPlace).toHaveBeenCalledExactlyOnceWith(128, ahead)
  expect(givenPlace).not.toHaveBeenCalled()
  expect(closeSync).not.toHaveBeenCalled()
  expect(ahead[Symbol.dispose]).toHaveBeenCalledTimes(1)
})

describe('a process that bin/qt started', () => {
  beforeEach(() => vi.stubEnv('WEBCLAVE_PLACE', '77 128'))

  test('is taken over by its pipes if it has the right memory, and its variable is removed', async () => {
    expect(await placeFor('/a.eif', 128)).toBe(given)
    expect(givenPlace).toHaveBeenCalledExactlyOnceWith(77, PIPES, undefined)
    expect(openPlace).not.toHaveBeenCalled()
    expect(closeSync).toHaveBeenCalledExactlyOnceWith(EXPECTED)
    expect(process.env['WEBCLAVE_PLACE']).toBeUndefined()
  })

  test('is told to compile its component file, if the image has exactly that file', async () => {
    vi.mocked(expectedComponent).mockReturnValue(ahead)
    files([1, 2], [1, 2])
    await placeFor('/a.eif', 128)
    expect(givenPlace).toHaveBeenCalledExactlyOnceWith(77, PIPES, 'component')
  })

  test.each<[string, [number, number]]>([
    ['another file', [1, 3]],
    ['a file with the same number on another disk', [2, 2]],
  ])('is not told to compile if it was given %s', async (_, expected) => {
    vi.mocked(expectedComponent).mockReturnValue(ahead)
    files([1, 2], expected)
    await placeFor('/a.eif', 128)
    expect(givenPlace).toHaveBeenCalledExactlyOnceWith(77, PIPES, undefined)
  })

  test.each([127, 129])('is killed if %i MiB are requested, and another is started', async (memoryMiB) => {
    vi.mocked(expectedComponent).mockReturnValue(ahead)
    files([1, 2], [1, 2])
    expect(await placeFor('/a.eif', memoryMiB)).toBe(made)
    expect(given[Symbol.asyncDispose]).toHaveBeenCalledTimes(1)
    expect(openPlace).toHaveBeenCalledExactlyOnceWith(memoryMiB, ahead)
  })
})
