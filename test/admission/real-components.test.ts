/** Components from real toolchains are admitted, transpiled with jco, limited, and run. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transpileBytes } from '@bytecodealliance/jco-transpile'
import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools'
import { componentize } from 'componentize-qjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { limitModules, type ModuleLimits } from '../../src/admission/index.ts'
import type { Bytes } from '../../src/base/bytes.ts'
import { admitted, command, MIB, refused, wat } from './support.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webclave-admission-'))
})
afterAll(() => rm(folder, { recursive: true }))

type Files = Record<string, Bytes>

const modulesOf = (files: Files) => new Map(Object.entries(files).filter(([name]) => name.endsWith('.wasm')))

/** The component's exports, instantiated with jco's glue and the given `limits`. */
async function instantiate(component: Uint8Array, limits?: ModuleLimits) {
  const { files } = (await transpileBytes(component, { name: 'guest', instantiation: 'async' })) as {
    files: Files
  }
  const path = join(folder, `guest-${Object.keys(files).length}-${component.length}.mjs`)
  await writeFile(path, files['guest.js']!)
  const glue = await import(path)
  const modules = modulesOf(files)
  const limited = limits ? limitModules(modules, limits) : modules
  return glue.instantiate((name: string) => WebAssembly.compile(limited.get(name)!), {})
}

describe('a guest that grows its memory and table', () => {
  const WIT = `package test:grow; world grow {
    export memory: func(pages: u32) -> s32;
    export table: func(elements: u32) -> s32;
  }`
  const MODULE = `(module
    (memory (export "cm32p2_memory") 1)
    (table $t 1 funcref)
    (func (export "cm32p2||memory") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "cm32p2||table") (param i32) (result i32) (table.grow $t (ref.null func) (local.get 0))))`

  async function guest(): Promise<Uint8Array> {
    return componentNew(await componentEmbed({ binary: await wat(MODULE), witSource: WIT, world: 'grow' }))
  }

  it('gets -1 at the limit', async () => {
    const component = await guest()
    const { limits, report } = admitted(component, { memoryBytes: 2 * MIB, requiredExport: 'memory' })
    const [memory] = report.memories
    const run = await instantiate(component, limits)
    expect(run.memory(memory!.max - 1)).toBe(1)
    expect(run.memory(1)).toBe(-1)
    expect(run.table(report.tables[0]!.max - 1)).toBe(1)
    expect(run.table(1)).toBe(-1)
  })

  it('gets more without limits (the control)', async () => {
    const run = await instantiate(await guest())
    expect(run.memory(40)).toBe(1)
    expect(run.table(70_000)).toBe(1)
  })
})

describe('the QuickJS engine', () => {
  let engine: Uint8Array
  beforeAll(async () => {
    const wit = join(folder, 'engine.wit')
    await writeFile(wit, 'package test:engine; world engine { export start: async func() -> s32; }')
    const { component } = await componentize({
      witPath: wit,
      jsSource: 'export async function start() { return 7 }',
    })
    engine = new Uint8Array(component)
  }, 30_000)

  it('is refused without a start deadline', () => {
    expect(refused(engine, { requiredExport: 'start' })).toMatchObject({
      code: 'E_ADMISSION_START',
      got: '1',
    })
  })

  it('is admitted with a start deadline, at half of every limit or less', () => {
    const { report } = admitted(engine, { requiredExport: 'start', startDeadline: true })
    expect(report.startFunctions).toBe(1)
    expect(report.features).toContain('bulk-memory')
    expect(report.bytes.max).toBeLessThanOrEqual(64 * MIB)
    for (const { value, limit } of report.readings) expect(value).toBeLessThanOrEqual(limit / 2)
  })

  it('is split by jco into modules that are valid with their limits', async () => {
    const { limits } = admitted(engine, { requiredExport: 'start', startDeadline: true })
    const { files } = (await transpileBytes(engine, { name: 'engine', base64Cutoff: 0 })) as {
      files: Files
    }
    const modules = [...limitModules(modulesOf(files), limits).values()]
    expect(modules.length).toBeGreaterThan(4)
    for (const module of modules) expect(WebAssembly.validate(module)).toBe(true)
  })
})

it('a command component still runs with its limits', async () => {
  const component = await command('(memory 1)')
  const run = await instantiate(component, admitted(component).limits)
  expect(run.run.run()).toBeUndefined()
})
