/** The identity of a process, which distinguishes it from a later process with the same PID. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  bootId,
  identityOf,
  isAlive,
  killProcess,
  ownIdentity,
  pidOf,
} from '../../src/keeper/process-identity.ts'
import { remainsOf } from '../support/remains.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

test('a process is alive until it ends, and a later process with its PID has another identity', async () => {
  const child = spawn('sleep', ['60'])
  await once(child, 'spawn')
  const identity = identityOf(child.pid!)!
  expect(pidOf(identity)).toBe(child.pid)
  expect(isAlive(identity)).toBe(true)
  const impostor = `${child.pid}:${Number(identity.split(':')[1]) + 1}`
  expect(isAlive(impostor)).toBe(false)
  killProcess(impostor, 'SIGKILL')
  expect(isAlive(identity)).toBe(true)
  killProcess(identity, 'SIGKILL')
  await once(child, 'exit')
  expect(isAlive(identity)).toBe(false)
})

test('this process is alive, and one that does not exist is not', () => {
  expect(isAlive(ownIdentity())).toBe(true)
  expect(identityOf(2 ** 22 + 1)).toBeUndefined()
})

test('the identity is the PID and the start time of the process', () => {
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]!.split(' ')
  expect(ownIdentity()).toBe(`${process.pid}:${fields[19]}`)
  expect(pidOf('12:34')).toBe(12)
})

describe('on systems other than Linux', () => {
  beforeEach(() => void vi.spyOn(process, 'platform', 'get').mockReturnValue('darwin'))

  test('the start time is read from ps', async () => {
    const child = spawn('sleep', ['60'])
    await once(child, 'spawn')
    const identity = identityOf(child.pid!)!
    // Weekday, month, day, time and year.
    expect(identity).toMatch(
      new RegExp(`^${child.pid}:[A-Z][a-z]{2}-[A-Z][a-z]{2}-\\d+-\\d\\d:\\d\\d:\\d\\d-\\d{4}$`),
    )
    expect(isAlive(identity)).toBe(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(isAlive(identity)).toBe(false)
    expect(identityOf(child.pid!)).toBeUndefined()
  })

  test('ps is found without a PATH', () => {
    vi.stubEnv('PATH', undefined)
    expect(identityOf(process.pid)).toMatch(/^\d+:.*\d{4}$/)
  })

  test('a zombie is not alive', async () => {
    using remains = await remainsOf('exit 0')
    expect(identityOf(remains.pid)).toBeUndefined()
  })
})

describe('killing a process', () => {
  const failing = (code: string) =>
    vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error(code), { code })
    })

  test('does nothing if it has already exited', () => {
    failing('ESRCH')
    expect(() => killProcess(ownIdentity(), 'SIGKILL')).not.toThrow()
  })

  test('reports a process of another user', () => {
    failing('EPERM')
    expect(() => killProcess(ownIdentity(), 'SIGKILL')).toThrow('EPERM')
  })

  test('does nothing if another process has its PID', () => {
    const kill = failing('EPERM')
    killProcess(`${process.pid}:1`, 'SIGKILL')
    expect(kill).not.toHaveBeenCalled()
  })
})

test('a boot ID has eight characters', () => {
  expect(bootId()).toMatch(/^[0-9a-f]{8}$/)
  expect(readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').startsWith(bootId())).toBe(true)
})
