/** `make-img --check`: the types of an application, by the TypeScript of its own project. */
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { makeImg } from '../../../src/cli/commands/make-img.ts'
import { type CommandOutcome, runCommand } from '../in-process.ts'
import { ApplicationFolder } from '../make-img-folder.ts'

const home = new ApplicationFolder()
const PROJECT = fileURLToPath(new URL('../../..', import.meta.url))
const CONFIG = '{ "compilerOptions": { "strict": true, "types": [], "module": "esnext" } }'
const RIGHT = 'export default (): number => 1\n'

/** Creates a project `name` with these files, and with links to these packages. */
async function project(
  name: string,
  files: Readonly<Record<string, string>>,
  packages: readonly string[] = ['typescript'],
): Promise<string> {
  for (const [path, body] of Object.entries(files)) {
    await mkdir(dirname(home.at(`${name}/${path}`)), { recursive: true })
    await writeFile(home.at(`${name}/${path}`), body)
  }
  for (const each of packages) {
    const link = home.at(`${name}/node_modules/${each}`)
    await mkdir(dirname(link), { recursive: true })
    await symlink(each === 'webclave' ? PROJECT : join(PROJECT, 'node_modules', each), link)
  }
  return home.at(name)
}

const check = (app: string): Promise<CommandOutcome> =>
  runCommand(makeImg, ['--app', app, '--eif', home.eif, '--check'])

describe('an application without type errors is built', () => {
  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['with a tsconfig.json beside it', { 'index.ts': RIGHT, 'tsconfig.json': CONFIG }, '.'],
    ['with a tsconfig.json above it', { 'app/src/index.ts': RIGHT, 'tsconfig.json': CONFIG }, 'app/src'],
    ['that is a file', { 'one.ts': RIGHT, 'tsconfig.json': CONFIG }, 'one.ts'],
  ])('%s', async (title, files, app) => {
    const { status, error } = await check(join(await project(title, files), app))
    expect([error, status]).toEqual([undefined, 0])
  })

  test.each(['composite', 'incremental'])('of a project that is %s, without writing', async (option) => {
    const config = { compilerOptions: { ...JSON.parse(CONFIG).compilerOptions, [option]: true } }
    const files = { 'index.ts': RIGHT, 'tsconfig.json': JSON.stringify(config) }
    const root = await project(option, files)
    const { status, error } = await check(root)
    expect([error, status]).toEqual([undefined, 0])
    expect((await readdir(root)).toSorted()).toEqual(['index.ts', 'node_modules', 'tsconfig.json'])
  })

  test('with the tsconfig.json that errors propose, beside the types of Node', async () => {
    const source = `import { Buffer } from 'node:buffer'
      export default async (): Promise<void> => console.log(Buffer.from(await new Response('x').text()))`
    const files = { 'index.ts': source }
    const root = await project('proposed', files, ['typescript', '@types/node', 'webclave'])
    const { error } = await check(root)
    const proposed = JSON.parse(/\{ "compilerOptions".*\}/.exec(error!.hint!)![0])
    proposed.compilerOptions.types.push('node')
    await writeFile(join(root, 'tsconfig.json'), JSON.stringify(proposed))
    const { error: second, status } = await check(root)
    expect([second, status]).toEqual([undefined, 0])
  })
})

describe('type errors', () => {
  const failing = async (name: string, files: Readonly<Record<string, string>>) => {
    const { error } = await check(await project(name, { 'tsconfig.json': CONFIG, ...files }))
    expect(error?.code).toBe('E_APP_TYPES')
    return { ...error!, lines: error!.got!.split('\n').slice(1) }
  }

  test('are reported with file and line', async () => {
    const { lines, what } = await failing('wrong', {
      'index.ts': "\nconst one: number = 'a'\nexport default () => one\n",
    })
    expect(what).toBe('the application has type errors; no image was written')
    expect(lines).toEqual([expect.stringMatching(/^ {2}index\.ts\(2,7\): error TS2322/)])
    expect(await readdir(home.at('out'))).toEqual([])
  })

  test.each([
    [20, []],
    [21, ['  … and 1 more line']],
    [50, ['  … and 30 more lines']],
  ])('are listed up to a limit: %d', async (count, more) => {
    const wrong = Array.from({ length: count }, (_, at) => `export const a${at}: number = 'a'`)
    const { lines } = await failing(`many ${count}`, { 'index.ts': `${wrong.join('\n')}\n${RIGHT}` })
    expect(lines.slice(0, 20).every((line) => line.includes('TS2322'))).toBe(true)
    expect(lines.slice(20)).toEqual(more)
  })

  test('contain no control characters, which file names may have', async () => {
    const name = 'a\u001b[31m\u0007b.ts'
    const { lines } = await failing('controls', {
      'index.ts': `import './${name}'\n${RIGHT}`,
      [name]: "export const a: number = 'a'",
    })
    expect(lines[0]).toMatch(/^ {2}a\[31mb\.ts\(1,14\): error TS2322/)
    expect(lines.join('')).not.toMatch(/\p{Cc}/u)
  })
})

describe('an error says what is missing:', () => {
  const CONFIG_OF_OTHERS = '{ "files": ["other.ts"] }'
  test.each<[string, Readonly<Record<string, string>>, readonly string[], RegExp]>([
    ['TypeScript', { 'tsconfig.json': CONFIG }, [], /does not have TypeScript.*npm install/s],
    ['a tsconfig.json', {}, ['typescript'], /no tsconfig\.json.*webclave\/guest/s],
    [
      'the entry in the tsconfig.json',
      { 'tsconfig.json': CONFIG_OF_OTHERS, 'other.ts': RIGHT },
      ['typescript'],
      /tsconfig\.json does not include the application.*expected .*index\.ts; .*webclave\/guest/s,
    ],
  ])('%s', async (title, files, packages, message) => {
    const { error } = await check(await project(title, { 'index.ts': RIGHT, ...files }, packages))
    expect(error?.code).toBe('E_APP_TYPES')
    expect(error?.message).toMatch(message)
  })

  test('the application', async () => {
    expect((await check(home.at('none'))).error?.code).toBe('E_APP_NOT_FOUND')
  })
})
