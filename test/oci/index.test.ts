/** Container images that an enclave can run are taken, in every form in which they are files. */
import { zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApplicationInput } from '../../src/image/index.ts'
import { loadContainerImage } from '../../src/oci/index.ts'
import { command } from '../support/components.ts'
import {
  addBlob,
  addManifest,
  gzip,
  Images,
  layout,
  layoutOf,
  type RunConfig,
  saved,
  type TestImage,
} from '../support/containers.ts'
import { tar } from '../support/tar.ts'

let images: Images
let wasm: Uint8Array
let hello: TestImage
beforeAll(async () => {
  images = await Images.create()
  wasm = await command('(i32.const 0)')
  hello = {
    layers: [
      tar({ name: 'data/', type: '5' }, { name: 'data/motd', data: 'hi' }, { name: 'app.wasm', data: wasm }),
    ],
    run: { Entrypoint: ['/app.wasm', '--fast'], Cmd: ['one'], Env: ['LEVEL=3', 'TEXT=a=b'], User: 'nobody' },
    tag: '1.0',
  }
})
afterAll(() => images[Symbol.asyncDispose]())

const zstd = (bytes: Uint8Array) => zstdCompressSync(bytes)
const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes)
const sourceOf = (app: ApplicationInput) => ('source' in app ? app.source : '')

describe('a WebAssembly component', () => {
  const forms: [form: string, write: () => Promise<string>][] = [
    ['the folder of an OCI layout', () => images.folder('a', layout(hello))],
    ['an OCI archive', () => images.archive('a.tar', layout(hello))],
    ['an OCI archive of gzip layers', () => images.archive('z.tar', layout({ ...hello, compress: gzip }))],
    ['an OCI archive of zstd layers', () => images.archive('y.tar', layout({ ...hello, compress: zstd }))],
    ['docker save', () => images.archive('s.tar', saved(hello))],
    ['docker save with both forms', () => images.archive('b.tar', { ...saved(hello), ...layout(hello) })],
    ['oci:', async () => `oci:${await images.folder('c', layout(hello))}:1.0`],
    ['oci-archive:', async () => `oci-archive:${await images.archive('d.tar', layout(hello))}:1.0`],
    [
      'docker-archive:',
      async () => `docker-archive:${await images.archive('e.tar', saved(hello))}:hello:1.0`,
    ],
    ['a path and a tag', async () => `${await images.archive('f.tar', saved(hello))}:1.0`],
  ]
  test.each(forms)('is taken from %s', async (_, write) => {
    const { app, args, env, files, info } = await loadContainerImage(await write())
    expect(app).toEqual({ component: wasm })
    expect(args).toEqual(['--fast', 'one'])
    expect(env).toEqual({ LEVEL: '3', TEXT: 'a=b' })
    expect([...files].map(([path, bytes]) => [path, text(bytes)])).toEqual([['data/motd', 'hi']])
    expect(info).toMatchObject({ Architecture: 'amd64', Config: { User: 'nobody' } })
    expect(JSON.stringify(info)).not.toContain('LEVEL')
  })

  test('is found by PATH, by the working directory, and through links', async () => {
    const layers = [
      tar(
        { name: 'opt/real', data: wasm },
        { name: 'bin', type: '2', link: 'opt' },
        { name: 'opt/tool', type: '2', link: '../../../opt/real' },
      ),
    ]
    const run = async (config: RunConfig) => {
      const uri = await images.archive('found.tar', layout({ layers, run: config }))
      return (await loadContainerImage(uri)).app
    }
    expect(await run({ Cmd: ['tool'] })).toEqual({ component: wasm })
    expect(await run({ Cmd: ['./tool'], WorkingDir: '/bin' })).toEqual({ component: wasm })
  })
})

