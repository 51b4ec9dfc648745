/** How a program in C begins and ends. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildImage } from '../../src/image/index.ts'
import { createParent, type Parent } from '../../src/parent/index.ts'
import { clang, compileForEnclave, program } from './compile.ts'

describe.skipIf(!clang)('a program in C', () => {
  let parent: Parent
  beforeAll(async () => {
    parent = await createParent({ vcpus: 1, memoryMiB: 64 })
  })
  afterAll(() => parent?.close())

  test.each([0, 3])(
    'prints all, runs its constructors once and its functions of atexit at the end, with status %d',
    async (status) => {
      const app = { path: await compileForEnclave(program('start')) }
      const { eif } = await buildImage({ app, env: status === 0 ? {} : { STATUS: String(status) } })
      const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64, debug: true })
      expect(await enclave.exited).toEqual({ kind: 'exited', status })
      expect(enclave.console()).toBe('the first line\nbuffered, constructed 1\nthe end\n')
    },
  )
})
