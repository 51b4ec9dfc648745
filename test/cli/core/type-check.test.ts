/** `make-img --check`: the types of an application, by the TypeScript of its own project. */
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { makeImg } from '../../../src/cli/commands/make-img.ts'
import { runCommand } from '../in-process.ts'
import { ApplicationFolder } from '../make-img-folder.ts'

const home = new ApplicationFolder()
const TYPESCRIPT = fileURLToPath(new URL('../../../node_modules/typescript', import.meta.url))
const CONFIG = '{ "compilerOptions": { "strict": true, "types": [], "module": "esnext" } }'

/** Builds an application of one file with --check. */
async function check(name: string, source: string, { config = CONFIG, isInstalled = true } = {}) {
  await mkdir(home.at(`${name}/node_modules`), { recursive: true })
  await writeFile(home.at(`${name}/index.ts`), source)
  if (config) await writeFile(home.at(`${name}/tsconfig.json`), config)
  if (isInstalled) await symlink(TYPESCRIPT, home.at(`${name}/node_modules/typescript`))
  return runCommand(makeImg, ['--app', home.at(name), '--eif', home.at(`${name}.eif`), '--check'])
}

test('an application without type errors is built', async () => {
  const { status, error } = await check('right', 'export default (): number => 1\n')
  expect([error, status]).toEqual([undefined, 0])
})

test('a type error is told with file and line, and nothing is written', async () => {
  const { error } = await check('wrong', "\nconst one: number = 'a'\nexport default () => one\n")
  expect(error).toMatchObject({
    code: 'E_APP_TYPES',
    got: expect.stringMatching(/index\.ts\(2,7\): error TS2322/),
  })
})

test.each([
  ['without TypeScript', { isInstalled: false }, /does not have TypeScript.*npm install/s],
  ['without a tsconfig.json', { config: '' }, /no tsconfig\.json.*webclave\/guest/s],
])('a project %s is told what it needs', async (name, options, message) => {
  const { error } = await check(name.replaceAll(' ', '-'), 'export default () => 1\n', options)
  expect(error?.code).toBe('E_APP_TYPES')
  expect(error?.message).toMatch(message)
})

test('a missing application', async () => {
  const { error } = await runCommand(makeImg, ['--app', home.at('none'), '--eif', home.eif, '--check'])
  expect(error?.code).toBe('E_APP_NOT_FOUND')
})
