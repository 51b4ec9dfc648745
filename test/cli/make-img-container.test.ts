/** `--docker-uri`: enclave images of container images that are files. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeImg } from '../../src/cli/commands/make-img.ts'
import { buildEnclave } from '../../src/cli/commands/nitro/images.ts'
import { describeImage, readBootContents } from '../../src/image/index.ts'
import { createParent } from '../../src/parent/index.ts'
import { command, fromText } from '../support/components.ts'
import { gzip, Images, layout, type RunConfig, saved } from '../support/containers.ts'
import { tar } from '../support/tar.ts'
import { runCommand } from './in-process.ts'

let images: Images
let wasm: Uint8Array
beforeAll(async () => {
  images = await Images.create()
  wasm = await command('(i32.const 0)')
})
afterAll(() => images[Symbol.asyncDispose]())

const eif = () => images.at('app.eif')
const make = (...words: string[]) => runCommand(makeImg, ['--eif', eif(), ...words])
const pcr0 = async (...words: string[]) => {
  const { stdout, error } = await make(...words)
  if (error) throw error
  return (JSON.parse(stdout) as { PCR0: string }).PCR0
}

/** The files of a program, in a layer and in a folder. */
const SOURCES: Readonly<Record<string, string>> = {
  'srv/main.js': "#!/usr/bin/env node\nconst greet = require('greet')\nconsole.log(greet(process.argv[2]))\n",
  'srv/node_modules/greet/package.json': '{"name":"greet","version":"1.0.0"}',
  'srv/node_modules/greet/index.js': "module.exports = (who) => [process.env.WORD, who].join(' ')",
}
const layer = () => tar(...Object.entries(SOURCES).map(([name, data]) => ({ name, data })))
const RUN: RunConfig = {
  Cmd: ['node', 'main.js', 'world'],
  WorkingDir: '/srv',
  Env: ['WORD=hello'],
  User: '1000',
}

describe('a program in JavaScript', () => {
  let uri = ''
  beforeAll(async () => {
    for (const [path, text] of Object.entries(SOURCES)) {
      await mkdir(join(images.at('app'), path, '..'), { recursive: true })
      await writeFile(join(images.at('app'), path), text)
    }
    uri = await images.archive('node.tar', layout({ layers: [layer()], run: RUN }))
  })

  test('has the same PCR0 in every form, and as --app with the same arguments and environment', async () => {
    const image = { layers: [layer()], run: RUN }
    const app = join(images.at('app'), 'srv/main.js')
    const expected = await pcr0('--app', app, '--arg', 'world', '--env', 'WORD=hello')
    expect(await pcr0('--docker-uri', uri)).toBe(expected)
    expect(await pcr0('--docker-uri', await images.archive('save.tar', saved(image)))).toBe(expected)
    const compressed = await images.folder('layout', layout({ ...image, compress: gzip }))
    expect(await pcr0('--docker-uri', `oci:${compressed}`)).toBe(expected)
    expect(await pcr0('--docker-uri', uri, '--env', 'WORD=bye')).not.toBe(expected)
  })

  test('runs in an enclave as the image says', async () => {
    await pcr0('--docker-uri', uri)
    await using parent = await createParent({ vcpus: 1, memoryMiB: 128 })
    const enclave = await parent.start(new Uint8Array(readFileSync(eif())), {
      vcpus: 1,
      memoryMiB: 128,
      debug: true,
    })
    await enclave.exited
    expect(enclave.console()).toContain('hello world')
  })

  test('has the image’s user and command in the metadata, which is not measured', async () => {
    await pcr0('--docker-uri', uri)
    const { metadata } = await describeImage(new Uint8Array(readFileSync(eif())))
    expect(metadata?.['DockerInfo']).toMatchObject({ Config: { User: '1000', WorkingDir: '/srv' } })
  })
})

