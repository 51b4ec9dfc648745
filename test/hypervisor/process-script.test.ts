/** The script that starts an enclave's process, run by this machine's shell with a test program in place of Node. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import type { Duplex } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LIFELINE, processScript, V8_FLAGS } from '../../src/hypervisor/process-script.ts'

/** What Node may use in addition to the enclave's memory, KiB. */
const OWN_MEMORY = 3_145_728

let folder: string
beforeAll(async () => {
  folder = await realpath(await mkdtemp(`${tmpdir()}/webclave-test-`))
  await writeFile(`${folder}/begin.sh`, processScript('program.cjs'))
  // Replaces Node: prints its environment and arguments, and waits if told to.
  await writeFile(
    `${folder}/stand-in`,
    `#!/bin/sh
    echo "data $(ulimit -d)" >&4
    echo "core $(ulimit -c)" >&4
    echo "secret $SECRET" >&4
    for at in 3 4 5 6; do [ -e /dev/fd/$at ] && echo "open $at" >&4; done
    for word; do echo "word $word" >&4; done
    read -r line <&3
    exit 7\n`,
  )
  await chmod(`${folder}/stand-in`, 0o755)
})
afterAll(() => rm(folder, { recursive: true }))

/** Starts a process with `mib` MiB; `node` is a path or a name. */
function begin(mib: string, node: string, { cwd = '/', script = `${folder}/begin.sh` } = {}) {
  const child = spawn('/bin/sh', [script, mib, node], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe', 'ignore', 'pipe'],
    env: { PATH: `${folder}:${process.env['PATH']}`, SECRET: 'of its parent' },
    detached: true,
    cwd,
  })
  const ends: readonly unknown[] = child.stdio
  let said = ''
  const out = (ends[4] as Duplex).on('data', (chunk: Buffer) => (said += chunk))
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>
  return {
    ended,
    lifeline: ends[LIFELINE] as Duplex,
    input: ends[3] as Duplex,
    /** All lines that it printed, once it has printed the last one. */
    async lines() {
      while (!said.includes('word /')) await once(out, 'data')
      return said.trim().split('\n')
    },
  }
}

const argumentsOf = (lines: readonly string[]) =>
  lines.filter((line) => line.startsWith('word ')).map((line) => line.slice('word '.length))

describe.skipIf(process.platform !== 'linux')('an enclave’s process', () => {
  test('has the enclave’s memory and Node’s own, no core dump, no environment, and its three pipes', async () => {
    const { lines, input, ended } = begin('64', `${folder}/stand-in`)
    const all = await lines()
    expect(all.filter((line) => !line.startsWith('word '))).toEqual([
      `data ${64 * 1024 + OWN_MEMORY}`,
      'core 0',
      'secret ',
      'open 3',
      'open 4',
      'open 5',
    ])
    input.end('go on\n')
    expect(await ended).toEqual([7, null])
  })

  test('is Node with its permissions and V8 flags, followed by the program', async () => {
    const { lines, input, ended } = begin('64', `${folder}/stand-in`)
    expect(argumentsOf(await lines())).toEqual([
      '--permission',
      '--allow-worker',
      `--allow-fs-read=${folder}/program.cjs`,
      ...V8_FLAGS,
      '--no-addons',
      '--experimental-vm-modules',
      '--no-warnings',
      `${folder}/program.cjs`,
    ])
    input.end('go on\n')
    await ended
  })

  test('finds Node by its name', async () => {
    const { lines, input, ended } = begin('1', 'stand-in')
    expect(await lines()).toContain(`data ${1024 + OWN_MEMORY}`)
    input.end('go on\n')
    expect(await ended).toEqual([7, null])
  })

  test('does not start if its memory cannot be limited', async () => {
    const { ended, input } = begin('1x', `${folder}/stand-in`)
    input.on('error', () => {})
    const [status] = await ended
    expect(status).not.toBe(7)
    expect(status).not.toBe(0)
  })

  test('is killed once its lifeline is closed', async () => {
    const { lines, lifeline, ended } = begin('64', `${folder}/stand-in`)
    await lines()
    lifeline.destroy()
    expect(await ended).toEqual([null, 'SIGKILL'])
  })
})

test('V8 creates no code from strings, and has the stack size of a Worker', () => {
  expect(V8_FLAGS).toEqual([
    '--disallow-code-generation-from-strings',
    '--stack-size=31744',
    '--wasm-lazy-validation',
    '--single-threaded-gc',
  ])
})
