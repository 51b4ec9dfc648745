/** What is kept of enclaves that have ended: how many, for how long, and only in a private folder. */
import { chmodSync, existsSync, readdirSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type EndedEnclave, endedEnclaves, forgetEnded, keepEnded } from '../../src/keeper/ended-enclaves.ts'
import { useHome } from './own-home.ts'

const home = useHome()
const folder = () => home.runtime('ended')

const ended = (id: number): EndedEnclave => ({
  record: {
    ...{ id, cid: 4, cpus: [1], memoryMiB: 128, debug: true, profile: 'qingtian', name: '' },
    ...{ holder: '1:2', gone: false },
  },
  details: { moduleId: 'i-1', pcrs: {}, destinations: [], image: undefined },
  end: 'exited with status 3',
  status: 3,
  at: new Date(1_700_000_000_000 + id).toISOString(),
  console: 'words\n',
})

test('nothing is there at first, and reading creates no folder', () => {
  expect(endedEnclaves()).toEqual([])
  expect(existsSync(folder())).toBe(false)
})

test('the latest come first, and only sixteen are kept, in private files', () => {
  for (let id = 0; id < 20; id++) {
    keepEnded(ended(id))
    // The order of files that are as old as each other is not defined.
    for (const name of readdirSync(folder())) {
      const at = Date.now() / 1000 - 60 + Number(name.slice(0, 15)) / 1e3 - 1.7e9
      utimesSync(join(folder(), name), at, at)
    }
  }
  expect(endedEnclaves()).toEqual(Array.from({ length: 16 }, (_, at) => ended(19 - at)))
  for (const name of readdirSync(folder())) expect(statSync(join(folder(), name)).mode & 0o077).toBe(0)
})

test('after an hour they are removed', () => {
  keepEnded(ended(1))
  keepEnded(ended(2))
  const [name] = readdirSync(folder()).sort()
  const old = Date.now() / 1000 - 3601
  utimesSync(join(folder(), name!), old, old)
  expect(endedEnclaves()).toEqual([ended(2)])
  expect(readdirSync(folder())).toHaveLength(1)
  utimesSync(join(folder(), readdirSync(folder())[0]!), old, old)
  forgetEnded()
  expect(readdirSync(folder())).toEqual([])
})

test('a folder that others can write to is rejected', () => {
  keepEnded(ended(1))
  chmodSync(folder(), 0o777)
  expect(() => endedEnclaves()).toThrow(expect.objectContaining({ code: 'E_STATE_MODE' }))
  expect(() => keepEnded(ended(2))).toThrow(expect.objectContaining({ code: 'E_STATE_MODE' }))
})
