/** Conversions that no enclave reaches are taken out of jco's glue, also of the real one. */
import { describe, expect, test } from 'vitest'
import { withoutConversions } from '../../src/hypervisor/glue-conversions.ts'
import { ARTEFACTS, readArtefact } from '../../src/platform/artefacts.ts'

const call = (number: number, name: string) => `
  const _trampoline${number} = function(arg0) {
    converted${number}
  }
  _trampoline${number}.fnName = '${name}';
`
const choice = (number: number) => `
  let trampoline${number} = _trampoline${number}.manuallyAsync ? new WebAssembly.Suspending(_suspendingImport(0, lower.bind(
  null,
  {
    suspending${number},
  },
  ))) : lower.bind(
  null,
  {
    plain${number},
  },
  );
`
const GLUE = `a${call(3, 'wasi:io/poll@0.2.0#poll')}b${call(12, 'wasi:cli/exit@0.2.0#exit')}c${choice(3)}d${choice(12)}e`

describe('the glue', () => {
  test('keeps only the conversions that the kernel does not do itself, and none that suspends', () => {
    expect(withoutConversions(GLUE)).toBe(`a
b${call(12, 'wasi:cli/exit@0.2.0#exit')}c
  let trampoline3;
d
  let trampoline12 = lower.bind(
  null,
  {
    plain12,
  },
  );
e`)
  })

  test.each([
    ['wasi:clocks/monotonic-clock#now', false],
    ['wasi:clocks/monotonic-clock@0.2.3#now$1', false],
    ['webclave:engine/crypto@0.1.0#hash', false],
    ['wasi:clocks/wall-clock@0.2.0#now', true],
    ['qingtian:enclave/vsock@0.1.0#Connection.connect', true],
    ['constructor/constructor#constructor', true],
  ])('%s: is converted there: %s', (name, isKept) => {
    expect(withoutConversions(call(1, name) + choice(1)).includes('converted1')).toBe(isKept)
  })

  test('is unchanged if it converts nothing', () => {
    expect(withoutConversions('export function instantiate() {\n}\n')).toBe(
      'export function instantiate() {\n}\n',
    )
  })

  test.each([
    ['a function without a name', GLUE.replace('_trampoline12.fnName', 'fnName')],
    ['a function with the name of another', GLUE.replace('_trampoline3.fnName', '_trampoline4.fnName')],
    ['no choice', GLUE.replaceAll('  ))) : lower', '  ))\n lower')],
    ['an end that is indented in another way', GLUE.replaceAll('\n  );', '\n   );')],
  ])('with %s is rejected', (_, glue) => {
    expect(() => withoutConversions(glue)).toThrow('converts calls in another way than is known')
  })

  test('that is shipped with the engine has none of them', async () => {
    const glue = new TextDecoder().decode(await readArtefact(ARTEFACTS.engineGlue))
    expect(glue).toContain('qingtian:enclave/vsock@0.1.0#Connection.connect')
    expect(glue).not.toContain('.fnName="webclave:engine/crypto')
    expect(glue).not.toContain('.manuallyAsync?')
  })
})
