/** What a page does with an enclave behind a parent that it does not trust. The test loads a bundle of this file. */
import { type AttestedClientOptions, createAttestedClient } from '../../src/channel/index.ts'
import type { ChannelHandlers } from '../guests/channel.ts'

/** What the page has got. */
export interface Outcome {
  readonly echo: string
  readonly header: string | null
  readonly large: number
  readonly ticks: readonly string[]
  readonly fromStream: number
  readonly sum: number
  readonly streamed: number
  readonly numbers: number
}

export async function useEnclave(options: AttestedClientOptions): Promise<Outcome> {
  const client = await createAttestedClient(options)
  const answer = await client.fetch('/echo', {
    method: 'POST',
    body: 'secret-content',
    headers: { 'x-own': 'secret-header' },
  })
  const call = client.calls<ChannelHandlers>()
  const items = async function* () {
    yield* [1, 2, 3]
  }
  let numbers = 0
  for await (const _ of await call.numbers({ to: 100 })) numbers++
  const stream = await client.fetch('/length', { method: 'POST', body: new Blob(['12345']).stream() })
  const ticks = await client.fetch('/ticks', { method: 'POST', body: 'begin' })
  return {
    echo: await answer.text(),
    header: answer.headers.get('x-inner'),
    large: await (await client.fetch('/length', { method: 'POST', body: new Uint8Array(1 << 20) })).json(),
    ticks: (await ticks.text()).trim().split('\n'),
    fromStream: await stream.json(),
    sum: await call.add({ a: 1, b: 2 }),
    streamed: await call.sum(items()),
    numbers,
  }
}

/** The code of the error, if there is one. */
export async function tryEnclave(options: AttestedClientOptions): Promise<string> {
  try {
    const client = await createAttestedClient(options)
    await client.fetch('/count', { method: 'POST', body: 'a' })
    return 'no error'
  } catch (error) {
    return (error as { code: string }).code
  }
}
