#!/usr/bin/env bash
# Parcel 2.16.4 (npm), Linux x64, any Node; needs node and npm.
#
# A module that is loaded by its address, `import(new URL('./tool.js', import.meta.url).href)`, is an asset to Vite, webpack
# and Rspack, which copy it. Parcel takes it for a program of its own: it bundles it and removes its exports, because
# nothing that it knows of imports them. The import succeeds and gives a module without exports; there is no warning.
# A file with the same bytes and another ending is copied as it is.
#
# Seen: tool.js has lost `answer`; tool.txt has it.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
echo '{ "private": true }' > package.json
npm install --no-audit --no-fund --loglevel=error parcel@2.16.4 >/dev/null

echo "export const answer = () => 'the answer is 42'" > tool.js
cp tool.js tool.txt
cat > main.js <<'JS'
const text = new URL('./tool.txt', import.meta.url)
import(new URL('./tool.js', import.meta.url).href).then(({ answer }) => console.log(answer(), text))
JS
echo '<script type="module" src="./main.js"></script>' > index.html
npx parcel build index.html --dist-dir out --no-source-maps --no-optimize > log.txt 2>&1 || { cat log.txt; exit 1; }

cat > look.mjs <<'JS'
import { readdirSync, readFileSync } from 'node:fs'
const find = (pattern) => readdirSync('out').find((name) => pattern.test(name))
const [script, text] = [find(/^tool\..*js$/), find(/^tool\..*txt$/)]
const namespace = await import(`./out/${script}`)
const same = readFileSync(`out/${text}`).equals(readFileSync('tool.txt'))
const warned = /export|tool\.js.*removed/i.test(readFileSync('log.txt', 'utf8'))
console.log(`${script} exports: [${Object.keys(namespace)}]; ${text} has the same bytes: ${same}; warned: ${warned}`)
const holds = !('answer' in namespace) && same && !warned
console.log(holds ? 'as described' : 'it has changed')
process.exit(holds ? 0 : 1)
JS
echo '{ "type": "module" }' > out/package.json
node look.mjs
