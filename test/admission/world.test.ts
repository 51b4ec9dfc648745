/** The imports that a component may have, and the export that it must have, as in `wit/world.wit`. */
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { inspectComponent } from '../../src/admission/index.ts'
import { admitted, command, refused, wat } from './support.ts'

const importing = (name: string) => command('', `(import ${JSON.stringify(name)} (instance))`)

describe('imports', () => {
  it('allows every import of the world', async () => {
    const world = await readFile(new URL('../../wit/world.wit', import.meta.url), 'utf8')
    const names = [...world.matchAll(/^ {4}import ([^;]+);$/gm)].map(([, name]) =>
      name!.includes(':') ? name! : `qingtian:enclave/${name}@0.1.0`,
    )
    expect(names.length).toBeGreaterThan(10)
    for (const name of names) {
      expect(admitted(await importing(name)).report.imports).toEqual([name])
    }
  })

  it.each([
    'wasi:sockets/tcp@0.2.3',
    'wasi:sockets/instance-network@0.2.0',
    'wasi:http/outgoing-handler@0.2.0',
    'wasi:cli/run@0.2.0',
    'wasi:io/poll@0.3.0',
    'wasi:io/poll@0.20.0',
    'wasi:io/poll',
    'qingtian:enclave/vsock@0.2.0',
    'qingtian:enclave/kms@0.1.0',
    'webclave:engine/application@0.1.0',
    'other:thing/x@1.0.0',
  ])('refuses %s, naming it', async (name) => {
    const error = refused(await importing(name))
    expect(error.code).toBe('E_ADMISSION_IMPORT')
    expect(error.message).toContain(name)
  })

  it('suggests vsock for an import of sockets', async () => {
    expect(refused(await importing('wasi:sockets/tcp@0.2.3')).hint).toContain('vsock')
  })

  it('allows additional imports only if the caller lists them', async () => {
    const name = 'webclave:engine/application@0.1.0'
    const component = await importing(name)
    expect(admitted(component, { allowedImports: [name] }).report.imports).toEqual([name])
    expect(refused(component, { allowedImports: ['webclave:engine/application'] }).code).toBe(
      'E_ADMISSION_IMPORT',
    )
  })

  it('refuses functions and types outside the interfaces', async () => {
    expect(refused(await command('', '(import "exit" (func))')).message).toContain('a function named exit')
    const type = await command('', '(import "secret" (type (sub resource)))')
    expect(refused(type).code).toBe('E_ADMISSION_IMPORT')
  })

  it('ignores the imports of nested components', async () => {
    const nested = await command('', '(component $inner (import "wasi:sockets/tcp@0.2.3" (instance)))')
    expect(admitted(nested).report.imports).toEqual([])
  })
})

describe('exports', () => {
  it.each(['wasi:cli/run@0.2.0', 'wasi:cli/run@0.2.12'])('accepts %s', async (name) => {
    const component = await wat(`(component (instance $run) (export "${name}" (instance $run)))`)
    expect(admitted(component).report.exports).toEqual([name])
  })

  it.each(['wasi:cli/run@0.3.0', 'wasi:cli/run', 'wasi:cli/runs@0.2.0'])(
    'does not accept %s',
    async (name) => {
      const error = refused(await wat(`(component (instance $run) (export "${name}" (instance $run)))`))
      expect(error.code).toBe('E_ADMISSION_EXPORT')
      expect(error.got).toBe(name)
    },
  )

  it('refuses a component without exports', async () => {
    expect(refused(await wat('(component)'))).toMatchObject({ code: 'E_ADMISSION_EXPORT', got: 'no exports' })
  })

  it('requires another export if the caller names one', async () => {
    const name = 'webclave:engine/loop@0.1.0'
    const component = await wat(`(component (instance $loop) (export "${name}" (instance $loop)))`)
    expect(admitted(component, { requiredExport: name }).report.exports).toEqual([name])
    expect(refused(component).code).toBe('E_ADMISSION_EXPORT')
  })
})

describe('a file that is not a component', () => {
  it.each([
    ['an empty file', ''],
    ['a shell script', '23212f62696e'],
    ['half a preamble', '0061736d0d'],
    ['a preamble with another layer', '0061736d0d000000'],
  ])('refuses %s', (_, hex) => {
    expect(refused(Uint8Array.from(Buffer.from(hex, 'hex'))).code).toBe('E_ADMISSION_NOT_COMPONENT')
  })

  it('says so if it is a core module', async () => {
    const error = refused(await wat('(module (func (export "run")))'))
    expect(error.code).toBe('E_ADMISSION_NOT_COMPONENT')
    expect(error.message).toContain('core module')
  })
})

describe('inspection', () => {
  it('reports what admission would refuse', async () => {
    const component = await wat(`(component
      (import "wasi:sockets/tcp@0.2.3" (instance))
      (core module (memory 3 9) (table 5 funcref) (func) (start 0))
      (core instance (instantiate 0)) (core instance (instantiate 0)))`)
    expect(inspectComponent(component)).toMatchObject({
      imports: ['wasi:sockets/tcp@0.2.3'],
      exports: [],
      startFunctions: 1,
      memories: [{ min: 3, declaredMax: 9, instances: 2 }],
      tables: [{ min: 5, declaredMax: undefined, instances: 2 }],
      minBytes: 2 * (3 * 65536 + 5 * 56 + 4096 + 24),
    })
  })

  it('refuses an invalid component', () => {
    expect(() => inspectComponent(new Uint8Array(8))).toThrow('E_ADMISSION_NOT_COMPONENT')
  })
})