describe('a program in WebAssembly', () => {
  test('has the files, arguments and environment of the image, and what the command line adds', async () => {
    const parts = [
      { name: 'app.wasm', data: wasm },
      { name: 'etc/motd', data: 'hi' },
    ]
    const run: RunConfig = { Entrypoint: ['/app.wasm', 'one'], Env: ['A=1', 'B=2'] }
    const uri = await images.archive('wasm.tar', layout({ layers: [tar(...parts)], run }))
    await pcr0('--docker-uri', uri, '--arg', 'two', '--env', 'B=3', '--file', '/etc/motd=motd')
    const { args, env, files } = await readBootContents(new Uint8Array(readFileSync(eif())))
    expect(args).toEqual(['/app.wasm', 'one', 'two'])
    expect({ ...env }).toEqual({ A: '1', B: '3' })
    expect([...files.keys()]).toEqual(['etc/motd', 'motd'])
  })

  test('that is a core module for WASI preview 1 has the PCR0 of --app', async () => {
    const module = await fromText(`(module
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (func (export "_start") (call $exit (i32.const 0))))`)
    await writeFile(images.at('core.wasm'), module)
    const layers = [tar({ name: 'bin/core', data: module })]
    const uri = await images.archive('core.tar', layout({ layers, run: { Cmd: ['core', 'one'] } }))
    expect(await pcr0('--docker-uri', uri)).toBe(await pcr0('--app', images.at('core.wasm'), '--arg', 'one'))
  })

  test('that no enclave could start is refused', async () => {
    const broken = Uint8Array.of(0, 0x61, 0x73, 0x6d, 13, 0, 1, 0, 99)
    const layers = [tar({ name: 'app.wasm', data: broken })]
    const uri = await images.archive('broken.tar', layout({ layers, run: { Cmd: ['/app.wasm'] } }))
    const { status, error } = await make('--docker-uri', uri)
    expect([status, error?.code]).toEqual([1, 'E_ADMISSION_MALFORMED'])
  })
})

describe('nothing is written, and the error says what to do,', () => {
  beforeEach(async () => (await import('node:fs/promises')).rm(eif(), { force: true }))

  test.each<[what: string, code: string, status: number, words: () => Promise<string[]>, expected: RegExp]>([
    [
      'for an image of a registry',
      'E_OCI_REFERENCE',
      1,
      async () => ['--docker-uri', 'hello:latest'],
      /no Docker engine here; make a file .*docker save -o image\.tar/,
    ],
    [
      'for a place that needs an engine',
      'E_OCI_REFERENCE',
      1,
      async () => ['--docker-uri', 'docker://alpine'],
      /got an image of docker/,
    ],
    [
      'for a tag that is not in the file',
      'E_OCI_REFERENCE',
      1,
      async () => [
        '--docker-uri',
        `${await images.archive('t.tar', saved({ layers: [layer()], tag: '1' }))}:2`,
      ],
      /has no image "2"; .*got "hello:1"/,
    ],
    [
      'for a program of Linux',
      'E_OCI_ENTRY',
      1,
      async () => {
        const layers = [tar({ name: 'bin/server', data: '\x7fELF\x02\x01' })]
        return ['--docker-uri', await images.archive('elf.tar', layout({ layers, run: { Cmd: ['server'] } }))]
      },
      /got \/bin\/server, an ELF program/,
    ],
    ['for neither option', 'E_USAGE_MISSING', 2, async () => [], /--app or --docker-uri/],
    [
      'for both options',
      'E_USAGE_CONFLICT',
      2,
      async () => ['--app', '.', '--docker-uri', 'x.tar'],
      /exclude each other/,
    ],
  ])('%s', async (_, code, status, words, expected) => {
    const outcome = await make(...(await words()))
    expect([outcome.status, outcome.error?.code, existsSync(eif())]).toEqual([status, code, false])
    expect(outcome.error?.message).toMatch(expected)
  })
})

test('nitro-cli build-enclave takes the same images, and refuses to build one', async () => {
  const uri = await images.archive('nitro.tar', saved({ layers: [layer()], run: RUN }))
  const words = ['--docker-uri', uri, '--output-file', eif()]
  expect(await runCommand(buildEnclave, words)).toMatchObject({ status: 0 })
  const { error } = await runCommand(buildEnclave, [...words, '--docker-dir', '.']).catch((reason) => ({
    error: reason as Error,
  }))
  expect(error?.message).toMatch(/E_USAGE: unknown option --docker-dir; there is no Docker engine here/)
})
