/**
 * Core modules become components of the world, byte for byte as with wasm-tools; modules that do not match are
 * rejected.
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { componentEmbed, componentNew, preview1AdapterCommandPath } from '@bytecodealliance/jco'
import { describe, expect, it } from 'vitest'
import { inspectComponent } from '../../../src/admission/index.ts'
import type { Bytes } from '../../../src/base/bytes.ts'
import { checkComponent } from '../../../src/image/build/application.ts'
import { componentize } from '../../../src/image/build/componentize.ts'
import { withoutNames } from '../../../src/image/build/custom-sections.ts'
import { fromText } from '../../support/components.ts'
import { build, codeOf, errorOf } from '../support.ts'

const RUN = '"wasi:cli/run@0.2.0#run"'
const witPath = fileURLToPath(new URL('../../../wit', import.meta.url))

/** A module with one import, which exports `run`. */
const plain = () =>
  fromText(`(module
    (import "qingtian:enclave/vsock@0.1.0" "local-cid" (func $cid (result i32)))
    (func (export ${RUN}) (result i32) (i32.eq (call $cid) (i32.const 3))))`)

/** A command for WASI preview 1 that yields once. It has no names, so its last section is its code. */
const command = () =>
  fromText(`(module
    (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
    (memory (export "memory") 1)
    (func (export "_start") (drop (call 0))))`)

describe('a core module becomes a component', () => {
  it('identical to that of `component embed` and `component new`, but for names', async () => {
    const module = await plain()
    const expected = await componentNew(await componentEmbed({ binary: module, witPath, world: 'enclave' }))
    expect(Buffer.compare(await componentize(module), withoutNames(new Uint8Array(expected)))).toBe(0)
  })

  it('with the adapter if it is a command for preview 1', async () => {
    const module = await command()
    const adapter = new Uint8Array(await readFile(preview1AdapterCommandPath()))
    const embedded = await componentEmbed({ binary: module, witPath, world: 'imports' })
    const expected = await componentNew(embedded, [['wasi_snapshot_preview1', adapter]])
    const component = await componentize(module)
    expect(Buffer.compare(component, withoutNames(new Uint8Array(expected)))).toBe(0)
    expect(inspectComponent(component).exports).toEqual(['wasi:cli/run@0.2.12'])
  })

  it('with its own run if it is a library for preview 1', async () => {
    const module = await fromText(`(module
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (func (export ${RUN}) (result i32) (call $exit (i32.const 0)) (i32.const 0)))`)
    expect(inspectComponent(await componentize(module)).exports).toEqual(['wasi:cli/run@0.2.0'])
  })

  it('of the world that it already embeds', async () => {
    const embedded = new Uint8Array(
      await componentEmbed({ binary: await plain(), witPath, world: 'enclave' }),
    )
    expect(Buffer.compare(await componentize(embedded), await componentize(await plain()))).toBe(0)
  })

  it('of that world only: without run in the world, admission rejects the component', async () => {
    const module = await fromText(
      '(module (import "qingtian:enclave/vsock@0.1.0" "local-cid" (func (result i32))))',
    )
    const embedded = new Uint8Array(await componentEmbed({ binary: module, witPath, world: 'imports' }))
    expect(inspectComponent(await componentize(embedded)).exports).toEqual([])
    expect(await codeOf(() => componentize(module))).toBe('E_APP_CORE_MODULE')
  })

  it('whatever other sections it has', async () => {
    const module = await fromText(`(module
      (import "qingtian:enclave/vsock@0.1.0" "local-cid" (func (result i32)))
      (memory (export "memory") 1 2) (table (export "table") 1 funcref) (global (export "g") i32 (i32.const 1))
      (func (export ${RUN}) (result i32) i32.const 0)
      (@custom "name-of-nothing" "\\01\\02"))`)
    expect(checkComponent(await componentize(module))).toHaveLength((await componentize(module)).length)
  })

  it('or stays unchanged if it already is a component', async () => {
    const component = await componentize(await plain())
    const { pcrs } = await build({ app: { component } })
    expect(pcrs).toEqual((await build({ app: { component: await plain() } })).pcrs)
  })
})

describe('a module is rejected with the message of wasm-tools', () => {
  it.each([
    ['without run', '(module)', /wasi:cli\/run@0\.2\.0/],
    ['with a run of another type', `(module (func (export ${RUN}) (param i64)))`, /run/],
    [
      'with an import of env',
      `(module (import "env" "abort" (func)) (func (export ${RUN}) (result i32) i32.const 0))`,
      /env/,
    ],
    [
      'with a network',
      `(module (import "wasi:sockets/tcp@0.2.0" "[resource-drop]tcp-socket" (func (param i32)))
        (func (export ${RUN}) (result i32) i32.const 0))`,
      /wasi:sockets\/tcp/,
    ],
    [
      'with a function that the interface does not have',
      `(module (import "qingtian:enclave/vsock@0.1.0" "escape" (func)) (func (export ${RUN}) (result i32) i32.const 0))`,
      /escape/,
    ],
  ])('%s', async (_, text, words) => {
    const error = await errorOf(async () => componentize(await fromText(text)))
    expect(error.code).toBe('E_APP_CORE_MODULE')
    expect(error.got).toMatch(words)
    expect(error.got).not.toContain('\n')
  })

  it('if it is truncated anywhere', async () => {
    const module = await command()
    const codes = new Set<string>()
    for (let size = 8; size < module.length; size++)
      codes.add(await codeOf(() => componentize(module.slice(0, size))))
    expect([...codes]).toEqual(['E_APP_CORE_MODULE'])
  })

  it('if a section claims 4 GiB of imports', async () => {
    const module: Bytes = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 2, 5, 0xff, 0xff, 0xff, 0xff, 0x0f)
    expect((await errorOf(() => componentize(module))).message).toContain('truncated')
  })
})
