#!/usr/bin/env bash
# ehbp 0.1.7 (npm), npm `node` 26.10.0, Linux x64; needs node and npm.
#
# The client of the Encrypted HTTP Body Protocol "works like fetch()" and takes "all fetch options", says its README. It
# takes method, headers and body. A `signal` is dropped without an error: a timeout never comes, and even with a signal that
# is aborted already the request is sent. And where a Request is given with options, as in `request(new Request(url), { method:
# 'POST', body })`, fetch uses both, and ehbp only the Request: a GET is sent, without the body, and without encryption.
#
# Seen: fetch gives up after its 100 ms, ehbp waits for the answer of 700 ms, by signal of the options and of a Request;
# with an aborted signal fetch sends nothing, ehbp does; of a Request and options fetch makes a POST, ehbp a GET.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error ehbp@0.1.7 node@26.10.0 >/dev/null

cat > call.mjs <<'JS'
import { createServer } from 'node:http'
import { Identity, Transport } from 'ehbp'
const requests = []
const server = createServer((request, response) => {
  requests.push(`${request.method}${request.headers['ehbp-encapsulated-key'] ? ' sealed' : ''}`)
  request.resume()
  setTimeout(() => response.end(), 700)
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${server.address().port}/`
const identity = await Identity.generate()
const transport = new Transport(await Identity.fromPublicKeyHex(await identity.getPublicKeyHex()), new URL(url).host)
/** Whether it ends before the server answers, and what the server has got; its answer is no answer of ehbp. */
const look = async (call) => {
  const [begin, had] = [performance.now(), requests.length]
  await call().catch(() => {})
  const isEarly = performance.now() - begin < 600
  return `${isEarly ? 'early' : 'late'} ${requests.slice(had).join() || 'nothing sent'}`
}
const post = { method: 'POST', body: 'hello' }
const seen = {}
for (const [name, fetch] of [['fetch', globalThis.fetch], ['ehbp', transport.request.bind(transport)]]) {
  const timeout = () => ({ ...post, signal: AbortSignal.timeout(100) })
  seen[name] = [
    await look(() => fetch(url, timeout())),
    await look(() => fetch(new Request(url, timeout()))),
    await look(() => fetch(url, { ...post, signal: AbortSignal.abort() })),
    await look(() => fetch(new Request(url), post)),
  ]
}
console.log(seen)
server.closeAllConnections()
server.close()
const wanted = {
  fetch: ['early POST', 'early POST', 'early nothing sent', 'late POST'],
  ehbp: ['late POST sealed', 'late POST sealed', 'late POST sealed', 'late GET'],
}
const holds = JSON.stringify(seen) === JSON.stringify(wanted)
console.log(holds ? 'as described' : 'it has changed')
process.exit(holds ? 0 : 1)
JS
node_modules/.bin/node call.mjs
