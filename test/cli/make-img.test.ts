/** `qt enclave make-img`: its options, its output, and input that it rejects without writing an image. */
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeImg } from '../../src/cli/commands/make-img.ts'
import { describeImage, readBootContents } from '../../src/image/index.ts'
import { issue } from '../support/certificates.ts'
import { fromText } from '../support/components.ts'
import { runCommand } from './in-process.ts'
import { ApplicationFolder } from './make-img-folder.ts'

const home = new ApplicationFolder()

describe('the options', () => {
  it('do not stop a build that uses Intl, which is told with file and line', async () => {
    await mkdir(home.at('intl'))
    await writeFile(home.at('intl/index.ts'), '\nconsole.log(new Intl.ListFormat().format([]))')
    const { status, stderr } = await runCommand(makeImg, ['--app', home.at('intl'), '--eif', home.eif])
    expect(status).toBe(0)
    expect(stderr).toContain('index.ts:2: Intl.ListFormat needs data of languages')
  })

  it('all have an effect on the image', async () => {
    const { status, error } = await home.make(
      ...[
        '--name',
        'hello',
        '--version',
        '2.1',
        '--arg',
        'one',
        '--arg=--two',
        '--env',
        'A=1=2',
        '--env',
        'B=',
      ],
      ...['--file', 'data/motd=/etc/motd', '--manifest', home.at('manifest.json')],
      ...['--build-time', '2026-11-23T12:00:00Z', ...home.signing('one.key', 'one.crt')],
    )
    expect({ status, error }).toEqual({ status: 0, error: undefined })
    const bytes = new Uint8Array(await readFile(home.eif))
    const contents = await readBootContents(bytes)
    expect({ ...contents.env }).toEqual({ A: '1=2', B: '' })
    expect(contents).toMatchObject({ args: ['one', '--two'], manifest: { memoryMiB: 96, debug: false } })
    expect([...contents.files.keys()]).toEqual(['etc/motd'])
    const { metadata, signature } = await describeImage(bytes)
    expect(metadata).toMatchObject({
      ImageName: 'hello',
      ImageVersion: '2.1',
      BuildMetadata: { BuildTime: '2026-11-23T12:00:00Z' },
    })
    expect(signature?.ok).toBe(true)
  })

  it('refuse a destination that a proxy could not read', async () => {
    await writeFile(home.at('far.json'), '{"destinations": ["a.example:443", "*.com:443"]}')
    const words = ['--app', home.app, '--eif', home.eif, '--manifest', home.at('far.json')]
    expect((await runCommand(makeImg, words)).error).toMatchObject({ code: 'E_PROXY_RULE', got: '*.com:443' })
  })

  it('add root certificates, and say how old they are', async () => {
    const { pem } = issue({ subject: 'an authority', isAuthority: true, days: [-400, -10] })
    await writeFile(home.at('app/authorities.pem'), pem)
    const words = ['--app', home.app, '--eif', home.eif, '--manifest', home.at('manifest.json')]
    const { status, stderr } = await runCommand(makeImg, [...words, '--roots', 'authorities.pem'])
    expect(status).toBe(0)
    expect(stderr).toMatch(/trusts 1 root certificate, the newest of \d{4}-\d\d-\d\d; 1 has expired/)
    const contents = await readBootContents(new Uint8Array(await readFile(home.eif)))
    expect(contents.manifest).toEqual({ memoryMiB: 96, debug: false, roots: 'roots.pem' })
    expect(new TextDecoder().decode(contents.files.get('roots.pem'))).toBe(pem)
    const outside = await runCommand(makeImg, [...words, '--roots', home.at('one.crt')])
    expect(outside.error).toMatchObject({ code: 'E_APP_FILE' })
  })

  it('accept a core module as the application', async () => {
    const path = home.at('app.wasm')
    await writeFile(
      path,
      await fromText('(module (func (export "wasi:cli/run@0.2.0#run") (result i32) i32.const 0))'),
    )
    const { status } = await runCommand(makeImg, ['--app', path, '--eif', home.eif])
    expect(status).toBe(0)
    expect((await readBootContents(new Uint8Array(await readFile(home.eif)))).app.kind).toBe('component')
  })
})

