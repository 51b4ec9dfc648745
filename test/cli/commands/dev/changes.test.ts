/** What `qt enclave dev` notices: changes in the application's folder, and of the modules elsewhere that it has read. */
import { watch } from 'node:fs'
import { mkdir, mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Changes } from '../../../../src/cli/commands/dev/changes.ts'
import { errorOf } from '../../../image/support.ts'

let folder: string
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'qt-changes-')))
  for (const name of ['app/inner', 'lib', 'other']) await mkdir(join(folder, name), { recursive: true })
})
afterAll(() => rm(folder, { recursive: true }))

const at = (path: string) => join(folder, path)
const write = (path: string) => writeFile(at(path), `${Math.random()}`)

/** Watches `app` and what `also` names, makes a change, and resolves when it is noticed. */
async function noticed(app: string, change: () => Promise<unknown>, ...also: string[]): Promise<void> {
  const changes = await Changes.of(at(app))
  for (const file of also) changes.also(at(file))
  const steps = changes[Symbol.asyncIterator]()
  expect(await steps.next()).toEqual({ value: undefined, done: false })
  const next = steps.next()
  await change()
  expect(await next).toEqual({ value: undefined, done: false })
  await steps.return(undefined)
}

describe('a change is noticed', () => {
  test.each([
    ['in the folder of the application', 'app', 'app/index.ts', []],
    ['in a folder below', 'app', 'app/inner/one.ts', []],
    ['beside an application that is a file', 'app/index.ts', 'app/other.ts', []],
    ['of an application that was not there', 'app/later', 'app/later', []],
    ['of a module elsewhere', 'app', 'lib/one.ts', ['lib/one.ts', 'lib/two.ts', 'other/x.ts']],
    ['of the second module in a folder', 'app', 'lib/two.ts', ['lib/one.ts', 'lib/two.ts']],
  ])('%s', async (_, app, changed, also) => {
    await noticed(app, () => write(changed), ...also)
  })

  test('of a module elsewhere that an editor replaces', async () => {
    await write('lib/three.ts')
    await write('other/three.ts')
    await noticed('app', () => rename(at('other/three.ts'), at('lib/three.ts')), 'lib/three.ts')
  })
})

test('a change of another file elsewhere is not', async () => {
  const changes = await Changes.of(at('app'))
  changes.also(at('lib/one.ts'))
  const steps = changes[Symbol.asyncIterator]()
  await steps.next()
  // A change that is noticed starts a timer. This watcher was added later, and so gets each event later.
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  const watcher = watch(at('lib'))
  const timersAfter = async (name: string) => {
    const seen = new Promise<void>((resolve) => watcher.on('change', (_, each) => each === name && resolve()))
    await write(`lib/${name}`)
    await seen
    return vi.getTimerCount()
  }
  const next = steps.next()
  expect(await timersAfter('four.ts')).toBe(0)
  expect(await timersAfter('one.ts')).toBe(1)
  await vi.runAllTimersAsync()
  expect(await next).toEqual({ value: undefined, done: false })
  vi.useRealTimers()
  watcher.close()
  await steps.return(undefined)
})

test('an application in a folder that does not exist is an error', async () => {
  const { code, message } = await errorOf(() => Changes.of(at('none/app')))
  expect(code).toBe('E_APP_NOT_FOUND')
  expect(message).toContain('expected a path in a folder that exists')
})