describe('JavaScript for Node', () => {
  const app = {
    name: 'srv/app/main.js',
    data: "#!/usr/bin/env node\nconst { one } = require('one')\nconsole.log(one, require('./part.js'))",
  }
  const modules = [
    { name: 'srv/app/part.js', data: "module.exports = 'of a part'" },
    { name: 'srv/node_modules/.store/one/node_modules/one/index.js', data: "exports.one = 'of a package'" },
    {
      name: 'srv/node_modules/.store/one/node_modules/one/package.json',
      data: '{"name":"one","version":"1.2.3"}',
    },
    { name: 'srv/node_modules/one', type: '2', link: '.store/one/node_modules/one' },
    { name: 'srv/app/motd.bin', data: 'welcome' },
  ]
  const entryScript = `#!/bin/sh
set -e

# Run command with node if the first argument contains a "-" or is not a system command.
if [ "\${1#-}" != "\${1}" ] || [ -z "$(command -v "\${1}")" ] || { [ -f "\${1}" ] && ! [ -x "\${1}" ]; }; then
  set -- node "$@"
fi

exec "$@"
`
  const system = [
    { name: 'usr/local/bin/node', data: '\x7fELF' },
    { name: 'usr/local/bin/docker-entrypoint.sh', data: entryScript },
    { name: 'usr/lib/other.js', data: 'elsewhere' },
  ]
  const take = async (run: RunConfig) => {
    const layers = [tar(...system), tar(app, ...modules)]
    const uri = await images.archive('node.tar', layout({ layers, run: { WorkingDir: '/srv/app', ...run } }))
    return loadContainerImage(uri)
  }

  test('is bundled with the packages of the image, also where they are linked', async () => {
    const { app, args, files } = await take({ Entrypoint: ['node'], Cmd: ['main.js', '-v', 'two'] })
    expect(sourceOf(app)).toContain('of a package')
    expect(sourceOf(app)).toContain('of a part')
    expect(sourceOf(app)).toContain('one@1.2.3/index.js')
    expect(sourceOf(app)).not.toContain('webclave-oci-')
    expect(args).toEqual(['-v', 'two'])
    expect([...files.keys()]).toEqual(['srv/app/motd.bin'])
  })

  test.each<[how: string, run: RunConfig]>([
    [
      'the script of the official images',
      { Entrypoint: ['docker-entrypoint.sh'], Cmd: ['node', 'main.js', 'x'] },
    ],
    [
      'that script, which adds node',
      { Entrypoint: ['docker-entrypoint.sh'], Cmd: ['/srv/app/main.js', 'x'] },
    ],
    ['a shell with plain words', { Cmd: ['/bin/sh', '-c', 'exec node main.js x'] }],
    ['its first line', { Entrypoint: ['/srv/app/main.js', 'x'] }],
    [
      'an init process and env',
      { Entrypoint: ['tini', '--', 'env'], Cmd: ['/usr/local/bin/node', 'main', 'x'] },
    ],
    ['options that change nothing', { Cmd: ['node', '--enable-source-maps', './main.js', 'x'] }],
  ])('is taken if it is started by %s', async (_, run) => {
    const { app, args } = await take(run)
    expect(sourceOf(app)).toContain('of a part')
    expect(args).toEqual(['x'])
  })

  test('in the root is bundled without the folders of the system', async () => {
    const main = { name: 'main.js', data: "require('./part.js')" }
    const other = ['lib', 'lib64', 'home', 'media', 'mnt'].map((name) => ({
      name: `${name}/x.js`,
      data: 'x(',
    }))
    const part = { name: 'part.js', data: "require('./home/x.js')" }
    const image = { layers: [tar(main, part, ...other)], run: { Cmd: ['node', '/main.js'] } }
    await expect(loadContainerImage(await images.archive('root.tar', layout(image)))).rejects.toMatchObject({
      code: 'E_APP_IMPORT',
    })
  })

  test('gets requested files of the image', async () => {
    const uri = images.at('node.tar')
    const { requested } = await loadContainerImage(uri, { request: ['/usr/lib/other.js'] })
    expect(text(requested.get('/usr/lib/other.js'))).toBe('elsewhere')
    await expect(loadContainerImage(uri, { request: ['nothing'] })).rejects.toMatchObject({ code: 'E_FILE' })
  })
})

describe('of several platforms', () => {
  const platform = (os: string, architecture: string) => ({ platform: { os, architecture } })
  const named = (name: string): TestImage => ({
    layers: [tar({ name: 'app.wasm', data: wasm }, { name: 'which', data: name })],
    run: { Entrypoint: ['/app.wasm'] },
  })
  const which = async (...platforms: [os: string, architecture: string][]) => {
    const files = layoutOf((inner) => [
      addBlob(
        inner,
        new TextEncoder().encode(
          JSON.stringify({
            manifests: platforms.map(([os, arch]) =>
              addManifest(inner, named(`${os}/${arch}`), platform(os, arch)),
            ),
          }),
        ),
        'application/vnd.oci.image.index.v1+json',
      ),
    ])
    const { files: taken } = await loadContainerImage(await images.archive('platforms.tar', files))
    return text(taken.get('which'))
  }

  test('wasi comes first, then linux/amd64, then the only one', async () => {
    expect(await which(['linux', 'amd64'], ['wasi', 'wasm'], ['linux', 'arm64'])).toBe('wasi/wasm')
    expect(await which(['linux', 'arm64'], ['linux', 'amd64'])).toBe('linux/amd64')
    expect(await which(['linux', 'arm64'], ['unknown', 'unknown'])).toBe('linux/arm64')
  })

  test('two others are refused, with their names', async () => {
    await expect(which(['linux', 'arm64'], ['linux', 's390x'])).rejects.toThrow(
      /^E_OCI_PLATFORM: .*"linux\/arm64", "linux\/s390x"/,
    )
  })
})
