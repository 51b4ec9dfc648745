/** Imports with the names of properties that JavaScript's objects and classes inherit, such as `constructor`. */
import { expect } from 'vitest'
import { fromText } from '../support/components.ts'
import { attack } from './arena.ts'

const VSOCK = 'qingtian:enclave/vsock@0.1.0'

/** A component that calls the imported function `name`, and exits with 0 if that function exists. */
const calling = (name: string, type: string, core: string, call: string) =>
  fromText(`(component
    (import "${VSOCK}" (instance $vsock (export "connection" (type (sub resource))) (export "${name}" ${type})))
    (core module $memory (memory (export "memory") 1) (data (i32.const 0) "return 1"))
    (core instance $held (instantiate $memory))
    (core func $call (canon lower (func $vsock "${name}") (memory (core memory $held "memory"))))
    (core module $m (import "k" "call" (func $call ${core}))
      (func (export "run") (result i32) ${call} (i32.const 0)))
    (core instance $i (instantiate $m (with "k" (instance (export "call" (func $call))))))
    (func $run (result (result)) (canon lift (core func $i "run")))
    (instance $runs (export "run" (func $run)))
    (export "wasi:cli/run@0.2.0" (instance $runs)))`)

const withText = (name: string) =>
  calling(name, '(func (param "text" string))', '(param i32 i32)', '(call $call (i32.const 0) (i32.const 8))')

attack('importing names that all classes and objects inherit', async (arena) => {
  const inherited = ['constructor', 'call', 'to-string', 'has-own-property']
  for (const name of [...inherited.map((each) => `[static]connection.${each}`), ...inherited]) {
    const outcome = await arena.outcomeOf(await withText(name))
    // Admission may refuse it already.
    if ('refused' in outcome) expect(outcome.refused, name).toMatch(/^E_(ADMISSION|ENCLAVE_BOOT)/)
    else expect(outcome.ended, name).toMatchObject({ kind: 'trapped' })
  }
  // The control: a function of the interface is called by its name.
  const local = await calling('local-cid', '(func (result u32))', '(result i32)', '(drop (call $call))')
  expect(await arena.outcomeOf(local)).toEqual({ ended: { kind: 'exited', status: 0 } })
})