describe('rejects, without writing an image:', () => {
  const file = (name: string) => () => home.at(name)
  const text = (name: string, body: string) => async () => {
    await writeFile(home.at(name), body)
    return home.at(name)
  }
  it.each<[string, string, number, (string | (() => string | Promise<string>))[], RegExp]>([
    ['a file above the folder', 'E_APP_FILE', 1, ['--file', '../secret=s'], /outside the folder/],
    ['a missing file above the folder', 'E_APP_FILE', 1, ['--file', '../none=s'], /outside/],
    ['a file elsewhere', 'E_APP_FILE', 1, ['--file', '/etc/passwd=p'], /\/etc\/passwd/],
    ['a symbolic link that leads outside', 'E_APP_FILE', 1, ['--file', 'data/link=s'], /outside/],
    ['a missing file', 'E_FILE', 1, ['--file', 'data/none=n'], /data\/none/],
    ['a folder as a file', 'E_FILE', 1, ['--file', 'data=d'], /EISDIR/],
    ['a guest path with ..', 'E_ARCHIVE_NAME', 1, ['--file', 'data/motd=../x'], /\.\.\/x/],
    ['a file without a guest path', 'E_USAGE', 2, ['--file', 'data/motd'], /HOST=GUEST/],
    ['two files with one name', 'E_USAGE', 2, ['--file', 'index.ts=a', '--file', 'data/motd=/a'], /twice/],
    ['a variable without a value', 'E_USAGE', 2, ['--env', 'A'], /NAME=VALUE/],
    ['a variable twice', 'E_USAGE', 2, ['--env', 'A=1', '--env', 'A=2'], /once/],
    ['a variable with an invalid name', 'E_IMAGE_CONTENT', 1, ['--env', 'A B=1'], /env/],
    ['an unknown profile', 'E_USAGE', 2, ['--profile', 'sgx'], /qingtian or nitro/],
    ['an invalid time', 'E_USAGE', 2, ['--build-time', 'yesterday'], /ISO 8601/],
    ['an invalid date', 'E_USAGE', 2, ['--build-time', '2026-13-41T00:00:00Z'], /ISO 8601/],
    [
      'a key without a certificate',
      'E_USAGE',
      2,
      ['--private-key', 'one.key'],
      /--signing-certificate is missing/,
    ],
    [
      'a certificate without a key',
      'E_USAGE',
      2,
      ['--signing-certificate', 'one.crt'],
      /--private-key is missing/,
    ],
    ['an unknown option', 'E_USAGE', 2, ['--docker-dir', 'x'], /docker-dir/],
    ['an unexpected operand', 'E_USAGE', 2, ['extra'], /extra/],
    [
      'a manifest with a member twice',
      'E_IMAGE_CONTENT',
      1,
      ['--manifest', text('twice.json', '{"debug":true,"debug":false}')],
      /twice\.json.*unique member names/,
    ],
    ['a manifest that is not JSON', 'E_IMAGE_CONTENT', 1, ['--manifest', text('bad.json', '{')], /bad\.json/],
    [
      'a manifest with an unknown member',
      'E_IMAGE_CONTENT',
      1,
      ['--manifest', text('odd.json', '{"root":1}')],
      /root/,
    ],
    ['a missing manifest', 'E_FILE', 1, ['--manifest', file('none.json')], /manifest/],
    [
      'a key that does not match the certificate',
      'E_IMAGE_SIGNATURE',
      1,
      ['--private-key', file('two.key'), '--signing-certificate', file('one.crt')],
      /certificate/,
    ],
    [
      'a certificate instead of a key',
      'E_IMAGE_KEY',
      1,
      ['--private-key', file('one.crt'), '--signing-certificate', file('one.crt')],
      /key/,
    ],
  ])('%s', async (_, code, status, args, message) => {
    const given = await Promise.all(args.map((arg) => (typeof arg === 'string' ? arg : arg())))
    const outcome = await home.make(...given)
    expect(outcome.error?.code).toBe(code)
    expect(outcome.error?.message).toMatch(message)
    expect(outcome).toMatchObject({ status, stdout: '' })
    expect(await readdir(home.at('out'))).toEqual([])
  })

  it.each([
    ['does not parse', 'const = 1', 'E_APP_SYNTAX', /index\.ts:1/],
    [
      'imports an unknown module of Node',
      `\nimport { readFile } from 'node:files'\nreadFile()`,
      'E_APP_IMPORT',
      /index\.ts:2: .*node:files/,
    ],
    [
      'imports what is not installed',
      `\n\nimport 'child_processes'`,
      'E_APP_IMPORT',
      /index\.ts:3: .*child_processes/,
    ],
    [
      'runs nothing',
      `export const main = () => console.log('never')`,
      'E_APP_EMPTY',
      /runs nothing.*only the exports main/,
    ],
  ])('an application that %s', async (name, source, code, message) => {
    const broken = home.at(name)
    await mkdir(broken)
    await writeFile(join(broken, 'index.ts'), source)
    const { error, status } = await runCommand(makeImg, ['--app', broken, '--eif', home.eif])
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
    expect(status).toBe(1)
  })

  it('an image that cannot be written, without leaving a draft', async () => {
    const { error } = await runCommand(makeImg, ['--app', home.app, '--eif', home.at('out')])
    expect(error?.code).toBe('E_FILE')
    expect((await readdir(home.path)).filter((name) => name.includes('.part'))).toEqual([])
  })

  it('a build that differs in another folder, naming section, offset and cause', async () => {
    // What a link outside the folder leads to has no name but its path.
    await mkdir(home.at('outside'))
    await writeFile(home.at('outside/index.ts'), 'console.log("outside")')
    await mkdir(home.at('linked'))
    await symlink(home.at('outside'), home.at('linked/lib'))
    await writeFile(home.at('linked/index.ts'), 'import "./lib/index.ts"')
    const words = ['--app', home.at('linked'), '--eif', home.eif]
    expect((await runCommand(makeImg, words)).status).toBe(0)
    const { error, stdout } = await runCommand(makeImg, [...words, '--check-reproducible'])
    expect(error?.code).toBe('E_BUILD_DIFFERS')
    expect(error?.got).toMatch(
      /ramdisk 1, byte \d+ of the image: the image contains a path of this machine: the file app\.js differs/,
    )
    expect(stdout).toBe('')
  })

  it('a build that needs files outside the folder, under --check-reproducible', async () => {
    await writeFile(home.at('shared.ts'), 'export const shared = 1')
    await mkdir(home.at('leaning'))
    await writeFile(home.at('leaning/index.ts'), `import { shared } from '../shared.ts'\nconsole.log(shared)`)
    const { error } = await runCommand(makeImg, [
      '--app',
      home.at('leaning'),
      '--eif',
      home.eif,
      '--check-reproducible',
    ])
    expect(error).toMatchObject({ code: 'E_BUILD_COPY', got: expect.stringContaining('../shared.ts') })
  })
})
