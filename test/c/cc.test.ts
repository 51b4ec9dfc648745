/** `qt enclave cc`, and the headers by other compilers. */
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { componentize } from '../../src/image/build/componentize.ts'
import { outlineModule } from '../../src/image/build/core-outline.ts'
import { clang, program, QT } from './compile.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const sdk = join(root, 'dist/c')
const headers = (await readdir(join(root, 'guests/c/sdk/include'), { recursive: true }))
  .filter((name) => name.endsWith('.h'))
  .sort()

/** The status and standard error of `qt enclave cc`. */
async function cc(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const outcome = run(QT, ['enclave', 'cc', ...words], { env: { ...process.env, ...env } })
  return outcome.then(
    ({ stderr }) => ({ code: 0, stderr }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, stderr }),
  )
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webclave-cc-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** A program that prints what a compiler would. */
async function standIn(name: string, script: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
  return path
}

describe('qt enclave cc', () => {
  test('says what to install if the compiler is absent, old, or lacks a part', async () => {
    const absent = await cc(['a.c'], { CLANG: join(folder, 'nothing') })
    expect(absent).toMatchObject({ code: 1 })
    expect(absent.stderr).toMatch(
      /E_CC_COMPILER: the compiler that CLANG names does not run.*apt-get install clang/s,
    )
    const old = await standIn('old', 'echo "Debian clang version 9.0.1-16"')
    expect((await cc(['a.c'], { CLANG: old })).stderr).toMatch(
      /too old; expected clang 14 or later.*got Debian clang version 9/s,
    )
    const other = await standIn('gcc', 'echo "gcc (Debian) 12.2.0"')
    expect((await cc(['a.c'], { CLANG: other })).stderr).toContain('is not clang')
    const part = await standIn(
      'part',
      'case "$*" in *--version*) echo "clang version 19.1.7";; *) echo libc.a;; esac',
    )
    expect((await cc(['a.c'], { CLANG: part })).stderr).toContain('wasm-ld, is missing')
    const libc = await standIn(
      'libc',
      'case "$*" in *--version*) echo "clang version 19.1.7";; *wasm-ld*) echo /usr/bin/wasm-ld;; *) echo libc.a;; esac',
    )
    expect((await cc(['a.c'], { CLANG: libc })).stderr).toContain('the C library for WASI is missing')
  })

  test('needs words, and explains itself', async () => {
    expect(await cc([])).toMatchObject({ code: 2 })
    const { stdout } = await run(QT, ['enclave', 'cc', '--help'])
    expect(stdout).toContain('qt enclave cc app.c -o app.wasm')
  })

  describe.skipIf(!clang)('with a compiler', () => {
    test.each(['guests/c/echo-server.c', 'guests/c/secret-signer.c'])(
      'makes of %s a component of less than 100 KB',
      async (name) => {
        const out = join(folder, 'small.wasm')
        const words = [program(name), '-Oz', '-o', out, '-Wall', '-Wextra', '-Werror']
        expect(await cc(words)).toEqual({ code: 0, stderr: '' })
        expect((await componentize(new Uint8Array(await readFile(out)))).length).toBeLessThan(100_000)
      },
    )

    test('passes on options, warnings and the status of the compiler', async () => {
      const [source, object] = [join(folder, 'own.c'), join(folder, 'own.o')]
      await writeFile(
        source,
        '#include <sys/socket.h>\nint main(void) { return socket(FAMILY, SOCK_STREAM, 0) < 0; }\n',
      )
      expect((await cc([source, '-o', join(folder, 'own.wasm')])).stderr).toContain(
        "use of undeclared identifier 'FAMILY'",
      )
      expect((await cc([source])).code).toBe(1)
      expect(await cc(['-DFAMILY=AF_VSOCK', '-c', source, '-o', object])).toEqual({ code: 0, stderr: '' })
      expect(await cc([object, '-o', join(folder, 'own.wasm')])).toEqual({ code: 0, stderr: '' })
    })

    test('keeps what a debugger reads if it is requested', async () => {
      const out = join(folder, 'debug.wasm')
      expect(await cc([program('select'), '-g', '-o', out])).toEqual({ code: 0, stderr: '' })
      expect(outlineModule(await readFile(out)).customSections).toContain('.debug_info')
    })

    test('the headers are C++ too', async () => {
      const source = join(folder, 'all.cpp')
      await writeFile(source, headers.map((name) => `#include <${name}>\n`).join(''))
      const include = join(sdk, 'include')
      await run(clang!.command, [
        '--target=wasm32-wasi',
        '-x',
        'c++',
        '-fsyntax-only',
        '-Wall',
        '-Wextra',
        '-Werror',
        '-isystem',
        include,
        source,
      ])
    })

    test('pkg-config knows the same flags', async ({ skip }) => {
      const env = { ...process.env, PKG_CONFIG_PATH: join(sdk, 'lib/pkgconfig') }
      const flags = await run('pkg-config', ['--cflags', '--libs', 'webclave'], { env }).catch(
        () => undefined,
      )
      if (!flags) return skip('pkg-config is missing')
      const out = join(folder, 'by-pkg-config.wasm')
      await run(clang!.command, [
        program('guests/c/echo-server.c'),
        '-o',
        out,
        ...flags.stdout.trim().split(/\s+/),
      ])
      expect((await readFile(out)).subarray(0, 4)).toEqual(Buffer.from('\0asm'))
    })

    test.each(['guests/c/echo-server.c', 'errors', 'module', 'select'])(
      '%s compiles for Linux with its own headers',
      async (name) => {
        const gcc = await run('gcc', ['--version']).then(
          () => 'gcc',
          () => clang!.command,
        )
        await run(
          gcc,
          ['-fsyntax-only', '-Wall', '-idirafter', join(sdk, 'include'), program(name)].filter(
            (word) => name !== 'module' || word !== '-Wall',
          ),
        )
      },
    )
  })
})
