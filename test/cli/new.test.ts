/** `qt new` of the packed package: the project of each template is installed, runs, builds, type-checks and is tested. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CompilerName, findCompiler } from '../../scripts/compilers.ts'
import { TEMPLATE_NAMES } from '../../src/cli/commands/new/templates.ts'
import { Home } from '../support/home.ts'
import { npm, pack } from '../support/package.ts'

const home = new Home()
/** Contains the projects as workspaces, so that what they depend on is installed once. */
const folder = join(home.path, 'projects')
afterAll(() => home[Symbol.asyncDispose]())

/** Runs `words` in `cwd` with that user's environment. */
const runIn = (cwd: string, ...words: string[]) =>
  home.run('/bin/sh', ['-c', 'cd "$0" && exec "$@"', cwd, ...words], { env: { NO_COLOR: '1' } })
const qtNew = (name: string, template: string) =>
  runIn(folder, join(home.path, 'package/bin/qt'), 'new', name, '--template', template)

const COMPILERS: Readonly<Record<string, CompilerName>> = { c: 'wasi', rust: 'cargo' }
const nameOf = (template: string) => `a-${template}`
/** Those whose compiler is available; findCompiler has reported the others. */
const templates: string[] = []
for (const template of TEMPLATE_NAMES) {
  const compiler = COMPILERS[template]
  if (!compiler || (await findCompiler(compiler))) templates.push(template)
}

beforeAll(async () => {
  mkdirSync(folder)
  const tarball = pack(home.path)
  // The command needs no other package.
  execFileSync('tar', ['-xzf', tarball, '-C', home.path])
  for (const template of TEMPLATE_NAMES)
    expect(await qtNew(nameOf(template), template)).toMatchObject({ status: 0 })
  const workspaces = TEMPLATE_NAMES.map(nameOf)
  const manifest = {
    name: 'projects',
    private: true,
    workspaces,
    dependencies: { webclave: `file:${tarball}` },
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  npm(['install'], folder)
  // Cargo looks for the package in the project's own folder, where it is unless the project is a workspace.
  const modules = join(folder, nameOf('rust'), 'node_modules')
  mkdirSync(modules, { recursive: true })
  symlinkSync(join(folder, 'node_modules/webclave'), join(modules, 'webclave'))
}, 240_000)

describe.each(templates)('the template %s', (template) => {
  const project = join(folder, nameOf(template))
  const npmRun = async (script: string) => {
    const outcome = await runIn(project, 'npm', 'run', '-s', script)
    expect(outcome, outcome.stdout + outcome.stderr).toMatchObject({ status: 0 })
    return outcome.stdout
  }

  test('builds and runs: the host prints the answer, and the PCR0 of the image', async () => {
    const started = await npmRun('start')
    const pcr0 = /^PCR0 +([0-9a-f]{96})$/m.exec(started)?.[1]
    expect(started).toMatch(/^(?:answer +HELLO FROM THE HOST|signature +\S{90,}|token +tok_\w+_1111)$/m)
    const built = JSON.parse(await npmRun('build'))
    expect(readdirSync(project)).toContain('enclave.eif')
    // The image of the tokenizer also has the KMS of each run.
    if (template !== 'tokenizer') expect(built.PCR0).toBe(pcr0)
  })

  test('type-checks, and its tests pass', async () => {
    await npmRun('check')
    const tested = await npmRun('test')
    expect(tested).toMatch(/Test Files +2 passed \(2\)/)
  })

  test('depends on this release, and on exact versions', () => {
    const { name, dependencies, devDependencies } = JSON.parse(
      readFileSync(join(project, 'package.json'), 'utf8'),
    )
    expect(name).toBe(nameOf(template))
    expect(Object.keys(dependencies)).toEqual(['webclave'])
    for (const version of Object.values({ ...dependencies, ...devDependencies }))
      expect(version).toMatch(/^\d+\.\d+\.\d+$/)
  })
})

test('what they depend on is the tarball, installed once', () => {
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'))
  const found = Object.keys(packages).filter((path) => path.endsWith('node_modules/webclave'))
  expect(found).toEqual(['node_modules/webclave'])
  expect(packages['node_modules/webclave'].resolved).toMatch(/^file:.*\.tgz$/)
})

test('a check of a guest that uses what an enclave does not have fails', async () => {
  const project = join(folder, nameOf('echo'))
  const extra = join(project, 'guest/extra.ts')
  writeFileSync(extra, 'export const pid = process.pid\n')
  const { status, stdout } = await runIn(project, 'npm', 'run', '-s', 'check')
  expect(stdout).toContain("guest/extra.ts(1,20): error TS2591: Cannot find name 'process'")
  expect(status).not.toBe(0)
})

describe('without a compiler', () => {
  test('the template c says what to install', async () => {
    const env = { ...home.env, CLANG: '/nowhere/clang' }
    const outcome = await home.run(
      '/bin/sh',
      ['-c', `cd ${join(folder, nameOf('c'))} && npm run -s compile`],
      { env },
    )
    expect(outcome.status).toBe(1)
    expect(outcome.stderr).toContain('apt-get install clang lld wasi-libc')
  })

  test('the template rust says what to install', async () => {
    const script = join(folder, nameOf('rust'), 'compile.ts')
    // Debian's rustc is found by its path.
    writeFileSync(script, readFileSync(script, 'utf8').replace('/usr/bin/', '/nowhere/'))
    const env = { PATH: join(home.path, 'bin') }
    const { status, stderr } = await home.run(process.execPath, [script], { env })
    expect(status).toBe(1)
    expect(stderr).toContain('cargo for WebAssembly is missing')
    expect(stderr).toContain('apt-get install cargo rustc libstd-rust-dev-wasm32 lld')
  })
})
