/** What Linux reports about a process: its state, start time and exit status. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { identityOf } from '../../src/keeper/process-identity.ts'
import { statOf } from '../../src/keeper/process-stat.ts'
import { remainsOf, until } from '../support/remains.ts'

test('this process is running, has a start time, and no exit status yet', () => {
  const uptime = Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0])
  const stat = statOf(process.pid)!
  expect(stat).toMatchObject({ state: 'R', exitCode: 0 })
  expect(stat.beginning).toMatch(/^\d+$/)
  // The system counts hundredths of a second.
  const age = uptime - Number(stat.beginning) / 100
  expect(Math.abs(age - process.uptime())).toBeLessThan(60)
})

test('a process that does not exist has no status', () => {
  expect(statOf(2 ** 22 + 1)).toBeUndefined()
})

test('a process name with spaces and parentheses is skipped', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stat-'))
  const path = join(folder, 'a) Z 1 (b')
  symlinkSync('/bin/sleep', path)
  const child = spawn(path, ['60'])
  await once(child, 'spawn')
  try {
    const text = () => readFileSync(`/proc/${child.pid}/stat`, 'latin1')
    await until(() => text().includes('(a) Z 1 (b)'))
    await until(() => statOf(child.pid!)!.state === 'S')
    expect(text()).toContain(` ${statOf(child.pid!)!.beginning} `)
    expect(identityOf(child.pid!)).toBe(`${child.pid}:${statOf(child.pid!)!.beginning}`)
  } finally {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  }
})

test.each([
  ['exit 3', 3 << 8],
  ['kill -KILL $$', 9],
])('a zombie has an exit status: %s', async (words, exitCode) => {
  using remains = await remainsOf(words)
  expect(statOf(remains.pid)).toMatchObject({ state: 'Z', exitCode })
  expect(identityOf(remains.pid)).toBeUndefined()
})
