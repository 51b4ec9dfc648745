/**
 * The memory that an instance of a module takes in this process, compared with what admission charges an enclave for
 * it. Each is measured in its own process. A ratio above 1 is memory for which no enclave was charged.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools'
import { ByteReader } from '../src/admission/byte-reader.ts'
import { readCoreModule } from '../src/admission/core-module.ts'
import { HOST_BYTES } from '../src/admission/instances.ts'
import { newFindings } from '../src/admission/instructions.ts'
import type { Benchmark, Measurement } from './harness.ts'

const run = promisify(execFile)

/** Calls each function of the module once, so that all of it is compiled, and prints the bytes of its machine code. */
const COMPILE = `
const compiled = new WebAssembly.Module(require('node:fs').readFileSync(0))
gc()
const before = process.memoryUsage.rss()
const { exports } = new WebAssembly.Instance(compiled)
for (const each of Object.values(exports)) try { each() } catch {}
// Background compilation has finished by then.
setTimeout(() => {
  gc()
  console.log(process.memoryUsage.rss() - before)
}, 500)`

/** Creates instances of the given module, and prints the bytes that each takes. */
const SCALE = `
const instances = process.argv[1]
const compiled = new WebAssembly.Module(require('node:fs').readFileSync(0))
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

/** The number that `script` prints, with the module as its standard input. */
async function measureIn(script: string, module: Uint8Array, ...args: string[]): Promise<number> {
  const started = run(process.execPath, ['--expose-gc', '-e', script, ...args])
  started.child.stdin!.end(module)
  return Number((await started).stdout)
}

async function weigh(fields: string, instances: number): Promise<number> {
  const module = await parse(`(module ${fields})`)
  return measureIn(SCALE, module, `${instances}`)
}

const FUNCTIONS = 64

/** Instructions with large machine code, repeated: for each, what precedes and follows them. */
const CODE: readonly { name: string; before?: string; each: string; times: number; after?: string }[] = [
  { name: 'constants', each: '(drop (i64.const 5))', times: 8000 },
  {
    name: 'conversions',
    before: '(f64.const 0)',
    each: 'i64.trunc_f64_u f64.convert_i64_u',
    times: 4000,
    after: 'drop',
  },
  { name: 'saturating conversions', each: '(drop (i64.trunc_sat_f64_u (f64.const 0)))', times: 2000 },
  { name: 'divisions', before: '(local.get 0)', each: '(local.get 0) i64.rem_s', times: 6000, after: 'drop' },
  { name: 'calls', each: '(call $nothing)', times: 10_000 },
  { name: 'indirect calls', each: '(call_indirect (type $t) (i32.const 0))', times: 5000 },
  { name: 'branches', each: '(br_if 0 (local.get 1))', times: 6000 },
  { name: 'loads', before: '(i32.const 0)', each: 'i32.load', times: 8000, after: 'drop' },
  { name: 'copies', each: '(memory.copy (i32.const 0) (i32.const 0) (i32.const 0))', times: 3000 },
  {
    name: 'vectors',
    before: '(v128.const i64x2 0 0)',
    each: '(v128.const i64x2 1 1) i64x2.mul',
    times: 2000,
    after: 'drop',
  },
]

async function codeRow({
  name,
  before = '',
  each,
  times,
  after = '',
}: (typeof CODE)[number]): Promise<Measurement> {
  const body = `(local i64 i32) ${before} ${Array(times).fill(each).join(' ')} ${after}`
  const functions = Array.from({ length: FUNCTIONS }, (_, at) => `(func (export "f${at}") ${body})`).join(' ')
  const module = await parse(
    `(module (type $t (func)) (memory 1) (table 1 funcref) (elem (i32.const 0) $nothing) (func $nothing) ${functions})`,
  )
  const findings = newFindings()
  readCoreModule(new ByteReader(module), findings)
  return {
    name: `machine code: ${name}, against the estimate`,
    unit: 'KiB',
    samples: 3,
    subject: async () => (await measureIn(COMPILE, module)) / 1024,
    baseline: () => findings.machineCode / 1024,
    goal: { atMost: 1 },
  }
}

const MANY = 2000
const many = (field: (at: number) => string) => Array.from({ length: MANY }, (_, at) => field(at)).join(' ')

/** Modules with many items of one kind; `charged` is the charge for these items, without the instance itself. */
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
  measurements: async () => ({
    rows: [...MODULES.map(row), ...(await Promise.all(CODE.map(codeRow)))],
    tearDown: async () => {},
  }),
}
