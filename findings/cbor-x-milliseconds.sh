#!/usr/bin/env bash
# cbor-x 1.6.9, cborg 6.1.5 and cbor2 2.3.0 (npm; npm `node` 26.10.0), Linux x64; needs node and npm.
#
# The time of an attestation document is an unsigned integer of milliseconds. An encoder of CBOR writes a whole number as an
# integer, and a decoder gives a number for an integer that a number can hold: cborg and cbor2 do. cbor-x writes whole numbers
# from 2^32 on as floats, so that a document that it has made is refused by whoever keeps to the type; and an integer of 64
# bits it reads as a BigInt, however small, so that `new Date` and a difference to `Date.now()` throw a TypeError for a real
# document. With itself it notices neither. A BigInt is written as an integer; the option `int64AsNumber` reads numbers.
#
# Seen: 1756947043960 as fb… in cbor-x, 1b… in the others; 1b…05 is 5n in cbor-x, 5 in the others; with the option 5.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error cbor-x@1.6.9 cborg@6.1.5 cbor2@2.3.0 node@26.10.0 >/dev/null

cat > look.mjs <<'JS'
import { inspect } from 'node:util'
import * as cbor2 from 'cbor2'
import * as x from 'cbor-x'
import * as cborg from 'cborg'
const hex = (bytes) => Buffer.from(bytes).toString('hex')
const time = 1_756_947_043_960
const five = Uint8Array.of(0x1b, 0, 0, 0, 0, 0, 0, 0, 5)
const seen = Object.entries({ 'cbor-x': x, cborg, cbor2 }).map(
  ([name, { encode, decode }]) => `${name} ${hex(encode(time))} ${inspect(decode(five))}`,
)
const withOption = new x.Decoder({ int64AsNumber: true }).decode(five)
seen.push(`cbor-x of a BigInt ${hex(x.encode(BigInt(time)))}, with the option ${inspect(withOption)}`)
console.log(seen.join('\n'))
const wanted = [
  'cbor-x fb4279912345678000 5n',
  'cborg 1b0000019912345678 5',
  'cbor2 1b0000019912345678 5',
  'cbor-x of a BigInt 1b0000019912345678, with the option 5',
]
const holds = seen.join() === wanted.join()
console.log(holds ? 'as described' : 'it has changed')
process.exit(holds ? 0 : 1)
JS
node_modules/.bin/node look.mjs
