/** The code of the cloud in which an error of a command ends: always one of a step that the command has. */
import { describe, expect, test } from 'vitest'
import { codeOfCommand } from '../../../src/cli/core/command-codes.ts'
import { NITRO } from '../../../src/cli/core/nitro-commands.ts'
import { QT } from '../../../src/cli/core/qt-commands.ts'
import { nitro, qt } from '../main.ts'

const STARTING = /^(?:19|E33|E36)$/

describe.each([QT, NITRO])('$name', (program) => {
  test('no command but those that start enclaves ends in a code of starting one', () => {
    const ending = Object.keys(program.commands).filter((command) =>
      ['19', 'E33', 'E36'].some((code) => STARTING.test(codeOfCommand(program, command, code) ?? '')),
    )
    const own = program.name === 'qt' ? 'enclave start' : 'run-enclave'
    expect(ending).toContain(own)
    expect(ending.join()).not.toMatch(/img|eif|build|pcr|kms|attestation|new|explain|doctor|demo|dev/)
  })

  test('usage errors keep their codes in every command', () => {
    for (const command of Object.keys(program.commands))
      for (const code of ['01', '02', '03', 'E01', 'E03'])
        expect(codeOfCommand(program, command, code)).toBe(code)
  })
})

test('a file that is not an image ends in a code of files, or of reading images', async () => {
  const file = '/proc/self/status'
  expect((await qt('enclave', 'query-eif', '--eif', '/nowhere')).stderr).toMatch(
    /\n03 File operation failure\.\n$/,
  )
  expect((await nitro('describe-eif', '--eif-path', '/nowhere')).stderr).toMatch(/\n\[ E19 \] [^\n]*\n$/)
  const read = (await qt('enclave', 'query-eif', '--eif', file)).stderr
  expect(read).not.toMatch(/\n19 /)
})
