/** What sharing a secret adds to an application: the verifier and the exchange; and nothing to the others. */
import { expect, test } from 'vitest'
import { buildImage } from '../../../src/image/index.ts'

/** Bytes that it may add, not minified; measured are 112,400. */
const LIMIT = 115_000

const eifOf = async (source: string) => Buffer.from((await buildImage({ app: { source } })).eif)

const PARTS = ['webclave shared secret', 'the document is too old', 'E_SHARED_TIMEOUT']

test('only an application that shares a secret contains the verifier', async () => {
  const plain = await eifOf("import { serve } from 'webclave/sdk'\nvoid serve({})")
  const sharing = await eifOf(`import { serve, sharedSecret } from 'webclave/sdk'
    void sharedSecret({ roots: 'ab', create: () => new Uint8Array(1) })
    void serve({})`)
  for (const part of PARTS) {
    expect(plain.includes(part), part).toBe(false)
    expect(sharing.includes(part), part).toBe(true)
  }
  expect(sharing.length - plain.length).toBeLessThan(LIMIT)
  expect(sharing.length - plain.length).toBeGreaterThan(0.8 * LIMIT)
})
