/** The world of a component as WIT text, and hostile components that are refused before wasm-tools reads them. */
import { describe, expect, it } from 'vitest'
import { componentWit, LIMITS } from '../../src/admission/index.ts'
import { codeOf } from '../image/support.ts'
import { command, fromText } from '../support/components.ts'

describe('WIT', () => {
  it('names interfaces, functions and parameters', async () => {
    const component = await command('i32.const 0', {
      imports: `(import "qingtian:enclave/vsock@0.1.0" (instance))
        (import "log" (func (param "words" (list string)) (result u32)))`,
    })
    const wit = await componentWit(component)
    expect(wit).toContain('import qingtian:enclave/vsock@0.1.0;')
    expect(wit).toContain('import log: func(words: list<string>) -> u32;')
    expect(wit).toContain('export wasi:cli/run@0.2.0;')
  })

  it('of a component without imports is short', async () => {
    expect(await componentWit(await fromText('(component)'))).toBe(
      'package root:component;\n\nworld root {\n}\n',
    )
  })
})

it.each<[string, string, () => Uint8Array | Promise<Uint8Array>]>([
  ['a core module', 'E_ADMISSION_NOT_COMPONENT', () => fromText('(module)')],
  ['an empty file', 'E_ADMISSION_NOT_COMPONENT', () => new Uint8Array()],
  ['a truncated component', 'E_ADMISSION_MALFORMED', async () => (await command('i32.const 0')).slice(0, -3)],
  [
    'components nested too deeply',
    'E_ADMISSION_LIMIT',
    () => fromText('(component '.repeat(LIMITS['levels of nested components'] + 2) + ')'.repeat(10)),
  ],
])('refuses %s', async (_, code, make) => {
  const component = await make()
  expect(await codeOf(() => componentWit(component))).toBe(code)
})

it('refuses a component that only wasm-tools finds invalid', async () => {
  const component = await command('i32.const 0')
  // An export of an instance that does not exist: admission only counts instances, wasm-tools resolves their indices.
  const name = 'wasi:cli/run@0.2.0'
  const at = Buffer.from(component).indexOf(name) + name.length
  expect(component[at]).toBe(0x05)
  component[at + 1] = 0x7f
  expect(await codeOf(() => componentWit(component))).toBe('E_ADMISSION_MALFORMED')
})
