/** Processes and what tells them apart. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { identityOf, isAlive, killProcess, ownIdentity, pidOf } from '../../src/keeper/process-identity.ts'

test('a process is alive until it ends, and another one with its id is not it', async () => {
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

test('this process, and one that there is not', () => {
  expect(isAlive(ownIdentity())).toBe(true)
  expect(identityOf(2 ** 22 + 1)).toBeUndefined()
})
