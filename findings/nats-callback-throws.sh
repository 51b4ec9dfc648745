#!/usr/bin/env bash
# @nats-io/transport-node 3.4.0 (npm; npm `node` 26.10.0), nats-server 2.9.10 (Debian 12), Linux x64; needs node, npm and
# `apt-get install nats-server`.
#
# A callback of a subscription that throws is a bug of that callback: one expects an uncaught exception, an event of
# `status()`, or that the message is lost. Instead the whole connection stops reading. The only sign is "reader closed" and
# the error, written by console.log. It is not closed, it tells nobody that it is disconnected, the server still takes it for a
# subscriber, and sends. All other subscriptions hear nothing, and requests and `flush` wait, until the connection misses the
# answers to its own pings: with the default of two minutes between them, some minutes. Then it connects anew, and all is well.
# A callback that is async, or a loop over the subscription, does not do this.
#
# Seen: an answer before; then none in a second, the connection neither closed nor draining, no event; with pings every 300 ms
# the events disconnect, reconnecting and reconnect, and an answer again.
set -euo pipefail
command -v nats-server >/dev/null || { echo 'nats-server is missing: apt-get install nats-server'; exit 2; }
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @nats-io/transport-node@3.4.0 node@26.10.0 >/dev/null

cat > throw.mjs <<'JS'
import { spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { connect } from '@nats-io/transport-node'
const port = 20000 + (process.pid % 20000)
const server = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
process.on('exit', () => server.kill())
async function connection(options) {
  for (let attempt = 0; ; attempt++)
    try {
      return await connect({ servers: `127.0.0.1:${port}`, ...options })
    } catch (error) {
      if (attempt === 50) throw error
      await pause(100)
    }
}
const caller = await connection({})
const answer = () => caller.request('good', '', { timeout: 1000 }).then((message) => message.string(), (error) => error.message)
async function look(options) {
  const service = await connection(options)
  const events = []
  void (async () => {
    for await (const { type } of service.status()) events.push(type)
  })()
  service.subscribe('good', { callback: (_, message) => message.respond('an answer') })
  service.subscribe('bad', {
    callback() {
      throw new Error('my own bug')
    },
  })
  await service.flush()
  const before = await answer()
  caller.publish('bad')
  await caller.flush()
  const after = await answer()
  const state = `closed ${service.isClosed()}, draining ${service.isDraining()}`
  if (options.pingInterval) await pause(4000)
  const seen = [before, after, state, events.filter((type) => type.includes('connect')).join(' ')]
  if (options.pingInterval) seen.push(await answer())
  await service.close()
  return seen
}
const seen = [await look({}), await look({ pingInterval: 300, reconnectTimeWait: 100 })]
console.log(seen)
await caller.close()
const deaf = ['an answer', 'timeout', 'closed false, draining false']
const wanted = [[...deaf, ''], [...deaf, 'disconnect reconnecting reconnect', 'an answer']]
const holds = JSON.stringify(seen) === JSON.stringify(wanted)
console.log(holds ? 'as described' : 'it has changed')
process.exit(holds ? 0 : 1)
JS
node_modules/.bin/node throw.mjs
