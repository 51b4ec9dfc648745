#!/usr/bin/env bash
# @bytecodealliance/jco 1.35.0 with its adapter for WASI preview 1 (npm), Linux x64; needs node and npm.
#
# A command of WASI preview 1 that exits with status 42 exits with 42 under every runtime of preview 1. Made a component
# by the usual adapter (`jco new --wasi-command`), the same module exits with 1: `wasi:cli/exit` knows only success and
# failure, so the adapter drops the number. Scripts that tell failures apart by number (grep's 1 and 2, a compiler's
# 101) cannot any more.
#
# Seen: node:wasi 42, jco 1; for status 0 both 0.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @bytecodealliance/jco@1.35.0 >/dev/null

cat > preview1.mjs <<'JS'
import { readFile } from 'node:fs/promises'
import { WASI } from 'node:wasi'
const wasi = new WASI({ version: 'preview1', returnOnExit: true })
const { instance } = await WebAssembly.instantiate(await readFile(process.argv[2]), wasi.getImportObject())
console.log(wasi.start(instance))
JS
for status in 42 0; do
  cat > app.wat <<WAT
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func \$exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call \$exit (i32.const $status))))
WAT
  npx jco parse app.wat -o core.wasm
  npx jco new core.wasm --wasi-command -o app.wasm >/dev/null
  core=$(node --no-warnings preview1.mjs core.wasm)
  component=0
  npx jco run app.wasm >/dev/null 2>&1 || component=$?
  echo "exits with $status: node:wasi $core, jco $component"
  seen="${seen:-}$core $component "
done
if [ "$seen" = '42 1 0 0 ' ]; then echo 'as described'; else echo 'it has changed'; exit 1; fi
