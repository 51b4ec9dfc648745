#!/usr/bin/env bash
# unenv 2.0.0-rc.25 (npm), on any Node; needs node and npm.
#
# unenv gives Node's modules to runtimes that do not have them. Its `node:assert` compares with JSON: deepStrictEqual takes
# a Map for an empty one, two Sets and two patterns for equal, NaN for null, a Date for its text, a missing member for an
# undefined one, bytes for an object with a member of the same name; and two objects with the same members in another
# order for different. A test suite that runs there passes where Node's fails, and the other way round.
#
# Seen: each of the first seven passes, the last throws; with Node's own module it is the reverse.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error unenv@2.0.0-rc.25 >/dev/null

cat > compare.mjs <<'JS'
import node from 'node:assert'
import unenv from 'unenv/node/assert'
const pairs = {
  'a Map and an empty one': [new Map([[1, 2]]), new Map()],
  'two Sets': [new Set([1]), new Set([2])],
  'two patterns': [/a/, /b/],
  'NaN and null': [[Number.NaN], [null]],
  'a Date and its text': [new Date(0), new Date(0).toISOString()],
  'undefined and missing': [{ a: undefined }, {}],
  'bytes and an object': [new Uint8Array([1]), { 0: 1 }],
  'another order of members': [{ a: 1, b: 2 }, { b: 2, a: 1 }],
}
const areEqual = ({ deepStrictEqual }, [left, right]) => {
  try {
    deepStrictEqual(left, right)
    return true
  } catch {
    return false
  }
}
const seen = Object.entries(pairs).map(([name, pair]) => [name, areEqual(unenv, pair), areEqual(node, pair)])
for (const [name, there, here] of seen) console.log(`${name}: equal in unenv ${there}, in Node ${here}`)
const last = seen.pop()
const holds = seen.every(([, there, here]) => there && !here) && !last[1] && last[2]
console.log(holds ? 'as described' : 'it has changed')
process.exit(holds ? 0 : 1)
JS
node compare.mjs
