/** The records of enclaves in the ledger: which enclaves run, and what their keepers reported. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import {
  type EnclaveRecord,
  enclaveDirectory,
  FILES,
  isHeld,
  openLedger,
  removeFiles,
  runningEnclaves,
} from '../../src/keeper/enclave-record.ts'
import { findEnclave, listEnclaves } from '../../src/keeper/enclaves.ts'
import { instanceId } from '../../src/keeper/instance-id.ts'
import { ownIdentity } from '../../src/keeper/process-identity.ts'
import { useHome } from './own-home.ts'

const home = useHome()
const DEAD = `${2 ** 22 + 1}:1`

const record = (id: number, more: Partial<EnclaveRecord> = {}): EnclaveRecord => ({
  id,
  cid: id + 4,
  cpus: [1],
  memoryMiB: 128,
  debug: false,
  profile: 'qingtian',
  name: '',
  holder: ownIdentity(),
  gone: false,
  ...more,
})

/** Adds enclaves to the ledger. */
const addToLedger = (...enclaves: EnclaveRecord[]) => {
  for (let turn = 0; turn < 2; turn++)
    openLedger().update((state) => (state.enclaves.length ? undefined : { enclaves }))
}

function writeDescription(id: number, text: string): void {
  mkdirSync(enclaveDirectory(id), { recursive: true, mode: 0o700 })
  writeFileSync(join(enclaveDirectory(id), FILES.details), text)
}

test('an enclave is running or starting as long as its keeper lives and has not returned its share', () => {
  expect(isHeld(record(0))).toBe(true)
  expect(isHeld(record(0, { gone: true }))).toBe(false)
  expect(isHeld(record(0, { holder: DEAD }))).toBe(false)
})

describe('the running enclaves', () => {
  test('are listed by ID, with the descriptions written by their keepers', () => {
    writeDescription(1, '{"moduleId":"i-1"}')
    const running = runningEnclaves([
      record(5),
      record(1),
      record(3, { gone: true }),
      record(2, { holder: DEAD }),
    ])
    expect(running).toEqual([
      { ...record(1), details: { moduleId: 'i-1' } },
      { ...record(5), details: undefined },
    ])
  })

  test('may have no description yet, or no directory any more', () => {
    expect(runningEnclaves([record(1)])[0]!.details).toBeUndefined()
    mkdirSync(home.runtime(), { recursive: true })
    writeFileSync(enclaveDirectory(1), '')
    expect(runningEnclaves([record(1)])[0]!.details).toBeUndefined()
  })

  test('cause an error if the description is not JSON or not a file', () => {
    writeDescription(1, '{')
    expect(() => runningEnclaves([record(1)])).toThrow(
      /E_STATE_FILE: the description of enclave 1 cannot be read/,
    )
    mkdirSync(join(enclaveDirectory(2), FILES.details), { recursive: true })
    expect(() => runningEnclaves([record(2)])).toThrow(/E_STATE_FILE: .*EISDIR/)
  })

  test('are found by any condition', () => {
    expect(listEnclaves()).toEqual([])
    expect(() => findEnclave(() => true, '7')).toThrow(
      'E_ENCLAVE_UNKNOWN: the required enclave 7 is not running; expected a running enclave, of which there are none; run qt enclave query to list the enclaves',
    )
    addToLedger(record(2), record(1))
    expect(listEnclaves().map(({ id }) => id)).toEqual([1, 2])
    expect(findEnclave(({ cid }) => cid === 6, 'of CID 6').id).toBe(2)
    expect(() => findEnclave(({ id }) => id === 7, '7')).toThrow(/expected enclave 1, enclave 2;/)
  })
})

describe('the files of an enclave', () => {
  test('are removed with their directory, and may be missing already', () => {
    writeDescription(1, '{}')
    removeFiles(1)
    expect(existsSync(enclaveDirectory(1))).toBe(false)
    removeFiles(1)
  })

  test('that cannot be removed cause an error', () => {
    vi.stubEnv('XDG_RUNTIME_DIR', `/${'x'.repeat(300)}`)
    expect(() => removeFiles(1)).toThrow(/E_STATE_FILE: the directory .*webclave\/1 cannot be removed/)
  })
})

test('the instance has one permanent ID for each cloud', () => {
  const [qingtian, nitro] = [instanceId('qingtian'), instanceId('nitro')]
  expect(nitro).toMatch(/^i-[0-9a-f]{17}$/)
  expect(qingtian).toMatch(/^\S+$/)
  expect(qingtian).not.toBe(nitro)
  expect([instanceId('qingtian'), instanceId('nitro')]).toEqual([qingtian, nitro])
  writeFileSync(home.state('instance-id.nitro'), ' i-0123 \n')
  expect(instanceId('nitro')).toBe('i-0123')
})
