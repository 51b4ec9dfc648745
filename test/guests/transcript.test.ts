/**
 * guests/secret-signer/transcript.ts: prints each step from the image to a signature, and a rejection with its reasons.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { patience } from '../support/patience.ts'

const script = fileURLToPath(new URL('../../guests/secret-signer/transcript.ts', import.meta.url))

test('the transcript prints all steps, and stops everything that it started', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script], {
    timeout: patience(60_000),
  })
  console.log(stdout)
  expect(stderr).toBe('')
  const steps = stdout.match(/^\d\. /gm)
  expect(steps).toHaveLength(8)
  expect(stdout).toContain('document    verifies, ')
  expect(stdout).toContain('user data   is the public key’s SHA-256')
  expect(stdout.match(/OpenSSL verifies it/g)).toHaveLength(2)
  const [, PCR0] = /PCR0 {8}([0-9a-f]{24})…/.exec(stdout)!
  expect(stdout).toMatch(new RegExp(`expected  (?:ab){48}\n +found     ${PCR0}[0-9a-f]{72}\n`))
  expect(stdout).not.toMatch(/NOT VERIFY|IS ANOTHER|NOT REFUSED/)
})
