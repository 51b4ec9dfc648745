#!/usr/bin/env bash
# cbor-x 1.6.9 (npm) on V8 14 (npm `node` 26.10.0), Linux x64; needs node and npm.
#
# A CBOR map with text keys decodes to a plain object, and a small map looks like a small object: tens of bytes, whatever
# its keys. Where the keys are short decimal numbers as texts ("1022", "2550": ids, ports, years) V8 takes them for indexes
# of an array and makes one that is long enough for the largest: some 30 KiB an object. A message of 13 KB becomes 30 MB.
# The same holds for JSON.parse. An object that has had one key of 2^29 or more, and lost it, keeps a table instead, and
# decoding `{ mapsAsObjects: false }` gives Maps, which have none of it.
#
# Seen, bytes of heap for each of 1,000 maps of two entries: names "abcd" and "efgh" 52 to 532, "1022" and "2550" 30,808; as Maps
# 184; by JSON.parse 200.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error cbor-x@1.6.9 node@26.10.0 >/dev/null

cat > measure.mjs <<'JS'
import { Decoder, encode } from 'cbor-x'
const each = (names, decode) => {
  const map = Object.fromEntries(names.map((name) => [name, 0]))
  const bytes = encode(Array.from({ length: 1000 }, () => map))
  decode(bytes)
  gc()
  const before = process.memoryUsage().heapUsed
  const kept = decode(bytes)
  gc()
  const each = Math.round((process.memoryUsage().heapUsed - before) / kept.length)
  return [kept.length, each][1]
}
const objects = (bytes) => new Decoder({ useRecords: false }).decode(bytes)
const maps = (bytes) => new Decoder({ useRecords: false, mapsAsObjects: false }).decode(bytes)
const text = (bytes) => JSON.parse(JSON.stringify(objects(bytes)))
const plain = each(['abcd', 'efgh'], objects)
const numeric = each(['1022', '2550'], objects)
const asMaps = each(['1022', '2550'], maps)
const json = each(['1022', '2550'], text)
console.log({ plain, numeric, asMaps, json })
const holds = plain < 2000 && numeric > 20_000 && asMaps < 1000 && json < 1000
console.log(holds ? 'as described' : 'it has changed')
process.exit(holds ? 0 : 1)
JS
node_modules/.bin/node --expose-gc measure.mjs
