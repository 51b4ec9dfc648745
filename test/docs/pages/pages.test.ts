/** Every code block in docs/ runs, prints what the page says, and type-checks; every link leads somewhere. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findCompiler } from '../../../scripts/compilers.ts'
import { Home } from '../../support/home.ts'
import { hasNats, type NatsServer, startNats } from '../../support/nats.ts'
import { hasPostgres, Postgres } from '../../support/postgres.ts'
import { headingsOf, linksOf, missingLines, type Step, stepsOf } from './page.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const docs = join(root, 'docs')

/** Those that scripts make are left out. */
const pages = readdirSync(docs, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md') && !/^(?:errors|reference)\//.test(name))
  .sort()
/** Pages whose code has tests of its own. */
const ELSEWHERE = /^(?:bundlers|cli)\.md$/
const textOf = (page: string) => readFileSync(join(docs, page), 'utf8')
/** Left out, aloud, where a compiler or a server is missing. */
const IN_RUST = /-in-rust\.md$/
const cargo = await findCompiler('cargo')
const hasC = (await findCompiler('wasi')) !== undefined
const ON_POSTGRES = /-on-postgresql\.md$/
const isWithPostgres = hasPostgres('the page on it')
const isWithNats = hasNats('the page on fleets')
const hasPrograms = (page: string) =>
  (cargo || !IN_RUST.test(page)) &&
  (hasC || !page.endsWith('-in-c.md')) &&
  (isWithPostgres || !ON_POSTGRES.test(page)) &&
  (isWithNats || !page.endsWith('run-a-fleet.md'))
const withCode = pages.filter(
  (page) => !ELSEWHERE.test(page) && stepsOf(textOf(page)).length > 0 && hasPrograms(page),
)

let postgres: Postgres | undefined
let nats: NatsServer | undefined
/** A user with a folder for each page, in which this package is installed. */
const home = new Home()
const folderOf = (page: string) => join(home.path, 'pages', page.replace(/\W/g, '-'))

/** Answers `npm install`, because everything is installed already; the rest is npm's. */
const NPM = `#!/bin/sh
case "$1" in
  install) shift; for name; do case "$name" in -*) ;; *) [ -e "$PROJECT/node_modules/\${name%%@[0-9]*}" ] || exit 1;; esac; done;;
  *) exec "$(dirname "$0")/npm-itself" "$@";;
esac
`

/** The cargo that has the library for WebAssembly, whatever name its target has. */
const CARGO = `#!/bin/sh
for word; do shift; [ "$word" = wasm32-wasip1 ] && word=${cargo?.target}; set -- "$@" "$word"; done
export RUSTC=${cargo?.env?.['RUSTC']}
${cargo?.command} "$@" && ln -sfn ${cargo?.target} target/wasm32-wasip1
`

beforeAll(async () => {
  if (isWithPostgres) postgres = await Postgres.start()
  if (isWithNats) nats = await startNats()
  const modules = join(home.path, 'pages/node_modules')
  mkdirSync(join(modules, '.bin'), { recursive: true })
  for (const name of readdirSync(join(root, 'node_modules')).filter(
    (each) => each !== 'webclave' && each !== '.bin',
  ))
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  symlinkSync(root, join(modules, 'webclave'))
  for (const name of readdirSync(join(root, 'node_modules/.bin')))
    symlinkSync(join(root, 'node_modules/.bin', name), join(modules, '.bin', name))
  for (const name of ['qt', 'nitro-cli', 'webclave'])
    if (!existsSync(join(modules, '.bin', name)))
      symlinkSync(join(root, 'bin/qt'), join(modules, '.bin', name))
  const { stdout } = await home.run('/bin/sh', ['-c', 'command -v npm'])
  symlinkSync(stdout.trim(), join(home.path, 'bin/npm-itself'))
  writeFileSync(join(home.path, 'bin/npm'), NPM, { mode: 0o755 })
  if (cargo && cargo.target !== 'wasm32-wasip1')
    writeFileSync(join(home.path, 'bin/cargo'), CARGO, { mode: 0o755 })
  for (const page of withCode) {
    mkdirSync(folderOf(page), { recursive: true })
    writeFileSync(join(folderOf(page), 'package.json'), '{ "type": "module", "private": true }')
    // Cargo looks in no folder above.
    if (IN_RUST.test(page)) symlinkSync(modules, join(folderOf(page), 'node_modules'))
  }
})
afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await postgres?.[Symbol.asyncDispose]()
  await nats?.stop()
})

