#!/usr/bin/env bash
# bhttp-js 0.2.1 (npm, its newest version), npm `node` 26.10.0, Linux x64; needs node and npm.
#
# bhttp-js turns a Request or Response of fetch into Binary HTTP (RFC 9292), which Oblivious HTTP carries, and back. One
# expects that what is decoded is what was encoded. But the query of a URL is left out, so that `/items?page=2` arrives as
# `/items`; of fields with the same name, as Set-Cookie, only the last is kept; and a Response with a status that has no
# body, 204 or 304, is encoded, and cannot be decoded: "Invalid response status code". The first two give no error.
#
# Seen: the encoded request contains no "page"; one of two cookies; a TypeError for 204 and 304; method, fields and body are
# right otherwise.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error bhttp-js@0.2.1 node@26.10.0 >/dev/null

cat > code.mjs <<'JS'
import { BHttpDecoder, BHttpEncoder } from 'bhttp-js'
const [encoder, decoder] = [new BHttpEncoder(), new BHttpDecoder()]
const request = new Request('https://example.com/items?page=2', { method: 'POST', body: 'hello', headers: { 'x-a': 'b' } })
const encoded = await encoder.encodeRequest(request)
const decoded = decoder.decodeRequest(encoded)
const headers = new Headers([['set-cookie', 'one=1'], ['set-cookie', 'two=2']])
const response = decoder.decodeResponse(await encoder.encodeResponse(new Response('hello', { headers })))
const status = async (number) => {
  const bytes = await encoder.encodeResponse(new Response(null, { status: number }))
  try {
    return decoder.decodeResponse(bytes).status
  } catch (error) {
    return error.name
  }
}
const seen = {
  url: decoded.url,
  sent: Buffer.from(encoded).includes('page') ? 'with the query' : 'without the query',
  rest: [decoded.method, decoded.headers.get('x-a'), await decoded.text(), await response.text()].join(' '),
  cookies: response.headers.getSetCookie().join(' '),
  204: await status(204),
  304: await status(304),
}
console.log(seen)
const wanted = {
  url: 'https://example.com/items',
  sent: 'without the query',
  rest: 'POST b hello hello',
  cookies: 'two=2',
  204: 'TypeError',
  304: 'TypeError',
}
const holds = JSON.stringify(seen) === JSON.stringify(wanted)
console.log(holds ? 'as described' : 'it has changed')
process.exit(holds ? 0 : 1)
JS
node_modules/.bin/node code.mjs
