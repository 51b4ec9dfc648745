/** `bin/qt`, the script in front of the programs: which programs it runs, also in a checkout that was not built. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Home } from '../support/home.ts'

const home = new Home()
afterAll(() => home[Symbol.asyncDispose]())

describe('in a checkout without a build and without packages', () => {
  const checkout = join(home.path, 'checkout')
  const qt = join(checkout, 'bin/qt')
  beforeAll(() => {
    for (const part of ['bin', 'src', 'package.json'])
      cpSync(fileURLToPath(new URL(`../../${part}`, import.meta.url)), join(checkout, part), {
        recursive: true,
      })
  })

  test.each([
    [['enclave', 'start', '--help'], /^qt enclave start: /],
    [['enclave', 'make-img', '-h'], /^qt enclave make-img: /],
  ])('%s shows the help of the command', async (words, help) => {
    expect(await home.run(qt, words)).toEqual({ status: 0, stdout: expect.stringMatching(help), stderr: '' })
  })

  test.each([[['--help']], [['enclave', 'query']], [['enclave', 'start', '--eif', 'a.eif']]])(
    '%s says what to do',
    async (words) => {
      const stderr = 'qt: this checkout has not been built; run npm run build\n'
      expect(await home.run(qt, words)).toEqual({ status: 1, stdout: '', stderr })
    },
  )
})

test.each(['--help', '-h', '-hojson'])(
  'help starts no keeper, also with %s behind other options',
  async (word) => {
    const folder = join(home.path, `node${word}`)
    const ran = join(folder, 'ran')
    mkdirSync(folder)
    writeFileSync(
      join(folder, 'node'),
      `#!/bin/sh\necho "$*" >>'${ran}'\nexec '${process.execPath}' "$@"\n`,
      {
        mode: 0o755,
      },
    )
    const env = { PATH: `${folder}:${home.env['PATH']}` }
    const words = ['enclave', 'start', '--eif', 'a.eif', word]
    const { stdout } = await home.run(join(home.path, 'bin/qt'), words, { env })
    expect(stdout).toMatch(/^qt enclave start: /)
    const programs = readFileSync(ran, 'utf8').trim().split('\n')
    expect(programs).toEqual([expect.stringMatching(/\/qt\.cjs enclave start/)])
  },
)
