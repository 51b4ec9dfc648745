/** How the two commands that start an enclave read their options. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runEnclave } from '../../../src/cli/commands/nitro/run-enclave.ts'
import { start } from '../../../src/cli/commands/start.ts'
import { readOptions } from '../../../src/cli/core/read-options.ts'
import { setPrinting } from '../../../src/cli/output/output.ts'

const folder = mkdtempSync(join(tmpdir(), 'start-'))
afterAll(() => rmSync(folder, { recursive: true }))

let printed = ''
const print = (text: string) => {
  printed += text
}
beforeEach(() => setPrinting({ err: print, isTerminal: false, loudness: 'notes' }))
afterEach(() => {
  printed = ''
})

describe('qt enclave start', () => {
  const request = (...args: string[]) => start.request(readOptions(start, args))

  test('requests what its options say', async () => {
    const args = ['--eif', 'a/b.eif', '--cpus=62', '--mem=262144', '--cid=4294967294', '--debug-mode']
    expect(await request(...args)).toEqual({
      eif: 'a/b.eif',
      cpus: 62,
      memoryMiB: 262_144,
      cid: 4_294_967_294,
      debug: true,
      profile: 'qingtian',
      name: '',
      isNameChosen: false,
    })
  })

  test('requests two vCPUs, 1 GiB and any CID by default', async () => {
    expect(await request('--eif', 'b.eif')).toMatchObject({
      cpus: 2,
      memoryMiB: 1024,
      cid: undefined,
      debug: false,
    })
  })
})

describe('nitro-cli run-enclave', () => {
  const request = (...args: string[]) => runEnclave.request(readOptions(runEnclave, args))
  const config = (content: object) => {
    const path = join(folder, 'run.json')
    writeFileSync(path, JSON.stringify(content))
    return request('--config', path)
  }
  const required = ['--eif-path', 'a/b.x.eif', '--memory', '64'] as const

  test('requests a number of vCPUs, with the name of the file', async () => {
    expect(await request(...required, '--cpu-count', '1')).toEqual({
      eif: 'a/b.x.eif',
      cpus: 1,
      memoryMiB: 64,
      cid: undefined,
      debug: false,
      profile: 'nitro',
      name: 'b.x',
      isNameChosen: false,
    })
    expect(printed).toBe('Start allocating memory...\n')
  })

  test('requests vCPUs by ID, in order, and a chosen name', async () => {
    const args = [
      '--cpu-ids=1023',
      '--cpu-ids',
      '1',
      '--enclave-name',
      'n',
      '--enclave-cid=4',
      '--debug-mode',
    ]
    expect(await request(...required, ...args)).toMatchObject({
      cpus: [1023, 1],
      name: 'n',
      isNameChosen: true,
      cid: 4,
      debug: true,
    })
    expect(await request(...required, '--cpu-ids=1', '--enclave-name=')).toMatchObject({
      name: '',
      isNameChosen: true,
    })
  })

  test('--attach-console implies debug mode', async () => {
    expect(await request(...required, '--cpu-count=1', '--attach-console')).toMatchObject({ debug: true })
  })

  test.each([
    ['eif-path', ['--memory=64', '--cpu-count=1']],
    ['memory', ['--eif-path=a', '--cpu-count=1']],
    ['cpu-count', ['--eif-path=a', '--memory=64']],
    ['eif-path', []],
  ])('reports a missing --%s', async (name, args) => {
    await expect(request(...args)).rejects.toMatchObject({
      code: 'E_USAGE_MISSING',
      what: `missing necessary argument --${name}`,
    })
    expect(printed).toBe('')
  })

  test('rejects a vCPU that is given twice', async () => {
    await expect(request(...required, '--cpu-ids=3', '--cpu-ids=2', '--cpu-ids=03')).rejects.toMatchObject({
      code: 'E_CPU_TWICE',
      what: '--cpu-ids names vCPU 3 twice',
    })
  })

  test('reads all options from a file', async () => {
    const whole = {
      eif_path: 'c.eif',
      memory_mib: 65,
      cpu_ids: [2, 4],
      enclave_cid: 9,
      enclave_name: 'named',
      debug_mode: true,
    }
    expect(await config(whole)).toMatchObject({
      ...{
        eif: 'c.eif',
        memoryMiB: 65,
        cpus: [2, 4],
        cid: 9,
        name: 'named',
        isNameChosen: true,
        debug: true,
      },
    })
    const partial = { ...whole, debug_mode: false, enclave_name: null, cpu_ids: null, cpu_count: 3 }
    expect(await config(partial)).toMatchObject({ debug: false, name: 'c', isNameChosen: false, cpus: 3 })
    expect(await config({ ...partial, attach_console: true })).toMatchObject({ debug: true })
    expect(await config({ ...partial, cpu_count: null, cpu_ids: 7 })).toMatchObject({ cpus: [7] })
  })

  test('follows the console if the file or an option says so', async () => {
    const path = join(folder, 'attach.json')
    for (const attach_console of [true, false]) {
      writeFileSync(path, JSON.stringify({ eif_path: 'c', memory_mib: 64, cpu_count: 1, attach_console }))
      expect(await request('--config', path, '--attach-console')).toMatchObject({ debug: true })
      expect(await request('--config', path)).toMatchObject({ debug: attach_console })
    }
  })

  test.each([
    ['a member named like an inherited one', { constructor: 1 }, /unknown member constructor/],
    ['a list instead of a number', { memory_mib: [64] }, /invalid memory_mib; expected a number/],
    ['strings in a list of numbers', { cpu_ids: [1, '2'] }, /invalid cpu_ids; expected a number/],
    ['true instead of a number', { memory_mib: true }, /invalid memory_mib; expected a number/],
    ['true instead of a string', { eif_path: true }, /invalid eif_path; expected a string/],
    ['a string instead of true', { attach_console: 'yes' }, /invalid attach_console; expected true or false/],
    ['a CPU out of range', { cpu_ids: [1024] }, /invalid --cpu-ids/],
  ])('rejects %s', async (_, content, message) => {
    await expect(config(content)).rejects.toThrow(message)
  })

  test.each(['null', '7', '"a"'])('rejects the configuration %s', async (text) => {
    const path = join(folder, 'wrong.json')
    writeFileSync(path, text)
    await expect(request('--config', path)).rejects.toThrow(
      `E_USAGE: ${path}: the configuration has the wrong type`,
    )
  })
})
