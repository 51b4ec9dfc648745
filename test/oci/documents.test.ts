/** What an image's config may say: secrets of its environment are in no error, and its texts have limits. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { command } from '../support/components.ts'
import { Images, layout, type RunConfig } from '../support/containers.ts'
import { tar } from '../support/tar.ts'

let images: Images
let wasm: Uint8Array
beforeAll(async () => {
  images = await Images.create()
  wasm = await command('(i32.const 0)')
})
afterAll(() => images[Symbol.asyncDispose]())

const APP = { Entrypoint: ['/app.wasm'] }
const refusal = (run: RunConfig) =>
  images.refusal(layout({ layers: [tar({ name: 'app.wasm', data: wasm })], run }))

describe('a variable of the environment is refused without its value,', () => {
  test.each<[pair: string, found: string]>([
    ['A B=hunter2', 'the name "A B"'],
    ['my-token=hunter2', 'the name "my-token"'],
    ['=hunter2', 'a pair without a name'],
    ['hunter2', 'a pair without a name'],
  ])('if it is %s', async (pair, found) => {
    const message = await refusal({ ...APP, Env: ['TOKEN=hunter2', pair] })
    expect(message).toMatch(/^E_OCI_DOCUMENT: the config: Env is malformed; expected NAME=VALUE/)
    expect(message).toContain(`got ${found};`)
    expect(message).not.toContain('hunter2')
  })
})

describe('the limits of a config', () => {
  test('allow what is within them', async () => {
    const run = { Entrypoint: ['/app.wasm', 'x'.repeat(60_000)], Cmd: Array<string>(1000).fill('a') }
    expect(await refusal({ ...run, User: 'u'.repeat(1000) })).toBe('it was taken')
  })

  test.each<[what: string, run: RunConfig, expected: RegExp]>([
    ['User', { ...APP, User: 'x'.repeat(2000) }, /User is too long; expected at most 1023 bytes; got 2000/],
    ['WorkingDir', { ...APP, WorkingDir: `/${'x'.repeat(2000)}` }, /WorkingDir is too long/],
    ['bytes of Cmd', { ...APP, Cmd: ['x'.repeat(100_000)] }, /Entrypoint and Cmd .*at most 65536 bytes/],
    [
      'words',
      { Cmd: Array<string>(60_000).fill('env') },
      /Entrypoint and Cmd .*at most 1024 words; got 60000/,
    ],
    ['programs that start others', { Cmd: [...Array<string>(17).fill('env'), '/app.wasm'] }, /at most 16/],
  ])('hold on %s', async (_, run, expected) => {
    const message = await refusal(run)
    expect(message).toMatch(/^E_OCI_LIMIT: /)
    expect(message).toMatch(expected)
  })

  test('allow 16 programs that start others', async () => {
    expect(await refusal({ Cmd: [...Array<string>(16).fill('env'), '/app.wasm'] })).toBe('it was taken')
  })
})
