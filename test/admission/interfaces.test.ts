/** Imported functions must have the types of wit/, because jco converts arguments by their declared types. */
import { describe, expect, it } from 'vitest'
import { INTERFACES } from '../../src/admission/world-types.ts'
import { admitted, command, refused } from './support.ts'

const importing = (name: string, members: string) => command('', `(import "${name}" (instance ${members}))`)
const RANDOM = 'wasi:random/random@0.2.0'
const CWD = 'wasi:cli/environment@0.2.3'

it('the table of types equals the one generated from wit/', async () => {
  const { worldTypes } = (await import('../../scripts/build-world-types.ts' as string)) as {
    worldTypes(): Promise<string>
  }
  const made = await worldTypes()
  expect(JSON.parse(made.slice(made.indexOf('= ') + 2))).toEqual(INTERFACES)
})

describe('an import', () => {
  it.each([
    [RANDOM, '(export "get-random-u64" (func (result u64)))'],
    [RANDOM, '(export "get-random-bytes" (func (param "len" u64) (result (list u8))))'],
    [CWD, '(export "initial-cwd" (func (result (option string))))'],
    [
      'wasi:io/poll@0.2.9',
      '(export "pollable" (type $p (sub resource))) (export "[method]pollable.ready" (func (param "self" (borrow $p)) (result bool)))',
    ],
    ['wasi:io/error@0.2.0', ''],
    // Parameter names do not matter for the conversion.
    [RANDOM, '(export "get-random-bytes" (func (param "length" u64) (result (list u8))))'],
    ['wasi:cli/exit@0.2.3', '(export "exit-with-code" (func (param "status-code" u8)))'],
  ])('of %s with a function of the interface is admitted: %s', async (name, members) => {
    expect(admitted(await importing(name, members)).report.imports).toEqual([name])
  })

  it.each([
    [RANDOM, '(export "get-random-u64" (func (result s64)))', 'with another type'],
    [RANDOM, '(export "get-random-u64" (func (param "a" u8) (result u64)))', 'with another type'],
    [CWD, '(export "initial-cwd" (func (param "a" (list (list u8)))))', 'with another type'],
    [CWD, '(export "initial-cwd" (func (result string)))', 'with another type'],
    [RANDOM, '(export "other" (func))', 'something that the interface does not have'],
    [RANDOM, '(export "to-string" (func))', 'something that the interface does not have'],
    [RANDOM, '(export "inner" (instance))', 'something that the interface does not have'],
    [
      'wasi:io/poll@0.2.0',
      '(export "pollable" (type $p (sub resource))) (export "[static]pollable.constructor" (func (param "code" string)))',
      'something that the interface does not have',
    ],
    [
      'wasi:io/poll@0.2.0',
      '(export "other" (type (sub resource)))',
      'a resource that the interface does not have',
    ],
    [
      'wasi:io/error@0.2.0',
      '(export "pollable" (type (sub resource)))',
      'a resource that the interface does not have',
    ],
  ])('of %s that differs from the interface is refused: %s', async (name, members, message) => {
    const error = refused(await importing(name, members))
    expect(error.code).toBe('E_ADMISSION_IMPORT')
    expect(error.message).toContain(message)
  })

  it('of an instance whose type is unknown is refused', async () => {
    const error = refused(
      await command(
        '',
        `(type $c (component)) (alias outer 0 $c (type $t)) (import "${RANDOM}" (instance (type $t)))`,
      ),
    )
    expect(error.code).toBe('E_ADMISSION_IMPORT')
    expect(error.message).toContain('with a type that could not be read')
  })

  it('of a function whose type is unknown is refused', async () => {
    const error = refused(
      await importing(RANDOM, '(type $c (component)) (export "get-random-u64" (func (type $c)))'),
    )
    expect(error.code).toBe('E_ADMISSION_IMPORT')
    expect(error.message).toContain('with another type')
  })

  it('of the engine must have the type of its interface too', async () => {
    const options = { allowedImports: ['webclave:random/random@0.2.0', 'webclave:engine/application@0.1.0'] }
    const right = '(export "get-random-u64" (func (result u64)))'
    expect(
      admitted(await importing('webclave:random/random@0.2.0', right), options).report.imports,
    ).toHaveLength(1)
    expect(
      refused(await importing('webclave:random/random@0.2.0', '(export "get-random-u64" (func))'), options)
        .code,
    ).toBe('E_ADMISSION_IMPORT')
    expect(
      refused(
        await importing(
          'webclave:engine/application@0.1.0',
          '(export "source" (func (result (list string))))',
        ),
        options,
      ).message,
    ).toContain('with another type')
  })
})
