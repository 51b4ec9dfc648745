/** Popular packages of npm in an enclave: small applications, each of which checks its own results. */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadPath } from '../../src/image/build/bundle.ts'
import { consoleOf } from './enclave.ts'

const FOLDER = fileURLToPath(new URL('applications', import.meta.url))
const NAMES = readdirSync(FOLDER)
  .map((file) => file.replace(/\.js$/, ''))
  .filter((name) => name !== 'index')

let lines: string[]
beforeAll(async () => {
  lines = (await consoleOf(FOLDER)).split('\n')
})

describe('an application with', () => {
  it.each(NAMES)('%s gives the right results', (name) => {
    expect(lines.filter((line) => line.startsWith(`${name}: `))).toEqual([`${name}: right`])
  })

  it.each(NAMES)('%s is bundled without a path of this machine', async (name) => {
    const loaded = await loadPath(`${FOLDER}/${name}.js`)
    expect('source' in loaded && loaded.source).not.toContain(
      fileURLToPath(new URL('../..', import.meta.url)),
    )
    expect('source' in loaded && loaded.source).not.toMatch(/^\/\/ .*\.\.\//m)
  })
})
