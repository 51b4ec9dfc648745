#!/usr/bin/env bash
# WebKitGTK 2.50.6 (Debian 12, webkit2gtk-driver 2.50.6-1~deb12u2), Linux x64; needs node 20 or newer and
# `apt-get install webkit2gtk-driver xvfb`.
#
# `crypto.subtle.generateKey({ name: 'X25519' }, …)` has nothing that could be wrong, and in other engines it never fails. In
# WebKitGTK about one call in 250 is rejected with an OperationError ("The operation failed for an operation-specific
# reason"), at random; the next one succeeds. HPKE makes such a key for each context, so a page that seals its requests
# by it loses one in 250. Keys of P-256 never fail there, nor do keys of X25519 in Node.
#
# Seen: 4,000 keys of X25519 with 12 rejected; 1,000 of P-256 with none, and 4,000 of X25519 in Node with none.
set -euo pipefail
for each in WebKitWebDriver Xvfb node; do
  command -v "$each" >/dev/null || { echo "$each is missing: apt-get install webkit2gtk-driver xvfb"; exit 2; }
done
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"

cat > keys.mjs <<'JS'
import { spawn } from 'node:child_process'
import { readdirSync, existsSync } from 'node:fs'
import { createServer } from 'node:http'

/** How many of `count` keys of an algorithm could not be made, and the last error. */
const failures = async (algorithm, usages, count) => {
  let [failed, words] = [0, '']
  for (let at = 0; at < count; at++)
    try {
      await crypto.subtle.generateKey(algorithm, true, usages)
    } catch (error) {
      failed++
      words = `${error.name}: ${error.message}`
    }
  return { failed, words }
}
const X25519 = [{ name: 'X25519' }, ['deriveBits'], 4000]
const P256 = [{ name: 'ECDH', namedCurve: 'P-256' }, ['deriveBits'], 1000]

// The page must be one of localhost: crypto.subtle is for secure contexts.
const site = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<title>keys</title>'))
await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve))
const browser = readdirSync('/usr/lib').map((name) => `/usr/lib/${name}/webkit2gtk-4.1/MiniBrowser`).find(existsSync)
const port = 20000 + (process.pid % 20000)
const display = `:${200 + (process.pid % 700)}`
const screen = spawn('Xvfb', [display, '-screen', '0', '800x600x24'], { stdio: 'ignore' })
const driver = spawn('WebKitWebDriver', [`--port=${port}`], {
  stdio: 'ignore',
  env: { ...process.env, DISPLAY: display, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1', LIBGL_ALWAYS_SOFTWARE: '1' },
})
const send = async (path, body) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: JSON.stringify(body) })
  const { value } = await response.json()
  if (!response.ok) throw new Error(value.message)
  return value
}
const options = { binary: browser, args: ['--automation'] }
const session = async () => {
  for (let attempt = 0; ; attempt++)
    try {
      return await send('/session', { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } } })
    } catch (error) {
      if (attempt === 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
}
const { sessionId, capabilities } = await session()
const within = `/session/${sessionId}`
await send(`${within}/timeouts`, { script: 300_000 })
await send(`${within}/url`, { url: `http://localhost:${site.address().port}/` })
const inPage = (given) =>
  send(`${within}/execute/async`, {
    script: `const failures = ${failures}; failures(...${JSON.stringify(given)}).then(arguments[0])`,
    args: [],
  })
const seen = { version: capabilities.browserVersion, X25519: await inPage(X25519), P256: await inPage(P256), node: await failures(...X25519) }
console.log(seen)
await fetch(`http://127.0.0.1:${port}${within}`, { method: 'DELETE' })
for (const child of [driver, screen]) child.kill()
site.close()
const holds = seen.X25519.failed > 0 && seen.X25519.failed < 100 && seen.X25519.words.startsWith('OperationError')
process.exit(holds && seen.P256.failed === 0 && seen.node.failed === 0 ? 0 : 1)
JS
if node keys.mjs; then echo 'as described'; else echo 'it has changed'; exit 1; fi
