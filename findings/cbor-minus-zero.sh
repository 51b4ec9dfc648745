#!/usr/bin/env bash
# cbor-x 1.6.9, cborg 6.1.5, cbor2 2.3.0 (npm; npm `node` 26.10.0), Linux x64; needs node and npm.
#
# CBOR keeps minus zero: RFC 8949 has it as the float f98000, and all three read that as -0. Two of the three never write
# it: cbor-x and cborg see an integer, and write 00, so that -0 comes back as 0, alone, in an array and in a map. cbor-x
# does so with every setting of `useFloat32`; JSON does the same, structuredClone keeps it. An element of a Float64Array
# keeps its sign with cbor-x, because its bytes are copied. cbor2 writes f98000. Two programs that sign or compare "the
# same" value as bytes therefore differ.
#
# Seen: [-0] is 8100 (cbor-x), 8100 (cborg), 81f98000 (cbor2); f98000 is read as -0 by each.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error cbor-x@1.6.9 cborg@6.1.5 cbor2@2.3.0 node@26.10.0 >/dev/null

cat > zero.mjs <<'JS'
import * as cbor2 from 'cbor2'
import { Encoder } from 'cbor-x'
import * as cborg from 'cborg'
const hex = (bytes) => Buffer.from(bytes).toString('hex')
const minus = Uint8Array.of(0xf9, 0x80, 0x00)
const cborX = new Encoder({ useRecords: false })
const seen = {
  'cbor-x': [hex(cborX.encode([-0])), Object.is(cborX.decode(minus), -0)],
  cborg: [hex(cborg.encode([-0])), Object.is(cborg.decode(minus), -0)],
  cbor2: [hex(cbor2.encode([-0])), Object.is(cbor2.decode(minus), -0)],
  settings: [0, 1, 2, 3, 4].map((useFloat32) => hex(new Encoder({ useRecords: false, useFloat32 }).encode([-0]))),
  structuredClone: Object.is(structuredClone([-0])[0], -0),
}
console.log(JSON.stringify(seen, null, 1))
JS
npx --no-install node zero.mjs | tee seen
node -e '
  const seen = JSON.parse(require("fs").readFileSync("seen", "utf8"))
  const wanted = {
    "cbor-x": ["8100", true], cborg: ["8100", true], cbor2: ["81f98000", true],
    settings: ["8100", "8100", "8100", "8100", "8100"], structuredClone: true,
  }
  require("assert").deepStrictEqual(seen, wanted)
'
echo 'as described: minus zero is read, and never written, by cbor-x and cborg'
