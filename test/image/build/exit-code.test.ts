/** The exit code of a program for WASI preview 1, and where a module that imports it is changed. */
import { expect, test } from 'vitest'
import { keepExitCode } from '../../../src/image/build/exit-code.ts'
import { buildImage } from '../../../src/image/index.ts'
import { createParent } from '../../../src/parent/index.ts'
import { fromText } from '../../support/components.ts'

const importsOf = (bytes: Uint8Array<ArrayBuffer>) =>
  WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map(({ module, name }) => `${module} ${name}`)

test('is imported from WASI 0.2, and the rest of the module stays as it is', async () => {
  const module = await fromText(`(module
    (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
    (import "other" "proc_exit" (func (param i32)))
    (func (export "_start")) (@custom "last" "text"))`)
  const changed = keepExitCode(module)!
  expect(importsOf(changed)).toEqual([
    'wasi_snapshot_preview1 sched_yield',
    'wasi:cli/exit@0.2.12 exit-with-code',
    'other proc_exit',
  ])
  expect(changed.subarray(-5)).toEqual(module.subarray(-5))
})

test.each(['(module)', '(module (import "other" "proc_exit" (func (param i32))))'])(
  'of %s is not there, and nothing is changed',
  async (text) => expect(keepExitCode(await fromText(text))).toBeUndefined(),
)

test('reaches the parent, with every value of a byte', async () => {
  const program = await fromText(`(module
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (func (export "_start") (call $exit (i32.const 203)) unreachable))`)
  const { eif } = await buildImage({ app: { component: program } })
  await using parent = await createParent({ vcpus: 1, memoryMiB: 64, profile: 'nitro' })
  const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
  expect(await enclave.exited).toEqual({ kind: 'exited', status: 203 })
})
