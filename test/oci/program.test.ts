/** What an image runs decides whether it is taken; anything else is refused with what it is and what would work. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadContainerImage } from '../../src/oci/index.ts'
import { Images, layout, type RunConfig } from '../support/containers.ts'
import { type TarPart, tar } from '../support/tar.ts'

let images: Images
beforeAll(async () => {
  images = await Images.create()
})
afterAll(() => images[Symbol.asyncDispose]())

/** The first bytes of a program of Linux for machine number `machine`, in little or big endian. */
function elf(machine: number, isBig = false): Uint8Array {
  const head = new Uint8Array(64)
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, isBig ? 2 : 1])
  head[isBig ? 19 : 18] = machine
  return head
}

const SYSTEM: TarPart[] = [
  { name: 'usr/bin/python3.11', data: elf(62) },
  { name: 'usr/bin/python3', type: '2', link: 'python3.11' },
  { name: 'usr/bin/java', data: elf(183) },
  { name: 'usr/bin/big', data: elf(22, true) },
  { name: 'bin/sh', data: elf(62) },
  { name: 'usr/local/bin/node', data: elf(62) },
  { name: 'usr/local/bin/start.sh', data: '#!/bin/sh -e\nnode main.js\n' },
  { name: 'usr/local/bin/docker-entrypoint.sh', data: '#!/bin/sh\nrm -rf /\nexec "$@"\n' },
  { name: 'usr/bin/tool.jar', data: 'PK\x03\x04' },
  { name: 'usr/bin/empty', data: '' },
  { name: 'srv/main.js', data: 'console.log(1)' },
  { name: 'srv/cli', data: '#!/usr/bin/env node\nconsole.log(1)' },
]

async function refusal(run: RunConfig): Promise<Error & { hint?: string }> {
  const uri = await images.archive('program.tar', layout({ layers: [tar(...SYSTEM)], run }))
  return loadContainerImage(uri).then(
    () => new Error('it was taken'),
    (error) => error,
  )
}

describe('an entry point is refused with what it is:', () => {
  test.each<[run: RunConfig, expected: RegExp]>([
    [
      { Cmd: ['python3', 'app.py'] },
      /got \/usr\/bin\/python3, an ELF program for x86-64; compile it for WASI/,
    ],
    [{ Entrypoint: ['/usr/bin/java', '-jar', 'a.jar'] }, /got \/usr\/bin\/java, an ELF program for AArch64/],
    [{ Entrypoint: ['big'] }, /an ELF program for s390x/],
    [{ Entrypoint: ['start.sh'] }, /start\.sh, a script for \/bin\/sh -e/],
    [
      { Entrypoint: ['docker-entrypoint.sh'], Cmd: ['node', 'main.js'] },
      /docker-entrypoint\.sh, a script for/,
    ],
    [{ Entrypoint: ['tool.jar'] }, /a zip or jar file/],
    [{ Entrypoint: ['empty'] }, /an empty file/],
    [{ Entrypoint: ['/none'] }, /the entry point is not in the image; .*got "\/none"/],
    [{}, /the image has no entry point/],
    [{ Cmd: ['/bin/sh', '-c', 'node main.js && echo done'] }, /a command line that only a shell understands/],
    [{ Cmd: ['/bin/sh', '-c', 'node $MAIN'] }, /only a shell understands/],
    [{ Cmd: ['/bin/sh', '-c', 'A=1 node main.js'] }, /only a shell understands/],
    [{ Cmd: ['npm', 'start'] }, /a package manager starts the program; .*got "npm start"/],
    [{ Cmd: ['node'] }, /Node has no program/],
    [{ Cmd: ['node', '-e', '1'] }, /changes how Node runs; .*the option "-e"/],
    [{ Cmd: ['node', '--require', './hook.js', 'main.js'] }, /the option "--require"/],
    [{ Cmd: ['node', 'none.js'] }, /the program of Node is not in the image/],
    [{ Cmd: ['node', '/srv/cli'] }, /a name that does not say what it is; expected a file that ends in \.js/],
  ])('%j', async (run, expected) => {
    const { message } = await refusal(run)
    expect(message).toMatch(/^E_OCI_ENTRY: /)
    expect(message).toMatch(expected)
  })

  test('options of Node in a variable, which is not shown', async () => {
    const { message } = await refusal({
      Cmd: ['node', '/srv/main.js'],
      Env: ['NODE_OPTIONS=--import=hunter2'],
    })
    expect(message).toMatch(/^E_OCI_ENTRY: .*NODE_OPTIONS/)
    expect(message).not.toContain('hunter2')
  })
})

test('the same image with a program that an enclave can run is taken', async () => {
  expect((await refusal({ Cmd: ['node', 'main.js'], WorkingDir: '/srv' })).message).toBe('it was taken')
})
