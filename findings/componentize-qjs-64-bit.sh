#!/usr/bin/env bash
# componentize-qjs 0.4.5 with @bytecodealliance/jco 1.35.0 (npm; npm `node` 26.10.0), Linux x64, glibc; needs node and npm.
#
# In the mapping of WIT to JavaScript a u64 or s64 is a BigInt: jco does it so for hosts, and writes it into the types that it
# makes, for guests too. A guest that componentize-qjs builds gets a Number. From 2^53 on it has lost bits, without an error: a
# function that returns its argument returns another one. A BigInt, which is what the types want, it must not return: the
# component traps ("expected number"), and is dead from then on. So nanoseconds and identifiers of 64 bits arrive changed.
#
# Seen: the types say bigint; the guest has "number"; 2^53 + 1 comes back as 2^53, the least s64 as it is, 2^62 + 1 as 2^62; a
# guest that returns 1n traps, one that returns 1 does not.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
echo '{ "private": true, "type": "module" }' > package.json
npm install --no-audit --no-fund --loglevel=error componentize-qjs@0.4.5 @bytecodealliance/jco@1.35.0 \
  @bytecodealliance/preview2-shim@0.26.0 node@26.10.0 >/dev/null
export PATH=$here/node_modules/.bin:$PATH

cat > numbers.wit <<'WIT'
package local:test;
world numbers {
  export same: func(value: u64) -> u64;
  export same-signed: func(value: s64) -> s64;
  export kind: func(value: u64) -> string;
  export one-as-number: func() -> u64;
  export one-as-bigint: func() -> u64;
}
WIT
cat > build.mjs <<'JS'
import { writeFileSync } from 'node:fs'
import { componentize } from 'componentize-qjs'
const jsSource = `
export const same = (value) => value
export const sameSigned = (value) => value
export const kind = (value) => typeof value
export const oneAsNumber = () => 1
export const oneAsBigint = () => 1n`
const { component } = await componentize({ witPath: 'numbers.wit', jsSource })
writeFileSync('numbers.wasm', component)
JS
cat > look.mjs <<'JS'
import { same, sameSigned, kind, oneAsNumber, oneAsBigint } from './out/numbers.js'
console.log(kind(7n), same(7n), same(2n ** 53n + 1n), same(2n ** 62n + 1n), sameSigned(-(2n ** 63n)), oneAsNumber())
try {
  console.log(oneAsBigint())
} catch (error) {
  console.log(error.message)
}
JS
node build.mjs
jco transpile numbers.wasm -o out -q
types=$(grep 'function same(' out/numbers.d.ts)
said=$(node look.mjs 2>/dev/null)
echo "$types"
echo "$said"
wanted='number 7n 9007199254740992n 4611686018427387904n -9223372036854775808n 1n
wasm trap: wasm `unreachable` instruction executed'
if [ "$types" = 'export function same(value: bigint): bigint;' ] && [ "$said" = "$wanted" ]; then
  echo 'as described'
else
  echo 'it has changed'
  exit 1
fi
