#!/usr/bin/env bash
# @nats-io/transport-node 3.4.0 (npm; npm `node` 26.10.0), nats-server 2.9.10 (Debian 12), Linux x64; needs node, npm and
# `apt-get install nats-server`.
#
# `await connection.drain()` is how a service of NATS leaves without losing what it has been given: its README says that
# pending messages have been processed then. That is so only for handlers that answer in the same turn. It waits for no
# promise of a callback, and for no loop over a subscription that has messages still to take: the connection is closed within
# milliseconds, the messages are handled after that, and `respond` says true for each answer, and sends none. There is no error;
# the callers wait in vain. Draining the subscription instead, and closing the connection when the last handler has ended, loses
# nothing.
#
# Seen, three requests, each of which takes 200 ms: after drain of the connection 0 handled, later 3 with `respond` true, and 0
# answers, for callbacks and loops; after drain of the subscription 3 answers.
set -euo pipefail
command -v nats-server >/dev/null || { echo 'nats-server is missing: apt-get install nats-server'; exit 2; }
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @nats-io/transport-node@3.4.0 node@26.10.0 >/dev/null

cat > drain.mjs <<'JS'
import { spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { connect } from '@nats-io/transport-node'
const port = 20000 + (process.pid % 20000)
const server = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
process.on('exit', () => server.kill())
async function connection() {
  for (let attempt = 0; ; attempt++)
    try {
      return await connect({ servers: `127.0.0.1:${port}` })
    } catch (error) {
      if (attempt === 50) throw error
      await pause(100)
    }
}
const caller = await connection()
async function look(isLoop, isWhole) {
  const service = await connection()
  const told = []
  const handle = async (message) => {
    await pause(200)
    told.push(message.respond('done'))
  }
  const subscription = service.subscribe('work', isLoop ? {} : { callback: (_, message) => void handle(message) })
  if (isLoop)
    void (async () => {
      for await (const message of subscription) await handle(message)
    })()
  await service.flush()
  const request = () => caller.request('work', '', { timeout: 2000 }).then(() => 1, () => 0)
  const answers = Promise.all([request(), request(), request()])
  await pause(100)
  await (isWhole ? service : subscription).drain()
  const handled = told.length
  const arrived = (await answers).reduce((sum, one) => sum + one)
  if (!isWhole) await service.close()
  return `handled ${handled}, later ${told.join()}, answers ${arrived}`
}
const seen = {
  'connection, callback': await look(false, true),
  'connection, loop': await look(true, true),
  'subscription, callback': await look(false, false),
  'subscription, loop': await look(true, false),
}
console.log(seen)
await caller.close()
const [lost, kept] = ['handled 0, later true,true,true, answers 0', 'handled 0, later true,true,true, answers 3']
const holds = Object.values(seen).join('/') === [lost, lost, kept, kept].join('/')
console.log(holds ? 'as described' : 'it has changed')
process.exit(holds ? 0 : 1)
JS
node_modules/.bin/node drain.mjs