const PATH = `${join(home.path, 'bin')}:${join(home.path, 'pages/node_modules/.bin')}:${home.env['PATH']}`

/** Runs a step; `printed` is what the command before it printed. Returns what was printed. */
async function perform({ kind, path, code }: Step, folder: string, printed: string): Promise<string> {
  if (kind === 'prints') {
    expect(missingLines(code, printed), printed).toEqual([])
    return printed
  }
  if (kind === 'file') {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), code)
    return printed
  }
  const env = {
    PATH,
    PROJECT: join(home.path, 'pages'),
    NO_COLOR: '1',
    CI: 'true',
    KMS_DATABASE: postgres?.url,
    NATS_URL: nats?.url,
  }
  const outcome = await home.run('/bin/bash', ['-ec', `cd ${folder}\n${code}`], { env })
  expect(outcome, outcome.stdout + outcome.stderr).toMatchObject({ status: 0 })
  return outcome.stdout + outcome.stderr
}

describe('the code of', () => {
  test.each(withCode)('%s runs', async (page) => {
    let printed = ''
    for (const step of stepsOf(textOf(page))) printed = await perform(step, folderOf(page), printed)
  })

  test('all pages type-checks', async () => {
    for (const page of withCode)
      for (const step of stepsOf(textOf(page)))
        if (step.kind === 'file') await perform(step, folderOf(page), '')
    const config = (options: object, include: string[], exclude: string[]) =>
      JSON.stringify({
        extends: join(root, 'examples', 'tsconfig.json'),
        compilerOptions: options,
        include,
        exclude,
      })
    const folder = join(home.path, 'pages')
    const guest = {
      lib: ['es2025'],
      types: ['webclave/guest'],
      module: 'esnext',
      moduleResolution: 'bundler',
    }
    writeFileSync(join(folder, 'tsconfig.json'), config({}, ['*/*.ts', '*/test/*.ts'], []))
    writeFileSync(join(folder, 'tsconfig.guests.json'), config(guest, ['*/guest/*.ts'], []))
    for (const name of ['tsconfig.json', 'tsconfig.guests.json']) {
      const { stdout } = await home.run(join(root, 'node_modules/.bin/tsc'), ['-p', join(folder, name)])
      expect(stdout).toBe('')
    }
  })
})

test('every picture is on a page, has a text for readers who do not see it, and colours for dark pages', () => {
  const images = readdirSync(join(docs, 'images'))
  expect(images.length).toBeGreaterThan(2)
  for (const name of images) {
    const svg = readFileSync(join(docs, 'images', name), 'utf8')
    expect(svg).toContain('prefers-color-scheme:dark')
    const uses = pages
      .map(textOf)
      .join('\n')
      .match(new RegExp(`<img src="(?:../)?images/${name}" alt="[^"]{40,}"`, 'g'))
    expect(uses, name).toHaveLength(1)
  }
})

describe('the links of', () => {
  const all = [
    ...pages,
    ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md'].map((name) => `../${name}`),
  ]
  const examples = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `../examples/${name}`)

  test.each([...all, ...examples])('%s resolve', (page) => {
    for (const { path, fragment } of linksOf(textOf(page))) {
      const target = path === '' ? join(docs, page) : resolve(docs, dirname(page), path)
      // Made by a script, and not in the repository.
      if (relative(docs, target).startsWith('reference')) continue
      expect(existsSync(target), `${page} links to ${path}`).toBe(true)
      if (fragment)
        expect(headingsOf(readFileSync(target, 'utf8')), `${page} links to ${path}#${fragment}`).toContain(
          fragment,
        )
    }
  })

  test('the index lead to every page', () => {
    const linked = linksOf(textOf('README.md')).map(({ path }) => path)
    const wanted = pages.filter((page) => page !== 'README.md')
    expect(wanted.filter((page) => !linked.includes(page))).toEqual([])
  })
})
