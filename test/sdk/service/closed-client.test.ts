/** A client that is closed while functions of an enclave run for it: they learn it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { outcome } from '../../client/fake-service.ts'
import type { Laboratory } from '../../support/laboratory.ts'
import { clientOf, servedBy } from './sessions.ts'

let lab: Laboratory
beforeAll(async () => {
  lab = await servedBy(`{
    ignores: () => 'done',
    noted: () => noted.splice(0),
    aborts: (_, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => {
      noted.push('aborted: ' + signal.reason.code)
      resolve('late')
    })),
    count: async function* (end) {
      try { for (let at = 0; at < end; at++) yield at }
      finally { noted.push('count has ended') }
    },
  }`)
})
afterAll(() => lab[Symbol.asyncDispose]())

const noted = () => expect.poll(() => lab.run('return noted.splice(0)'))

test('the signal of a function aborts', async () => {
  const client = await clientOf(lab)
  const call = outcome(client.call['aborts']!())
  await client.call['ignores']!()
  await client.close()
  expect(await call).toMatchObject({ code: 'E_SERVICE_CLOSED' })
  await noted().toEqual(['aborted: E_SERVICE_CANCELLED'])
})

test('the generator of a result ends', async () => {
  const client = await clientOf(lab)
  await client.call['count']!(1e9)
  await client.close()
  await noted().toEqual(['count has ended'])
})
