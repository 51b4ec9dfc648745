/** A ledger whose file operations fail: which errors are reported, what is retried, and what is left. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Ledger } from '../../src/keeper/ledger.ts'
import { bootId, identityOf, ownIdentity } from '../../src/keeper/process-identity.ts'
import { openDescriptors } from '../support/descriptors.ts'
import { useHome } from './own-home.ts'

vi.mock(import('node:fs'), async (original) => {
  const real = await original()
  const [openSync, renameSync, rmSync] = [vi.fn(real.openSync), vi.fn(real.renameSync), vi.fn(real.rmSync)]
  const linkSync = vi.fn(real.linkSync)
  const readdirSync = vi.fn(real.readdirSync) as unknown as typeof real.readdirSync
  return { ...real, openSync, renameSync, rmSync, linkSync, readdirSync }
})
afterEach(() => vi.clearAllMocks())

interface State {
  marks: string[]
}

const home = useHome()
const parent = (...names: string[]) => home.runtime(...names)
const own = `marks.${bootId()}`
const generations = (...names: string[]) => parent(own, ...names)
const open = () => new Ledger<State>(parent(), 'marks', { marks: [] })
const add = (mark: string) => (state: State) =>
  state.marks.includes(mark) ? undefined : { marks: [...state.marks, mark] }
const names = () => readdirSync(generations()).toSorted()

const fault = (code: string) => () => {
  throw Object.assign(new Error(code), { code })
}

test('a directory listing that is older or newer than the files is read again', () => {
  for (const mark of ['one', 'two', 'three']) open().update(add(mark))
  expect(names()).toEqual(['2', '3'])
  writeFileSync(generations('1'), JSON.stringify({ marks: ['old'] }))
  vi.mocked(readdirSync).mockReturnValueOnce(['1'] as never)
  expect(open().read().marks).toEqual(['one', 'two', 'three'])
  vi.mocked(readdirSync).mockReturnValueOnce([])
  expect(open().read().marks).toEqual(['one', 'two', 'three'])
  // The control: without another file, the listed one would be accepted.
  rmSync(generations('2'))
  rmSync(generations('3'))
  expect(open().read().marks).toEqual(['old'])
})

describe('a file', () => {
  test('is accessible only to its user, whatever the umask, like its directory', () => {
    const mask = process.umask(0)
    open().update(add('one'))
    for (const path of [parent(), generations()]) expect(statSync(path).mode & 0o777).toBe(0o700)
    for (const name of ['0', '1']) expect(statSync(generations(name)).mode & 0o777).toBe(0o600)
    process.umask(mask)
  })

  test('is closed once it is read, also if it is damaged', () => {
    open().update(add('one'))
    open().read()
    expect(openDescriptors(generations('1'))).toBe(0)
    writeFileSync(generations('2'), '{')
    expect(() => open().read()).toThrow('E_STATE_FILE')
    expect(openDescriptors(generations('2'))).toBe(0)
  })

  test('that disappears between two reads is not an error; other failures are', () => {
    open().update(add('one'))
    vi.mocked(openSync).mockImplementationOnce(fault('ENOENT'))
    expect(open().read()).toEqual({ marks: ['one'] })
    vi.mocked(openSync).mockImplementationOnce(fault('EMFILE'))
    expect(() => open().read()).toThrow(/E_STATE_FILE: the ledger in .*webclave cannot be read; got EMFILE/)
  })

  test('of an older generation is removed in ascending order', () => {
    open().update(add('one'))
    for (const name of ['10', '9', '12']) writeFileSync(generations(name), '{"marks":["one"]}')
    vi.mocked(rmSync).mockClear()
    open().update(add('two'))
    const removed = vi.mocked(rmSync).mock.calls.map(([path]) => String(path).slice(generations().length + 1))
    expect(removed.filter((name) => /^\d+$/.test(name))).toEqual(['0', '1', '9', '10'])
    expect(names()).toEqual(['12', '13'])
  })
})

describe('the directory', () => {
  test('that is not a directory cannot be read', () => {
    mkdirSync(parent(), { mode: 0o700 })
    writeFileSync(generations(), '')
    expect(() => open().read()).toThrow(/E_STATE_FILE: the ledger in .* cannot be read; got ENOTDIR/)
  })

  test('is created by one process only', () => {
    let turns = 0
    open().update((state) => {
      if (turns++ === 0) open().update(add('first'))
      return add('second')(state)
    })
    expect(open().read()).toEqual({ marks: ['first', 'second'] })
    expect(readdirSync(parent())).toEqual([own])
  })

  test('that cannot be created causes an error, and leaves nothing', () => {
    vi.mocked(renameSync).mockImplementationOnce(fault('ENOSPC'))
    expect(() => open().update(add('one'))).toThrow(
      /E_STATE_FILE: the ledger in .* cannot be written; got ENOSPC; the disk is full/,
    )
    expect(readdirSync(parent())).toEqual([])
    vi.mocked(renameSync).mockImplementationOnce(fault('EEXIST'))
    open().update(add('one'))
    expect(open().read()).toEqual({ marks: ['one'] })
  })

  test('keeps files of other ledgers, and drafts of running processes', async () => {
    const child = spawn('sleep', ['600'])
    await once(child, 'spawn')
    const living = `${own}.${identityOf(child.pid!)}`
    for (const name of ['0', 'others.deadbeef', 'marks-too.deadbeef', living, 'marks.deadbeef', `${own}.1:1`])
      mkdirSync(parent(name, 'below'), { recursive: true, mode: 0o700 })
    chmodSync(parent(), 0o700)
    open().update(add('one'))
    expect(readdirSync(parent()).toSorted()).toEqual(
      ['0', 'others.deadbeef', 'marks-too.deadbeef', own, living].toSorted(),
    )
    child.kill('SIGKILL')
  })

  test('keeps the draft of a running process, but not its own', async () => {
    const child = spawn('sleep', ['600'])
    await once(child, 'spawn')
    const living = `draft.${identityOf(child.pid!)}`
    open().update(add('one'))
    for (const name of [living, 'draft.1:1', `draft.${ownIdentity()}`]) writeFileSync(generations(name), '')
    open().update(add('two'))
    expect(names()).toEqual(['1', '2', living])
    child.kill('SIGKILL')
  })
})

describe('a change', () => {
  test('that cannot be written causes an error, and leaves nothing', () => {
    open().update(add('one'))
    vi.mocked(linkSync).mockImplementationOnce(fault('ENOSPC'))
    expect(() => open().update(add('two'))).toThrow(/E_STATE_FILE: .* cannot be written; got ENOSPC/)
    expect(names()).toEqual(['0', '1'])
  })

  test('is retried up to ten thousand times if other processes are faster', () => {
    open().update(add('one'))
    vi.mocked(linkSync).mockImplementationOnce(fault('EEXIST'))
    open().update(add('two'))
    expect(open().read()).toEqual({ marks: ['one', 'two'] })
    let turns = 0
    vi.mocked(linkSync).mockImplementation(fault('EEXIST'))
    expect(() =>
      open().update((state) => {
        turns += 1
        return add('three')(state)
      }),
    ).toThrow(/E_STATE_BUSY: the ledger in .* keeps changing/)
    expect(turns).toBe(10_000)
    expect(names()).toEqual(['1', '2'])
    vi.mocked(linkSync).mockReset()
  })
})
