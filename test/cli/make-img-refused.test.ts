/** WebAssembly that no enclave could start: `make-img` refuses it, says what it is and what to do, and writes nothing. */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { makeImg } from '../../src/cli/commands/make-img.ts'
import { command, fromText } from '../support/components.ts'
import { runCommand } from './in-process.ts'
import { ApplicationFolder } from './make-img-folder.ts'

const home = new ApplicationFolder()

/** The error of an image of `bytes`, of which nothing was written. */
async function refusal(bytes: Uint8Array, ...words: string[]): Promise<string> {
  await writeFile(home.at('app.wasm'), bytes)
  const { status, stdout, error } = await runCommand(makeImg, [
    ...['--app', home.at('app.wasm'), '--eif', home.eif],
    ...words,
  ])
  expect([status, stdout, existsSync(home.eif)]).toEqual([1, '', false])
  return error!.message
}

/** A command that imports `name` as well. */
const importing = (name: string) => command('(i32.const 0)', { imports: `(import "${name}" (instance))` })

describe('a component', () => {
  test.each([
    ['wasi:http/types@0.2.3', /^E_ADMISSION_IMPORT: .*disableFeatures: \['http', 'fetch-event'\]/],
    ['wasi:sockets/tcp@0.2.3', /^E_ADMISSION_IMPORT: .*no network/],
    ['wasi:cli/stdout@0.3.0', /^E_ADMISSION_IMPORT: .*build it for WASI 0\.2/],
  ])('that imports %s is refused with what to do', async (name, expected) => {
    expect(await refusal(await importing(name))).toMatch(expected)
  })

  test('of streams is refused as one of WASI 0.3', async () => {
    const streams = await command('(i32.const 0)', {
      imports: '(type $s (stream u8)) (core func (canon stream.new $s))',
    })
    expect(await refusal(streams)).toMatch(
      /^E_ADMISSION_FEATURE: the component uses streams, which are of WASI 0\.3 .*build it for WASI 0\.2/,
    )
  })

  test.each([
    ['(component)', /^E_ADMISSION_EXPORT: .*export run: a main function/],
    [
      '(component (instance $i) (export "wasi:http/incoming-handler@0.2.0" (instance $i)))',
      /^E_ADMISSION_EXPORT: .*not a handler of HTTP requests/,
    ],
  ])('%s does not export run', async (text, expected) => {
    expect(await refusal(await fromText(text))).toMatch(expected)
  })

  test('that needs more memory than its manifest names is refused', async () => {
    const large = await command('(i32.const 0)', { memory: '(memory 2000)' })
    expect(await refusal(large, '--manifest', home.at('manifest.json'))).toMatch(/^E_ADMISSION_MEMORY: /)
  })
})

describe('a core module', () => {
  const module = (from: string) =>
    fromText(`(module (import "${from}" "f" (func)) (memory (export "memory") 1) (func (export "_start")))`)

  test.each([
    ['env', 'Emscripten'],
    ['a', 'Emscripten'],
    ['gojs', 'Go for GOOS=js'],
    ['__wbindgen_placeholder__', 'wasm-bindgen'],
    ['wasi_unstable', 'before WASI preview 1'],
  ])('that imports from %s is refused as one of %s', async (from, maker) => {
    const message = await refusal(await module(from))
    expect(message).toMatch(/^E_APP_CORE_MODULE: .*wasm32-wasip1/)
    expect(message).toContain(maker)
  })

  test('without a main function is refused in the words of wasm-tools, without its own details', async () => {
    const message = await refusal(await fromText('(module (func (export "add")))'))
    expect(message).toMatch(/got failed to find export of interface `wasi:cli\/run@0\.2\.0` function `run`; /)
    expect(message).not.toMatch(/\$|decode world/)
  })
})
