/**
 * What an instance of a module takes in this process, against what admission charges an enclave for it: each in a process
 * of its own, which weighs itself before and after. A ratio above 1 is memory that nobody gave.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools'
import { HOST_BYTES } from '../src/admission/instances.ts'
import type { Benchmark, Measurement } from './harness.ts'

const run = promisify(execFile)

/** Makes instances of the module that it is given as base64, and prints the bytes that each takes. */
const SCALE = `
const [module, instances] = process.argv.slice(1)
const compiled = new WebAssembly.Module(Buffer.from(module, 'base64'))
const imports = { x: { f: () => {} } }
const kept = [new WebAssembly.Instance(compiled, imports)]
gc()
const before = process.memoryUsage.rss()
while (kept.length <= Number(instances)) {
  const instance = new WebAssembly.Instance(compiled, imports)
  kept.push(instance, instance.exports)
}
gc()
console.log((2 * (process.memoryUsage.rss() - before)) / Number(instances))`

async function weigh(fields: string, instances: number): Promise<number> {
  const module = Buffer.from(await parse(`(module ${fields})`)).toString('base64')
  const { stdout } = await run(process.execPath, ['--expose-gc', '-e', SCALE, module, `${instances}`])
  return Number(stdout)
}

const MANY = 2000
const many = (field: (at: number) => string) => Array.from({ length: MANY }, (_, at) => field(at)).join(' ')

/** Modules of many of one thing; `charged` is what that is charged, beside the instance itself. */
const MODULES: readonly { name: string; fields: string; charged: number }[] = [
  { name: 'an empty instance', fields: '', charged: 0 },
  {
    name: 'exports of functions of their own',
    fields: many((at) => `(func (export "e${at}"))`),
    charged: MANY * (HOST_BYTES.exports + HOST_BYTES.functions),
  },
  {
    name: 'exports of one global',
    fields: `(global i32 (i32.const 1)) ${many((at) => `(export "e${at}" (global 0))`)}`,
    charged: MANY * HOST_BYTES.exports,
  },
  {
    name: 'imports of one function',
    fields: many(() => '(import "x" "f" (func))'),
    charged: MANY * HOST_BYTES.imports,
  },
  { name: 'functions', fields: many(() => '(func)'), charged: MANY * HOST_BYTES.functions },
  {
    name: 'globals',
    fields: many(() => '(global (mut i64) (i64.const 1))'),
    charged: MANY * HOST_BYTES.globals,
  },
  {
    name: 'segments',
    fields: `(memory 0) ${many(() => '(data "")')}`,
    charged: MANY * HOST_BYTES.segments,
  },
  {
    name: 'elements of a table',
    fields: `(table ${MANY} funcref) (func $f) (elem (i32.const 0) func ${many(() => '$f')})`,
    charged: MANY * HOST_BYTES.element,
  },
]

const row = ({ name, fields, charged }: (typeof MODULES)[number]): Measurement => ({
  name: `instances: ${name}, against what is charged`,
  unit: 'KiB',
  samples: 3,
  subject: async () => (await weigh(fields, name === 'an empty instance' ? 10_000 : 500)) / 1024,
  baseline: () => (HOST_BYTES.instance + charged) / 1024,
  goal: { atMost: 1 },
})

export const admission: Benchmark = {
  room: 'admission',
  measurements: async () => ({ rows: MODULES.map(row), tearDown: async () => {} }),
}
