/** A call that waits for the next enclave keeps the process alive, as an enclave would. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const urlOf = (path: string) => JSON.stringify(new URL(path, import.meta.url).href)

const PROGRAM = `
import { createPool } from ${urlOf('../../src/pool/index.ts')}
import { FakeParent } from ${urlOf('./fake-parent.ts')}
const parent = new FakeParent()
const pool = await createPool(new Uint8Array(), { size: 1, parent })
parent.failing = 1
parent.enclaves[0].die()
await new Promise((resolve) => setImmediate(resolve))
const start = parent.start.bind(parent)
parent.start = async () => {
  const enclave = await start()
  void answer(enclave)
  return enclave
}
async function answer(enclave) {
  while (enclave.calls.length === 0) await new Promise((resolve) => setImmediate(resolve))
  enclave.answer('answered')
}
console.log(await pool.call.work(1))
await pool.close()
`

test('while the pool pauses before a start', async () => {
  const words = ['--input-type=module-typescript', '--eval', PROGRAM]
  expect((await promisify(execFile)(process.execPath, words)).stdout).toBe('answered\n')
})
