#!/usr/bin/env bash
# cbor-x 1.6.9 (npm; npm `node` 26.10.0), Linux x64; needs node and npm.
#
# All encoders of cbor-x write into one memory with one position. If a getter of the object that is being encoded encodes
# something itself, also with another Encoder, the bytes around it are wrong, without an error: the outer object comes out
# with bytes of the inner one, and does not decode. The inner bytes are right, and so is all that is encoded afterwards.
# The same getter with JSON.stringify, or with cborg 6.1.5, which is another encoder of CBOR, gives the right result.
#
# Seen: the outer object, { before: 1, get during() { encode(…); return 2 } }, does not decode: "Unexpected end of CBOR data" with
# the same encoder, "Data read, but end of buffer not reached" with another; cborg and JSON { before: 1, during: 2 }.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error cbor-x@1.6.9 cborg@6.1.5 node@26.10.0 >/dev/null

cat > nested.mjs <<'JS'
import { Decoder, Encoder } from 'cbor-x'
import * as cborg from 'cborg'
const [outer, other] = [new Encoder({ useRecords: false }), new Encoder({ useRecords: false })]
const plain = new Decoder({ useRecords: false })
const nested = (encode) => ({
  before: 1,
  get during() {
    encode({ inner: 'a longer text' })
    return 2
  },
})
const wanted = JSON.stringify({ before: 1, during: 2 })
const said = (bytes) => {
  try {
    return JSON.stringify(plain.decode(bytes))
  } catch (error) {
    return String(error.message)
  }
}
const seen = {
  'the same encoder': said(outer.encode(nested((value) => outer.encode(value)))),
  'another encoder': said(outer.encode(nested((value) => other.encode(value)))),
  afterwards: said(outer.encode({ before: 1, during: 2 })),
  cborg: said(cborg.encode(nested((value) => cborg.encode(value)))),
  JSON: JSON.stringify(nested((value) => JSON.stringify(value))),
}
console.log(seen)
const wrong = [seen['the same encoder'], seen['another encoder']].every((text) => text !== wanted)
const right = [seen.afterwards, seen.cborg, seen.JSON].every((text) => text === wanted)
if (!wrong || !right) {
  console.error('cbor-x behaves differently now')
  process.exit(1)
}
JS
node_modules/.bin/node nested.mjs
