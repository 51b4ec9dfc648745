/** What NATS's tools are told of an instance. */
import { expect, test } from 'vitest'
import { register } from '../../src/fleet/micro.ts'
import { MemoryBus } from './memory-bus.ts'

const DESCRIPTION = {
  name: 'adder',
  id: 'one',
  version: '1.0.0',
  description: 'adds',
  metadata: {},
  subject: 'adder',
  direct: 'adder.one',
}
const COUNTS = { requests: 0, errors: 0, lastError: '', time: 0 }

/** An error in a callback would stop the whole connection: @nats-io/transport-node 3.4.0 (findings/nats-callback-throws.sh). */
test('a question that comes while the connection is closed throws nothing', async () => {
  const bus = new MemoryBus()
  const answers: string[] = []
  bus.subscribe('me', { callback: (_, { data }) => answers.push(new TextDecoder().decode(data)) })
  register(bus, DESCRIPTION, COUNTS, () => {})
  const ping = [...bus.listeners].find(({ pattern }) => pattern.test('$SRV.PING'))!
  const ask = () => ping.callback(null, { subject: '$SRV.PING', data: new Uint8Array(), reply: 'me' })
  ask()
  await expect.poll(() => answers).toHaveLength(1)
  expect(JSON.parse(answers[0]!)).toMatchObject({
    name: 'adder',
    id: 'one',
    type: 'io.nats.micro.v1.ping_response',
  })
  await bus.close()
  expect(ask).not.toThrow()
})
