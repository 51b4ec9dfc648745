/** The commands in docs/cli.md, in their order, with what the page says that they print. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { missingLines, stepsOf } from '../docs/pages/page.ts'
import { Home } from '../support/home.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const home = new Home()
afterAll(() => home[Symbol.asyncDispose]())

test('docs/cli.md does and prints what it says', async () => {
  const folder = join(home.path, 'page')
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(root, join(folder, 'node_modules/webclave'))
  const env = { PATH: `${join(home.path, 'bin')}:${home.env['PATH']}` }
  let printed = ''
  for (const { kind, path, code } of stepsOf(readFileSync(join(root, 'docs/cli.md'), 'utf8'))) {
    if (kind === 'file') {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), code)
    } else if (kind === 'prints') expect(missingLines(code, printed), printed).toEqual([])
    else {
      const outcome = await home.run('/bin/bash', ['-ec', `cd ${folder}\n${code}`], { env })
      expect(outcome, outcome.stderr).toMatchObject({ status: 0 })
      printed = outcome.stdout + outcome.stderr
    }
  }
})
