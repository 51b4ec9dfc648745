#!/usr/bin/env bash
# @nats-io/services 3.0.0-25 with @nats-io/transport-node 3.4.0 (npm, the newest; npm `node` 26.10.0), nats-server 2.9.10
# (Debian 12), Linux x64; needs node, npm and `apt-get install nats-server`.
#
# The framework for services of NATS answers for a handler that throws: the caller gets an error with the code 500, and the
# statistics count it. One expects the same of an async handler, which is what most are. Its promise is dropped: what it
# throws is an unhandled rejection, which ends the process of Node, the caller gets no answer until its own timeout, and the
# statistics count no error. They also measure only the handler's first turn: one that takes 300 ms counts as no time.
#
# Seen: of the handler that throws an answer with 500, and 1 error; of the async one a timeout, an unhandled rejection, and 0
# errors; of one that answers after 300 ms the answer, and an average of less than 50 ms.
set -euo pipefail
command -v nats-server >/dev/null || { echo 'nats-server is missing: apt-get install nats-server'; exit 2; }
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @nats-io/transport-node@3.4.0 @nats-io/services@3.0.0-25 \
  node@26.10.0 >/dev/null

cat > serve.mjs <<'JS'
import { spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { Svcm } from '@nats-io/services'
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
const rejections = []
process.on('unhandledRejection', (error) => rejections.push(error.message))
const [member, caller] = [await connection(), await connection()]
const service = await new Svcm(member).add({ name: 'test', version: '1.0.0' })
const handlers = {
  throws() {
    throw new Error('thrown')
  },
  async rejects() {
    throw new Error('rejected')
  },
  async answers(_, message) {
    await pause(300)
    message.respond('done')
  },
}
for (const [subject, handler] of Object.entries(handlers)) service.addEndpoint(subject, { subject, handler })
await member.flush()
const seen = {}
for (const subject of Object.keys(handlers))
  seen[subject] = await caller.request(subject, '', { timeout: 1000 }).then(
    (message) => message.headers?.get('Nats-Service-Error-Code') || message.string(),
    (error) => error.message,
  )
for (const { name, num_errors, average_processing_time } of (await service.stats()).endpoints)
  seen[name] += `, errors ${num_errors}, ${average_processing_time < 50e6 ? 'less' : 'more'} than 50 ms`
seen.rejections = rejections.join()
console.log(seen)
await Promise.all([member.close(), caller.close()])
const wanted = {
  throws: '500, errors 1, less than 50 ms',
  rejects: 'timeout, errors 0, less than 50 ms',
  answers: 'done, errors 0, less than 50 ms',
  rejections: 'rejected',
}
const holds = JSON.stringify(seen) === JSON.stringify(wanted)
console.log(holds ? 'as described' : 'it has changed')
process.exit(holds ? 0 : 1)
JS
node_modules/.bin/node serve.mjs
