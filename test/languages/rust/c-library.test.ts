/** The crate webclave over the library for programs in C: its size, its layout, and where the library is looked for. */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compiledGuest } from '../../../scripts/compiled-guests.ts'
import { findCompiler } from '../../../scripts/compilers.ts'
import { componentize } from '../../../src/image/build/componentize.ts'
import { patience } from '../../support/patience.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')
const crate = join(root, 'guests/rust/webclave')
const include = join(root, 'guests/c/sdk/include')

const [signer, services, cargo, clang] = await Promise.all([
  compiledGuest('secret-signer-rust'),
  compiledGuest('services-rust'),
  findCompiler('cargo'),
  findCompiler('wasi'),
])
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webclave-c-library-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** The names of the members of a struct in Rust. */
const membersOf = (source: string, name: string) =>
  [...new RegExp(`struct ${name} \\{(.*?)\\n\\}`, 's').exec(source)![1]!.matchAll(/(\w+):/g)].map(
    ([, member]) => member!,
  )

describe.skipIf(signer === undefined)('the feature c-library', () => {
  it('makes of the secret signer a component of less than 300 KB, whose lists come from one allocator', async () => {
    const bytes = new Uint8Array(await readFile(signer!))
    const exported = WebAssembly.Module.exports(new WebAssembly.Module(bytes)).map(({ name }) => name)
    expect(exported.filter((name) => name === 'cabi_realloc')).toHaveLength(1)
    expect((await componentize(bytes)).length).toBeLessThan(300_000)
  })

  it('leaves no path of this machine in a module', async () => {
    for (const path of [signer!, services!]) expect((await readFile(path)).includes(root), path).toBe(false)
  })

  it.skipIf(clang === undefined)('has the layout of the C library’s parameters', async () => {
    const imports = await readFile(join(crate, 'src/kms/imports.rs'), 'utf8')
    const size = /size_of::<SigParams>\(\) == (\d+)/.exec(imports)![1]!
    const members = membersOf(imports, 'SigParams')
    expect(members).toHaveLength(16)
    const errors = membersOf(imports, 'KmsError')
    expect(errors).toEqual(['code', 'http_status', 'reason', 'message'])
    const inOrder = (type: string, names: readonly string[]) =>
      names.slice(1).map((name, at) => `offsetof(${type}, ${names[at]}) < offsetof(${type}, ${name})`)
    const facts = [
      `sizeof(sig_params_t) == ${size}`,
      'offsetof(sig_params_t, key) == 0',
      'sizeof(kms_error_t) == 328',
      ...inOrder('sig_params_t', members),
      ...inOrder('kms_error_t', errors),
    ]
    const source = join(folder, 'layout.c')
    const asserts = facts.map((fact) => `_Static_assert(${fact}, "");\n`).join('')
    await writeFile(source, `#include <qtsm_kms.h>\n${asserts}`)
    await run(clang!.command, ['--target=wasm32-wasi', '-fsyntax-only', '-isystem', include, source])
  })

  it(
    'says what to do if the library is not there, and takes it from WEBCLAVE_C_LIB',
    async () => {
      const copy = join(folder, 'a/b/webclave')
      await cp(crate, copy, { recursive: true })
      const args = ['build', '--offline', '--features', 'c-library', '--target', cargo!.target]
      const build = (more: NodeJS.ProcessEnv) =>
        run(cargo!.command, args, { cwd: copy, env: { ...process.env, ...cargo!.env, ...more } })
      await expect(build({ WEBCLAVE_C_LIB: folder })).rejects.toMatchObject({
        stderr: expect.stringMatching(
          /needs libwebclave\.a.*Set WEBCLAVE_C_LIB to its folder: dist\/c\/lib/s,
        ),
      })
      await build({ WEBCLAVE_C_LIB: join(root, 'guests/c/sdk') })
    },
    patience(60_000),
  )
})
