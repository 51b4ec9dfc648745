/** What the words of the two commands that start an enclave ask for. */
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
  const request = (...words: string[]) => start.request(readOptions(start, words))

  test('asks for what is said', async () => {
    const words = ['--eif', 'a/b.eif', '--cpus=62', '--mem=262144', '--cid=4294967294', '--debug-mode']
    expect(await request(...words)).toEqual({
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

  test('asks for two vCPUs, a gibibyte and any CID where nothing is said', async () => {
    expect(await request('--eif', 'b.eif')).toMatchObject({
      cpus: 2,
      memoryMiB: 1024,
      cid: undefined,
      debug: false,
    })
  })
})

describe('nitro-cli run-enclave', () => {
  const request = (...words: string[]) => runEnclave.request(readOptions(runEnclave, words))
  const config = (content: object) => {
    const path = join(folder, 'run.json')
    writeFileSync(path, JSON.stringify(content))
    return request('--config', path)
  }
  const least = ['--eif-path', 'a/b.x.eif', '--memory', '64'] as const

  test('asks for so many vCPUs, under the name of the file', async () => {
    expect(await request(...least, '--cpu-count', '1')).toEqual({
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

  test('asks for these vCPUs, in their order, and a name that is chosen', async () => {
    const words = [
      '--cpu-ids=1023',
      '--cpu-ids',
      '1',
      '--enclave-name',
      'n',
      '--enclave-cid=4',
      '--debug-mode',
    ]
    expect(await request(...least, ...words)).toMatchObject({
      cpus: [1023, 1],
      name: 'n',
      isNameChosen: true,
      cid: 4,
      debug: true,
    })
    expect(await request(...least, '--cpu-ids=1', '--enclave-name=')).toMatchObject({
      name: '',
      isNameChosen: true,
    })
  })

  test('starts in debug mode whose console is to be followed', async () => {
    expect(await request(...least, '--cpu-count=1', '--attach-console')).toMatchObject({ debug: true })
  })

  test.each([
    ['eif-path', ['--memory=64', '--cpu-count=1']],
    ['memory', ['--eif-path=a', '--cpu-count=1']],
    ['cpu-count', ['--eif-path=a', '--memory=64']],
    ['eif-path', []],
  ])('misses --%s', async (name, words) => {
    await expect(request(...words)).rejects.toMatchObject({
      code: 'E_USAGE_MISSING',
      what: `missing necessary argument --${name}`,
    })
    expect(printed).toBe('')
  })

  test('asks for no vCPU twice', async () => {
    await expect(request(...least, '--cpu-ids=3', '--cpu-ids=2', '--cpu-ids=03')).rejects.toMatchObject({
      code: 'E_CPU_TWICE',
      what: '--cpu-ids names vCPU 3 twice',
    })
  })

  test('takes all of it from a file', async () => {
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
    const some = { ...whole, debug_mode: false, enclave_name: null, cpu_ids: null, cpu_count: 3 }
    expect(await config(some)).toMatchObject({ debug: false, name: 'c', isNameChosen: false, cpus: 3 })
    expect(await config({ ...some, attach_console: true })).toMatchObject({ debug: true })
    expect(await config({ ...some, cpu_count: null, cpu_ids: 7 })).toMatchObject({ cpus: [7] })
  })

  test('follows the console where a file or a word says so', async () => {
    const path = join(folder, 'attach.json')
    for (const attach_console of [true, false]) {
      writeFileSync(path, JSON.stringify({ eif_path: 'c', memory_mib: 64, cpu_count: 1, attach_console }))
      expect(await request('--config', path, '--attach-console')).toMatchObject({ debug: true })
      expect(await request('--config', path)).toMatchObject({ debug: attach_console })
    }
  })

  test.each([
    ['a member that every object has', { constructor: 1 }, /there is no member constructor/],
    ['a list for one number', { memory_mib: [64] }, /memory_mib is not right; expected a number/],
    ['words among numbers', { cpu_ids: [1, '2'] }, /cpu_ids is not right; expected a number/],
    ['yes for a number', { memory_mib: true }, /memory_mib is not right; expected a number/],
    ['yes for a word', { eif_path: true }, /eif_path is not right; expected a string/],
    ['a word for yes', { attach_console: 'yes' }, /attach_console is not right; expected true or false/],
    ['a CPU out of range', { cpu_ids: [1024] }, /--cpu-ids cannot be that/],
  ])('takes no %s', async (_, content, message) => {
    await expect(config(content)).rejects.toThrow(message)
  })

  test.each(['null', '7', '"a"'])('takes no configuration %s', async (text) => {
    const path = join(folder, 'wrong.json')
    writeFileSync(path, text)
    await expect(request('--config', path)).rejects.toThrow(`E_USAGE: ${path}: that is no configuration`)
  })
})
