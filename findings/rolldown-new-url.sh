#!/usr/bin/env bash
# rolldown 1.3.3 and Vite 8.4.0 (npm), Linux x64, any Node from 22.12; needs node and npm.
#
# Vite 8 bundles with rolldown, and takes along each file that a module names with `new URL('./file', import.meta.url)`.
# rolldown alone does not: it leaves the expression as it is, without a warning, while `import.meta.url` is now that of
# the bundle, so the address points to nothing. The same source works in `vite build` and gets 404 from `rolldown`.
#
# Seen: vite writes the file under another name and puts that name into the code; rolldown writes only the bundle, in which
# the URL still is './data.bin'.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error rolldown@1.3.3 vite@8.4.0 >/dev/null

mkdir library
head -c 8192 /dev/zero > library/data.bin
echo "export const data = new URL('./data.bin', import.meta.url)" > library/index.js
echo "import { data } from './library/index.js'; fetch(data)" > main.js
echo '<script type="module" src="./main.js"></script>' > index.html
npx vite build --outDir vite --logLevel error
npx rolldown main.js --platform browser --dir rolldown > log.txt 2>&1

cat > look.mjs <<'JS'
import { readdirSync, readFileSync } from 'node:fs'
const assets = readdirSync('vite/assets')
const vite = readFileSync(`vite/assets/${assets.find((name) => name.endsWith('.js'))}`, 'utf8')
const copied = assets.find((name) => /^data-.*\.bin$/.test(name))
const rolldown = readFileSync('rolldown/main.js', 'utf8')
const warned = /data\.bin|import\.meta/.test(readFileSync('log.txt', 'utf8'))
console.log('vite:', assets.join(', '))
console.log('rolldown:', readdirSync('rolldown').join(', '), /new URL\(.*?\)/.exec(rolldown)?.[0], 'warned:', warned)
const holds =
  copied !== undefined && vite.includes(copied) && readdirSync('rolldown').join() === 'main.js' &&
  /new URL\(["']\.\/data\.bin["'], import\.meta\.url\)/.test(rolldown) && !warned
console.log(holds ? 'as described' : 'it has changed')
process.exit(holds ? 0 : 1)
JS
node look.mjs
