/** The console of a program that has ended before anybody could read it: readable once, and then nothing is left. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildImage } from '../../src/image/index.ts'
import { Home } from '../support/home.ts'

const home = new Home()
const eif = join(home.path, 'short.eif')
beforeAll(async () => {
  await writeFile(eif, (await buildImage({ app: { source: 'console.log("a short program")' } })).eif)
})
afterAll(() => home[Symbol.asyncDispose]())

test('can be read after its end, in debug mode', async () => {
  for (let round = 0; round < 3; round++) {
    const { status } = await home.qt('enclave', 'start', '--eif', eif, '--mem', '128', '--debug-mode')
    expect(status).toBe(0)
    const { stdout } = await home.qt('enclave', 'console', '--enclave-id', '0')
    expect(stdout).toContain('a short program')
    await expect.poll(async () => (await home.qt('enclave', 'query')).stdout).toBe('[]\n')
  }
})

test('can be stopped after its end', async () => {
  await home.qt('enclave', 'start', '--eif', eif, '--mem', '128', '--debug-mode')
  expect((await home.qt('enclave', 'stop', '--enclave-id', '0')).status).toBe(0)
  expect((await home.qt('enclave', 'query')).stdout).toBe('[]\n')
})
