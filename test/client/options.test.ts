/** Options that are refused: of a client, and of a call. */
import { expect, test } from 'vitest'
import { ServiceClient } from '../../src/client/index.ts'
import { LARGEST_MESSAGE } from '../../src/service/protocol.ts'
import { connected, outcome, task } from './fake-service.ts'

const refused = { code: 'E_SERVICE_OPTION' }

test.each([Number.NaN, -1, '5', null, 5n])(
  'a deadline of %s is refused, and nothing is sent',
  async (deadline) => {
    const { client, received } = connected()
    const call = client.call['one']!('x', { deadline: deadline as number })
    await expect(call).rejects.toMatchObject({ ...refused, expected: 'a number of milliseconds from 0 on' })
    await task()
    expect(received).toEqual([])
    await client.close()
  },
)

test.each([5, 'soon', null, {}])('a signal of %s is refused', async (signal) => {
  const { client } = connected()
  const call = client.call['one']!('x', { signal: signal as AbortSignal })
  await expect(call).rejects.toMatchObject({ ...refused, expected: 'an AbortSignal' })
  await client.close()
})

test('options that are not an object are refused', async () => {
  const { client } = connected()
  await expect(client.call['one']!('x', 5 as never)).rejects.toMatchObject(refused)
  await expect(client.call['one']!('x', null as never)).rejects.toMatchObject(refused)
  await client.close()
})

test('an option with another name is refused: a mistyped deadline would be none', async () => {
  const { client, received } = connected()
  const call = client.call['one']!('x', { dedline: 5 } as never)
  await expect(call).rejects.toMatchObject({
    ...refused,
    expected: 'only signal, deadline',
    got: '"dedline"',
  })
  await task()
  expect(received).toEqual([])
  await client.close()
  const connection = { readable: new ReadableStream(), writable: new WritableStream() }
  expect(() => new ServiceClient(connection, { maxMesage: 5 } as never)).toThrow(
    expect.objectContaining({ ...refused, got: '"maxMesage"' }),
  )
  expect(connection.readable.locked).toBe(false)
})

test('a deadline may be 0, which is over at once, and endless', async () => {
  const { client, answer } = connected()
  const late = outcome(client.call['one']!('x', { deadline: 0 }))
  expect(await late).toMatchObject({ code: 'E_SERVICE_DEADLINE' })
  const endless = outcome(client.call['one']!('x', { deadline: Number.POSITIVE_INFINITY }))
  answer([1, 2, 'answered'])
  expect(await endless).toEqual({ value: 'answered' })
  await client.close()
})

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '9', LARGEST_MESSAGE + 1])(
  'a maxMessage of %s is refused before a stream is taken',
  (maxMessage) => {
    const connection = { readable: new ReadableStream(), writable: new WritableStream() }
    expect(() => new ServiceClient(connection, { maxMessage: maxMessage as number })).toThrow(
      expect.objectContaining(refused),
    )
    expect([connection.readable.locked, connection.writable.locked]).toEqual([false, false])
  },
)

test('options that are undefined are as if they were not there', async () => {
  const { client, answer } = connected()
  const call = client.call['one']!('x', { deadline: undefined, signal: undefined })
  answer([1, 1, 'answered'])
  expect(await call).toBe('answered')
  await client.close()
})
