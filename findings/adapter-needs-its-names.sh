#!/usr/bin/env bash
# @bytecodealliance/jco 1.35.0 with its adapter for WASI preview 1 (npm), Linux x64; needs node and npm.
#
# The custom section "name" of a WebAssembly module is for debuggers: by the core specification it has no meaning, and
# tools that make modules smaller remove it. `component new` (wasm-tools, in jco) needs that of an adapter: it finds the
# adapter's stack by the name `__stack_pointer` of a global. Without it, it makes a component with no error and no
# warning, whose adapter has no stack of its own; a program that reads its arguments then fails with an error of
# memory access.
#
# Seen: exit status 0 with the adapter as it is, 1 with the adapter without its names; both components are made.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @bytecodealliance/jco@1.35.0 >/dev/null

cat > app.wat <<'WAT'
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (call $sizes (i32.const 0) (i32.const 4)))))
WAT
cat > without-names.mjs <<'JS'
import { readFileSync, writeFileSync } from 'node:fs'
const [from, to] = process.argv.slice(2)
const bytes = readFileSync(from)
const kept = [bytes.subarray(0, 8)]
for (let at = 8; at < bytes.length; ) {
  const start = at
  const id = bytes[at++]
  let [size, shift, byte] = [0, 0, 0]
  do {
    byte = bytes[at++]
    size += (byte & 127) * 2 ** shift
    shift += 7
  } while (byte > 127)
  const isName = id === 0 && bytes.toString('latin1', at, at + 5) === '\x04name'
  at += size
  if (!isName) kept.push(bytes.subarray(start, at))
}
writeFileSync(to, Buffer.concat(kept))
JS
adapter=node_modules/@bytecodealliance/jco/lib/wasi_snapshot_preview1.command.wasm
node without-names.mjs "$adapter" bare.wasm
npx jco parse app.wat -o core.wasm
for each in "$adapter" bare.wasm; do
  npx jco new core.wasm --adapt "wasi_snapshot_preview1=$each" -o app.wasm >/dev/null
  status=0
  npx jco run app.wasm one two >/dev/null 2>&1 || status=$?
  echo "$(basename "$each"): a component of $(wc -c < app.wasm) bytes, exit status $status"
  seen="${seen:-}$status "
done
if [ "$seen" = '0 1 ' ]; then echo 'as described'; else echo 'it has changed'; exit 1; fi
