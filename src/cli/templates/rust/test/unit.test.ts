/** The guest's unit tests, compiled for this machine. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('the unit tests in guest/ pass', () => {
  const program = join(import.meta.dirname, '../build/unit-tests')
  const { status, stdout, stderr } = spawnSync(program, { encoding: 'utf8' })
  expect(status, stdout + stderr).toBe(0)
  expect(stdout).toContain('test result: ok')
})
