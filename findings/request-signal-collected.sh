#!/usr/bin/env bash
# Node 26.10.0.
#
# Expected: the signal of a Request follows the one that the Request was made with, as long as somebody listens to it. Instead it
# does so only while the Request itself is in use: once that is collected, an abort reaches no listener, and what waits for it waits
# for ever. Whoever keeps `request.signal` must keep `request` too.
#
# Seen:
#
#     with the request kept: heard
#     with the request dropped and collected: not heard
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund node@26.10.0
cat >see.mjs <<'END'
const requests = []

/** Whether a listener of a Request's signal hears that its source aborts, after a collection. */
async function hears(isKept) {
  const source = new AbortController()
  let isHeard = false
  requests.push(new Request('http://host/', { signal: source.signal }))
  const { signal } = requests[0]
  signal.addEventListener('abort', () => {
    isHeard = true
  })
  if (!isKept) requests.pop()
  for (let turn = 0; turn < 10; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    globalThis.gc()
  }
  source.abort()
  requests.length = 0
  return isHeard
}

const [kept, dropped] = [await hears(true), await hears(false)]
const word = (isHeard) => (isHeard ? 'heard' : 'not heard')
console.log(`with the request kept: ${word(kept)}`)
console.log(`with the request dropped and collected: ${word(dropped)}`)
console.log(kept && !dropped ? 'as described' : 'CHANGED')
process.exit(kept && !dropped ? 0 : 1)
END
node_modules/node/bin/node --expose-gc see.mjs
