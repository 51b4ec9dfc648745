/** Names of imports and exports become part of generated JavaScript, so a name that could contain code is refused. */
import { expect } from 'vitest'
import { fromText } from '../support/components.ts'
import { attack } from './arena.ts'

/** Occurs only as the name, and is as long as every smuggled name that replaces it. */
const PLACEHOLDER = 'qqqqqqqqqqqqqqqqqqqqqqqqqqqqqq'

const SMUGGLED = [
  "'];globalThis.pwned=1;//qqqqqqq",
  '"];globalThis.pwned=1;//qqqqqqq',
  `\`\${globalThis.pwned=1}\`qqqqqqqq`,
  '\n globalThis.pwned = 1 \n qqqqq',
  '*/globalThis.pwned=1/*qqqqqqqqq',
  '\u2028globalThis.pwned=1\u2028qq',
  '{{globalThis.pwned=1}}qqqqqqqqq',
]

/** A component with `name` as the name of a core import, an import, or an export. */
async function withName(kind: 'core' | 'import' | 'export', name: string): Promise<Uint8Array> {
  const text = {
    core: `(component (core module $n (export "${PLACEHOLDER}" (func 0)) (func)) (core instance $ni (instantiate $n))
      (core module $m (import "n" "${PLACEHOLDER}" (func)) (func (export "run") (result i32) (i32.const 0)))
      (core instance $i (instantiate $m (with "n" (instance $ni)))) REST)`,
    import: `(component (import "${PLACEHOLDER}" (func))
      (core module $m (func (export "run") (result i32) (i32.const 0))) (core instance $i (instantiate $m)) REST)`,
    export: `(component (core module $m (func (export "run") (result i32) (i32.const 0)))
      (core instance $i (instantiate $m)) REST (export "${PLACEHOLDER}" (func $run)))`,
  }[kind].replace(
    'REST',
    `(func $run (result (result)) (canon lift (core func $i "run")))
     (instance $runs (export "run" (func $run))) (export "wasi:cli/run@0.2.0" (instance $runs))`,
  )
  const bytes = Buffer.from(await fromText(text))
  const smuggled = Buffer.from(name).subarray(0, PLACEHOLDER.length)
  for (let at = bytes.indexOf(PLACEHOLDER); at >= 0; at = bytes.indexOf(PLACEHOLDER, at + 1))
    smuggled.copy(bytes, at)
  return new Uint8Array(bytes)
}

attack('smuggling code in a name', async (arena) => {
  for (const kind of ['core', 'import', 'export'] as const) {
    for (const name of SMUGGLED) {
      const outcome = await arena.outcomeOf(await withName(kind, name))
      expect(outcome, `${kind} ${name}`).toMatchObject({ refused: expect.stringMatching(/^E_ADMISSION_/) })
    }
  }
  // The control: the same components with a plain name run, or are refused for what they import.
  expect(await arena.outcomeOf(await withName('core', PLACEHOLDER))).toMatchObject({ ended: { status: 0 } })
  expect(await arena.outcomeOf(await withName('import', PLACEHOLDER))).toMatchObject({
    refused: 'E_ADMISSION_IMPORT',
  })
  expect((globalThis as { pwned?: unknown }).pwned).toBeUndefined()
})
