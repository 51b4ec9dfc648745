#!/usr/bin/env bash
# @nats-io/transport-node 3.4.0.
#
# Expected: `nats://user:password@host` logs in, as the addresses of servers do in NATS's documentation and in its clients for
# other languages. Instead user and password are dropped without a word, and a server that wants them answers with an
# Authorization Violation. They must be given as the options `user` and `pass`.
#
# Seen, with a server that only prints what it is sent:
#
#     in the URL: user undefined, pass undefined
#     as options: user "alice", pass "secret"
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @nats-io/transport-node@3.4.0
cat >see.mjs <<'END'
import { createServer } from 'node:net'
import { connect } from '@nats-io/transport-node'

const INFO = { server_id: 'x', version: '2.10.0', proto: 1, headers: true, max_payload: 1048576, auth_required: true }
/** What a client sends to log in. */
const seen = []
const server = createServer((socket) => {
  socket.write(`INFO ${JSON.stringify(INFO)}\r\n`)
  socket.on('error', () => {})
  socket.on('data', (data) => {
    const line = /CONNECT (\{.*\})\r\n/.exec(String(data))
    if (line) seen.push(JSON.parse(line[1]))
    if (String(data).includes('PING')) socket.write('PONG\r\n')
  })
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const host = `127.0.0.1:${server.address().port}`
for (const options of [
  { servers: `nats://alice:secret@${host}` },
  { servers: `nats://${host}`, user: 'alice', pass: 'secret' },
]) {
  const connection = await connect({ ...options, reconnect: false })
  await connection.close()
}
server.close()
const shown = seen.map(({ user, pass }) => `user ${JSON.stringify(user)}, pass ${JSON.stringify(pass)}`)
console.log(`in the URL: ${shown[0]}`)
console.log(`as options: ${shown[1]}`)
const isAsDescribed = seen[0].user === undefined && seen[0].pass === undefined && seen[1].user === 'alice' && seen[1].pass === 'secret'
console.log(isAsDescribed ? 'as described' : 'CHANGED')
process.exit(isAsDescribed ? 0 : 1)
END
node see.mjs
