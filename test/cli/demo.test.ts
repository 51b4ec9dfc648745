/** `qt demo`, which `npm start` runs. */
import { describe, expect, test } from 'vitest'
import { qt } from '../support/qt.ts'

describe('qt demo', () => {
  test('sends the line from standard input, passes every check, and exits with 0', async () => {
    const { status, stdout, stderr } = await qt(['demo'], { input: 'a line of my own\n' })
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(stdout).toContain('A LINE OF MY OWN')
    expect(stdout).toMatch(/all \d+ checks passed\n$/)
    expect(stdout).not.toContain('FAILED')
    expect(stdout).toMatch(/rejected by\s+15\. PCR policy/)
    const measured = Array.from(stdout.matchAll(/^ {3}PCR0 {8}([0-9a-f]{96})$/gm), ([, value]) => value)
    expect(new Set(measured).size, 'the image and its copy').toBe(2)
    expect(measured).toHaveLength(2)
  })

  test('uses a default text without input', async () => {
    const { status, stdout } = await qt(['demo'])
    expect(status).toBe(0)
    expect(stdout).toContain('HELLO FROM THE PARENT INSTANCE')
  })

  test('prints no colours into a pipe', async () => {
    const { stdout } = await qt(['demo'])
    expect(stdout).not.toContain('\u001b[')
  })
})

describe('qt', () => {
  test('prints help, and reports invalid command lines', async () => {
    expect((await qt([])).stdout).toContain('qt enclave make-img')
    expect((await qt(['enclave', 'make-img', '--help'])).stdout).toContain('Example: qt enclave make-img')
    const unknown = await qt(['enclave', 'fly'])
    expect(unknown).toMatchObject({ status: 2, stdout: '' })
    expect(unknown.stderr).toContain('E_USAGE: unknown command enclave fly')
    expect(await qt(['demo', '--loud'])).toMatchObject({ status: 2, stdout: '' })
  })
})
