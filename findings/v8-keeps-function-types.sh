#!/usr/bin/env bash
# V8 14 (npm `node` 26.10.0), Linux x64; needs node and npm.
#
# A WebAssembly module that nobody holds is collected, and one that was only validated leaves nothing behind: so one would
# think. V8 keeps every function type that it has ever seen, of all modules of the process, in one table that never
# shrinks, and validating is enough to get in. Whoever takes modules from strangers loses memory with every new type,
# for good; the same types again cost nothing.
#
# Seen, growth of resident memory after collection: 200 modules of 1,000 types each of 24 parameters, validated once and
# dropped, 44 to 45 MiB; the same 200 again, 0; 200 modules with as many bytes but one type each, 0.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error node@26.10.0 >/dev/null

cat > measure.mjs <<'JS'
const u32 = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...u32(value >>> 7)])
const [I32, I64] = [0x7f, 0x7e]
/** A module of 1,000 function types; the bits of a number choose the parameters. */
function moduleOf(first, step) {
  const types = []
  for (let at = 0; at < 1000; at++) {
    const number = first + at * step
    types.push(0x60, 24, ...Array.from({ length: 24 }, (_, bit) => ((number >> bit) & 1 ? I64 : I32)), 0)
  }
  const payload = [...u32(1000), ...types]
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, ...u32(payload.length), ...payload])
}
const pause = () => new Promise((resolve) => setTimeout(resolve, 20))
async function resident() {
  let least = Number.POSITIVE_INFINITY
  for (let times = 0; times < 5; times++) {
    gc()
    await pause()
    least = Math.min(least, process.memoryUsage.rss())
  }
  return least
}
async function growth(step) {
  const before = await resident()
  for (let module = 0; module < 200; module++) {
    if (!WebAssembly.validate(moduleOf(module * 1000 * step, step))) throw new Error('not valid')
    if (module % 20 === 0) gc()
  }
  return Math.round((await resident() - before) / 2 ** 20)
}
for (let times = 0; times < 3; times++) await growth(0) // warm
const one = await growth(0)
const fresh = await growth(1)
const again = await growth(1)
console.log({ 'one type each': one, 'types never seen': fresh, 'the same again': again }, 'MiB')
const holds = fresh > 25 && again < 15 && one < 15
console.log(holds ? 'as described' : 'it has changed')
process.exit(holds ? 0 : 1)
JS
node_modules/.bin/node --expose-gc measure.mjs
