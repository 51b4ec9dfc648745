/** Carries one exchange between an enclave that asks and one that has the secret, or the carrier of its machine. */
import type { Line } from './line.ts'

/**
 * How an exchange ended: the secret was given, or refused, or the source says that nobody there has it, or it could not
 * be asked. Then the one that asks has noticed nothing if nothing was sent to it.
 */
export type Outcome = 'given' | 'refused' | 'none' | 'failed'

/** Carries an exchange, each of whose messages may take `time` milliseconds. Throws if the one that asks fails. */
export async function relay(asker: Line, source: Line, time: number): Promise<Outcome> {
  try {
    const first = await attempt(source.receive(time, 'CHALLENGE', 'NONE'))
    if (!first) return 'failed'
    if (first.kind === 'NONE') return 'none'
    await asker.send(time, first.kind, first.body)
    const request = await asker.receive(time, 'REQUEST')
    await source.send(time, 'REQUEST', request.body)
    const { kind, body } = await source.receive(time, 'ANSWER', 'REFUSED')
    await asker.send(time, kind, body)
    return kind === 'ANSWER' ? 'given' : 'refused'
  } finally {
    source.breakOff('the exchange is over')
  }
}

const attempt = <Result>(result: Promise<Result>): Promise<Result | undefined> =>
  result.catch(() => undefined)
