/** `withoutNames`: what a component loses, and what stays. */
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools'
import { expect, test } from 'vitest'
import { withoutNames } from '../../../src/image/build/custom-sections.ts'

const component = async () =>
  new Uint8Array(
    await parse(`(component $outer
      (core module $application (func $own_function))
      (core module $adapter (func $function_of_the_adapter) (@custom "kept" "other bytes")))`),
  )
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

test('names of a component and of its adapters are removed, those of the application are not', async () => {
  const [named, plain] = [await component(), withoutNames(await component())]
  for (const name of ['outer', 'function_of_the_adapter', 'own_function', 'kept'])
    expect(textOf(named)).toContain(name)
  expect(textOf(plain)).not.toMatch(/outer|function_of_the_adapter/)
  expect(textOf(plain)).toMatch(/own_function.*other bytes/s)
  expect(withoutNames(plain)).toEqual(plain)
})

test('a component without names stays as it is', async () => {
  const bare = new Uint8Array(await parse('(component)'))
  expect(withoutNames(bare)).toEqual(bare)
})
