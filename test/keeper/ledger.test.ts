/** Several processes that change one ledger concurrently, and the files left by a process that dies during a change. */
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Ledger } from '../../src/keeper/ledger.ts'
import { bootId } from '../../src/keeper/process-identity.ts'

interface State {
  marks: string[]
}

let folder: string
const open = () => new Ledger<State>(join(folder, 'ledger'), 'marks', { marks: [] })
const generations = () => join(folder, 'ledger', `marks.${bootId()}`)
const add = (mark: string) => (state: State) =>
  state.marks.includes(mark) ? undefined : { marks: [...state.marks, mark] }

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A process that adds `count` marks. */
function writer(name: string, count: number): Promise<number | null> {
  const program = `
    import { Ledger } from ${JSON.stringify(new URL('../../src/keeper/ledger.ts', import.meta.url).href)}
    const ledger = new Ledger(${JSON.stringify(join(folder, 'ledger'))}, 'marks', { marks: [] })
    for (let at = 0; at < ${count}; at++) {
      const mark = '${name}' + at
      ledger.update(({ marks }) => (marks.includes(mark) ? undefined : { marks: [...marks, mark] }))
    }`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], {
    stdio: 'inherit',
  })
  return new Promise((resolve) => child.once('close', resolve))
}

describe('a ledger', () => {
  test('starts empty, and keeps what is written', () => {
    expect(open().read()).toEqual({ marks: [] })
    open().update(add('one'))
    open().update(add('two'))
    expect(open().read()).toEqual({ marks: ['one', 'two'] })
  })

  test('loses no change of four concurrent processes, and leaves two files', async () => {
    const names = ['a', 'b', 'c', 'd']
    expect(await Promise.all(names.map((name) => writer(name, 25)))).toEqual([0, 0, 0, 0])
    const all = names.flatMap((name) => Array.from({ length: 25 }, (_, at) => `${name}${at}`))
    expect(open().read().marks.toSorted()).toEqual(all.toSorted())
    expect(readdirSync(generations())).toHaveLength(2)
  })

  test('writes nothing if a change returns no state', () => {
    open().update(add('one'))
    const files = readdirSync(generations())
    open().update(add('one'))
    expect(readdirSync(generations())).toEqual(files)
  })

  test('rejects a change of an old generation, and repeats it', () => {
    const slow = open()
    let turns = 0
    slow.update((state) => {
      // Other processes create many generations between its read and its write, so that its file would be obsolete.
      if (turns++ === 0) for (const mark of ['x', 'y', 'z']) open().update(add(mark))
      return add('late')(state)
    })
    expect(turns).toBe(2)
    expect(open().read()).toEqual({ marks: ['x', 'y', 'z', 'late'] })
  })

  test('ignores a file that a slow process wrote in place of an old generation', () => {
    open().update(add('first'))
    const slow = open()
    let turns = 0
    slow.update((state) => {
      if (turns++ === 0) {
        const [newest] = readdirSync(generations())
          .map(Number)
          .toSorted((left, right) => right - left)
        for (const mark of ['x', 'y', 'z']) open().update(add(mark))
        writeFileSync(join(generations(), String(newest)), '{"marks":["first","left"]}')
      }
      return add('late')(state)
    })
    expect(turns).toBe(2)
    expect(open().read()).toEqual({ marks: ['first', 'x', 'y', 'z', 'late'] })
  })

  test('removes the files of dead processes and of earlier boots', () => {
    const at = (name: string) => join(folder, 'ledger', name)
    for (const name of ['marks.deadbeef', `marks.${bootId()}.1:1`])
      mkdirSync(at(name), { recursive: true, mode: 0o700 })
    chmodSync(join(folder, 'ledger'), 0o700)
    open().update(add('one'))
    writeFileSync(join(generations(), 'draft.1:1'), '{"mar')
    expect(open().read()).toEqual({ marks: ['one'] })
    open().update(add('two'))
    expect(readdirSync(at(''))).toEqual([`marks.${bootId()}`])
    expect(readdirSync(generations()).toSorted()).toEqual(['1', '2'])
  })

  test('is accessible to its user only', () => {
    open().update(add('one'))
    chmodSync(join(folder, 'ledger'), 0o755)
    expect(() => open().read()).toThrow(/E_STATE_MODE: .*chmod 700/)
    rmSync(join(folder, 'ledger'), { recursive: true })
    writeFileSync(join(folder, 'ledger'), '')
    expect(() => open().update(add('two'))).toThrow(/E_STATE_(?:FILE|OWNER)/)
  })

  test('reports a damaged file', () => {
    open().update(add('one'))
    writeFileSync(join(generations(), '3'), '{"marks": [')
    expect(() => open().read()).toThrow(/E_STATE_FILE: the ledger in .* cannot be read/)
  })
})
