#!/usr/bin/env bash
# esbuild 0.28.2 (npm), Linux x64; needs node and npm.
#
# For a CommonJS bundle `import.meta.url` has to be replaced: `define: { 'import.meta.url': 'ownUrl' }`, and a banner
# that declares `ownUrl`. esbuild renames a module's own names where they collide with others, so one would expect that
# the replacement always means the variable of the banner. It does not: it is resolved in the module in which it stands.
# A module that has a function of the same name gets its own function, renamed along with it, and no warning:
#
#     const ownUrl = () => import.meta.url        // in the source
#     var ownUrl2 = () => ownUrl2;                // in the bundle: it returns itself
#
# A module without such a name is right, so that the bundle works until somebody else chooses the name.
#
# Seen: the type of the value is string in the one module, and function in the other; no warnings.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error esbuild@0.28.2 >/dev/null

cat > right.js <<'JS'
const url = () => import.meta.url
export const right = typeof url()
JS
cat > captured.js <<'JS'
const ownUrl = () => import.meta.url
export const captured = typeof ownUrl()
JS
cat > entry.js <<'JS'
import { captured } from './captured.js'
import { right } from './right.js'
console.log(JSON.stringify({ right, captured }))
JS
cat > build.mjs <<'JS'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { build } from 'esbuild'
const { warnings } = await build({
  entryPoints: ['entry.js'],
  outfile: 'entry.cjs',
  bundle: true,
  format: 'cjs',
  platform: 'node',
  define: { 'import.meta.url': 'ownUrl' },
  banner: { js: "const ownUrl = require('node:url').pathToFileURL(__filename).href" },
})
const { right, captured } = JSON.parse(execFileSync(process.execPath, ['entry.cjs'], { encoding: 'utf8' }))
console.log({ right, captured, warnings: warnings.length })
console.log(readFileSync('entry.cjs', 'utf8').match(/^var .*=> .*$/gm).join('\n'))
const holds = right === 'string' && captured === 'function' && warnings.length === 0
console.log(holds ? 'as described' : 'it has changed')
process.exit(holds ? 0 : 1)
JS
node build.mjs
